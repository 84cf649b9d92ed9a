// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.coordinator.CoordinatorStatus;
import io.natspersist.coordinator.CoordinatorStatus.Phase;
import io.natspersist.coordinator.CoordinatorStatus.WorkerStatus;
import io.natspersist.protocol.table.Heartbeat;
import io.natspersist.protocol.table.Incarnation;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HungWorkerTest {

    private static final CoordinatorStatus SERVING = status(Phase.SERVING);

    @Test
    void oneThatIsHeardOfLives() {
        assertThat(HungWorker.reason(SERVING, silentFor(1_500), true, 600_000)).isEmpty();
    }

    @Test
    void oneThatIsSilentForTenSecondsIsKilled() {
        assertThat(HungWorker.reason(SERVING, silentFor(9_999), true, 600_000)).isEmpty();
        assertThat(HungWorker.reason(SERVING, silentFor(10_000), true, 600_000)).hasValueSatisfying(
                why -> assertThat(why).contains("silent"));
    }

    @Test
    void oneThatWasDeclaredDeadAndLivesOnIsKilled() {
        assertThat(HungWorker.reason(SERVING, Optional.empty(), true, 7_000)).contains("it was declared dead");
    }

    @Test
    void oneThatStartsIsGivenTime() {
        assertThat(HungWorker.reason(SERVING, Optional.empty(), false, 29_999)).isEmpty();
        assertThat(HungWorker.reason(SERVING, Optional.empty(), false, 30_000)).contains("it has not registered");
    }

    @Test
    void aCoordinatorThatDoesNotServeCondemnsNobody() {
        for (Phase phase : List.of(Phase.LOADING, Phase.REBUILDING, Phase.STEPPED_DOWN, Phase.STOPPED)) {
            assertThat(HungWorker.reason(status(phase), Optional.empty(), true, 600_000)).isEmpty();
        }
    }

    private static CoordinatorStatus status(Phase phase) {
        return new CoordinatorStatus(phase, 1, 4, 0, 0, 0, List.of(), List.of());
    }

    private static Optional<WorkerStatus> silentFor(long millis) {
        return Optional.of(new WorkerStatus(new Incarnation("w0", 3), true, false, 4, millis, Heartbeat.Load.NONE));
    }
}
