// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator.resource;

import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;
import io.natspersist.operator.crd.PersistCluster;

/** One worker at a time is evicted; those that do not serve anyway are not protected. */
final class WorkerBudget {

    private WorkerBudget() {}

    static PodDisruptionBudget of(PersistCluster cluster) {
        return new PodDisruptionBudgetBuilder().withMetadata(Metadata.owned(cluster, Names.of(cluster).worker()))
                .withNewSpec().withNewMaxUnavailable(1).withUnhealthyPodEvictionPolicy("AlwaysAllow").withNewSelector()
                .withMatchLabels(Labels.workerSelector(cluster)).endSelector().endSpec().build();
    }
}
