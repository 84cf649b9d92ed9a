// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.journal;

import java.util.ArrayDeque;

/** Who waits for a group, in the order in which they came. */
public final class Waiters {

    private final ArrayDeque<Waiter> queue = new ArrayDeque<>();

    private record Waiter(long group, Runnable then) {}

    /** @param group never less than that of the one before */
    public void add(long group, Runnable then) {
        queue.add(new Waiter(group, then));
    }

    /** The group that the first one waits for; the largest number where nobody waits. */
    public long first() {
        return queue.isEmpty() ? Long.MAX_VALUE : queue.element().group;
    }

    public boolean isEmpty() {
        return queue.isEmpty();
    }

    /** Runs all that wait for this group or an earlier one. */
    public void complete(long group) {
        for (Waiter next = queue.peek(); next != null && next.group <= group; next = queue.peek()) {
            queue.remove();
            next.then.run();
        }
    }
}
