// SPDX-License-Identifier: Apache-2.0
package io.natspersist.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.coordinator.CoordinatorStatus.Hung;
import io.natspersist.coordinator.Plan.Death;
import io.natspersist.protocol.table.Incarnation;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HungWorkersTest {

    private final HungWorkers hung = new HungWorkers();

    @Test
    void onlyWhoDiedOfSilenceOrWithoutForcingMayHang() {
        for (Death death : Death.values()) {
            hung.died(Map.of(new Incarnation(death.name(), 1), death));
        }

        assertThat(hung.all()).extracting(Hung::worker)
                .containsExactly(new Incarnation("SILENT", 1), new Incarnation("STUCK", 1));
    }

    @Test
    void whoHasComeBackAsAnotherProcessDoesNotHang() {
        hung.died(Map.of(new Incarnation("a", 1), Death.SILENT, new Incarnation("b", 2), Death.SILENT));

        hung.registered(List.of(new Incarnation("a", 3)));

        assertThat(hung.all()).extracting(Hung::worker).containsExactly(new Incarnation("b", 2));
    }
}
