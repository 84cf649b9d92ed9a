// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.journal;

import java.util.Deque;

/**
 * Whole groups that lie one behind the other in a segment, and were forced.
 *
 * @param from offset of the first one's first byte in the segment
 * @param to offset behind the last one's last byte
 * @param firstGroup the first one's number
 * @param sinceNanos when the first of them got its first entry, as the loop counts
 */
public record Stretch(long segment, long from, long to, long firstGroup, long lastGroup, long sinceNanos) {

    public long bytes() {
        return to - from;
    }

    /** Where the next one begins that lies in the same segment. */
    public Position end() {
        return new Position(segment, to, 0);
    }

    boolean isFollowedBy(Stretch next) {
        return next.segment == segment && next.from == to && next.firstGroup == lastGroup + 1;
    }

    Stretch with(Stretch next) {
        return new Stretch(segment, from, next.to, firstGroup, next.lastGroup, sinceNanos);
    }

    /** Adds a stretch behind others; it becomes one with the last of them where it can, and that is not too long then. */
    public static void add(Deque<Stretch> stretches, Stretch next, long mostBytes) {
        Stretch last = stretches.peekLast();
        if (last != null && last.isFollowedBy(next) && last.bytes() + next.bytes() <= mostBytes) {
            stretches.removeLast();
            stretches.add(last.with(next));
        } else {
            stretches.add(next);
        }
    }
}
