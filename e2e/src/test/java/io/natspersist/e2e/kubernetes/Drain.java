// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.kubernetes;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.List;

/** What {@code kubectl drain} and {@code kubectl uncordon} ask the API server for. */
record Drain(KubernetesClient client, String node) {

    private static final int TOO_MANY_REQUESTS = 429;

    /** Returns when no pod of these namespaces is left on the node. */
    void begin(List<String> namespaces) {
        schedulable(false);
        await(node + " is empty").atMost(Duration.ofMinutes(2)).pollInterval(Duration.ofMillis(500)).until(() -> {
            List<Pod> left = namespaces.stream()
                    .flatMap(each -> client.pods().inNamespace(each).withField("spec.nodeName", node).list().getItems()
                            .stream())
                    .toList();
            left.stream().filter(pod -> pod.getMetadata().getDeletionTimestamp() == null).forEach(this::evict);
            return left.isEmpty();
        });
    }

    void end() {
        schedulable(true);
    }

    private void schedulable(boolean may) {
        client.nodes().withName(node).patch(PatchContext.of(PatchType.JSON_MERGE),
                "{\"spec\": {\"unschedulable\": " + !may + "}}");
    }

    /** Where a disruption budget forbids it at the moment nothing happens. */
    private void evict(Pod pod) {
        try {
            client.pods().resource(pod).evict();
        } catch (KubernetesClientException e) {
            if (e.getCode() != TOO_MANY_REQUESTS && e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
                throw e;
            }
        }
    }
}
