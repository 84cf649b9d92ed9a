// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Coordinator, workers and clients, under faults drawn from seeds. {@code -Dsimulation.seed=N} runs one seed alone;
 * {@code -Dsimulation.seconds=N} says for how long the long run goes on, {@code -Dsimulation.from=N} where it begins.
 */
@ExtendWith(QuietLogs.class)
class SimulationTest {

    @Test
    void noPromiseIsBrokenWhateverGoesWrong() {
        Seeds.Report report = Seeds.run(1, 200, 20_000, Scenario::of);
        System.out.println(report);
        assertThat(report.failed()).isEmpty();
    }

    @Test
    @Tag("slow")
    void norInThousandsOfRuns() {
        Seeds.Report report = Seeds.run(Long.getLong("simulation.from", 1_000), Long.MAX_VALUE / 2,
                Long.getLong("simulation.seconds", 60) * 1_000, Scenario::of);
        System.out.println(report);
        assertThat(report.failed()).isEmpty();
    }

    @Test
    void twoRunsOfOneSeedAreTheSame() {
        for (long seed : List.of(5L, 6L, 7L, 8L, 9L)) {
            assertThat(Simulation.run(Scenario.of(seed)).hash()).as("seed %d", seed)
                    .isEqualTo(Simulation.run(Scenario.of(seed)).hash());
        }
    }
}
