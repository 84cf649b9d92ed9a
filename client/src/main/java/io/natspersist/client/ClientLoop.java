// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import io.natspersist.loop.EventLoop;
import org.jspecify.annotations.Nullable;

/** The client's event loop, which knows when the calling thread is in one of its tasks: there nobody may wait for it. */
final class ClientLoop implements EventLoop {

    /** The loop whose task this thread runs. */
    private static final ThreadLocal<@Nullable EventLoop> RUNNING = new ThreadLocal<>();

    private final EventLoop loop;

    ClientLoop(EventLoop loop) {
        this.loop = loop;
    }

    @SuppressWarnings("ReferenceEquality") // loops are themselves, whatever they equal
    boolean isRunningHere() {
        return RUNNING.get() == loop;
    }

    @Override
    public void execute(Runnable task) {
        loop.execute(() -> run(task));
    }

    @Override
    public void executeHere(Runnable task) {
        loop.executeHere(() -> run(task));
    }

    @Override
    public Timer after(long millis, Runnable task) {
        return loop.after(millis, () -> run(task));
    }

    private void run(Runnable task) {
        EventLoop outer = RUNNING.get();
        RUNNING.set(loop);
        try {
            task.run();
        } finally {
            RUNNING.set(outer);
        }
    }

    @Override
    public long wallMillis() {
        return loop.wallMillis();
    }

    @Override
    public long nanos() {
        return loop.nanos();
    }
}
