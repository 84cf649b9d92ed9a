// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator.resource;

import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.natspersist.operator.crd.PersistCluster;

/** Workers ask Kubernetes nothing: their account may do nothing, and its token is not mounted. */
final class WorkerAccount {

    private WorkerAccount() {}

    static ServiceAccount of(PersistCluster cluster) {
        return new ServiceAccountBuilder().withMetadata(Metadata.owned(cluster, Names.of(cluster).worker()))
                .withAutomountServiceAccountToken(false).build();
    }
}
