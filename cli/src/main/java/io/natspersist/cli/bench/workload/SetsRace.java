// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.workload;

import io.natspersist.cli.bench.contender.Echo;
import io.natspersist.cli.bench.contender.Store;
import io.natspersist.cli.bench.jetstream.SyncInterval;
import io.natspersist.cli.bench.measure.Load;
import io.natspersist.cli.bench.measure.Outcome;
import io.natspersist.cli.bench.measure.Sample;
import io.natspersist.cli.bench.measure.Turns;
import java.util.ArrayList;
import java.util.List;

/** Acknowledged sets, as many as go: Persist, JetStream both ways, and the echo, in turn. */
final class SetsRace {

    private SetsRace() {}

    /** @param streams how many they are spread over */
    static Outcome.Draft run(Lab lab, String prefix, int streams) throws Exception {
        byte[] value = lab.value();
        double seconds = lab.turnSeconds();
        Turns turns = new Turns();
        List<Sets> all = new ArrayList<>();
        for (Store store : List.of(lab.persist(), lab.jetStream(SyncInterval.DEFAULT),
                lab.jetStream(SyncInterval.ALWAYS))) {
            Sets sets = new Sets(store, lab.streams(store, prefix, streams), value, lab.inFlight());
            sets.forSeconds(lab.scale().warmUpSeconds());
            all.add(sets);
            turns.add(store.name(), () -> sets.forSeconds(seconds));
        }
        Echo echo = lab.echo();
        Load.seconds(n -> echo.request(n % streams, value), lab.inFlight(), lab.scale().warmUpSeconds());
        turns.add(Echo.NAME, () -> Sample.rate(echo.processes(),
                () -> Load.seconds(n -> echo.request(n % streams, value), lab.inFlight(), seconds)));
        Outcome.Draft outcome = Outcome.draft().parameter("streams", streams).parameter("inFlight", lab.inFlight())
                .parameter("bytes", value.length).parameter("secondsPerTurn", seconds)
                .add(turns.run(lab.turns()));
        for (Sets sets : all) {
            sets.count(outcome);
        }
        return outcome;
    }
}
