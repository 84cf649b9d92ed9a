// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.workload;

import static io.natspersist.cli.bench.measure.Metric.RATE;

import io.natspersist.cli.bench.contender.Echo;
import io.natspersist.cli.bench.contender.PersistStore;
import io.natspersist.cli.bench.jetstream.SyncInterval;
import io.natspersist.cli.bench.measure.Goal;
import io.natspersist.cli.bench.measure.Outcome;
import io.natspersist.cli.bench.measure.Series;

/** One busy stream: what JetStream is made for. */
final class SetsOnOne implements Workload {

    static final String PREFIX = "bench.one";

    @Override
    public String name() {
        return "sets-one";
    }

    @Override
    public String title() {
        return "acknowledged sets on one stream";
    }

    @Override
    public Outcome run(Lab lab) throws Exception {
        Outcome.Draft outcome = SetsRace.run(lab, PREFIX, 1);
        Series ours = outcome.series(PersistStore.SYNC, RATE);
        return outcome
                .goal(Goal.atLeast(1, ours, outcome.series(SyncInterval.DEFAULT.contender(), RATE)))
                .goal(Goal.atLeast(16, ours, outcome.series(SyncInterval.ALWAYS.contender(), RATE)))
                .goal(Goal.atLeast(0.6, ours, outcome.series(Echo.NAME, RATE))).done();
    }
}
