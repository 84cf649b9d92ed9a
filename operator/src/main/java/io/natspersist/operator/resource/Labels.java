// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator.resource;

import io.natspersist.operator.crd.PersistCluster;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** By what the objects of clusters are found. */
public final class Labels {

    public static final String MANAGED_BY = "app.kubernetes.io/managed-by";
    public static final String OPERATOR = "persist-operator";
    public static final String CLUSTER = PersistCluster.GROUP + "/cluster";

    private static final String COMPONENT = "app.kubernetes.io/component";

    private Labels() {}

    /** Of every object of a cluster. */
    public static Map<String, String> of(PersistCluster cluster) {
        String name = cluster.getMetadata().getName();
        return new TreeMap<>(Map.of("app.kubernetes.io/name", "persist", "app.kubernetes.io/instance", name, MANAGED_BY,
                OPERATOR, CLUSTER, name));
    }

    /** By which a cluster's worker pods are selected; this cannot change while a Deployment exists. */
    static Map<String, String> workerSelector(PersistCluster cluster) {
        return new TreeMap<>(Map.of(CLUSTER, cluster.getMetadata().getName(), COMPONENT, "worker"));
    }

    /** The same as text, as the scale subresource wants it. */
    public static String workerSelectorText(PersistCluster cluster) {
        return workerSelector(cluster).entrySet().stream().map(e -> e.getKey() + "=" + e.getValue())
                .collect(Collectors.joining(","));
    }

    /** Of a worker pod. */
    static Map<String, String> ofWorker(PersistCluster cluster) {
        Map<String, String> all = new TreeMap<>(cluster.getSpec().workers().labels());
        all.putAll(of(cluster));
        all.putAll(workerSelector(cluster));
        return all;
    }
}
