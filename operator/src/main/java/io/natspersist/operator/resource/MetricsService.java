// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator.resource;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.natspersist.operator.crd.PersistCluster;

/** Where a Prometheus finds the workers, also those that are not ready. Clients never use it: they speak NATS. */
final class MetricsService {

    static final String PORT_NAME = "metrics";
    static final int PORT = 9464;

    private MetricsService() {}

    static Service of(PersistCluster cluster) {
        return new ServiceBuilder().withMetadata(Metadata.owned(cluster, Names.of(cluster).metrics())).withNewSpec()
                .withClusterIP("None").withPublishNotReadyAddresses(true).withSelector(Labels.workerSelector(cluster))
                .addNewPort().withName(PORT_NAME).withPort(PORT).withNewTargetPort(PORT_NAME).withProtocol("TCP")
                .endPort().endSpec().build();
    }
}
