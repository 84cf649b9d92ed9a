// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.kubernetes;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.natspersist.cli.terminal.ExitCode;
import io.natspersist.cli.terminal.Failure;
import io.natspersist.operator.resource.Labels;
import java.net.HttpURLConnection;
import java.util.List;

/** Which workers a word means: the one of that name, or those on the node of that name. */
final class DrainTarget {

    private final Namespace namespace;

    DrainTarget(Namespace namespace) {
        this.namespace = namespace;
    }

    /** @throws Failure where it means none, or a node that still takes new pods */
    List<Pod> pods(String word) {
        String name = word.substring(word.indexOf('/') + 1);
        List<Pod> workers = namespace.client().pods().inNamespace(namespace.name()).withLabel(Labels.CLUSTER).list()
                .getItems().stream().filter(pod -> pod.getMetadata().getDeletionTimestamp() == null).toList();
        List<Pod> named = workers.stream().filter(pod -> pod.getMetadata().getName().equals(name)).toList();
        if (!named.isEmpty()) {
            return named;
        }
        List<Pod> there = workers.stream().filter(pod -> name.equals(pod.getSpec().getNodeName())).toList();
        if (there.isEmpty()) {
            throw new Failure(ExitCode.NOT_FOUND, name + " is neither a worker of the namespace " + namespace.name()
                    + " nor a node that has any");
        }
        requireCordoned(name);
        return there;
    }

    /** Who may not look at nodes is believed. */
    private void requireCordoned(String name) {
        try {
            Node node = namespace.client().nodes().withName(name).get();
            if (node != null && !Boolean.TRUE.equals(node.getSpec().getUnschedulable())) {
                throw new Failure(ExitCode.FAILED, "the node " + name
                        + " still takes new pods, and workers would come back to it: first run 'kubectl cordon " + name
                        + "'");
            }
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_FORBIDDEN) {
                throw e;
            }
        }
    }
}
