// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.workload;

import static io.natspersist.cli.bench.measure.Metric.RATE;

import io.natspersist.cli.bench.contender.PersistStore;
import io.natspersist.cli.bench.contender.Store;
import io.natspersist.cli.bench.contender.StoredStream;
import io.natspersist.cli.bench.jetstream.JetStreamStore;
import io.natspersist.cli.bench.jetstream.SyncInterval;
import io.natspersist.cli.bench.measure.Goal;
import io.natspersist.cli.bench.measure.Load;
import io.natspersist.cli.bench.measure.Outcome;
import io.natspersist.cli.bench.measure.Sample;
import io.natspersist.cli.bench.measure.Turns;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** A stream read from its first message to its last: pages that are asked for, beside an ordered consumer that is pushed to. */
final class ReadAll implements Workload {

    private static final int BATCH = 500;
    private static final String STREAM = "bench.long.0";

    @Override
    public String name() {
        return "read-all";
    }

    @Override
    public String title() {
        return "read a whole stream";
    }

    @Override
    public Outcome run(Lab lab) throws Exception {
        int messages = lab.scale().of(5_000, 100_000, 1_000_000);
        PersistStore persist = lab.persist();
        JetStreamStore jetStream = lab.jetStream(SyncInterval.DEFAULT);
        byte[] value = lab.value();
        lab.streams(jetStream, "bench.long", 1);
        StoredStream theirs = jetStream.stream(STREAM);
        Load.count(n -> persist.setMany(STREAM, value, BATCH), Math.max(1, lab.inFlight() / BATCH), messages / BATCH);
        Load.count(n -> theirs.set(value), lab.inFlight(), messages);
        persist.flush(List.of(STREAM));
        Turns turns = new Turns();
        for (Store store : List.of(persist, jetStream)) {
            read(store, messages, value.length);
            turns.add(store.name(), () -> read(store, messages, value.length));
        }
        Outcome.Draft outcome = Outcome.draft().parameter("messages", messages).parameter("bytes", value.length)
                .add(turns.run(lab.turns()));
        return outcome
                .goal(Goal.atLeast(1, outcome.series(persist.name(), RATE), outcome.series(jetStream.name(), RATE)))
                .done();
    }

    private static Sample read(Store store, int messages, int bytes) throws Exception {
        LongAdder read = new LongAdder();
        return Sample.measured(store.processes(), () -> {
            long start = System.nanoTime();
            store.readAll(STREAM, messages, value -> read.add(value.length));
            if (read.sum() != (long) messages * bytes) {
                throw new IllegalStateException(
                        store.name() + ": " + read.sum() + " bytes in " + messages + " messages");
            }
            return new Load.Done(messages, System.nanoTime() - start);
        }, Load.Done::answered, done -> Map.of(RATE, done.perSecond()));
    }
}
