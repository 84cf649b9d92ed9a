// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.kubernetes;

import io.fabric8.kubernetes.api.model.Pod;
import io.natspersist.operator.crd.PersistCluster;
import io.natspersist.operator.crd.PersistClusterStatus;
import io.natspersist.operator.crd.PersistClusterStatus.WorkerStatus;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A cluster as Kubernetes shows it at one time.
 *
 * @param pods those of its workers, by name
 */
record ClusterView(PersistCluster cluster, List<Pod> pods, Instant now) {

    String name() {
        return cluster.getMetadata().getName();
    }

    String namespace() {
        return cluster.getMetadata().getNamespace();
    }

    /** How many workers are asked for. */
    int wanted() {
        return wanted(cluster);
    }

    static int wanted(PersistCluster cluster) {
        Integer replicas = cluster.getSpec().workers().replicas();
        return replicas == null ? 0 : replicas;
    }

    /** What the operator has reported; null: nothing yet. */
    @Nullable
    PersistClusterStatus status() {
        return cluster.getStatus();
    }

    /** Those that the coordinator knows. */
    List<WorkerStatus> workers() {
        PersistClusterStatus status = status();
        return status == null ? List.of() : status.workers();
    }

    @Nullable
    Pod pod(String name) {
        return pods.stream().filter(pod -> pod.getMetadata().getName().equals(name)).findFirst().orElse(null);
    }

    /** The last life of the worker in a pod; null: the coordinator knows of none. */
    @Nullable
    WorkerStatus workerIn(Pod pod) {
        return workers().stream().filter(worker -> worker.name().equals(pod.getMetadata().getName()))
                .reduce((first, last) -> last).orElse(null);
    }
}
