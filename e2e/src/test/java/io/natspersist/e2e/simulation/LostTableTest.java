// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.protocol.table.AssignmentTable;
import io.natspersist.protocol.table.Numbers;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The real coordinator, workers and clients around a table that is lost at the worst of moments. */
@ExtendWith(QuietLogs.class)
class LostTableTest {

    private final World world = new World(Scenario.of(1).inSync().dense().withFaults(Set.of()));

    @Test
    void aTableThatOnlyClientsHaveHeardOfIsRebuiltWithHigherNumbersWhenItIsLostToo() {
        world.start();
        world.time.runFor(5_000);

        loseTableAndRebuild();
        AssignmentTable heardByClients = table();
        world.workers().forEach(worker -> world.network.cut(worker.name(), CoordinatorProcess.NAME));
        world.time.runFor(100);
        world.workers().forEach(worker -> worker.kill(10));
        world.time.runFor(100);
        world.network.healAll();
        loseTableAndRebuild();

        Numbers known = heardByClients.numbers();
        assertThat(table().numbers()).satisfies(
                rebuilt -> assertThat(rebuilt.version()).isGreaterThan(known.version()),
                rebuilt -> assertThat(rebuilt.epoch()).isGreaterThan(known.epoch()),
                rebuilt -> assertThat(rebuilt.incarnation()).isGreaterThan(known.incarnation()));
        assertThat(world.time.runUntil(world.coordinator::settled, 30_000)).isTrue();
        world.heal();
        assertThat(world.time.runUntil(() -> world.clients().stream().allMatch(ClientProcess::idle), 30_000)).isTrue();
        assertThat(world.oracle.problems()).isEmpty();
    }

    private void loseTableAndRebuild() {
        world.coordinator.crash();
        world.tables.lose();
        world.coordinator.start();
        assertThat(world.time.runUntil(() -> world.tables.load().isPresent(), 30_000)).isTrue();
    }

    private AssignmentTable table() {
        return world.tables.load().orElseThrow();
    }
}
