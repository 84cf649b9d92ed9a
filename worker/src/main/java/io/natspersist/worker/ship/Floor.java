// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.ship;

import io.natspersist.worker.journal.Position;
import java.util.ArrayDeque;

/** Which objects of a journal are still needed: those from the first one on that reaches beyond what was released. */
final class Floor {

    /** Objects in which the released part does not end yet, with where they end; those between them are empty. */
    private final ArrayDeque<Reach> reaches = new ArrayDeque<>();
    private final ArrayDeque<Released> waiting = new ArrayDeque<>();

    private record Reach(long object, Position end) {}

    /** Counts once the group is stored: what was needed before this may have been copied there. */
    private record Released(Position before, long group) {}

    /** This object holds everything up to there. */
    void holds(long object, Position end) {
        reaches.add(new Reach(object, end));
    }

    void release(Position before, long lastGroup) {
        if (!waiting.isEmpty() && waiting.getLast().group == lastGroup) {
            waiting.removeLast();
        }
        waiting.add(new Released(before, lastGroup));
    }

    void shipped(long group) {
        while (!waiting.isEmpty() && waiting.element().group <= group) {
            Position before = waiting.remove().before;
            while (!reaches.isEmpty() && !isAfter(reaches.element().end, before)) {
                reaches.remove();
            }
        }
    }

    /** The first that is needed; {@code next}, which is about to be stored, where none is. */
    long firstNeeded(long next) {
        return reaches.isEmpty() ? next : reaches.element().object;
    }

    private static boolean isAfter(Position a, Position b) {
        return a.segment() == b.segment() ? a.offset() > b.offset() : a.segment() > b.segment();
    }
}
