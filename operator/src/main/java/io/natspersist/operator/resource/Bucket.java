// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator.resource;

import io.natspersist.operator.crd.PersistCluster;
import io.natspersist.operator.crd.TieringSpec;
import org.jspecify.annotations.Nullable;

/** Where in S3 a cluster's streams are. */
public final class Bucket {

    private Bucket() {}

    /** As workers are told it, {@code s3://BUCKET/PREFIX}; null: the cluster has no tiering. */
    public static @Nullable String of(PersistCluster cluster) {
        TieringSpec tiering = cluster.getSpec().tiering();
        return tiering == null ? null : "s3://" + tiering.bucket() + "/" + prefix(cluster, tiering);
    }

    private static String prefix(PersistCluster cluster, TieringSpec tiering) {
        return tiering.prefix() == null
                ? cluster.getMetadata().getNamespace() + "/" + cluster.getMetadata().getName()
                : tiering.prefix();
    }
}
