// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.kubernetes;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.readiness.Readiness;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The pods of one Deployment. */
record Pods(KubernetesClient client, String namespace, Map<String, String> labels) {

    /** Those that nobody has told to go. */
    List<Pod> staying() {
        return client.pods().inNamespace(namespace).withLabels(labels).list().getItems().stream()
                .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null).toList();
    }

    List<Pod> ready() {
        return staying().stream().filter(Readiness::isPodReady).toList();
    }

    List<Pod> on(String node) {
        return staying().stream().filter(pod -> node.equals(pod.getSpec().getNodeName())).toList();
    }

    Pod one(String name) {
        return client.pods().inNamespace(namespace).withName(name).require();
    }

    void awaitReady(int count) {
        await(count + " ready pods " + labels).atMost(Installation.PATIENCE).pollInterval(Duration.ofMillis(200))
                .until(() -> staying().size() == count && ready().size() == count);
    }

    /** As many on one node as on another, give or take one: those too many are deleted, and come back elsewhere. */
    void spread(int count, List<String> nodes) {
        await("spread " + labels).atMost(Installation.PATIENCE).pollInterval(Duration.ofMillis(200)).until(() -> {
            awaitReady(count);
            Map<String, List<Pod>> byNode = staying().stream()
                    .collect(Collectors.groupingBy(pod -> pod.getSpec().getNodeName()));
            List<String> crowded = nodes.stream()
                    .filter(node -> byNode.getOrDefault(node, List.of()).size() > (count + nodes.size() - 1)
                            / nodes.size())
                    .toList();
            crowded.forEach(node -> client.resource(byNode.get(node).getFirst()).delete());
            return crowded.isEmpty();
        });
    }
}
