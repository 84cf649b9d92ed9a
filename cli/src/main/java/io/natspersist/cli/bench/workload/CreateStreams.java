// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.workload;

import static io.natspersist.cli.bench.measure.Metric.RATE;

import io.natspersist.cli.bench.contender.PersistStore;
import io.natspersist.cli.bench.contender.Store;
import io.natspersist.cli.bench.jetstream.JetStreamStore;
import io.natspersist.cli.bench.jetstream.SyncInterval;
import io.natspersist.cli.bench.measure.Goal;
import io.natspersist.cli.bench.measure.Load;
import io.natspersist.cli.bench.measure.Metric;
import io.natspersist.cli.bench.measure.Outcome;
import io.natspersist.cli.bench.measure.Sample;
import io.natspersist.cli.bench.measure.Series;
import io.natspersist.cli.bench.measure.Turns;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/** Streams that did not exist, and the first message of each; then very many of them at once, and how long their files take. */
final class CreateStreams implements Workload {

    /** More streams being made at once make JetStream no faster. */
    private static final int AT_ONCE = 1_000;
    private static final int ASKED_AT_ONCE = 100;

    private final AtomicInteger turn = new AtomicInteger();

    @Override
    public String name() {
        return "create";
    }

    @Override
    public String title() {
        return "make streams, and store the first message of each";
    }

    @Override
    public Outcome run(Lab lab) throws Exception {
        int ours = lab.scale().of(500, 5_000, 5_000);
        int theirs = lab.scale().of(50, 400, 5_000);
        int large = lab.scale().of(1_000, 8_000, 100_000);
        PersistStore persist = lab.persist();
        JetStreamStore jetStream = lab.jetStream(SyncInterval.DEFAULT);
        create(lab, persist, ours);
        List<Series> series = new Turns().add(persist.name(), () -> create(lab, persist, ours))
                .add(jetStream.name(), () -> create(lab, jetStream, theirs)).run(2);
        Outcome.Draft outcome = Outcome.draft().parameter("streams", ours).parameter("jetStreamStreams", theirs)
                .parameter("largeStreams", large).parameter("inFlight", Math.min(AT_ONCE, lab.inFlight()))
                .parameter("bytes", lab.value().length).add(series);
        outcome.goal(Goal.atLeast(50, outcome.series(persist.name(), RATE), outcome.series(jetStream.name(), RATE)));
        many(lab, persist, large, outcome);
        return outcome.note("JetStream makes streams the slower the more there are").done();
    }

    private Sample create(Lab lab, Store store, int count) throws Exception {
        List<String> names = names(count);
        byte[] value = lab.value();
        Sample sample = Sample.rate(store.processes(), () -> Load.count(n -> store.create(names.get(n), value),
                Math.min(AT_ONCE, lab.inFlight()), count));
        Load.count(n -> store.stream(names.get(n)).count().thenAccept(CreateStreams::requireOne), ASKED_AT_ONCE,
                count);
        return sample;
    }

    private static void requireOne(long messages) {
        if (messages != 1) {
            throw new IllegalStateException("a new stream has " + messages + " messages");
        }
    }

    private void many(Lab lab, PersistStore persist, int count, Outcome.Draft outcome) throws Exception {
        List<String> names = names(count);
        byte[] value = lab.value();
        AtomicLong last = new AtomicLong(System.nanoTime());
        AtomicLong longest = new AtomicLong();
        Sample made = Sample.rate(persist.processes(), () -> Load.count(n -> {
            CompletableFuture<?> done = persist.create(names.get(n), value);
            return done.thenRun(() -> {
                long now = System.nanoTime();
                longest.accumulateAndGet(now - last.getAndSet(now), Math::max);
            });
        }, Math.min(AT_ONCE, lab.inFlight()), count));
        long start = System.nanoTime();
        persist.flush(names);
        String contender = persist.name() + ", " + count;
        outcome.add(made.series(contender, RATE))
                .add(new Series(contender + ", longest without an answer", Metric.TOOK, List.of(longest.get() / 1e9)))
                .add(new Series(contender + ", until all files follow", Metric.TOOK,
                        List.of((System.nanoTime() - start) / 1e9)));
        String prefix = names.getFirst().substring(0, names.getFirst().lastIndexOf('.'));
        outcome.counted("persist sync messages of new streams", count, persist.messagesBelow(prefix));
    }

    private List<String> names(int count) {
        int which = turn.incrementAndGet();
        return IntStream.range(0, count).mapToObj(n -> "bench.create." + which + "." + n).toList();
    }
}
