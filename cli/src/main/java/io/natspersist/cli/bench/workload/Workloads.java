// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.workload;

import java.util.List;

/** All of them, in the order in which they run. */
public final class Workloads {

    private Workloads() {}

    public static List<Workload> all() {
        return List.of(new SetsSpread(), new SetsOnOne(), new SetMany(), new OneSetAtATime());
    }
}
