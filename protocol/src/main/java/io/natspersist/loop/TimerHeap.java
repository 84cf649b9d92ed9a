// SPDX-License-Identifier: Apache-2.0
package io.natspersist.loop;

import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Tasks that wait for their time, earliest first, those of one time in the order they were given. Confined to the loop's
 * thread, but for {@link Entry#cancel()}. Cancelled ones are dropped once they are the majority, so a loop that sets and
 * cancels a timeout per request stays small.
 */
final class TimerHeap {

    private static final int SMALL = 64;

    private final PriorityQueue<Entry> waiting = new PriorityQueue<>(TimerHeap::compare);
    private long orders;
    private int sizeAfterSweep = SMALL;

    /** By difference, as the clock may overflow. */
    private static int compare(Entry a, Entry b) {
        return a.due != b.due ? Long.signum(a.due - b.due) : Long.compare(a.order, b.order);
    }

    void add(Entry entry) {
        entry.order = orders++;
        if (waiting.size() >= 2 * sizeAfterSweep) {
            waiting.removeIf(e -> e.cancelled);
            sizeAfterSweep = Math.max(SMALL, waiting.size());
        }
        waiting.add(entry);
    }

    /** The next task that is due at {@code now}, removed; null: none. */
    @Nullable
    Runnable pollDue(long now) {
        for (Entry first = waiting.peek(); first != null && first.due - now <= 0; first = waiting.peek()) {
            waiting.remove();
            if (!first.cancelled) {
                return first.task;
            }
        }
        return null;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** Nanoseconds from {@code now} to the first task; {@code Long.MAX_VALUE}: there is none. */
    long nanosToNext(long now) {
        for (Entry first = waiting.peek(); first != null; first = waiting.peek()) {
            if (!first.cancelled) {
                return Math.max(0, first.due - now);
            }
            waiting.remove();
        }
        return Long.MAX_VALUE;
    }

    int size() {
        return waiting.size();
    }

    /** One waiting task. */
    static final class Entry implements EventLoop.Timer {
        private final long due;
        private final Runnable task;
        private long order;
        private volatile boolean cancelled;

        Entry(long due, Runnable task) {
            this.due = due;
            this.task = task;
        }

        @Override
        public void cancel() {
            cancelled = true;
        }
    }
}
