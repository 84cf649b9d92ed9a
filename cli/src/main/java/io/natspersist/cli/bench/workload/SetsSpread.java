// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.workload;

import static io.natspersist.cli.bench.measure.Metric.RATE;

import io.natspersist.cli.bench.contender.PersistStore;
import io.natspersist.cli.bench.jetstream.SyncInterval;
import io.natspersist.cli.bench.measure.Goal;
import io.natspersist.cli.bench.measure.Outcome;
import io.natspersist.cli.bench.measure.Series;

/** Many streams, each written to now and then: what the project is for. */
final class SetsSpread implements Workload {

    static final String PREFIX = "bench.spread";

    @Override
    public String name() {
        return "sets-spread";
    }

    @Override
    public String title() {
        return "acknowledged sets spread over many streams";
    }

    @Override
    public Outcome run(Lab lab) throws Exception {
        Outcome.Draft outcome = SetsRace.run(lab, PREFIX, lab.scale().of(200, 5_000, 5_000));
        Series ours = outcome.series(PersistStore.SYNC, RATE);
        return outcome
                .goal(Goal.atLeast(2.5, ours, outcome.series(SyncInterval.DEFAULT.contender(), RATE)))
                .goal(Goal.atLeast(12, ours, outcome.series(SyncInterval.ALWAYS.contender(), RATE))).done();
    }
}
