// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator.resource;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.natspersist.operator.crd.PersistCluster;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What objects are made from beside the PersistCluster.
 *
 * @param workerImage for workers whose cluster names none; null: there is none
 * @param urlSecretVersion changes when the Secret with the URLs of NATS does; null: there is none, or it is not there
 * @param s3SecretVersion the same for the Secret with the credentials of S3
 */
public record Surroundings(@Nullable String workerImage, @Nullable String urlSecretVersion,
        @Nullable String s3SecretVersion) {

    /** What the pods of a Deployment were made with. */
    public static @Nullable String urlSecretVersionOf(Deployment made) {
        return annotation(made, WorkerPod.URL_SECRET);
    }

    /** The same for S3. */
    public static @Nullable String s3SecretVersionOf(Deployment made) {
        return annotation(made, WorkerPod.S3_SECRET);
    }

    private static @Nullable String annotation(Deployment made, String name) {
        Map<String, String> annotations = made.getSpec().getTemplate().getMetadata().getAnnotations();
        return annotations == null ? null : annotations.get(name);
    }

    /** With what the workers of a cluster run; null: nobody has said. */
    public @Nullable String image(PersistCluster cluster) {
        String own = cluster.getSpec().workers().image();
        return own == null ? workerImage : own;
    }
}
