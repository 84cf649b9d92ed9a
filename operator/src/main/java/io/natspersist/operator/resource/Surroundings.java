// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator.resource;

import io.natspersist.operator.crd.PersistCluster;
import org.jspecify.annotations.Nullable;

/**
 * What objects are made from beside the PersistCluster.
 *
 * @param workerImage for workers whose cluster names none; null: there is none
 * @param urlSecretVersion changes when the Secret with the URLs of NATS does; null: there is none, or it is not there
 */
public record Surroundings(@Nullable String workerImage, @Nullable String urlSecretVersion) {

    /** With what the workers of a cluster run; null: nobody has said. */
    public @Nullable String image(PersistCluster cluster) {
        String own = cluster.getSpec().workers().image();
        return own == null ? workerImage : own;
    }
}
