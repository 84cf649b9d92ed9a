// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.simulation;

import io.natspersist.simulation.VirtualTime;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Threads of a simulated process whose tasks may {@link #sleep}: whatever else is due happens meanwhile, so that what two processes do step
 * by step comes in any order. Tasks end with their process, wherever they are.
 */
final class SimulatedThreads implements Executor {

    private final VirtualTime.Node node;
    private final ArrayDeque<Runnable> queue = new ArrayDeque<>();
    private final Set<Coroutine> asleep = new LinkedHashSet<>();
    /** Those that wait for the volume. */
    private final ArrayDeque<Coroutine> held = new ArrayDeque<>();
    private final SplittableRandom random;
    private @Nullable Coroutine running;
    private int free;
    private boolean stalled;

    SimulatedThreads(VirtualTime.Node node, int threads, SplittableRandom random) {
        this.node = node;
        this.random = random;
        node.onStall(this::stall);
        this.free = threads;
        node.onCrash(() -> {
            queue.clear();
            List.copyOf(asleep).forEach(Coroutine::kill);
            asleep.clear();
        });
    }

    @Override
    public void execute(Runnable task) {
        queue.add(task);
        startNext();
    }

    private void startNext() {
        while (free > 0 && !queue.isEmpty() && !node.crashed()) {
            Coroutine next = new Coroutine(queue.poll());
            free--;
            node.schedule(random.nextLong(1_000, 100_000), () -> goOn(next));
        }
    }

    private void goOn(Coroutine task) {
        asleep.remove(task);
        running = task;
        boolean ended = true;
        try {
            ended = task.goOn();
        } finally {
            running = null;
            if (ended) {
                free++;
                startNext();
            } else {
                asleep.add(task);
            }
        }
    }

    /** For a task that runs here: so much time passes before it goes on. */
    void sleep(long nanos) {
        Coroutine self = Objects.requireNonNull(running, "only a task of these threads may sleep");
        node.schedule(nanos, () -> goOn(self));
        self.stop();
    }

    /** For a task that runs here and is about to use the volume: it waits while that does not answer. */
    void awaitVolume() {
        while (stalled) {
            Coroutine self = Objects.requireNonNull(running, "only a task of these threads may wait");
            held.add(self);
            self.stop();
        }
    }

    private void stall(boolean stall) {
        stalled = stall;
        while (!stalled && !held.isEmpty()) {
            Coroutine next = held.poll();
            node.schedule(0, () -> goOn(next));
        }
    }
}
