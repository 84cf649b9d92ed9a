// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.kubernetes;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Two operators, each on a node of its own, of which one acts. */
record Operators(KubernetesClient client, String namespace) {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    Pods pods() {
        return new Pods(client, namespace, Map.of("app.kubernetes.io/name", "persist-operator"));
    }

    /** The name of the pod whose operator acts; empty where none does at the moment. */
    String acting() {
        String holder = client.leases().inNamespace(namespace).withName("persist-operator").require().getSpec()
                .getHolderIdentity();
        return holder == null ? "" : holder;
    }

    /** Has the one on that node act: whoever acts elsewhere is deleted, until nobody else is quicker. */
    void actOn(String node, List<String> nodes) {
        await("the operator on " + node + " acts").atMost(Duration.ofMinutes(2)).pollInterval(Duration.ofMillis(500))
                .until(() -> {
                    pods().spread(2, nodes);
                    Optional<Pod> acts = actingPod();
                    boolean there = acts.isPresent() && node.equals(acts.get().getSpec().getNodeName());
                    if (acts.isPresent() && !there) {
                        client.resource(acts.get()).delete();
                        awaitSuccessor(acts.get().getMetadata().getName());
                    }
                    return there;
                });
    }

    /** Until another one than that acts. */
    void awaitSuccessor(String of) {
        await("another operator than " + of + " acts").atMost(PATIENCE)
                .until(this::acting, now -> !now.isEmpty() && !now.equals(of));
    }

    private Optional<Pod> actingPod() {
        String acting = acting();
        return pods().ready().stream().filter(pod -> pod.getMetadata().getName().equals(acting)).findAny();
    }
}
