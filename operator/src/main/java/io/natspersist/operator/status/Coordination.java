// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator.status;

import io.natspersist.coordinator.CoordinatorStatus;
import io.natspersist.operator.crd.Reason;
import org.jspecify.annotations.Nullable;

/** How the coordinator of a cluster stands. */
public sealed interface Coordination {

    /** There is none, and there cannot be one as things are. */
    record Impossible(Reason reason, String message) implements Coordination {}

    /**
     * There is one.
     *
     * @param connected whether it reaches NATS
     * @param natsProblem why it does not, as far as is known
     * @param tableProblem why the table could not be read or stored the last time; null: it could
     */
    record Running(CoordinatorStatus status, boolean connected, @Nullable String natsProblem,
            @Nullable String tableProblem) implements Coordination {}
}
