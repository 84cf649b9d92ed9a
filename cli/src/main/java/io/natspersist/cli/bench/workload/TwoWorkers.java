// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.workload;

import static io.natspersist.cli.bench.measure.Metric.RATE;

import io.natspersist.cli.bench.contender.PersistStore;
import io.natspersist.cli.bench.measure.Goal;
import io.natspersist.cli.bench.measure.Outcome;
import io.natspersist.cli.bench.measure.Turns;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** The same load on a cluster of two workers and on one of a single worker. */
final class TwoWorkers implements Workload {

    /** One for each worker's loop and one for its journal and files, one for nats-server, one for the client. */
    private static final int CORES_NEEDED = 6;

    @Override
    public String name() {
        return "two-workers";
    }

    @Override
    public String title() {
        return "acknowledged sets over many streams, on two workers and on one";
    }

    @Override
    public Outcome run(Lab lab) throws Exception {
        int streams = lab.scale().of(200, 5_000, 5_000);
        List<String> names = IntStream.range(0, streams).mapToObj(n -> SetsSpread.PREFIX + "." + n).toList();
        PersistStore one = lab.persist();
        try (PersistStore two = lab.startPersist(lab.folder("two-workers"), 2)) {
            Turns turns = new Turns();
            List<Sets> all = new ArrayList<>();
            for (Map.Entry<String, PersistStore> each : List.of(Map.entry("two workers", two),
                    Map.entry("one worker", one))) {
                Sets sets = new Sets(each.getValue(), names, lab.value(), lab.inFlight());
                sets.forSeconds(lab.scale().warmUpSeconds());
                all.add(sets);
                turns.add(each.getKey(), () -> sets.forSeconds(lab.turnSeconds()));
            }
            Outcome.Draft outcome = Outcome.draft().parameter("streams", streams)
                    .parameter("inFlight", lab.inFlight()).parameter("bytes", lab.value().length)
                    .add(turns.run(lab.turns()));
            all.getFirst().count(outcome, "two workers");
            all.getLast().count(outcome, "one worker");
            Goal goal = Goal.atLeast(1.8, outcome.series("two workers", RATE), outcome.series("one worker", RATE));
            int cores = Runtime.getRuntime().availableProcessors();
            return outcome.goal(cores >= CORES_NEEDED
                    ? goal
                    : goal.undecided("two workers, nats-server and the client share " + cores + " cores")).done();
        }
    }
}
