// SPDX-License-Identifier: Apache-2.0
package io.natspersist.protocol.table;

import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Slot to owner, for all slots of a cluster. Immutable; each stored change has the next {@code version}.
 *
 * @param version grows with every stored change; 0: nothing was ever stored
 * @param incarnations the highest incarnation number given out so far
 * @param epochs the highest epoch given out so far
 * @param living every incarnation that is registered and not declared dead, by number; all others are dead for good. Owners
 *        and awaited ones are always among them, journals to adopt never. Absent: those that the slots name
 * @param slots one entry per slot, by slot number
 */
public record AssignmentTable(long version, long incarnations, long epochs, List<Incarnation> living,
        List<SlotAssignment> slots) {

    public AssignmentTable {
        slots = List.copyOf(slots);
        if (slots.isEmpty()) {
            throw new IllegalArgumentException("a table needs at least one slot");
        }
        living = living == null ? named(slots) : living.stream().sorted().toList();
        Set<Incarnation> alive = new HashSet<>(living);
        for (int i = 0; i < slots.size(); i++) {
            requireConsistent(i, slots.get(i), alive);
        }
    }

    /** A table in which exactly those live that own a slot or are awaited. */
    public AssignmentTable(long version, long incarnations, long epochs, List<SlotAssignment> slots) {
        this(version, incarnations, epochs, named(slots), slots);
    }

    public static AssignmentTable empty(int slots) {
        return new AssignmentTable(0, 0, 0, List.of(), Collections.nCopies(slots, SlotAssignment.NONE));
    }

    /** The highest of each kind given out so far. */
    public Numbers numbers() {
        return new Numbers(version, epochs, incarnations);
    }

    public SlotAssignment slot(int slot) {
        return slots.get(slot);
    }

    /** Those that slots name as owner or as awaited. */
    public List<Incarnation> named() {
        return named(slots);
    }

    private static List<Incarnation> named(List<SlotAssignment> slots) {
        Set<Incarnation> named = new TreeSet<>();
        for (SlotAssignment slot : slots) {
            addIfPresent(named, slot.owner());
            addIfPresent(named, slot.awaits());
        }
        return List.copyOf(named);
    }

    private static void addIfPresent(Set<Incarnation> all, @Nullable Incarnation one) {
        if (one != null) {
            all.add(one);
        }
    }

    private static void requireConsistent(int number, SlotAssignment slot, Set<Incarnation> alive) {
        Incarnation owner = slot.owner();
        Incarnation awaits = slot.awaits();
        if ((owner != null && !alive.contains(owner)) || (awaits != null && !alive.contains(awaits))) {
            throw new IllegalArgumentException("slot " + number + " names one that is not living: " + slot);
        }
        for (Incarnation journal : slot.adopt()) {
            if (alive.contains(journal)) {
                throw new IllegalArgumentException("slot " + number + " adopts from one that is living: " + slot);
            }
        }
    }
}
