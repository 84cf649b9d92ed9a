// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.workload;

import static io.natspersist.cli.bench.measure.Metric.RATE;

import io.natspersist.cli.bench.contender.PersistStore;
import io.natspersist.cli.bench.contender.Store;
import io.natspersist.cli.bench.contender.StoredStream;
import io.natspersist.cli.bench.jetstream.SyncInterval;
import io.natspersist.cli.bench.measure.Goal;
import io.natspersist.cli.bench.measure.Load;
import io.natspersist.cli.bench.measure.Outcome;
import io.natspersist.cli.bench.measure.Sample;
import io.natspersist.cli.bench.measure.Turns;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Ten who watch one stream, each over a connection of its own: until the last has seen everything. */
final class Watchers implements Workload {

    private static final int WATCHERS = 10;
    private static final long PATIENCE_SECONDS = 120;

    @Override
    public String name() {
        return "watchers";
    }

    @Override
    public String title() {
        return "messages delivered to " + WATCHERS + " watchers of one stream";
    }

    @Override
    public Outcome run(Lab lab) throws Exception {
        int messages = lab.scale().of(2_000, 20_000, 100_000);
        Turns turns = new Turns();
        for (Store store : List.of(lab.persist(), lab.jetStream(SyncInterval.DEFAULT))) {
            StoredStream stream = store.stream(lab.streams(store, "bench.watched", 1).getFirst());
            turn(lab, store, stream, messages);
            turns.add(store.name(), () -> turn(lab, store, stream, messages));
        }
        Outcome.Draft outcome = Outcome.draft().parameter("watchers", WATCHERS).parameter("messagesPerTurn", messages)
                .parameter("inFlight", lab.inFlight()).parameter("bytes", lab.value().length)
                .add(turns.run(lab.turns()));
        return outcome.goal(Goal.atLeast(1, outcome.series(PersistStore.SYNC, RATE),
                outcome.series(SyncInterval.DEFAULT.contender(), RATE))).done();
    }

    private static Sample turn(Lab lab, Store store, StoredStream stream, int messages) throws Exception {
        CountDownLatch all = new CountDownLatch(WATCHERS * messages);
        List<AtomicLong> seen = new ArrayList<>();
        List<AutoCloseable> followers = new ArrayList<>();
        byte[] value = lab.value();
        try {
            for (int i = 0; i < WATCHERS; i++) {
                AtomicLong its = new AtomicLong();
                seen.add(its);
                followers.add(store.follow("bench.watched.0", () -> {
                    its.incrementAndGet();
                    all.countDown();
                }));
            }
            return Sample.measured(store.processes(), () -> {
                long start = System.nanoTime();
                Load.count(n -> stream.set(value), lab.inFlight(), messages);
                boolean every = all.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
                long nanos = System.nanoTime() - start;
                if (!every || seen.stream().anyMatch(its -> its.get() != messages)) {
                    throw new IllegalStateException(
                            store.name() + ": of " + messages + " messages watchers saw " + seen);
                }
                return new Load.Done(WATCHERS * messages, nanos);
            }, Load.Done::answered, done -> Map.of(RATE, done.perSecond()));
        } finally {
            for (AutoCloseable follower : followers) {
                follower.close();
            }
        }
    }
}
