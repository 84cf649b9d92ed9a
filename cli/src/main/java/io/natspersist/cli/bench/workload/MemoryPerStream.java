// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.workload;

import static io.natspersist.cli.bench.measure.Metric.EACH;

import io.natspersist.cli.bench.contender.PersistStore;
import io.natspersist.cli.bench.contender.Store;
import io.natspersist.cli.bench.jetstream.JetStreamStore;
import io.natspersist.cli.bench.jetstream.SyncInterval;
import io.natspersist.cli.bench.measure.Goal;
import io.natspersist.cli.bench.measure.Load;
import io.natspersist.cli.bench.measure.Outcome;
import io.natspersist.cli.bench.measure.ResidentMemory;
import io.natspersist.cli.bench.measure.Series;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** What a process has more when so many streams are open and were written to. In processes of its own. */
final class MemoryPerStream implements Workload {

    private static final double GOAL_KB = 60;
    private static final double KB = 1_000;
    private static final int SETS_EACH = 3;

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public String title() {
        return "memory for each open stream that was written to";
    }

    @Override
    public Outcome run(Lab lab) throws Exception {
        int streams = lab.scale().of(500, 2_000, 10_000);
        Outcome.Draft outcome = Outcome.draft().parameter("streams", streams).parameter("setsEach", SETS_EACH)
                .parameter("bytes", lab.value().length);
        if (!ResidentMemory.known()) {
            return outcome.note("nothing is measured: there is no /proc here to say how much memory a process has")
                    .done();
        }
        Series ours;
        try (PersistStore persist = lab.startPersist(lab.folder("memory-persist"), 1)) {
            ours = each(lab, persist, streams, persist.workerPids(), outcome);
        }
        try (JetStreamStore jetStream = JetStreamStore.start(lab.folder("memory-jetstream"), SyncInterval.DEFAULT)) {
            outcome.add(ours).add(each(lab, jetStream, streams, serverPids(jetStream), outcome));
        }
        return outcome.goal(Goal.atMost(GOAL_KB, ours))
                .note("resident memory of the worker, and of nats-server; the worker collects its garbage before each look,"
                        + " nats-server is left alone for some seconds")
                .done();
    }

    private static List<Long> serverPids(Store store) {
        return store.processes().pids().getOrDefault("nats-server", List.of());
    }

    private static Series each(Lab lab, Store store, int streams, List<Long> pids, Outcome.Draft outcome)
            throws Exception {
        byte[] value = lab.value();
        write(store, names("bench.warm", Math.min(500, streams)), value, lab.inFlight());
        long before = settled(lab, store, pids);
        List<String> names = names("bench.open", streams);
        write(store, names, value, lab.inFlight());
        Load.count(n -> store.stream(names.get(n)).count().thenAccept(MemoryPerStream::requireAll), 100, streams);
        long after = settled(lab, store, pids);
        outcome.counted(store.name() + " streams open", streams, names.size());
        return new Series(store.name(), EACH, List.of((after - before) / KB / streams));
    }

    private static void write(Store store, List<String> names, byte[] value, int inFlight)
            throws InterruptedException {
        store.prepare(names);
        Load.count(n -> store.stream(names.get(n % names.size())).set(value), inFlight, SETS_EACH * names.size());
    }

    private static void requireAll(long messages) {
        if (messages != SETS_EACH) {
            throw new IllegalStateException("a stream has " + messages + " messages, not " + SETS_EACH);
        }
    }

    /** After what was begun is done. */
    private static long settled(Lab lab, Store store, List<Long> pids) throws IOException, InterruptedException {
        TimeUnit.SECONDS.sleep(lab.scale().of(1, 3, 10));
        if (store instanceof PersistStore) {
            for (long pid : pids) {
                ResidentMemory.collectGarbage(pid);
            }
        }
        return ResidentMemory.of(pids);
    }

    private static List<String> names(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(n -> prefix + "." + n).toList();
    }
}
