// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator;

import io.natspersist.coordinator.CoordinatorConfig;
import io.natspersist.operator.crd.CoordinatorSpec;
import io.natspersist.operator.crd.PersistCluster;
import io.natspersist.operator.crd.Reason;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Whether and how a cluster is to be coordinated. */
sealed interface CoordinationPlan {

    /** It cannot be as things are. A coordinator that is at work goes on. */
    record Wait(Reason reason, String message) implements CoordinationPlan {}

    /** Another cluster has its subjects. A coordinator that is at work ends. */
    record Never(Reason reason, String message) implements CoordinationPlan {}

    /**
     * With these.
     *
     * @param servers URLs of NATS servers, maybe with secrets in them
     * @param credentials the content of a NATS credentials file
     */
    record Coordinate(CoordinatorConfig config, String servers, @Nullable String credentials,
            NatsSecrets.@Nullable Tls tls)
            implements
                CoordinationPlan {

        /** Leaves the secrets out. */
        @Override
        public String toString() {
            return "Coordinate[" + config.prefix() + "]";
        }
    }

    /** For a cluster whose subjects are its own. */
    static CoordinationPlan of(PersistCluster cluster, NatsSecrets secrets) {
        return switch (secrets) {
            case NatsSecrets.Missing(String message) -> new Wait(Reason.SECRET_MISSING, message);
            case NatsSecrets.Found found -> new Coordinate(config(cluster), found.servers(), found.credentials(),
                    found.tls());
        };
    }

    private static CoordinatorConfig config(PersistCluster cluster) {
        CoordinatorSpec given = cluster.getSpec().coordinator();
        int slots = Objects.requireNonNull(given.slots());
        int deadAfter = Objects.requireNonNull(given.deadAfterMillis());
        return new CoordinatorConfig(cluster.prefix(), slots, Objects.requireNonNull(given.heartbeatMillis()),
                deadAfter,
                Math.max(1, slots / 16), deadAfter, Map.of());
    }
}
