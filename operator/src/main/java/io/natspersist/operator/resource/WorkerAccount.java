// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator.resource;

import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.natspersist.operator.crd.PersistCluster;
import io.natspersist.operator.crd.TieringSpec;
import java.util.TreeMap;

/** Workers ask Kubernetes nothing: their account may do nothing, and its token is not mounted. To S3 it may be who they are. */
final class WorkerAccount {

    private WorkerAccount() {}

    static ServiceAccount of(PersistCluster cluster) {
        TieringSpec tiering = cluster.getSpec().tiering();
        return new ServiceAccountBuilder().withMetadata(Metadata.owned(cluster, Names.of(cluster).worker()))
                .editMetadata()
                .withAnnotations(tiering == null || tiering.serviceAccountAnnotations().isEmpty()
                        ? null
                        : new TreeMap<>(tiering.serviceAccountAnnotations()))
                .endMetadata().withAutomountServiceAccountToken(false).build();
    }
}
