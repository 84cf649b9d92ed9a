// SPDX-License-Identifier: Apache-2.0
package io.natspersist.loop;

import java.util.concurrent.Executor;

/**
 * Runs tasks one at a time, in the order they were given. A component whose state is confined to a loop needs no locks,
 * and runs unchanged on a simulated loop with virtual time.
 */
public interface EventLoop extends Executor {

    /** Queues a task; may be called from any thread. A task that throws is reported to the loop's fault handler. */
    @Override
    void execute(Runnable task);

    /**
     * As {@link #execute}, but where the loop has nothing to do the task, and what it gives the loop, may run on the calling thread, before
     * this returns: nobody is woken for it. Who calls it must hold no lock that tasks want.
     */
    default void executeHere(Runnable task) {
        execute(task);
    }

    /** Runs a task on this loop once {@code millis} have passed on the monotonic clock. */
    Timer after(long millis, Runnable task);

    /** Milliseconds since the epoch. May jump, in either direction. */
    long wallMillis();

    /** A monotonic clock, in nanoseconds, with an arbitrary start. */
    long nanos();

    /** A task that waits for its time. */
    interface Timer {
        /** Keeps the task from running, unless it has started. Does no harm when called twice. */
        void cancel();
    }
}
