// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.doctor;

import java.util.Map;
import java.util.TreeMap;

/** A set of a stream's change numbers; cheap where they are contiguous, as they nearly always are. */
final class ChangeNumbers {

    /** First to last of each range; no two touch. */
    private final TreeMap<Long, Long> ranges = new TreeMap<>();

    void add(long number) {
        Map.Entry<Long, Long> before = ranges.floorEntry(number);
        if (before != null && before.getValue() >= number) {
            return;
        }
        long first = before != null && before.getValue() == number - 1 ? before.getKey() : number;
        Long last = ranges.remove(number + 1);
        ranges.put(first, last == null ? number : last);
    }

    long highest() {
        return ranges.isEmpty() ? 0 : ranges.lastEntry().getValue();
    }

    /** The first number above this one that is missing, though a higher one is there; 0: none is. */
    long firstMissingAbove(long number) {
        long next = number + 1;
        Map.Entry<Long, Long> holding = ranges.floorEntry(next);
        if (holding != null && holding.getValue() >= next) {
            next = holding.getValue() + 1;
        }
        return next < highest() ? next : 0;
    }
}
