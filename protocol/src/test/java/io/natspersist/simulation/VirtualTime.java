// SPDX-License-Identifier: Apache-2.0
package io.natspersist.simulation;

import io.natspersist.loop.EventLoop;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One queue of events and a clock that jumps from one to the next. Everything runs in the caller's thread; which of two
 * events at the same moment comes first, and how long things take, is drawn from the seed. Two runs of the same program
 * with the same seed are the same; {@link #hash()} tells.
 */
public final class VirtualTime {

    /** Wall clocks start here: 2026-01-01T00:00:00Z, ms since the epoch. */
    public static final long START_MILLIS = 1_767_225_600_000L;

    private final long seed;
    private final SplittableRandom random;
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private long nanos;
    private long made;
    private long steps;
    private long stepLimit = 20_000_000;
    private long hash;
    private int nodes;
    private @Nullable Consumer<String> trace;
    /** The first one, kept for the case that somebody catches it. */
    private @Nullable SimulationFailure failure;

    public VirtualTime(long seed) {
        this.seed = seed;
        this.random = new SplittableRandom(seed);
    }

    public long seed() {
        return seed;
    }

    /** A process on a machine of its own. One that has crashed is replaced by a new node of the same name. */
    public Node node(String name) {
        return new Node(name, ++nodes);
    }

    /** Nanoseconds since the run began. */
    public long nanos() {
        return nanos;
    }

    public long millis() {
        return nanos / 1_000_000;
    }

    /** How many events have run. */
    public long steps() {
        return steps;
    }

    /** The run fails once it has taken so many steps: something never comes to rest. */
    public void limitSteps(long limit) {
        this.stepLimit = limit;
    }

    /** Of everything that has happened so far: when, where, and what was told to {@link #trace}. */
    public long hash() {
        return hash;
    }

    /** From now on every line of the trace goes there, with the time in front. */
    public void traceTo(Consumer<String> lines) {
        this.trace = lines;
    }

    public boolean tracing() {
        return trace != null;
    }

    /** Notes what happened, for a reader; costs nothing unless somebody listens. */
    public void trace(String format, Object... args) {
        if (trace != null) {
            trace.accept(String.format("%10.3f ms  ", nanos / 1e6) + String.format(format, args));
        }
    }

    /** Runs {@code task} after {@code delayNanos}, outside of any node: for networks, disks and faults. */
    public EventLoop.Timer schedule(long delayNanos, Runnable task) {
        return add(null, nanos + Math.max(0, delayNanos), task);
    }

    /** Runs whatever happens within the next {@code millis}. */
    public void runFor(long millis) {
        runUntil(() -> false, millis);
    }

    /**
     * Runs until {@code done}, or until {@code maxMillis} have passed; whether it came to be done. Asked again after each event.
     * A task of an executor may call this: to the rest of the world it then takes that long.
     */
    public boolean runUntil(BooleanSupplier done, long maxMillis) {
        long end = nanos + maxMillis * 1_000_000;
        while (!done.getAsBoolean()) {
            Event next = events.peek();
            if (next == null || next.at > end) {
                nanos = Math.max(nanos, end);
                return done.getAsBoolean();
            }
            events.poll();
            step(next);
        }
        return true;
    }

    private void step(Event event) {
        if (event.cancelled) {
            return;
        }
        nanos = Math.max(nanos, event.at);
        if (event.node != null && !event.node.mayRun(event)) {
            return;
        }
        if (++steps > stepLimit) {
            throw new SimulationFailure(seed, "still busy after " + stepLimit + " steps, " + millis() + " ms", null);
        }
        hash = (hash ^ nanos) * 0x9E3779B97F4A7C15L + (event.node == null ? 0 : event.node.number);
        hash ^= hash >>> 29;
        try {
            event.task.run();
            if (failure != null) {
                throw failure;
            }
        } catch (Crash crash) {
            if (event.node == null) {
                throw new SimulationFailure(seed, "a crash outside of any node", crash);
            }
            event.node.crash();
        } catch (RuntimeException | Error e) {
            if (failure == null && e instanceof SimulationFailure first) {
                failure = first;
            } else if (failure == null) {
                failure = new SimulationFailure(seed, "at " + millis() + " ms"
                        + (event.node == null ? "" : " on " + event.node.name) + ": " + e, e);
            }
            throw failure;
        }
    }

    private Event add(@Nullable Node node, long at, Runnable task) {
        Event event = new Event(at, random.nextInt(), ++made, node, task);
        events.add(event);
        return event;
    }

    private long between(long fromNanos, long toNanos) {
        return random.nextLong(fromNanos, toNanos + 1);
    }

    /** Thrown by a task: its node has crashed in the middle of it. */
    public static final class Crash extends Error {
        private static final long serialVersionUID = 1;

        public Crash(String where) {
            super(where, null, false, false);
        }
    }

    private static final class Event implements Comparable<Event>, EventLoop.Timer {
        final long at;
        final int tie;
        final long number;
        final @Nullable Node node;
        final Runnable task;
        boolean cancelled;

        Event(long at, int tie, long number, @Nullable Node node, Runnable task) {
            this.at = at;
            this.tie = tie;
            this.number = number;
            this.node = node;
            this.task = task;
        }

        @Override
        public void cancel() {
            cancelled = true;
        }

        @Override
        public int compareTo(Event o) {
            int byTime = Long.compare(at, o.at);
            int byTie = byTime != 0 ? byTime : Integer.compare(tie, o.tie);
            return byTie != 0 ? byTie : Long.compare(number, o.number);
        }
    }

    /** A simulated process: one event loop, any number of executors, a wall clock that can be wrong. */
    public final class Node {
        private final String name;
        private final int number;
        private final Loop loop = new Loop();
        private final Map<String, Lanes> executors = new LinkedHashMap<>();
        private final List<Consumer<Boolean>> stallListeners = new ArrayList<>();
        private final List<Event> waiting = new ArrayList<>();
        private final List<Runnable> crashListeners = new ArrayList<>();
        private long wallOffsetMillis;
        private boolean paused;
        private boolean allStalled;
        private boolean crashed;

        private Node(String name, int number) {
            this.name = name;
            this.number = number;
        }

        public String name() {
            return name;
        }

        public EventLoop loop() {
            return loop;
        }

        /** The same executor each time for the same name; its tasks run one at a time, in order, each taking a while. */
        public Executor executor(String executorName) {
            return executor(executorName, 1);
        }

        /** As {@link #executor(String)}, with up to {@code lanes} tasks at a time, which may finish in any order. */
        public Executor executor(String executorName, int lanes) {
            return executors.computeIfAbsent(executorName, n -> new Lanes(lanes));
        }

        /** The process is gone at once: nothing that waits on it will ever run. */
        public void crash() {
            if (!crashed) {
                trace("%s crashes", this);
                crashed = true;
                waiting.clear();
                crashListeners.forEach(Runnable::run);
            }
        }

        public boolean crashed() {
            return crashed;
        }

        /** Called once, when the node crashes. */
        public void onCrash(Runnable listener) {
            crashListeners.add(listener);
        }

        /** Told whenever {@link #stallExecutors} is called, and how it is now. */
        public void onStall(Consumer<Boolean> listener) {
            stallListeners.add(listener);
            listener.accept(allStalled);
        }

        /** Stops the process (SIGSTOP): whatever becomes due waits. */
        public void pause() {
            paused = true;
        }

        /** Goes on (SIGCONT), with what was due meanwhile first, in its order. */
        public void resume() {
            paused = false;
            List<Event> due = List.copyOf(waiting);
            waiting.clear();
            long at = nanos;
            for (Event event : due) {
                events.add(new Event(at++, event.tie, ++made, this, () -> {
                    if (!event.cancelled) {
                        event.task.run();
                    }
                }));
            }
            loop.last = Math.max(loop.last, at);
        }

        public boolean paused() {
            return paused;
        }

        /** The wall clock is from now on so much later (or, negative, earlier). The monotonic clock does not jump. */
        public void jumpWallClock(long millis) {
            wallOffsetMillis += millis;
        }

        /** Tasks of the node's executors do not end any more: its volume does not answer. The loop goes on. */
        public void stallExecutors(boolean stalled) {
            allStalled = stalled;
            executors.values().forEach(e -> e.stall(stalled));
            stallListeners.forEach(l -> l.accept(stalled));
        }

        /** As {@link #stallExecutors}, for one executor. */
        public void stallExecutor(String executorName, boolean stalled) {
            ((Lanes) executor(executorName)).stall(stalled);
        }

        /** Runs {@code task} on this node, off its loop, after {@code delayNanos}; not if it has crashed by then. */
        public EventLoop.Timer schedule(long delayNanos, Runnable task) {
            return add(this, nanos + Math.max(0, delayNanos), task);
        }

        private boolean mayRun(Event event) {
            if (crashed) {
                return false;
            }
            if (paused) {
                waiting.add(event);
            }
            return !paused;
        }

        @Override
        public String toString() {
            return name + "#" + number;
        }

        /** Tasks keep their order; a task starts some microseconds after it was given. */
        private final class Loop implements EventLoop {
            private final long start = between(-1_000_000_000_000L, 1_000_000_000_000L);
            private long last;

            @Override
            public void execute(Runnable task) {
                last = Math.max(last + 1, nanos + between(100, 5_000));
                add(Node.this, last, task);
            }

            @Override
            public Timer after(long millis, Runnable task) {
                return add(Node.this, nanos + Math.max(0, millis) * 1_000_000 + between(0, 1_000), task);
            }

            @Override
            public long wallMillis() {
                return START_MILLIS + millis() + wallOffsetMillis;
            }

            @Override
            public long nanos() {
                return start + nanos;
            }
        }

        /** Starts tasks in order; each takes effect at its end. */
        private final class Lanes implements Executor {
            private final ArrayList<Runnable> queue = new ArrayList<>();
            private int free;
            private boolean stalled;

            Lanes(int lanes) {
                this.free = lanes;
                this.stalled = allStalled;
            }

            @Override
            public void execute(Runnable task) {
                queue.add(task);
                startNext();
            }

            void stall(boolean stall) {
                this.stalled = stall;
                startNext();
            }

            private void startNext() {
                while (free > 0 && !stalled && !queue.isEmpty() && !crashed) {
                    Runnable task = queue.remove(0);
                    free--;
                    add(Node.this, nanos + duration(), () -> end(task));
                }
            }

            private void end(Runnable task) {
                if (stalled) {
                    free++;
                    queue.add(0, task);
                    return;
                }
                try {
                    task.run();
                } finally {
                    free++;
                    startNext();
                }
            }

            /** Mostly tens of microseconds; now and then, as disks and networks do, tens of milliseconds. */
            private long duration() {
                int kind = random.nextInt(100);
                return kind < 85
                        ? between(20_000, 200_000)
                        : kind < 98 ? between(200_000, 3_000_000) : between(3_000_000, 40_000_000);
            }
        }
    }
}
