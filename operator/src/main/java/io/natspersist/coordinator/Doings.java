// SPDX-License-Identifier: Apache-2.0
package io.natspersist.coordinator;

import io.natspersist.protocol.table.AssignmentTable;
import io.natspersist.protocol.table.SlotAssignment;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Counts what a coordinator has done since it started. Confined to its loop. */
final class Doings {

    private long heartbeats;
    private long registrations;
    private long tables;
    private long handedOver;
    private long takenOver;
    private final Map<String, Long> deaths = new TreeMap<>();

    Doings() {
        for (Plan.Death death : Plan.Death.values()) {
            deaths.put(name(death), 0L);
        }
    }

    void heartbeat() {
        heartbeats++;
    }

    /** The change was stored in place of {@code before}. */
    void stored(AssignmentTable before, Plan.Change change) {
        tables++;
        registrations += change.registered().size();
        change.deaths().values().forEach(death -> deaths.merge(name(death), 1L, Long::sum));
        AssignmentTable after = change.next();
        for (int slot = 0; slot < Math.min(before.slots().size(), after.slots().size()); slot++) {
            moved(before.slot(slot), after.slot(slot));
        }
    }

    private void moved(SlotAssignment before, SlotAssignment after) {
        if (before.owner() == null || after.owner() == null || before.owner().equals(after.owner())) {
            return;
        }
        if (after.awaits() == null) {
            takenOver++;
        } else {
            handedOver++;
        }
    }

    private static String name(Plan.Death death) {
        return death.name().toLowerCase(Locale.ROOT);
    }

    CoordinatorMoment.Done done() {
        return new CoordinatorMoment.Done(heartbeats, registrations, tables, handedOver, takenOver, deaths);
    }
}
