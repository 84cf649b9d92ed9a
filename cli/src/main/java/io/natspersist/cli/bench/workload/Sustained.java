// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.workload;

import static io.natspersist.cli.bench.measure.Metric.RATE;
import static io.natspersist.cli.bench.measure.Metric.SIZE;
import static io.natspersist.cli.bench.measure.Metric.TOOK;

import io.natspersist.cli.bench.contender.PersistStore;
import io.natspersist.cli.bench.jetstream.JetStreamStore;
import io.natspersist.cli.bench.jetstream.SyncInterval;
import io.natspersist.cli.bench.measure.Goal;
import io.natspersist.cli.bench.measure.Outcome;
import io.natspersist.cli.bench.measure.ResidentMemory;
import io.natspersist.cli.bench.measure.Sample;
import io.natspersist.cli.bench.measure.Series;
import io.natspersist.cli.bench.measure.Watcher;
import java.util.List;

/** As many sets as go, for long: what waits to be put into files must not pile up, in the journal or in memory. */
final class Sustained implements Workload {

    /** What docs/operations.md says of the journal. */
    private static final double JOURNAL_LIMIT_MIB = 256;
    private static final double MIB = 1 << 20;

    @Override
    public String name() {
        return "sustained";
    }

    @Override
    public String title() {
        return "acknowledged sets over many streams, then on one, without a pause";
    }

    @Override
    public Outcome run(Lab lab) throws Exception {
        double seconds = lab.scale().of(1.0, 8.0, 60.0);
        int streams = lab.scale().of(200, 5_000, 5_000);
        PersistStore persist = lab.persist();
        JetStreamStore jetStream = lab.jetStream(SyncInterval.DEFAULT);
        Outcome.Draft outcome = Outcome.draft().parameter("seconds", seconds).parameter("streams", streams)
                .parameter("inFlight", lab.inFlight()).parameter("bytes", lab.value().length);
        watched(lab, persist, SetsSpread.PREFIX, streams, seconds, outcome);
        Sets published = new Sets(jetStream, lab.streams(jetStream, SetsSpread.PREFIX, streams), lab.value(),
                lab.inFlight());
        outcome.add(published.forSeconds(seconds).series(jetStream.name() + ", many", RATE));
        published.count(outcome);
        watched(lab, persist, SetsOnOne.PREFIX, 1, seconds, outcome);
        return outcome.goal(Goal.atLeast(2, outcome.series(persist.name() + ", many", RATE),
                outcome.series(jetStream.name() + ", many", RATE))).done();
    }

    private static void watched(Lab lab, PersistStore persist, String prefix, int streams, double seconds,
            Outcome.Draft outcome) throws Exception {
        String which = streams == 1 ? "one" : "many";
        List<String> names = lab.streams(persist, prefix, streams);
        Sets sets = new Sets(persist, names, lab.value(), lab.inFlight());
        Sample sample;
        double journal;
        double later;
        double before;
        try (Watcher size = new Watcher(persist::journalBytes);
                Watcher memory = new Watcher(() -> ResidentMemory.of(persist.workerPids()))) {
            sample = sets.forSeconds(seconds);
            journal = size.highest(0, 1) / MIB;
            before = memory.highest(1, 3) / MIB;
            later = memory.highest(2, 3) / MIB;
        }
        long start = System.nanoTime();
        persist.flush(names);
        double took = (System.nanoTime() - start) / 1e9;
        Series journalSize = new Series("journal at most, " + which, SIZE, List.of(journal));
        outcome.add(sample.series(persist.name() + ", " + which, RATE)).add(journalSize)
                .add(new Series("files follow, " + which, TOOK, List.of(took)))
                .goal(Goal.atMost(JOURNAL_LIMIT_MIB, journalSize));
        if (ResidentMemory.known()) {
            Series middle = new Series("worker memory, " + which + ", middle third", SIZE, List.of(before));
            Series last = new Series("worker memory, " + which + ", last third", SIZE, List.of(later));
            outcome.add(middle).add(last).goal(Goal.atMost(1.1, last, middle)
                    .named("worker memory, " + which + ": last third / middle third"));
        } else {
            outcome.note("no memory: there is no /proc here to say it");
        }
        sets.count(outcome);
    }
}
