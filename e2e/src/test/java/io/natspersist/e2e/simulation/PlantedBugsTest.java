// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.natspersist.worker.cold.ColdMistake;
import io.natspersist.worker.journal.JournalMistake;
import io.natspersist.worker.stream.StreamMistake;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The simulation would find these mistakes: it does when they are made, and finds nothing in the same runs when not. */
@Tag("slow")
@ExtendWith(QuietLogs.class)
class PlantedBugsTest {

    private static final int MOST_SEEDS = 100;

    /** The others cannot be made by a worker; the journal's own tests find them. */
    @ParameterizedTest
    @EnumSource(value = JournalMistake.class, names = {"SECOND_DESCRIPTOR",
            "NAME_LOOKED_UP"}, mode = EnumSource.Mode.EXCLUDE)
    void aMistakeInTheJournalIsFound(JournalMistake mistake) {
        isFound(mistake.name(), PlantedBugs.scenario(mistake), seed -> PlantedBugs.without(mistake, seed));
    }

    @ParameterizedTest
    @EnumSource(StreamMistake.class)
    void aMistakeInTheWorkerIsFound(StreamMistake mistake) {
        isFound(mistake.name(), PlantedBugs.scenario(mistake), seed -> PlantedBugs.without(mistake, seed));
    }

    @ParameterizedTest
    @EnumSource(ColdMistake.class)
    void aMistakeInTheColdTierIsFound(ColdMistake mistake) {
        isFound(mistake.name(), PlantedBugs.scenario(mistake), seed -> PlantedBugs.without(mistake, seed));
    }

    private static void isFound(String name, LongFunction<Scenario> planted, LongFunction<Scenario> right) {
        for (long seed = 1; seed <= MOST_SEEDS; seed++) {
            assertThat(Simulation.run(right.apply(seed)).problems()).as("seed %d without %s", seed, name).isEmpty();
            Simulation.Outcome outcome = Simulation.run(planted.apply(seed));
            if (!outcome.problems().isEmpty()) {
                System.out.printf("%s: found by seed %d: %s%n", name, seed,
                        outcome.problems().getFirst().lines().findFirst().orElse(""));
                return;
            }
        }
        fail("%s was not found by %d seeds", name, MOST_SEEDS);
    }
}
