// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.kubernetes;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.natspersist.cli.terminal.ExitCode;
import io.natspersist.cli.terminal.Failure;
import io.natspersist.operator.TableText;
import io.natspersist.operator.crd.PersistCluster;
import io.natspersist.operator.resource.Labels;
import io.natspersist.operator.resource.Names;
import io.natspersist.protocol.table.AssignmentTable;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A namespace of a Kubernetes, and what a command asks of it. */
final class Namespace implements AutoCloseable {

    private static final int CONNECT_MILLIS = 5_000;
    private static final int REQUEST_MILLIS = 30_000;

    private final KubernetesClient client;
    private final String name;

    private Namespace(KubernetesClient client, String name) {
        this.client = client;
        this.name = name;
    }

    /** @throws Failure where there is no such kubeconfig or context */
    static Namespace open(@Nullable String namespace, @Nullable String context, @Nullable Path kubeconfig) {
        Config config = new ConfigBuilder(config(context, kubeconfig)).withConnectionTimeout(CONNECT_MILLIS)
                .withRequestTimeout(REQUEST_MILLIS).withRequestRetryBackoffLimit(0).build();
        String own = config.getNamespace() == null ? "default" : config.getNamespace();
        return new Namespace(new KubernetesClientBuilder().withConfig(config).build(),
                namespace == null ? own : namespace);
    }

    private static Config config(@Nullable String context, @Nullable Path kubeconfig) {
        if (kubeconfig != null && !Files.isReadable(kubeconfig)) {
            throw new Failure(ExitCode.USAGE, "there is no kubeconfig " + kubeconfig);
        }
        Config config = kubeconfig == null
                ? Config.autoConfigure(context)
                : Config.fromKubeconfig(context, kubeconfig.toFile());
        if (kubeconfig == null && config.getCurrentContext() == null && config.getAutoOAuthToken() == null) {
            throw new Failure(ExitCode.USAGE, "there is no kubeconfig: set KUBECONFIG, or give --kubeconfig FILE");
        }
        if (context != null && (config.getCurrentContext() == null
                || !config.getCurrentContext().getName().equals(context))) {
            throw new Failure(ExitCode.USAGE, "the kubeconfig has no context " + context);
        }
        return config;
    }

    /** The API server's URL. */
    String server() {
        return client.getConfiguration().getMasterUrl();
    }

    String name() {
        return name;
    }

    KubernetesClient client() {
        return client;
    }

    /** By name. */
    List<PersistCluster> clusters() {
        try {
            return client.resources(PersistCluster.class).inNamespace(name).list().getItems().stream()
                    .sorted(Comparator.comparing(cluster -> cluster.getMetadata().getName())).toList();
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
                throw new Failure(ExitCode.NOT_FOUND,
                        "this Kubernetes knows no PersistClusters: install the operator's chart, which brings the CRD",
                        e);
            }
            throw e;
        }
    }

    /**
     * The cluster of that name, or the only one.
     *
     * @throws Failure where there is none, or it is not clear which one is meant
     */
    PersistCluster cluster(@Nullable String wanted) {
        List<PersistCluster> all = clusters();
        if (wanted != null) {
            return all.stream().filter(cluster -> cluster.getMetadata().getName().equals(wanted)).findFirst()
                    .orElseThrow(() -> new Failure(ExitCode.NOT_FOUND,
                            "there is no PersistCluster " + wanted + " in the namespace " + name));
        }
        if (all.isEmpty()) {
            throw new Failure(ExitCode.NOT_FOUND, "there is no PersistCluster in the namespace " + name);
        }
        if (all.size() > 1) {
            throw new Failure(ExitCode.USAGE, "the namespace " + name + " has several clusters, say which: "
                    + all.stream().map(cluster -> cluster.getMetadata().getName()).collect(Collectors.joining(", ")));
        }
        return all.getFirst();
    }

    /** Those of a cluster's workers, by name. */
    List<Pod> workers(PersistCluster cluster) {
        return client.pods().inNamespace(name).withLabelSelector(Labels.workerSelectorText(cluster)).list()
                .getItems().stream().sorted(Comparator.comparing(pod -> pod.getMetadata().getName())).toList();
    }

    ClusterView view(PersistCluster cluster) {
        return new ClusterView(cluster, workers(cluster), Instant.now());
    }

    /**
     * Who serves what, as the coordinator has stored it.
     *
     * @throws Failure where there is no table, or it cannot be read
     */
    AssignmentTable table(PersistCluster cluster) {
        String map = Names.of(cluster).table();
        ConfigMap found = client.configMaps().inNamespace(name).withName(map).get();
        if (found == null) {
            throw new Failure(ExitCode.UNREACHABLE,
                    "no stream is served: there is no assignment table (ConfigMap " + map
                            + ") yet; 'kubectl persist status' says why");
        }
        try {
            return TableText.in(found).table();
        } catch (IOException e) {
            throw new Failure(ExitCode.FAILED, String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
