// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.workload;

import static io.natspersist.cli.bench.measure.Metric.P50;

import io.natspersist.cli.bench.contender.Echo;
import io.natspersist.cli.bench.contender.Forces;
import io.natspersist.cli.bench.contender.PersistStore;
import io.natspersist.cli.bench.contender.Store;
import io.natspersist.cli.bench.contender.StoredStream;
import io.natspersist.cli.bench.jetstream.SyncInterval;
import io.natspersist.cli.bench.measure.Goal;
import io.natspersist.cli.bench.measure.Latency;
import io.natspersist.cli.bench.measure.Outcome;
import io.natspersist.cli.bench.measure.Request;
import io.natspersist.cli.bench.measure.Sample;
import io.natspersist.cli.bench.measure.Series;
import io.natspersist.cli.bench.measure.Turns;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/** How long one set takes while nothing else goes on, beside the echo and a force of the same disk. */
final class OneSetAtATime implements Workload {

    private static final String STREAM = "bench.alone";

    @Override
    public String name() {
        return "one-set";
    }

    @Override
    public String title() {
        return "one set at a time";
    }

    @Override
    public Outcome run(Lab lab) throws Exception {
        int count = lab.scale().of(100, 500, 4_000);
        byte[] value = lab.value();
        PersistStore persist = lab.persist();
        Echo echo = lab.echo();
        Path folder = lab.folder("force");
        StoredStream relaxed = persist.relaxedStream(STREAM + ".relaxed");
        Map<String, StoredStream> written = new LinkedHashMap<>(Map.of(PersistStore.RELAXED, relaxed));
        Turns turns = new Turns()
                .add(Echo.NAME, alone(n -> echo.request(0, value), count))
                .add(PersistStore.RELAXED, alone(n -> relaxed.set(value), count))
                .add(Forces.NAME, () -> new Sample(Forces.measure(folder, value.length + 128, count).values(),
                        Map.of()));
        for (Store store : List.of(persist, lab.jetStream(SyncInterval.DEFAULT),
                lab.jetStream(SyncInterval.ALWAYS))) {
            StoredStream stream = store.stream(lab.streams(store, STREAM, 1).getFirst());
            turns.add(store.name(), alone(n -> stream.set(value), count));
            written.put(store.name(), stream);
        }
        turns.run(1); // until the JVMs are warm
        Outcome.Draft outcome = Outcome.draft().parameter("setsPerTurn", count).parameter("bytes", value.length)
                .add(turns.run(lab.turns()));
        written.forEach((name, stream) -> outcome.counted(name + " acknowledged", (1L + lab.turns()) * count,
                stream.count().join()));
        Series echoed = outcome.series(Echo.NAME, P50);
        return outcome.goal(Goal.atMost(1.2, outcome.series(PersistStore.RELAXED, P50), echoed))
                .goal(Goal.atMost(1.2, outcome.series(PersistStore.SYNC, P50),
                        echoed.plus(outcome.series(Forces.NAME, P50))))
                .done();
    }

    static Callable<Sample> alone(Request request, int count) {
        return () -> new Sample(Latency.oneAtATime(request, count).values(), Map.of());
    }
}
