// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.workload;

import io.natspersist.cli.bench.contender.PersistStore;
import io.natspersist.cli.bench.contender.StoredStream;
import io.natspersist.cli.bench.measure.Goal;
import io.natspersist.cli.bench.measure.Latency;
import io.natspersist.cli.bench.measure.Load;
import io.natspersist.cli.bench.measure.Metric;
import io.natspersist.cli.bench.measure.Outcome;
import io.natspersist.cli.bench.measure.Series;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** A worker that serves active streams is killed: how long until each of them answers again. In processes of its own. */
final class Failover implements Workload {

    private static final double GOAL_MICROS = 10_000_000;
    private static final String VICTIM = "w0";

    @Override
    public String name() {
        return "failover";
    }

    @Override
    public String title() {
        return "kill -9 of a worker: until each of its streams answers a set again";
    }

    @Override
    public Outcome run(Lab lab) throws Exception {
        int count = lab.scale().of(200, 5_000, 5_000);
        byte[] value = lab.value();
        try (PersistStore persist = lab.startPersist(lab.folder("failover"), 2)) {
            List<StoredStream> streams = ofVictim(persist, count);
            Load.count(n -> streams.get(n).set(value), lab.inFlight(), count);
            if (persist.cluster().kill(VICTIM).isEmpty()) {
                throw new IllegalStateException(VICTIM + " does not run");
            }
            long killed = System.nanoTime();
            long[] nanos = new long[count];
            Load.count(n -> streams.get(n).set(value).thenRun(() -> nanos[n] = System.nanoTime() - killed), count,
                    count);
            AtomicLong there = new AtomicLong();
            Load.count(n -> streams.get(n).count().thenAccept(there::addAndGet), 100, count);
            Latency latency = new Latency(nanos);
            Outcome.Draft outcome = Outcome.draft().parameter("streams", count).parameter("bytes", value.length)
                    .counted("messages", 2L * count, there.get());
            latency.values().forEach((metric, micros) -> outcome
                    .add(new Series(PersistStore.SYNC, metric, List.of(micros))));
            return outcome.goal(Goal.atMost(GOAL_MICROS, outcome.series(PersistStore.SYNC, Metric.MAX)))
                    .note("JetStream has nothing to set beside it: a stream with one replica is away until its server is back")
                    .done();
        }
    }

    private static List<StoredStream> ofVictim(PersistStore persist, int count) {
        List<StoredStream> streams = new ArrayList<>();
        for (int i = 0; streams.size() < count; i++) {
            String name = "bench.failover." + i;
            if (persist.async(name).locate().join().owner().startsWith(VICTIM + ".")) {
                streams.add(persist.stream(name));
            }
        }
        return streams;
    }
}
