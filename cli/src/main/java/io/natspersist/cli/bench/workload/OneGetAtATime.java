// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.workload;

import static io.natspersist.cli.bench.measure.Metric.P50;

import io.natspersist.cli.bench.contender.Echo;
import io.natspersist.cli.bench.contender.PersistStore;
import io.natspersist.cli.bench.jetstream.SyncInterval;
import io.natspersist.cli.bench.measure.Goal;
import io.natspersist.cli.bench.measure.Outcome;
import io.natspersist.cli.bench.measure.Series;
import io.natspersist.cli.bench.measure.Turns;

/** How long one get takes while nothing else goes on, beside the echo and JetStream's direct get. */
final class OneGetAtATime implements Workload {

    @Override
    public String name() {
        return "one-get";
    }

    @Override
    public String title() {
        return "one get at a time, of messages that are in the stream's file";
    }

    @Override
    public Outcome run(Lab lab) throws Exception {
        int count = lab.scale().of(200, 1_000, 10_000);
        int messages = lab.scale().of(500, 5_000, 20_000);
        byte[] value = lab.value();
        Echo echo = lab.echo();
        Gets ours = Gets.of(lab, lab.persist(), messages);
        Gets theirs = Gets.of(lab, lab.jetStream(SyncInterval.DEFAULT), messages);
        lab.persist().flush(Gets.STREAMS);
        Turns turns = new Turns().add(Echo.NAME, OneSetAtATime.alone(n -> echo.request(0, value), count))
                .add(PersistStore.SYNC, OneSetAtATime.alone(ours::get, count))
                .add(SyncInterval.DEFAULT.contender(), OneSetAtATime.alone(theirs::get, count));
        turns.run(1); // until the JVMs are warm
        Outcome.Draft outcome = Outcome.draft().parameter("getsPerTurn", count).parameter("messages", messages)
                .parameter("bytes", value.length).add(turns.run(lab.turns()));
        Series get = outcome.series(PersistStore.SYNC, P50);
        return outcome.goal(Goal.atMost(1.2, get, outcome.series(Echo.NAME, P50)))
                .goal(Goal.atMost(1, get, outcome.series(SyncInterval.DEFAULT.contender(), P50))).done();
    }
}
