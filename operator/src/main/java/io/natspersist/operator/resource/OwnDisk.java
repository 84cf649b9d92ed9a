// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator.resource;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaimSpecBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimTemplate;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimTemplateBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.natspersist.operator.crd.PerWorkerSpec;
import io.natspersist.operator.crd.PersistCluster;
import java.util.Map;
import java.util.Objects;

/**
 * The disk that one worker has for itself: it comes and goes with the pod. A container that is started again in its pod finds it, which is
 * what makes that cheap: the worker ships what it had forced before. A new pod has a new disk, and needs nothing of the old one: what
 * that had shipped is in the bucket, and others may have gone on from there.
 */
final class OwnDisk {

    private OwnDisk() {}

    /** @param name in the pod; Kubernetes names the claim after the pod, with this behind it */
    static Volume of(PersistCluster cluster, PerWorkerSpec own, String name) {
        VolumeBuilder volume = new VolumeBuilder().withName(name);
        PerWorkerSpec.WorkerClaim claim = own.claim();
        return claim == null
                ? volume.withNewEmptyDir().withSizeLimit(sizeLimit(own)).endEmptyDir().build()
                : volume.withNewEphemeral().withVolumeClaimTemplate(template(cluster, claim)).endEphemeral().build();
    }

    private static Quantity sizeLimit(PerWorkerSpec own) {
        return Objects.requireNonNull(own.emptyDir(), "no claim and no emptyDir").sizeLimit();
    }

    /** With the labels of the cluster's objects, so that the operator sees how the claims stand. */
    private static PersistentVolumeClaimTemplate template(PersistCluster cluster, PerWorkerSpec.WorkerClaim claim) {
        return new PersistentVolumeClaimTemplateBuilder().withNewMetadata().withLabels(Labels.of(cluster)).endMetadata()
                .withSpec(new PersistentVolumeClaimSpecBuilder().withAccessModes("ReadWriteOnce")
                        .withStorageClassName(claim.storageClassName()).withNewResources()
                        .withRequests(Map.of("storage", claim.size())).endResources().build())
                .build();
    }
}
