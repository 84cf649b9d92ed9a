// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.kubernetes;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A nats-server in the cluster, and its Service. */
final class NatsPod {

    static final String NAME = "nats";
    static final int PORT = 4222;

    private static final Map<String, String> LABELS = Map.of("app", NAME);

    private final KubernetesClient client;
    private final String namespace;

    NatsPod(KubernetesClient client, String namespace, String image, @Nullable String node) {
        this.client = client;
        this.namespace = namespace;
        client.resource(new ServiceBuilder().withNewMetadata().withName(NAME).withNamespace(namespace).endMetadata()
                .withNewSpec().withSelector(LABELS).addNewPort().withPort(PORT).withTargetPort(new IntOrString(PORT))
                .endPort().endSpec().build()).create();
        client.resource(new PodBuilder().withNewMetadata().withName(NAME).withNamespace(namespace).withLabels(LABELS)
                .endMetadata().withNewSpec()
                .withNodeSelector(node == null ? null : Map.of("kubernetes.io/hostname", node))
                .withNewSecurityContext().withRunAsNonRoot(true).withRunAsUser(65_532L).withNewSeccompProfile()
                .withType("RuntimeDefault").endSeccompProfile().endSecurityContext().addNewContainer().withName(NAME)
                .withImage(image).withImagePullPolicy("IfNotPresent").addNewPort().withContainerPort(PORT)
                .endPort().withNewReadinessProbe().withNewTcpSocket().withPort(new IntOrString(PORT)).endTcpSocket()
                .withPeriodSeconds(1).endReadinessProbe().withNewSecurityContext().withAllowPrivilegeEscalation(false)
                .withReadOnlyRootFilesystem(true).withNewCapabilities().withDrop("ALL").endCapabilities()
                .endSecurityContext().endContainer().endSpec().build()).create();
    }

    void awaitReady() {
        client.pods().inNamespace(namespace).withName(NAME).waitUntilReady(60, TimeUnit.SECONDS);
    }

    String url() {
        return "nats://" + NAME + "." + namespace + ":" + PORT;
    }
}
