// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.fabric8.kubernetes.client.dsl.PodResource;
import io.natspersist.operator.resource.Labels;
import io.natspersist.protocol.Version;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Everything that somebody needs who is to say what is wrong, and no Secret. */
final class Report {

    private static final String OPERATOR = "app.kubernetes.io/name=" + Labels.OPERATOR;
    private static final int METRICS_PORT = 9464;

    private final Namespace namespace;
    private final KubernetesClient client;
    private final ReportFile file;
    private final int lines;

    /** @param lines of each log, the last ones */
    Report(Namespace namespace, ReportFile file, int lines) {
        this.namespace = namespace;
        this.client = namespace.client();
        this.file = file;
        this.lines = lines;
    }

    /** @param operatorNamespace null: wherever one is found */
    void write(@Nullable String operatorNamespace) throws IOException {
        file.add("versions.txt", () -> "persist " + Version.CURRENT + "\nKubernetes "
                + client.getKubernetesVersion().getGitVersion() + "\n");
        file.add("status.txt", () -> namespace.clusters().stream()
                .map(cluster -> String.join("\n", StatusText.lines(namespace.view(cluster))) + "\n")
                .collect(Collectors.joining("\n")));
        objects();
        for (Pod pod : workers()) {
            pod("workers/", pod);
        }
        for (Pod pod : operators(operatorNamespace)) {
            file.add("operator/" + pod.getMetadata().getName() + ".yaml", () -> yaml(pod));
            pod("operator/", pod);
        }
    }

    private void objects() throws IOException {
        file.add("objects/persistclusters.yaml", () -> all(namespace.clusters()));
        ours("pods", client.pods().inNamespace(namespace.name()).withLabel(Labels.CLUSTER));
        ours("deployments", client.apps().deployments().inNamespace(namespace.name()).withLabel(Labels.CLUSTER));
        ours("replicasets", client.apps().replicaSets().inNamespace(namespace.name()).withLabel(Labels.CLUSTER));
        ours("services", client.services().inNamespace(namespace.name()).withLabel(Labels.CLUSTER));
        ours("serviceaccounts", client.serviceAccounts().inNamespace(namespace.name()).withLabel(Labels.CLUSTER));
        ours("configmaps", client.configMaps().inNamespace(namespace.name()).withLabel(Labels.CLUSTER));
        ours("poddisruptionbudgets",
                client.policy().v1().podDisruptionBudget().inNamespace(namespace.name()).withLabel(Labels.CLUSTER));
        file.add("objects/persistentvolumeclaims.yaml",
                () -> all(client.persistentVolumeClaims().inNamespace(namespace.name()).list().getItems()));
        file.add("objects/events.yaml",
                () -> all(client.v1().events().inNamespace(namespace.name()).list().getItems()));
        file.add("objects/nodes.yaml", () -> all(client.nodes().list().getItems()));
    }

    private <T extends HasMetadata, L extends KubernetesResourceList<T>> void ours(String name,
            FilterWatchListDeletable<T, L, ?> selected) throws IOException {
        file.add("objects/" + name + ".yaml", () -> all(selected.list().getItems()));
    }

    private List<Pod> workers() {
        return client.pods().inNamespace(namespace.name()).withLabel(Labels.CLUSTER).list().getItems();
    }

    /** None, and a line about it, where they may not be looked for. */
    private List<Pod> operators(@Nullable String operatorNamespace) throws IOException {
        Found found = new Found();
        file.add("operator/pods.txt", () -> {
            var pods = operatorNamespace == null
                    ? client.pods().inAnyNamespace().withLabelSelector(OPERATOR)
                    : client.pods().inNamespace(operatorNamespace).withLabelSelector(OPERATOR);
            found.pods = pods.list().getItems();
            return found.pods.stream().map(pod -> pod.getMetadata().getNamespace() + "/" + pod.getMetadata().getName()
                    + " " + new PodState(pod).word() + "\n").collect(Collectors.joining());
        });
        return found.pods;
    }

    private static final class Found {
        private List<Pod> pods = List.of();
    }

    private void pod(String folder, Pod pod) throws IOException {
        String name = folder + pod.getMetadata().getName();
        PodResource there = client.pods().resource(pod);
        file.add(name + ".log", () -> there.tailingLines(lines).getLog());
        if (new PodState(pod).restarts() > 0) {
            file.add(name + ".previous.log", () -> there.terminated().tailingLines(lines).getLog());
        }
        file.add(name + ".metrics", () -> client.raw("/api/v1/namespaces/%s/pods/%s:%d/proxy/metrics"
                .formatted(pod.getMetadata().getNamespace(), pod.getMetadata().getName(), METRICS_PORT)));
    }

    private String all(List<? extends HasMetadata> objects) {
        return objects.stream().map(this::yaml).collect(Collectors.joining());
    }

    private String yaml(HasMetadata object) {
        object.getMetadata().setManagedFields(null);
        return client.getKubernetesSerialization().asYaml(object);
    }
}
