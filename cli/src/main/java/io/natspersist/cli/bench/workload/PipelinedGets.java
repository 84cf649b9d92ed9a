// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.workload;

import static io.natspersist.cli.bench.measure.Metric.RATE;

import io.natspersist.cli.bench.contender.Store;
import io.natspersist.cli.bench.jetstream.JetStreamStore;
import io.natspersist.cli.bench.jetstream.SyncInterval;
import io.natspersist.cli.bench.measure.Goal;
import io.natspersist.cli.bench.measure.Load;
import io.natspersist.cli.bench.measure.Outcome;
import io.natspersist.cli.bench.measure.Request;
import io.natspersist.cli.bench.measure.Sample;
import io.natspersist.cli.bench.measure.Turns;
import java.util.List;

/** As many gets as go: of messages in the stream's file, and of those just set. */
final class PipelinedGets implements Workload {

    private static final String FRESH = ", just set";

    @Override
    public String name() {
        return "gets";
    }

    @Override
    public String title() {
        return "gets on one stream, pipelined; and sets each followed by a get of it";
    }

    @Override
    public Outcome run(Lab lab) throws Exception {
        int messages = lab.scale().of(500, 5_000, 20_000);
        JetStreamStore jetStream = lab.jetStream(SyncInterval.DEFAULT);
        Turns turns = new Turns();
        for (Store store : List.of(lab.persist(), jetStream)) {
            Gets gets = Gets.of(lab, store, messages);
            if (store == lab.persist()) {
                lab.persist().flush(Gets.STREAMS);
            }
            add(lab, turns, store, "", gets::get);
            add(lab, turns, store, FRESH, gets::setAndGet);
        }
        Outcome.Draft outcome = Outcome.draft().parameter("messages", messages).parameter("inFlight", lab.inFlight())
                .parameter("bytes", lab.value().length).add(turns.run(lab.turns()));
        for (String kind : List.of("", FRESH)) {
            outcome.goal(Goal.atLeast(1, outcome.series(lab.persist().name() + kind, RATE),
                    outcome.series(jetStream.name() + kind, RATE)));
        }
        return outcome.note("a set and the get that follows it count as one").done();
    }

    private static void add(Lab lab, Turns turns, Store store, String kind, Request request)
            throws InterruptedException {
        Load.seconds(request, lab.inFlight(), lab.scale().warmUpSeconds());
        turns.add(store.name() + kind, () -> Sample.rate(store.processes(),
                () -> Load.seconds(request, lab.inFlight(), lab.turnSeconds())));
    }
}
