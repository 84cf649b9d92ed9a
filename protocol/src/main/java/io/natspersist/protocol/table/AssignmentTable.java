// SPDX-License-Identifier: Apache-2.0
package io.natspersist.protocol.table;

import java.util.List;

/**
 * Slot to owner, for all slots of a cluster. Immutable; each stored change has the next {@code version}.
 *
 * @param version grows with every stored change; 0: nothing was ever stored
 * @param incarnations the highest incarnation number given out so far
 * @param epochs the highest epoch given out so far
 * @param slots one entry per slot, by slot number
 */
public record AssignmentTable(long version, long incarnations, long epochs, List<SlotAssignment> slots) {

    public AssignmentTable {
        slots = List.copyOf(slots);
        if (slots.isEmpty()) {
            throw new IllegalArgumentException("a table needs at least one slot");
        }
    }

    public static AssignmentTable empty(int slots) {
        return new AssignmentTable(0, 0, 0, java.util.Collections.nCopies(slots, SlotAssignment.NONE));
    }

    public SlotAssignment slot(int slot) {
        return slots.get(slot);
    }
}
