// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.simulation;

import io.natspersist.coordinator.Coordinator;
import io.natspersist.coordinator.CoordinatorConfig;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.simulation.VirtualTime;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The coordinator, in one process after the other. */
final class CoordinatorProcess {

    static final String NAME = "coordinator";

    private final World world;
    private VirtualTime.@Nullable Node node;
    private @Nullable Coordinator coordinator;

    CoordinatorProcess(World world) {
        this.world = world;
    }

    boolean running() {
        return node != null;
    }

    void start() {
        if (node == null) {
            node = world.time.node(NAME);
            int slots = world.scenario.slots();
            CoordinatorConfig config = new CoordinatorConfig(world.subjects().prefix(), slots, 1_000, 6_000,
                    Math.max(1, slots / 4), 6_000, Map.of());
            coordinator = new Coordinator(config, world.network.connect(node), node.loop(), world.tables,
                    node.executor("table"));
            coordinator.start();
        }
    }

    void crash() {
        if (node != null) {
            node.crash();
            node = null;
            coordinator = null;
        }
    }

    /** The supervisor tells that a worker's process has ended. */
    void gone(Incarnation worker) {
        if (coordinator != null) {
            coordinator.gone(worker);
        }
    }

    void jumpWallClock(long millis) {
        if (node != null) {
            node.jumpWallClock(millis);
        }
    }

    /** Every slot is owned and served. */
    boolean settled() {
        return coordinator != null && coordinator.status().settled();
    }

    @Override
    public String toString() {
        return coordinator == null ? "no coordinator" : coordinator.status().toString();
    }
}
