// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.kubernetes;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.natspersist.operator.crd.PersistCluster;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Which version every object of some namespaces has: whoever writes one changes its version. Leases are left out. */
final class Versions {

    private static final List<Class<? extends HasMetadata>> KINDS = List.of(PersistCluster.class, Deployment.class,
            ReplicaSet.class, Pod.class, Service.class, ServiceAccount.class, ConfigMap.class, Secret.class,
            PersistentVolumeClaim.class, PodDisruptionBudget.class, Event.class);

    private final KubernetesClient client;
    private final List<String> namespaces;
    private Map<String, String> last = Map.of();

    Versions(KubernetesClient client, List<String> namespaces) {
        this.client = client;
        this.namespaces = namespaces;
    }

    /** Whether nothing was written since it was asked last; says what was. */
    boolean unchanged() {
        Map<String, String> now = now();
        Map<String, String> written = new TreeMap<>(now);
        written.entrySet().removeAll(last.entrySet());
        boolean same = now.equals(last);
        if (!same && !last.isEmpty()) {
            System.out.println("written meanwhile: " + written);
        }
        last = now;
        return same;
    }

    private Map<String, String> now() {
        Map<String, String> all = new TreeMap<>();
        for (String namespace : namespaces) {
            for (Class<? extends HasMetadata> kind : KINDS) {
                client.resources(kind).inNamespace(namespace).list().getItems()
                        .forEach(each -> all.put(namespace + " " + each.getKind() + " " + each.getMetadata().getName(),
                                each.getMetadata().getResourceVersion()));
            }
        }
        return all;
    }
}
