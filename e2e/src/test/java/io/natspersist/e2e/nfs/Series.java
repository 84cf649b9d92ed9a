// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.nfs;

import static org.awaitility.Awaitility.await;

import io.natspersist.e2e.nfs.NumberedStream.Audit;
import io.natspersist.protocol.table.AssignmentTable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * One run after the other on one cluster: while everything is written to, one of the two workers is struck; the other takes
 * over; the fault ends; the struck worker must have halted, and all that was acknowledged must be there. The two take turns, so
 * that what one run's successor adopted is adopted again in the next.
 */
final class Series implements AutoCloseable {

    private static final int STREAMS = 16;
    /** How often a moment at which the journal rolls is looked for. */
    private static final int ATTEMPTS = 20;

    private final Rig rig;
    private final Cluster cluster;
    private final RandomGenerator random;
    private final boolean whileRolling;
    private final List<NumberedStream> streams = new ArrayList<>();
    private final List<Outcome> outcomes = new ArrayList<>();

    /** @param whileRolling strike only at moments at which the journal goes on to its next segment */
    Series(Rig rig, Cluster cluster, RandomGenerator random, boolean whileRolling) {
        this.rig = rig;
        this.cluster = cluster;
        this.random = random;
        this.whileRolling = whileRolling;
        for (int i = 0; i < STREAMS; i++) {
            streams.add(new NumberedStream(cluster.client().stream("nfs.numbered." + i)));
        }
    }

    /**
     * What came of one run.
     *
     * @param rolling the worker's journal was on its way to the next segment when it was struck
     * @param servedAfterMillis from the fault until the last of the worker's streams took a write again
     * @param halt how the struck worker ended, and why by its own account
     */
    record Outcome(int run, Fault fault, String worker, boolean rolling, Audit audit, long servedAfterMillis,
            String halt, boolean halted) {

        static final String HEADER = """
                | run | fault | worker | rolling | acknowledged | read | unanswered | lost | twice | misplaced | gaps | served again | then |
                | ---: | --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |""";

        @Override
        public String toString() {
            return "| %d | %s | %s | %s | %d | %d | %d | %d | %d | %d | %d | %.1f s | %s |".formatted(run, fault.text,
                    worker, rolling ? "yes" : "no", audit.acknowledged(), audit.read(), audit.unanswered(),
                    audit.lost(),
                    audit.duplicated(), audit.misplaced(), audit.gaps(), servedAfterMillis / 1_000.0, halt);
        }
    }

    /** @param faults of each run, in turn */
    List<Outcome> run(int runs, Function<Integer, Fault> faults)
            throws IOException, InterruptedException, ExecutionException, TimeoutException {
        say(Outcome.HEADER);
        for (int run = 1; run <= runs; run++) {
            Outcome outcome = run(run, faults.apply(run - 1), run % 2 == 1 ? "a" : "b");
            say(outcome);
            outcomes.add(outcome);
        }
        return outcomes;
    }

    private Outcome run(int run, Fault fault, String victim)
            throws IOException, InterruptedException, ExecutionException, TimeoutException {
        String successor = victim.equals("a") ? "b" : "a";
        write(victim, successor);
        GuestWorker worker = cluster.worker(victim);
        boolean rolling = strike(fault, worker);
        long servedAfter = awaitSuccessor(victim, successor);
        End end = end(fault, worker);
        cluster.start(victim);
        Audit audit = audit(NumberedStream::auditNew);
        return new Outcome(run, fault, victim, rolling, audit, servedAfter, end.text, end.halted);
    }

    /** Writes, once both workers have enough to do; returns when everything that the victim serves is being written. */
    private void write(String victim, String successor) {
        AssignmentTable table = cluster.awaitTableSupervised("both workers own streams",
                t -> owned(t, victim).size() >= STREAMS / 4 && !owned(t, successor).isEmpty());
        streams.forEach(NumberedStream::write);
        await("writes to " + victim).atMost(Cluster.PATIENCE)
                .until(() -> owned(table, victim).stream().allMatch(stream -> stream.epoch() > 0));
    }

    /** Milliseconds until all streams are served by the successor and were written there. */
    private long awaitSuccessor(String victim, String successor) {
        long struckAt = System.nanoTime();
        Map<NumberedStream, Long> epochs = new HashMap<>();
        owned(cluster.awaitTable("a table", table -> true), victim)
                .forEach(stream -> epochs.put(stream, stream.epoch()));
        cluster.awaitTable(successor + " owns everything", table -> Cluster.ownsAll(table, successor));
        await("writes to what " + victim + " served").atMost(Cluster.PATIENCE).pollInterval(Duration.ofMillis(50))
                .until(() -> epochs.keySet().stream().allMatch(stream -> stream.epoch() > epochs.get(stream)));
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - struckAt);
    }

    private record End(boolean halted, String text) {}

    private End end(Fault fault, GuestWorker worker) throws IOException, InterruptedException {
        boolean endedBefore = !worker.running();
        if (fault == Fault.CUT_AND_NOT_TOLD) {
            cluster.fallSilent();
        }
        long healedAt = System.nanoTime();
        fault.end(rig, worker);
        if (fault == Fault.POWER_CUT) {
            return new End(true, "booted again");
        }
        int status = worker.exitWithin(120);
        String when = endedBefore
                ? "before it was healed"
                : "%.1f s after it was healed".formatted((System.nanoTime() - healedAt) / 1e9);
        if (fault == Fault.CUT_AND_NOT_TOLD) {
            cluster.speak();
        }
        return new End(status == GuestWorker.HALTED,
                "exit status " + status + " " + when + worker.reason().map(why -> ": " + why).orElse(""));
    }

    /** Reads back everything that was ever written. */
    Audit auditAll() throws InterruptedException, ExecutionException, TimeoutException {
        return audit(NumberedStream::auditAll);
    }

    private Audit audit(Function<NumberedStream, Audit> reading)
            throws InterruptedException, ExecutionException, TimeoutException {
        for (CompletableFuture<?> last : streams.stream().map(NumberedStream::pause).toList()) {
            last.get(Cluster.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
        return streams.stream().map(reading).reduce(Audit.NONE, Audit::plus);
    }

    private List<NumberedStream> owned(AssignmentTable table, String worker) {
        return streams.stream().filter(stream -> Cluster.owns(table, worker, stream.name())).toList();
    }

    /** Whether the worker's journal was between two segments. A cut that came at another moment than wanted is healed at once. */
    private boolean strike(Fault fault, GuestWorker worker) throws InterruptedException {
        Thread.sleep(random.nextLong(1_000, 6_000));
        boolean rolling = false;
        for (int attempt = 0; whileRolling && !rolling && attempt < ATTEMPTS; attempt++) {
            rig.cut(worker.client(), "nfs");
            rolling = Rolling.isUnderWay(rig, worker.client());
            if (!rolling) {
                rig.heal(worker.client());
                Thread.sleep(random.nextLong(500, 1_500));
            }
        }
        fault.strike(rig, worker);
        return rolling;
    }

    private static void say(Object line) {
        System.out.println(line);
    }

    @Override
    public void close() throws InterruptedException {
        streams.forEach(NumberedStream::pause);
        cluster.close();
    }
}
