// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.cluster;

import io.natspersist.protocol.table.AssignmentTable;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.protocol.table.SlotAssignment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Who serves what, as a person would say it. */
final class TableInWords {

    private final AssignmentTable table;

    TableInWords(AssignmentTable table) {
        this.table = table;
    }

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("version %d, %,d slots, epochs up to %d, incarnations up to %d".formatted(table.version(),
                table.slots().size(), table.epochs(), table.incarnations()));
        for (Incarnation worker : table.living()) {
            lines.add(worker(worker));
        }
        if (table.living().isEmpty()) {
            lines.add("no worker is registered");
        }
        moves().forEach((move, slots) -> lines.add("moving: %s from %s".formatted(slots(slots), move)));
        adoptions().forEach((adoption, slots) -> lines.add("taking over: %s, %s".formatted(slots(slots), adoption)));
        long unserved = table.slots().stream().filter(slot -> slot.owner() == null).count();
        lines.add(unserved > 0
                ? slots(unserved) + " served by nobody"
                : moves().isEmpty() && adoptions().isEmpty()
                        ? "every slot is served"
                        : "every slot has an owner; those above answer 'try again' for a moment");
        return lines;
    }

    /** One line a slot: slot, owner, epoch, and what is still to be done. */
    List<String> slotLines() {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < table.slots().size(); i++) {
            SlotAssignment slot = table.slot(i);
            lines.add(i + "\t" + orDash(slot.owner()) + "\t" + slot.epoch()
                    + (slot.awaits() == null ? "" : "\tawaits " + slot.awaits())
                    + (slot.adopt().isEmpty() ? "" : "\tadopts " + journals(slot)));
        }
        return lines;
    }

    private String worker(Incarnation worker) {
        long owned = table.slots().stream().filter(slot -> worker.equals(slot.owner())).count();
        return "%-12s %s, %.1f %%".formatted(worker, slots(owned), 100.0 * owned / table.slots().size());
    }

    private Map<String, Long> moves() {
        Map<String, Long> moves = new TreeMap<>();
        table.slots().stream().filter(slot -> slot.awaits() != null)
                .forEach(slot -> moves.merge(slot.awaits() + " to " + orDash(slot.owner()), 1L, Long::sum));
        return moves;
    }

    private Map<String, Long> adoptions() {
        Map<String, Long> adoptions = new TreeMap<>();
        table.slots().stream().filter(slot -> !slot.adopt().isEmpty())
                .forEach(
                        slot -> adoptions.merge("by " + orDash(slot.owner()) + " from the journal of " + journals(slot),
                                1L, Long::sum));
        return adoptions;
    }

    private static String journals(SlotAssignment slot) {
        return String.join(", ", slot.adopt().stream().map(Incarnation::toString).toList());
    }

    private static String slots(long count) {
        return count == 1 ? "1 slot" : "%,d slots".formatted(count);
    }

    private static String orDash(@Nullable Incarnation worker) {
        return worker == null ? "nobody" : worker.toString();
    }
}
