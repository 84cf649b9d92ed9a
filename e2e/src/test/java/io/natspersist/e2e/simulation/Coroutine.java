// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.simulation;

import io.natspersist.simulation.VirtualTime;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * A task that can stop in its middle and go on later. It has a thread of its own, but only one of that and whoever has it go on
 * runs at any time: to everything else it is as if there were one thread.
 */
final class Coroutine {

    private final Semaphore turn = new Semaphore(0);
    private final Semaphore callers = new Semaphore(0);
    private final Thread thread;
    private @Nullable Throwable thrown;
    private boolean ended;
    private boolean killed;

    Coroutine(Runnable body) {
        thread = Thread.ofVirtual().unstarted(() -> {
            turn.acquireUninterruptibly();
            try {
                if (!killed) {
                    body.run();
                }
            } catch (Throwable e) {
                thrown = e;
            }
            ended = true;
            callers.release();
        });
    }

    /** Goes on until it stops or ends; returns whether it has ended. What it throws comes out here. */
    boolean goOn() {
        if (thread.getState() == Thread.State.NEW) {
            thread.start();
        }
        turn.release();
        callers.acquireUninterruptibly();
        switch (thrown) {
            case null -> {
            }
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case Throwable e -> throw new IllegalStateException(e);
        }
        return ended;
    }

    /** Called by the task itself: stops here until it is told to go on. */
    void stop() {
        if (!killed) {
            callers.release();
            turn.acquireUninterruptibly();
        }
        if (killed) {
            throw new VirtualTime.Crash("ended while it waited");
        }
    }

    /** Ends it where it has stopped. */
    void kill() {
        if (!ended) {
            killed = true;
            try {
                goOn();
            } catch (VirtualTime.Crash e) {
                // so it ends
            }
        }
    }
}
