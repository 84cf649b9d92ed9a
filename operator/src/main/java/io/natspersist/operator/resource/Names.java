// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator.resource;

import io.natspersist.operator.crd.PersistCluster;

/**
 * What the objects of a cluster are called.
 *
 * @param cluster the name of the PersistCluster
 */
public record Names(String cluster) {

    public static Names of(PersistCluster cluster) {
        return new Names(cluster.getMetadata().getName());
    }

    /** Of the Deployment, the ServiceAccount and the PodDisruptionBudget. */
    public String worker() {
        return cluster + "-worker";
    }

    /** Of the ConfigMap that workers read. */
    public String config() {
        return cluster + "-config";
    }

    /** Of the claim that is made for the cluster. */
    public String claim() {
        return cluster + "-data";
    }

    /** Of the headless Service. */
    public String metrics() {
        return cluster + "-metrics";
    }

    /** Of the ConfigMap in which the coordinator keeps the assignment table. */
    public String table() {
        return cluster + "-table";
    }
}
