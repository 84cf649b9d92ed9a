// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.workload;

import static io.natspersist.cli.bench.measure.Metric.RATE;

import io.natspersist.cli.bench.contender.PersistStore;
import io.natspersist.cli.bench.contender.StoredStream;
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
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** Sets that travel a hundred to a request, beside JetStream's pipelined publishing; as many messages are under way. */
final class SetMany implements Workload {

    private static final int EACH = 100;
    private static final String STREAM = "bench.many.0";

    @Override
    public String name() {
        return "set-many";
    }

    @Override
    public String title() {
        return "acknowledged sets on one stream, " + EACH + " to a request";
    }

    @Override
    public Outcome run(Lab lab) throws Exception {
        PersistStore persist = lab.persist();
        JetStreamStore jetStream = lab.jetStream(SyncInterval.DEFAULT);
        Sets published = new Sets(jetStream, lab.streams(jetStream, "bench.many", 1), lab.value(), lab.inFlight());
        StoredStream ours = persist.stream(STREAM);
        long before = ours.count().join();
        AtomicLong acknowledged = new AtomicLong();
        double seconds = lab.turnSeconds();
        batches(lab, persist, acknowledged, lab.scale().warmUpSeconds());
        published.forSeconds(lab.scale().warmUpSeconds());
        List<Series> series = new Turns()
                .add(PersistStore.SYNC, () -> batches(lab, persist, acknowledged, seconds))
                .add(jetStream.name(), () -> published.forSeconds(seconds)).run(lab.turns());
        Outcome.Draft outcome = Outcome.draft().parameter("messagesPerRequest", EACH)
                .parameter("inFlight", lab.inFlight()).parameter("bytes", lab.value().length)
                .parameter("secondsPerTurn", seconds).add(series)
                .counted("persist sync acknowledged", acknowledged.get(), ours.count().join() - before)
                .note("JetStream's messages are single ones, pipelined: its client has no call for many at once");
        published.count(outcome);
        return outcome.goal(Goal.atLeast(3, outcome.series(PersistStore.SYNC, RATE),
                outcome.series(jetStream.name(), RATE))).done();
    }

    private static Sample batches(Lab lab, PersistStore persist, AtomicLong acknowledged, double seconds)
            throws Exception {
        byte[] value = lab.value();
        return Sample.measured(persist.processes(),
                () -> Load.seconds(n -> persist.setMany(STREAM, value, EACH).thenAccept(acknowledged::addAndGet),
                        Math.max(1, lab.inFlight() / EACH), seconds),
                done -> (long) done.answered() * EACH, done -> Map.of(Metric.RATE, done.perSecond() * EACH));
    }
}
