// SPDX-License-Identifier: Apache-2.0
package io.natspersist.loop;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A loop that is one daemon thread and the real clocks. The thread parks only while there is nothing to do, and is woken
 * only when it is parked, so a busy loop costs those who give it tasks no system call. An idle one costs none to those who
 * {@link #executeHere run a task themselves}: whoever runs tasks holds the loop meanwhile, the thread or another.
 */
public final class ThreadEventLoop implements EventLoop, AutoCloseable {

    /** How many tasks run between two looks at the timers. */
    private static final int BATCH = 128;
    /** How many tasks a thread that is not the loop's runs besides its own. */
    private static final int FOLLOWING = 16;

    private final TaskQueue tasks = new TaskQueue();
    private final TimerHeap timers = new TimerHeap();
    /** Who runs tasks; touches timers, and takes from the queue. */
    private final AtomicReference<@Nullable Thread> holder = new AtomicReference<>();
    private final AtomicBoolean parked = new AtomicBoolean();
    /** The loop's thread found the loop held, and waits for it. */
    private volatile boolean wanted;
    /** Somebody else has set a timer that the loop's thread has not seen. */
    private volatile boolean newTimer;
    private final Consumer<Throwable> fault;
    private final Thread thread;
    private volatile boolean closed;

    /**
     * @param name of the thread
     * @param fault told, on the loop, what a task threw; the loop goes on
     */
    public ThreadEventLoop(String name, Consumer<Throwable> fault) {
        this.fault = fault;
        this.thread = new Thread(this::loop, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** {@inheritDoc} After {@link #close()} it does nothing. */
    @Override
    public void execute(Runnable task) {
        if (closed) {
            return;
        }
        tasks.add(task);
        wake();
    }

    @Override
    public void executeHere(Runnable task) {
        if (closed || !tasks.isEmpty() || !holder.compareAndSet(null, Thread.currentThread())) {
            execute(task);
            return;
        }
        try {
            if (tasks.isEmpty()) {
                run(task);
            } else {
                tasks.add(task);
            }
            for (int ran = 0; ran < FOLLOWING; ran++) {
                Runnable next = tasks.poll();
                if (next == null) {
                    break;
                }
                run(next);
            }
        } finally {
            boolean more = newTimer || !tasks.isEmpty();
            holder.set(null);
            if (more || wanted) {
                wake();
            }
        }
    }

    /** {@inheritDoc} May be called from any thread. */
    @Override
    public Timer after(long millis, Runnable task) {
        TimerHeap.Entry entry = new TimerHeap.Entry(nanos() + TimeUnit.MILLISECONDS.toNanos(Math.max(0, millis)), task);
        if (isHeldHere()) {
            add(entry);
        } else {
            execute(() -> add(entry));
        }
        return entry;
    }

    private void add(TimerHeap.Entry entry) {
        timers.add(entry);
        newTimer |= Thread.currentThread() != thread;
    }

    @Override
    public long wallMillis() {
        return System.currentTimeMillis();
    }

    @Override
    public long nanos() {
        return System.nanoTime();
    }

    /**
     * Runs what was given before, forgets the timers, and ends the thread; waits for that, unless called on the loop itself
     * or interrupted.
     */
    @Override
    public void close() {
        closed = true;
        wake();
        if (isHeldHere()) {
            return;
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void wake() {
        if (parked.get() && parked.compareAndSet(true, false)) {
            LockSupport.unpark(thread);
        }
    }

    private boolean isHeldHere() {
        return holder.get() == Thread.currentThread();
    }

    private void loop() {
        boolean over = false;
        while (!over) {
            hold();
            newTimer = false;
            boolean busy = runTasks();
            busy |= runDueTimers();
            over = closed && tasks.isEmpty();
            long nanos = timers.isEmpty() ? Long.MAX_VALUE : timers.nanosToNext(nanos());
            holder.set(null);
            if (!busy && !over) {
                park(nanos);
            }
        }
    }

    /** Whoever lets go of the loop after {@code wanted} was set wakes the thread; who did before has let go. */
    private void hold() {
        while (!holder.compareAndSet(null, thread)) {
            parked.set(true);
            wanted = true;
            if (holder.get() != null) {
                LockSupport.park(this);
            }
            parked.set(false);
        }
        wanted = false;
    }

    private boolean runTasks() {
        for (int ran = 0; ran < BATCH; ran++) {
            Runnable task = tasks.poll();
            if (task == null) {
                return ran > 0;
            }
            run(task);
        }
        return true;
    }

    private boolean runDueTimers() {
        if (timers.isEmpty() || closed) {
            return false;
        }
        boolean ran = false;
        long now = nanos();
        for (Runnable task = timers.pollDue(now); task != null; task = timers.pollDue(now)) {
            run(task);
            ran = true;
        }
        return ran;
    }

    private void run(Runnable task) {
        try {
            task.run();
        } catch (Throwable t) {
            report(t);
        }
    }

    private void report(Throwable t) {
        try {
            fault.accept(t);
        } catch (Throwable alsoThrown) {
            Thread.UncaughtExceptionHandler handler = thread.getUncaughtExceptionHandler();
            handler.uncaughtException(thread, alsoThrown);
        }
    }

    /** Whoever adds a task or a timer after {@code parked} was set wakes the thread; what was added before is seen here. */
    private void park(long nanos) {
        parked.set(true);
        if (tasks.isEmpty() && !newTimer && !closed && nanos > 0) {
            if (nanos == Long.MAX_VALUE) {
                LockSupport.park(this);
            } else {
                LockSupport.parkNanos(this, nanos);
            }
        }
        parked.set(false);
    }
}
