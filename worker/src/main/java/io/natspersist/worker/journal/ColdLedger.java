// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.journal;

import io.natspersist.protocol.StreamName;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Of which streams a journal has changes that no cold copy holds, and from where on: what lies before all of that is needed by nobody who
 * adopts the journal. A stream that was destroyed is whole once its tombstone lies with the copies. Confined to the loop.
 */
public final class ColdLedger {

    private static final Comparator<Position> ORDER = Comparator.comparingLong(Position::segment)
            .thenComparingLong(Position::offset);

    private final Map<StreamName, Uncovered> uncovered = new HashMap<>();
    /** The same streams by slot, once somebody has asked for that. */
    private final Map<Integer, Set<StreamName>> bySlot = new HashMap<>();
    private int slots;

    /** Its first change that no copy is known to hold lies there or behind, its newest there. */
    private record Uncovered(Position first, Position newest) {}

    /** A change of the stream was appended. */
    public void appended(StreamName stream, Position at) {
        Uncovered before = uncovered.get(stream);
        uncovered.put(stream, new Uncovered(before == null ? at : before.first, at));
        if (before == null && slots > 0) {
            bySlot.computeIfAbsent(stream.slot(slots), s -> new LinkedHashSet<>()).add(stream);
        }
    }

    /** A copy, or the tombstone, has everything of the stream that was appended before {@link ChangeJournal#end} was there. */
    public void covered(StreamName stream, Position end) {
        Uncovered before = uncovered.get(stream);
        if (before == null) {
            return;
        }
        if (ORDER.compare(before.newest, end) >= 0) {
            uncovered.put(stream, new Uncovered(ORDER.compare(before.first, end) < 0 ? end : before.first,
                    before.newest));
            return;
        }
        uncovered.remove(stream);
        Set<StreamName> others = slots == 0 ? null : bySlot.get(stream.slot(slots));
        if (others != null && others.remove(stream) && others.isEmpty()) {
            bySlot.remove(stream.slot(slots));
        }
    }

    public boolean isCovered(StreamName stream) {
        return !uncovered.containsKey(stream);
    }

    /** Whether it lacks a copy of something that was appended before that position. */
    public boolean isUncoveredBefore(StreamName stream, Position end) {
        Uncovered there = uncovered.get(stream);
        return there != null && ORDER.compare(there.first, end) < 0;
    }

    /** The streams of a slot that are not covered. */
    public Collection<StreamName> uncovered(int slot, int ofSlots) {
        if (slots != ofSlots) {
            slots = ofSlots;
            bySlot.clear();
            uncovered.keySet().forEach(
                    stream -> bySlot.computeIfAbsent(stream.slot(slots), s -> new LinkedHashSet<>()).add(stream));
        }
        return List.copyOf(bySlot.getOrDefault(slot, Set.of()));
    }

    /** Where the first change lies that no copy is known to hold; null: copies have everything. */
    public @Nullable Position first() {
        return uncovered.isEmpty()
                ? null
                : Collections.min(uncovered.values().stream().map(Uncovered::first).toList(), ORDER);
    }
}
