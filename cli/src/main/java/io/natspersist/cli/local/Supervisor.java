// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.local;

import io.natspersist.coordinator.CoordinatorStatus.WorkerStatus;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps worker processes running: starts one again when it ended, tells the coordinator at once, and kills one that hangs.
 * Decides on one thread of its own.
 */
final class Supervisor implements AutoCloseable {

    private static final long TICK_MILLIS = 500;
    /** One that was silent for so much longer than the process has lived is an earlier process. */
    private static final long EARLIER_LIFE_MILLIS = 500;
    private static final long DRAIN_MILLIS = 20_000;

    private final ClusterConfig config;
    private final Function<String, List<String>> command;
    private final Supplier<Optional<CoordinatorHost>> coordinator;
    private final Consumer<String> events;
    private final ScheduledExecutorService thread = Executors
            .newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name("supervisor").factory());
    private final Map<String, WorkerProcess> running = new ConcurrentHashMap<>();
    private final Map<String, Backoff> backoffs = new LinkedHashMap<>(); // on the thread
    /** The highest incarnation that an ended process of a name had, as far as the coordinator knew; on the thread. */
    private final Map<String, Long> ended = new LinkedHashMap<>();
    private volatile boolean stopping;
    private final AtomicLong restarts = new AtomicLong();

    /** @param command how the worker of a name is started */
    Supervisor(ClusterConfig config, Function<String, List<String>> command,
            Supplier<Optional<CoordinatorHost>> coordinator, Consumer<String> events) {
        this.config = config;
        this.command = command;
        this.coordinator = coordinator;
        this.events = events;
    }

    void start(List<String> workers) {
        for (String worker : workers) {
            thread.execute(() -> start(worker));
        }
        thread.scheduleWithFixedDelay(this::killTheHung, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** The process that is worker {@code name} now; null: it is just being started again. */
    @Nullable
    WorkerProcess process(String name) {
        return running.get(name);
    }

    long restarts() {
        return restarts.get();
    }

    private void start(String worker) {
        if (stopping) {
            return;
        }
        try {
            WorkerProcess process = WorkerProcess.start(command.apply(worker), config.log(worker));
            running.put(worker, process);
            process.onExit(() -> thread.execute(() -> ended(worker, process)));
        } catch (IOException e) {
            events.accept("worker " + worker + " cannot be started: " + e.getMessage());
            startAgain(worker, 0);
        }
    }

    private void ended(String worker, WorkerProcess process) {
        running.remove(worker, process);
        coordinator.get().ifPresent(host -> {
            host.incarnationsOf(worker).forEach(life -> ended.merge(worker, life.worker().number(), Math::max));
            host.gone(worker);
        });
        if (!stopping) {
            events.accept("worker " + worker + " (process " + process.pid() + ") ended with " + process.exit()
                    + "; its log is " + config.log(worker) + process.lastWords());
            restarts.incrementAndGet();
            startAgain(worker, process.livedMillis());
        }
    }

    private void startAgain(String worker, long livedMillis) {
        Backoff backoff = backoffs.getOrDefault(worker, Backoff.NONE).afterLife(livedMillis);
        backoffs.put(worker, backoff);
        thread.schedule(() -> start(worker), backoff.delayMillis(), TimeUnit.MILLISECONDS);
    }

    private void killTheHung() {
        coordinator.get().filter(CoordinatorHost::connected)
                .ifPresent(host -> running.forEach((worker, process) -> killIfHung(host, worker, process)));
    }

    private void killIfHung(CoordinatorHost host, String worker, WorkerProcess process) {
        long lived = process.livedMillis();
        Optional<WorkerStatus> known = Optional.empty();
        for (WorkerStatus incarnation : host.incarnationsOf(worker)) {
            if (incarnation.worker().number() <= ended.getOrDefault(worker, 0L)
                    || incarnation.silentMillis() > lived + EARLIER_LIFE_MILLIS) {
                host.gone(incarnation.worker());
            } else {
                process.noteRegistered();
                known = Optional.of(incarnation);
            }
        }
        HungWorker.reason(host.status(), known, process.registered(), lived).ifPresent(why -> {
            events.accept("worker " + worker + " (process " + process.pid() + ") is killed: " + why);
            process.kill();
        });
    }

    /** Asks all workers to drain, kills those that take too long, and starts none again. */
    @Override
    public void close() {
        stopping = true;
        List<WorkerProcess> last = List.copyOf(running.values());
        last.forEach(WorkerProcess::terminate);
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(DRAIN_MILLIS);
        try {
            for (WorkerProcess process : last) {
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (!process.awaitExit(Math.max(1, left))) {
                    events.accept("process " + process.pid() + " does not end, and is killed");
                    process.kill();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            last.forEach(WorkerProcess::kill);
        }
        thread.shutdownNow();
    }
}
