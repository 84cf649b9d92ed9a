// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.workload;

import java.util.List;

/** All of them, in the order in which they run. */
public final class Workloads {

    private Workloads() {}

    public static List<Workload> all() {
        return List.of(new SetsSpread(), new SetsOnOne(), new SetMany(), new Sustained(), new OneSetAtATime(),
                new OneGetAtATime(),
                new PipelinedGets(), new CreateStreams(), new Watchers(), new ReadAll(), KeyValues.inOneStore(),
                KeyValues.overManyStores(), new MemoryPerStream(), new StartUp(), new PacedSets(),
                new Traces(), new Failover(), new TwoWorkers());
    }
}
