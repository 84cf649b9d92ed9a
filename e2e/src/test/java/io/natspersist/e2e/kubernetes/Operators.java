// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.kubernetes;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Two operators, each on a node of its own, of which one acts. */
record Operators(KubernetesClient client, String namespace) {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    Pods pods() {
        return new Pods(client, namespace, Map.of("app.kubernetes.io/name", "persist-operator"));
    }

    /** The name of the pod whose operator acts. */
    String acting() {
        return client.leases().inNamespace(namespace).withName("persist-operator").require().getSpec()
                .getHolderIdentity();
    }

    /** Has the one on that node act. */
    void actOn(String node) {
        pods().spread(2, List.of("node0", "node1"));
        await("an operator acts").atMost(PATIENCE).until(this::actingIsThere);
        Pod acts = pods().one(acting());
        if (!node.equals(acts.getSpec().getNodeName())) {
            String other = pods().on(node).getFirst().getMetadata().getName();
            client.resource(acts).delete();
            await(other + " acts").atMost(PATIENCE).until(() -> acting().equals(other));
            pods().awaitReady(2);
        }
    }

    /** Until another one than that acts. */
    void awaitSuccessor(String of) {
        await("another operator than " + of + " acts").atMost(PATIENCE).until(() -> !acting().equals(of));
    }

    private boolean actingIsThere() {
        String acting = acting();
        return pods().ready().stream().anyMatch(pod -> pod.getMetadata().getName().equals(acting));
    }
}
