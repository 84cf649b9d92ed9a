// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator.resource;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.natspersist.operator.crd.PersistCluster;
import java.util.Optional;

/** The workers. A new one is ready before an old one is told to stop. */
final class WorkerDeployment {

    private WorkerDeployment() {}

    /** Empty where nobody has said with which image, or the Secret with the URLs of NATS is not there: no pod could start. */
    static Optional<Deployment> of(PersistCluster cluster, Surroundings surroundings) {
        String image = surroundings.image(cluster);
        if (image == null
                || (cluster.getSpec().nats().urlSecret() != null && surroundings.urlSecretVersion() == null)) {
            return Optional.empty();
        }
        return Optional.of(new DeploymentBuilder().withMetadata(Metadata.owned(cluster, Names.of(cluster).worker()))
                .withNewSpec().withReplicas(cluster.getSpec().workers().replicas()).withRevisionHistoryLimit(2)
                .withProgressDeadlineSeconds(600).withNewSelector().withMatchLabels(Labels.workerSelector(cluster))
                .endSelector().withNewStrategy().withType("RollingUpdate").withNewRollingUpdate().withNewMaxSurge(1)
                .withNewMaxUnavailable(0).endRollingUpdate().endStrategy()
                .withTemplate(WorkerPod.of(cluster, image, surroundings)).endSpec().build());
    }
}
