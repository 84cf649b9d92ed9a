// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.natspersist.operator.crd.PersistCluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A real Kubernetes API server with this project's CRD, one for all tests of a JVM. Which one: that of the kubeconfig
 * {@code $PERSIST_TEST_KUBECONFIG}; else one that the command {@code kube} in the folder {@code $PERSIST_TEST_KUBE}, or in
 * {@code ../shared/kube} beside the repository, brings up ("up" prints a line that sets KUBECONFIG) and takes down again.
 */
public final class Kubernetes {

    private static final String MISSING = "these tests need a Kubernetes API server: set PERSIST_TEST_KUBECONFIG to the"
            + " kubeconfig of one, or PERSIST_TEST_KUBE to a folder with a command 'kube' that brings one up";
    private static final Pattern KUBECONFIG = Pattern.compile("KUBECONFIG=(\\S+)");
    private static final AtomicInteger NAMESPACES = new AtomicInteger();

    private static @Nullable Kubernetes one;

    private final KubernetesClient client;

    private Kubernetes(Path kubeconfig) {
        client = client(kubeconfig);
        client.resource(crd()).serverSideApply();
        client.resource(crd()).waitUntilCondition(
                crd -> crd.getStatus() != null && crd.getStatus().getConditions().stream()
                        .anyMatch(c -> c.getType().equals("Established") && c.getStatus().equals("True")),
                20, TimeUnit.SECONDS);
    }

    /** @throws IllegalStateException saying in one line what is missing */
    public static synchronized Kubernetes shared() {
        if (one == null) {
            one = new Kubernetes(kubeconfig());
        }
        return one;
    }

    /** An administrator's. Nobody closes it. */
    public KubernetesClient client() {
        return client;
    }

    /** A new namespace that enforces the restricted pod security standard. */
    public String namespace() {
        String name = "test-" + ProcessHandle.current().pid() + "-" + NAMESPACES.incrementAndGet();
        client.resource(new NamespaceBuilder().withNewMetadata().withName(name)
                .withLabels(Map.of("pod-security.kubernetes.io/enforce", "restricted")).endMetadata().build()).create();
        return name;
    }

    /** Deletes a namespace, and what is in it, whether or not an operator is there to let its PersistClusters go. */
    public void remove(String namespace) {
        client.resources(PersistCluster.class).inNamespace(namespace).list().getItems()
                .forEach(cluster -> client.resource(cluster).patch(PatchContext.of(PatchType.JSON_MERGE),
                        "{\"metadata\": {\"finalizers\": null}}"));
        client.namespaces().withName(namespace).delete();
    }

    /** The project's folder. */
    public static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("crds"))) {
            folder = Objects.requireNonNull(folder.getParent(), "not in the project's folder");
        }
        return folder;
    }

    private static CustomResourceDefinition crd() {
        try (KubernetesClient reader = new KubernetesClientBuilder().withConfig(Config.empty()).build()) {
            return reader.getKubernetesSerialization().unmarshal(
                    Files.readString(root().resolve("crds/persistclusters.natspersist.io.yaml")),
                    CustomResourceDefinition.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static KubernetesClient client(Path kubeconfig) {
        return new KubernetesClientBuilder().withConfig(Config.fromKubeconfig(kubeconfig.toFile())).build();
    }

    private static Path kubeconfig() {
        String given = System.getenv("PERSIST_TEST_KUBECONFIG");
        if (given != null) {
            return Path.of(given);
        }
        String folder = System.getenv("PERSIST_TEST_KUBE");
        Path rig = (folder == null ? root().resolveSibling("shared").resolve("kube") : Path.of(folder)).resolve("kube");
        if (!Files.isExecutable(rig)) {
            throw new IllegalStateException(MISSING);
        }
        boolean wasUp = run(rig, "status").status == 0;
        Run up = run(rig, "up");
        Matcher named = KUBECONFIG.matcher(up.output);
        if (up.status != 0 || !named.find()) {
            throw new IllegalStateException(rig + " up: " + up.output);
        }
        if (!wasUp) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> run(rig, "down")));
        }
        return Path.of(named.group(1));
    }

    private record Run(int status, String output) {}

    private static Run run(Path command, String word) {
        try {
            Process process = new ProcessBuilder(command.toString(), word).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Run(process.waitFor(), output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
