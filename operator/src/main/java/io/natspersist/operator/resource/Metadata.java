// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator.resource;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.natspersist.operator.crd.PersistCluster;
import java.util.List;

/** Names, labels and owners of a cluster's objects. */
public final class Metadata {

    private Metadata() {}

    /** Of an object that goes with its PersistCluster. */
    public static ObjectMeta owned(PersistCluster cluster, String name) {
        return new ObjectMetaBuilder(outliving(cluster, name)).withOwnerReferences(owner(cluster)).build();
    }

    /** Of one that stays when the PersistCluster is deleted. */
    static ObjectMeta outliving(PersistCluster cluster, String name) {
        return new ObjectMetaBuilder().withName(name).withNamespace(cluster.getMetadata().getNamespace())
                .withLabels(Labels.of(cluster)).withOwnerReferences(List.of()).build();
    }

    private static OwnerReference owner(PersistCluster cluster) {
        return new OwnerReferenceBuilder().withApiVersion(cluster.getApiVersion()).withKind(cluster.getKind())
                .withName(cluster.getMetadata().getName()).withUid(cluster.getMetadata().getUid()).withController(true)
                .withBlockOwnerDeletion(true).build();
    }
}
