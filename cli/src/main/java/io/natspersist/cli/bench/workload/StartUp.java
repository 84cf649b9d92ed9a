// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.workload;

import static io.natspersist.cli.bench.measure.Metric.TOOK;

import io.natspersist.cli.bench.contender.PersistStore;
import io.natspersist.cli.bench.contender.Store;
import io.natspersist.cli.bench.jetstream.JetStreamStore;
import io.natspersist.cli.bench.jetstream.SyncInterval;
import io.natspersist.cli.bench.measure.Goal;
import io.natspersist.cli.bench.measure.Load;
import io.natspersist.cli.bench.measure.Outcome;
import io.natspersist.cli.bench.measure.Series;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** From nothing running to the first answer about a stream that was there before: with few streams, and with many. */
final class StartUp implements Workload {

    private static final int MADE_AT_ONCE = 500;
    private static final long PATIENCE_SECONDS = 300;

    @Override
    public String name() {
        return "start";
    }

    @Override
    public String title() {
        return "from the start of all processes to the first answer, by how many streams exist";
    }

    @Override
    public Outcome run(Lab lab) throws Exception {
        int few = 1;
        int many = lab.scale().of(100, 1_000, 10_000);
        int most = lab.scale().of(300, 4_000, 100_000);
        Outcome.Draft outcome = Outcome.draft().parameter("streams", List.of(few, many, most).toString())
                .parameter("jetStreamStreams", List.of(few, many).toString()).parameter("starts", startsOf(lab));
        Path ours = lab.folder("start-persist");
        Series first = starts(lab, outcome, () -> lab.startPersist(ours, 1), PersistStore.SYNC, 0, few);
        starts(lab, outcome, () -> lab.startPersist(ours, 1), PersistStore.SYNC, few, many);
        Series last = starts(lab, outcome, () -> lab.startPersist(ours, 1), PersistStore.SYNC, many, most);
        Path theirs = lab.folder("start-jetstream");
        String jetStream = SyncInterval.DEFAULT.contender();
        starts(lab, outcome, () -> JetStreamStore.start(theirs, SyncInterval.DEFAULT), jetStream, 0, few);
        starts(lab, outcome, () -> JetStreamStore.start(theirs, SyncInterval.DEFAULT), jetStream, few, many);
        return outcome.goal(Goal.atMost(1.25, last, first))
                .note("Persist starts a nats-server, a coordinator and a worker's JVM, JetStream a nats-server")
                .note("both were stopped in order before; JetStream gets no more streams than it makes in bearable time")
                .done();
    }

    private static int startsOf(Lab lab) {
        return lab.scale().of(1, 2, 3);
    }

    /** Starts servers, and connects to them. */
    private interface Start {
        Store start() throws IOException, InterruptedException;
    }

    private static Series starts(Lab lab, Outcome.Draft outcome, Start start, String name, int from, int to)
            throws Exception {
        try (Store store = start.start()) {
            make(store, from, to, lab.value());
        }
        List<Double> seconds = new ArrayList<>();
        for (int i = 0; i < startsOf(lab); i++) {
            long began = System.nanoTime();
            try (Store store = start.start()) {
                long messages = firstAnswer(store, to - 1);
                seconds.add((System.nanoTime() - began) / 1e9);
                outcome.counted(name + ", messages of stream " + (to - 1), 1, messages);
            }
        }
        Series series = new Series(name + ", " + to + (to == 1 ? " stream" : " streams"), TOOK, seconds);
        outcome.add(series);
        return series;
    }

    private static void make(Store store, int from, int to, byte[] value) throws InterruptedException {
        List<String> names = IntStream.range(from, to).mapToObj(StartUp::name).toList();
        store.prepare(names);
        Load.count(n -> store.stream(names.get(n)).set(value), MADE_AT_ONCE, names.size());
        if (store instanceof PersistStore persist) {
            persist.flush(names);
        }
    }

    private static String name(int number) {
        return "bench.start." + number;
    }

    /** One that does not answer yet is asked again. */
    private static long firstAnswer(Store store, int stream) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (true) {
            try {
                return store.stream(name(stream)).count().orTimeout(1, TimeUnit.SECONDS).join();
            } catch (CompletionException | CancellationException e) {
                if (System.nanoTime() > end) {
                    throw e;
                }
                TimeUnit.MILLISECONDS.sleep(2);
            }
        }
    }
}
