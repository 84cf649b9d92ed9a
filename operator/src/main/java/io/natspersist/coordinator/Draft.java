// SPDX-License-Identifier: Apache-2.0
package io.natspersist.coordinator;

import io.natspersist.protocol.table.AssignmentTable;
import io.natspersist.protocol.table.Heartbeat.Adopted;
import io.natspersist.protocol.table.Heartbeat.Released;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.protocol.table.SlotAssignment;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The next table while it is being planned. Its verbs are the only ways in which a slot's entry may change; each keeps, for
 * every slot, all journals that may hold changes which its files lack.
 */
final class Draft {

    private final AssignmentTable before;
    private final List<SlotAssignment> slots;
    private final Set<Incarnation> living;
    private final Map<Incarnation, Integer> counts = new HashMap<>();
    private long incarnations;
    private long epochs;

    Draft(AssignmentTable before) {
        this.before = before;
        this.slots = new ArrayList<>(before.slots());
        this.living = new TreeSet<>(before.living());
        this.incarnations = before.incarnations();
        this.epochs = before.epochs();
        for (SlotAssignment slot : slots) {
            count(slot.owner(), 1);
        }
    }

    int size() {
        return slots.size();
    }

    SlotAssignment slot(int slot) {
        return slots.get(slot);
    }

    /** How many slots a worker owns, served or not. */
    int owned(Incarnation owner) {
        return counts.getOrDefault(owner, 0);
    }

    Set<Incarnation> living() {
        return Collections.unmodifiableSet(living);
    }

    Incarnation register(String worker) {
        Incarnation registered = new Incarnation(worker, ++incarnations);
        living.add(registered);
        return registered;
    }

    /** The old owner has put everything into the files: the new one may serve. */
    void release(Incarnation by, Released released) {
        if (released.slot() < 0 || released.slot() >= slots.size()) {
            return;
        }
        SlotAssignment slot = slots.get(released.slot());
        if (by.equals(slot.awaits()) && released.epoch() == slot.epoch()) {
            put(released.slot(), new SlotAssignment(slot.owner(), slot.epoch(), null, List.of()));
        }
    }

    /** The owner has the journal's changes of this slot in its own journal: they need not be looked for again. */
    void strike(Incarnation by, Adopted adopted) {
        if (adopted.slot() < 0 || adopted.slot() >= slots.size()) {
            return;
        }
        SlotAssignment slot = slots.get(adopted.slot());
        if (by.equals(slot.owner()) && adopted.epoch() == slot.epoch() && slot.adopt().contains(adopted.journal())) {
            put(adopted.slot(), new SlotAssignment(by, slot.epoch(), null,
                    slot.adopt().stream().filter(journal -> !journal.equals(adopted.journal())).toList()));
        }
    }

    /**
     * Takes all slots from dead owners. Who still awaited a slot's old owner has touched nothing of it, so that its journal
     * is not named.
     */
    void bury(Collection<Incarnation> dead) {
        living.removeAll(dead);
        for (int i = 0; i < slots.size(); i++) {
            SlotAssignment slot = slots.get(i);
            Incarnation owner = slot.owner();
            if (owner == null || living.contains(owner)) {
                continue;
            }
            List<Incarnation> adopt = slot.awaits() == null ? with(slot.adopt(), owner) : List.of();
            put(i, new SlotAssignment(null, slot.epoch(), slot.awaits(), adopt));
        }
    }

    /** What a dead worker was awaited to put into the files is adopted from its journal instead. */
    void adoptFromTheAwaitedDead() {
        for (int i = 0; i < slots.size(); i++) {
            SlotAssignment slot = slots.get(i);
            Incarnation awaits = slot.awaits();
            if (awaits != null && !living.contains(awaits)) {
                put(i, new SlotAssignment(slot.owner(), slot.epoch(), null, List.of(awaits)));
            }
        }
    }

    /** A new owner for a slot that nobody serves: whatever had to be awaited or adopted still has to be. */
    void give(int number, Incarnation owner) {
        SlotAssignment slot = slots.get(number);
        if (slot.owner() != null && slot.awaits() == null) {
            throw new IllegalStateException("slot " + number + " may be served: " + slot);
        }
        put(number, new SlotAssignment(owner, ++epochs, slot.awaits(), slot.adopt()));
    }

    /** A new owner for a slot that a living owner serves. */
    void handOver(int number, Incarnation to) {
        SlotAssignment slot = slots.get(number);
        if (!isSettled(slot)) {
            throw new IllegalStateException("slot " + number + " is not served: " + slot);
        }
        put(number, new SlotAssignment(to, ++epochs, slot.owner(), List.of()));
    }

    /** How many slots are on their way from one living worker to another, but for these. */
    int moving(Set<Integer> except) {
        return (int) IntStream.range(0, slots.size())
                .filter(i -> slots.get(i).awaits() != null && !except.contains(i)).count();
    }

    /** Whether its owner serves it, or can at once. */
    static boolean isSettled(SlotAssignment slot) {
        return slot.owner() != null && slot.awaits() == null && slot.adopt().isEmpty();
    }

    /** The next table; the old one itself if nothing has changed. */
    AssignmentTable table() {
        List<Incarnation> alive = List.copyOf(living);
        if (slots.equals(before.slots()) && alive.equals(before.living()) && incarnations == before.incarnations()) {
            return before;
        }
        return new AssignmentTable(before.version() + 1, incarnations, epochs, alive, slots);
    }

    private void put(int number, SlotAssignment next) {
        count(slots.get(number).owner(), -1);
        count(next.owner(), 1);
        slots.set(number, next);
    }

    private void count(@Nullable Incarnation owner, int change) {
        if (owner != null) {
            counts.merge(owner, change, Integer::sum);
        }
    }

    private static List<Incarnation> with(List<Incarnation> journals, Incarnation another) {
        if (journals.contains(another)) {
            return journals;
        }
        List<Incarnation> all = new ArrayList<>(journals);
        all.add(another);
        return all;
    }
}
