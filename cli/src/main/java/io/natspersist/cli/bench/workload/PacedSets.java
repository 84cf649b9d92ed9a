// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.workload;

import static io.natspersist.cli.bench.measure.Metric.P99;

import io.natspersist.cli.bench.contender.PersistStore;
import io.natspersist.cli.bench.contender.Store;
import io.natspersist.cli.bench.jetstream.SyncInterval;
import io.natspersist.cli.bench.measure.Goal;
import io.natspersist.cli.bench.measure.Latency;
import io.natspersist.cli.bench.measure.Outcome;
import io.natspersist.cli.bench.measure.Paced;
import io.natspersist.cli.bench.measure.Sample;
import io.natspersist.cli.bench.measure.Turns;
import java.util.ArrayList;
import java.util.List;

/** The load that the project is for: very many streams, some messages now and then for each. */
final class PacedSets implements Workload {

    private static final int PER_SECOND = 12_000;
    private static final double GOAL_MICROS = 20_000;

    @Override
    public String name() {
        return "paced";
    }

    @Override
    public String title() {
        return String.format("%,d sets a second over many open streams: how long each waits for its answer",
                PER_SECOND);
    }

    @Override
    public Outcome run(Lab lab) throws Exception {
        int streams = lab.scale().of(200, 5_000, 10_000);
        int seconds = lab.scale().of(1, 6, 60);
        Turns turns = new Turns();
        List<Sets> all = new ArrayList<>();
        for (Store store : List.of(lab.persist(), lab.jetStream(SyncInterval.DEFAULT))) {
            Sets sets = new Sets(store, lab.streams(store, SetsSpread.PREFIX, streams), lab.value(), lab.inFlight());
            Paced.run(sets, PER_SECOND, PER_SECOND * lab.scale().of(1, 2, 5));
            all.add(sets);
            turns.add(store.name(), () -> Sample.measured(store.processes(),
                    () -> Paced.run(sets, PER_SECOND, PER_SECOND * seconds), done -> (long) PER_SECOND * seconds,
                    Latency::values));
        }
        Outcome.Draft outcome = Outcome.draft().parameter("streams", streams).parameter("perSecond", PER_SECOND)
                .parameter("secondsPerTurn", seconds).parameter("bytes", lab.value().length)
                .add(turns.run(lab.scale().of(1, 1, 2)));
        for (Sets sets : all) {
            sets.count(outcome);
        }
        return outcome.goal(Goal.atMost(GOAL_MICROS, outcome.series(PersistStore.SYNC, P99))).done();
    }
}
