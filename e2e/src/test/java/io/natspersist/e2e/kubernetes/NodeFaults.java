// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.kubernetes;

import io.fabric8.kubernetes.api.model.Pod;

/** What can be done to nodes and containers without Kubernetes being asked. */
interface NodeFaults {

    /** Ends everything on a node at once; nobody is told. */
    void kill(String node);

    /** Brings killed nodes back; returns once all nodes are ready. */
    void revive();

    /** Takes a node off the network: its containers run on, reach nobody, and keep their volumes. */
    void cut(String node);

    /** Puts it back. */
    void heal(String node);

    /** What a pod's containers have written, as it lies on their node, which nobody may reach at the moment. */
    String written(Pod pod);

    /** {@code kill -9} of every Java process in a pod's containers. */
    void killProcesses(Pod pod);
}
