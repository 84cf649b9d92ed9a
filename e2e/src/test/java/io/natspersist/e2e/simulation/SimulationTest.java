// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Coordinator, workers and clients, under faults drawn from seeds. Which seeds are run does not depend on the machine's
 * speed, so that what passes here passes everywhere. {@code -Dsimulation.seed=N} runs one seed alone;
 * {@code -Dsimulation.seconds=N} hunts among unknown ones for so long, {@code -Dsimulation.from=N} says where it begins.
 */
@ExtendWith(QuietLogs.class)
class SimulationTest {

    private static final long UNHURRIED_MILLIS = Duration.ofHours(1).toMillis();

    @Test
    void noPromiseIsBrokenWhateverGoesWrong() {
        passes(Seeds.run(1, 100, UNHURRIED_MILLIS, Scenario::of));
    }

    @Test
    @Tag("slow")
    void norInALongerRun() {
        Long seconds = Long.getLong("simulation.seconds");
        passes(seconds == null
                ? Seeds.run(101, 300, UNHURRIED_MILLIS, Scenario::of)
                : Seeds.run(Long.getLong("simulation.from", 1_000), Long.MAX_VALUE / 2, seconds * 1_000, Scenario::of));
    }

    @Test
    void ephemeralStreamsEndAndBeginAgainAndNobodyMistakesOneForAnother() {
        passes(Seeds.run(1, 40, UNHURRIED_MILLIS, seed -> Scenario.of(seed).ephemeral().sparse()));
    }

    /** In {@code relaxed}, a worker with nothing to write loses its locks, and cannot notice before it writes, seconds later. */
    @Test
    void aLockLostLongAgoIsNotHeldAgainstWhatItsOwnerCouldNotKnow() {
        assertThat(Simulation.run(Scenario.withoutTier(20_939)).problems()).isEmpty();
    }

    /** Its catalog has missed both its last change and the copy of that: it is archived once more, not opened in vain again and again. */
    @Test
    void aStreamOfWhichTheCatalogIsBehindLeavesTheVolumeAllTheSame() {
        assertThat(Simulation.run(Scenario.of(700_510)).problems()).isEmpty();
    }

    /** One whose watcher was paused when its file came back without its last changes. */
    @Test
    void whatIsLostWithAFileIsToldThoughTheStreamClosesBeforeThat() {
        assertThat(Simulation.run(Scenario.of(700_135)).problems()).isEmpty();
    }

    /** A worker that is stuck between sealing a journal and reading it finds it gone when it goes on. */
    @Test
    void aJournalDeletedWhileItIsAdoptedIsNoFault() {
        assertThat(Simulation.run(Scenario.withoutTier(43_491)).problems()).isEmpty();
    }

    @Test
    void twoRunsOfOneSeedAreTheSame() {
        for (long seed : List.of(5L, 6L, 7L, 8L, 9L)) {
            assertThat(Simulation.run(Scenario.of(seed)).hash()).as("seed %d", seed)
                    .isEqualTo(Simulation.run(Scenario.of(seed)).hash());
        }
    }

    private static void passes(Seeds.Report report) {
        System.out.println(report);
        assertThat(report.failed()).isEmpty();
    }
}
