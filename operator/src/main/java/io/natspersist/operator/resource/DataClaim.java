// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator.resource;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.natspersist.operator.crd.PersistCluster;
import io.natspersist.operator.crd.StorageSpec;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The claim that holds a cluster's streams. Only one whose data is to go with the PersistCluster is owned by it. */
public final class DataClaim {

    private DataClaim() {}

    /** Empty where the cluster brings its storage itself. */
    static Optional<PersistentVolumeClaim> of(PersistCluster cluster) {
        StorageSpec storage = cluster.getSpec().storage();
        StorageSpec.ClaimTemplate template = storage.claim();
        if (template == null) {
            return Optional.empty();
        }
        String name = Names.of(cluster).claim();
        return Optional.of(new PersistentVolumeClaimBuilder()
                .withMetadata(storage.onDelete() == StorageSpec.OnDelete.DELETE
                        ? Metadata.owned(cluster, name)
                        : Metadata.outliving(cluster, name))
                .withNewSpec().withAccessModes("ReadWriteMany").withStorageClassName(template.storageClassName())
                .withNewResources().withRequests(Map.of("storage", template.size())).endResources().endSpec().build());
    }

    /** The claim that all workers mount, whoever made it; null where they mount an NFS export, or have a disk each. */
    public static @Nullable String nameOf(PersistCluster cluster) {
        StorageSpec storage = cluster.getSpec().storage();
        if (storage.nfs() != null || storage.perWorker() != null) {
            return null;
        }
        return storage.existingClaim() == null ? Names.of(cluster).claim() : storage.existingClaim();
    }
}
