// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator.status;

import io.natspersist.operator.crd.ClusterCondition;
import io.natspersist.operator.crd.PersistCluster;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that a status is made from.
 *
 * @param imageKnown whether anybody has said with which image workers run
 * @param refused what the API server said when it would not take an object; null: it took all
 * @param rollout the workers' Deployment; null: there is none
 * @param now RFC 3339, to the second
 */
public record Seen(PersistCluster cluster, boolean imageKnown, @Nullable String refused, @Nullable Rollout rollout,
        Storage storage, Coordination coordination, String now) {

    /**
     * How far a Deployment has come.
     *
     * @param current whether what it reports is about what it was asked for last
     * @param replicas pods that there are
     * @param updated those of them that are as asked for last
     * @param ready those of them that are ready
     * @param stuck whether it has made no progress for so long that it has given up waiting
     */
    public record Rollout(boolean current, int replicas, int updated, int ready, boolean stuck) {

        boolean complete(int wanted) {
            return current && replicas == wanted && updated == wanted && ready >= wanted;
        }
    }

    /** Where the streams are. */
    public enum Storage {
        BOUND, PENDING, MISSING, LOST,
        /** An NFS export, which only pods see. */
        MOUNTED_BY_PODS,
        /** Each worker that was asked for has a disk of its own. */
        OWN_DISKS
    }

    int wanted() {
        Integer replicas = cluster.getSpec().workers().replicas();
        return replicas == null ? 0 : replicas;
    }

    int ready() {
        return rollout == null ? 0 : rollout.ready();
    }

    long generation() {
        Long generation = cluster.getMetadata().getGeneration();
        return generation == null ? 0 : generation;
    }

    boolean deleting() {
        return cluster.getMetadata().getDeletionTimestamp() != null;
    }

    List<ClusterCondition> before() {
        return cluster.getStatus() == null ? List.of() : cluster.getStatus().conditions();
    }
}
