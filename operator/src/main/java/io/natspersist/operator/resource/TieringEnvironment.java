// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator.resource;

import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.natspersist.operator.crd.PersistCluster;
import io.natspersist.operator.crd.TieringSpec;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a worker is told about where streams are archived. Credentials are as the AWS SDK looks for them. */
final class TieringEnvironment {

    private TieringEnvironment() {}

    static List<EnvVar> of(PersistCluster cluster) {
        TieringSpec tiering = cluster.getSpec().tiering();
        if (tiering == null) {
            return List.of();
        }
        List<EnvVar> all = new ArrayList<>();
        all.add(value("PERSIST_S3", Bucket.of(cluster)));
        if (tiering.endpoint() != null) {
            all.add(value("PERSIST_S3_ENDPOINT", tiering.endpoint()));
        }
        if (tiering.region() != null) {
            all.add(value("PERSIST_S3_REGION", tiering.region()));
        }
        all.add(value("PERSIST_S3_PATH_STYLE", tiering.pathStyle()));
        all.add(value("PERSIST_ARCHIVE_AFTER_SECONDS", tiering.archiveAfterSeconds()));
        all.add(value("PERSIST_EVICT_AFTER_SECONDS", tiering.evictAfterSeconds()));
        all.add(value("PERSIST_VOLUME_HIGH_WATER", tiering.highWaterPercent()));
        all.add(value("PERSIST_RETAIN_VERSIONS_SECONDS", tiering.retentionSeconds()));
        all.add(value("PERSIST_COLD_THREADS", tiering.threads()));
        if (tiering.credentialsSecret() != null) {
            all.add(secret("AWS_ACCESS_KEY_ID", tiering.credentialsSecret()));
            all.add(secret("AWS_SECRET_ACCESS_KEY", tiering.credentialsSecret()));
        }
        return all;
    }

    private static EnvVar value(String name, @Nullable Object value) {
        return new EnvVarBuilder().withName(name).withValue(String.valueOf(value)).build();
    }

    /** The key in the Secret is the variable's name. */
    private static EnvVar secret(String name, String secret) {
        return new EnvVarBuilder().withName(name).withNewValueFrom().withNewSecretKeyRef(name, secret, null)
                .endValueFrom().build();
    }
}
