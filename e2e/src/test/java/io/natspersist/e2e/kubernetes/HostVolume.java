// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.kubernetes;

import io.fabric8.kubernetes.api.model.PersistentVolumeBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Map;

/** Volumes made by hand over folders that every node sees. */
final class HostVolume {

    private static final Map<String, Quantity> SIZE = Map.of("storage", new Quantity("1Gi"));

    private HostVolume() {}

    /** One for whatever claim asks for that storage class first. */
    static void disk(KubernetesClient client, String name, String storageClass, String folder) {
        client.resource(new PersistentVolumeBuilder().withNewMetadata().withName(name).endMetadata().withNewSpec()
                .withCapacity(SIZE).withAccessModes("ReadWriteOnce").withPersistentVolumeReclaimPolicy("Retain")
                .withStorageClassName(storageClass).withNewHostPath().withPath(folder).endHostPath().endSpec().build())
                .create();
    }

    /**
     * One for one claim, and that claim.
     *
     * @param folder on the nodes, writable for user 65532
     */
    static void claim(KubernetesClient client, String namespace, String name, String folder) {
        String volume = namespace + "-" + name;
        client.resource(new PersistentVolumeBuilder().withNewMetadata().withName(volume).endMetadata().withNewSpec()
                .withCapacity(SIZE).withAccessModes("ReadWriteMany").withPersistentVolumeReclaimPolicy("Retain")
                .withStorageClassName("").withNewHostPath().withPath(folder).endHostPath().withNewClaimRef()
                .withNamespace(namespace).withName(name).endClaimRef().endSpec().build()).create();
        client.resource(new PersistentVolumeClaimBuilder().withNewMetadata().withName(name).withNamespace(namespace)
                .endMetadata().withNewSpec().withAccessModes("ReadWriteMany").withStorageClassName("")
                .withVolumeName(volume).withNewResources().addToRequests(SIZE).endResources().endSpec().build())
                .create();
    }
}
