// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.local;

import io.natspersist.coordinator.CoordinatorStatus;
import io.natspersist.coordinator.CoordinatorStatus.WorkerStatus;
import java.util.Optional;

/**
 * When a worker's process lives and yet the worker does not: it was declared dead and has not ended, it has been silent for
 * long although the coordinator can be reached, or it never registered at all.
 */
final class HungWorker {

    private static final long SILENT_MILLIS = 10_000;
    private static final long START_MILLIS = 30_000;

    private HungWorker() {}

    /**
     * @param registered whether the coordinator has known this very process
     * @param livedMillis for how long the process has lived
     * @return why it must be killed; empty: let it live
     */
    static Optional<String> reason(CoordinatorStatus coordinator, Optional<WorkerStatus> worker, boolean registered,
            long livedMillis) {
        if (coordinator.phase() != CoordinatorStatus.Phase.SERVING) {
            return Optional.empty();
        }
        if (worker.isPresent()) {
            long silent = worker.get().silentMillis();
            return silent < SILENT_MILLIS ? Optional.empty() : Optional.of("it has been silent for " + silent + " ms");
        }
        if (registered) {
            return Optional.of("it was declared dead");
        }
        return livedMillis < START_MILLIS ? Optional.empty() : Optional.of("it has not registered");
    }
}
