// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.kubernetes;

import static org.awaitility.Awaitility.await;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.InstallCommand;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.natspersist.client.ClientConfig;
import io.natspersist.client.PersistClient;
import io.natspersist.e2e.DocumentationTest;
import io.natspersist.operator.crd.PersistCluster;
import io.natspersist.operator.crd.PersistClusterStatus;
import io.natspersist.operator.crd.Phase;
import io.natspersist.transport.nats.NatsOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The operator as its chart installs it, for one namespace in which are NATS and an empty volume. All of it goes when it is closed.
 */
final class Installation implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofMinutes(2);
    /** The claim in the namespace. */
    static final String CLAIM = "streams";

    private static final Path CHART = DocumentationTest.root().resolve("charts/persist-operator");
    private static final String RELEASE = "persist";
    /** The namespaces of one that was closed may still be on their way out. */
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final TestCluster cluster;
    private final KubernetesClient client;
    private final String system;
    private final String namespace;
    private final NatsPod nats;
    private final List<PersistClient> clients = new ArrayList<>();

    /**
     * Returns when the operator is ready and NATS answers.
     *
     * @param operators how many
     * @param natsNode where NATS is to be; null: anywhere
     */
    Installation(TestCluster cluster, int operators, @Nullable String natsNode) {
        this.cluster = cluster;
        this.client = cluster.client();
        this.namespace = "e2e-" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet();
        this.system = namespace + "-system";
        String natsImage = Images.load(cluster);
        makeNamespace(namespace);
        makeNamespace(system);
        cluster.claim(namespace, CLAIM);
        nats = new NatsPod(client, namespace, natsImage, natsNode);
        install(operators);
        nats.awaitReady();
    }

    private void makeNamespace(String name) {
        client.resource(new NamespaceBuilder().withNewMetadata().withName(name)
                .withLabels(Map.of("pod-security.kubernetes.io/enforce", "restricted")).endMetadata().build()).create();
    }

    private void install(int operators) {
        boolean known = client.apiextensions().v1().customResourceDefinitions()
                .withName("persistclusters." + PersistCluster.GROUP).get() != null;
        InstallCommand install = new Helm(CHART).install().withName(RELEASE).withNamespace(system)
                .withKubeConfig(cluster.kubeconfig()).set("namespaces[0]", namespace).set("replicas", operators)
                .set("crd.install", !known).waitReady().withTimeout((int) PATIENCE.toSeconds());
        install.call();
    }

    /** Where the operator's pods are. */
    String system() {
        return system;
    }

    /** Where PersistClusters are. */
    String namespace() {
        return namespace;
    }

    KubernetesClient kubernetes() {
        return client;
    }

    /** For {@code spec.nats.url}. */
    String natsUrl() {
        return nats.url();
    }

    /** @param persistCluster YAML */
    PersistCluster apply(String persistCluster) {
        PersistCluster wanted = client.getKubernetesSerialization().unmarshal(persistCluster, PersistCluster.class);
        return client.resource(wanted).inNamespace(namespace).create();
    }

    PersistClusterStatus status(String name) {
        return statusOf(cluster(name));
    }

    private PersistCluster cluster(String name) {
        return client.resources(PersistCluster.class).inNamespace(namespace).withName(name).require();
    }

    private static PersistClusterStatus statusOf(PersistCluster cluster) {
        return cluster.getStatus() == null
                ? new PersistClusterStatus(null, null, List.of(), 0, 0, null, null, null, List.of(), null)
                : cluster.getStatus();
    }

    /** Until so many workers serve all slots, as the newest spec wants it. */
    void awaitReady(String name, int workers) {
        await(name + " is ready").atMost(PATIENCE).pollInterval(Duration.ofMillis(200)).until(() -> cluster(name),
                cluster -> cluster.getMetadata().getGeneration().equals(statusOf(cluster).observedGeneration())
                        && isReady(statusOf(cluster), workers));
    }

    private static boolean isReady(PersistClusterStatus status, int workers) {
        return status.phase() == Phase.READY && status.workers().size() == workers
                && Integer.valueOf(workers).equals(status.readyReplicas());
    }

    /** How everything stands, for who has to find out why a test failed. */
    String describe(String name) {
        StringBuilder text = new StringBuilder().append(status(name)).append('\n');
        for (String each : List.of(system, namespace)) {
            client.pods().inNamespace(each).list().getItems().forEach(pod -> text.append(pod.getSpec().getNodeName())
                    .append(' ').append(pod.getMetadata().getName())
                    .append(pod.getMetadata().getDeletionTimestamp() == null ? " " : " ending ")
                    .append(pod.getStatus().getPhase()).append(' ').append(pod.getStatus().getContainerStatuses())
                    .append('\n'));
        }
        client.pods().inNamespace(system).list().getItems().forEach(pod -> text.append(logOf(pod)));
        return text.toString();
    }

    private String logOf(Pod pod) {
        try {
            return client.pods().resource(pod).tailingLines(40).getLog();
        } catch (KubernetesClientException e) {
            return e.getMessage();
        }
    }

    /** A client on this machine, outside of the cluster. */
    PersistClient connect(String name) {
        String address = cluster.reach(namespace, NatsPod.NAME, NatsPod.PORT);
        PersistClient made = PersistClient.connect(new NatsOptions("nats://" + address, "outside"),
                ClientConfig.ofCluster(name));
        clients.add(made);
        return made;
    }

    @Override
    public void close() {
        clients.forEach(PersistClient::close);
        client.resources(PersistCluster.class).inNamespace(namespace).delete();
        await("all clusters are gone").atMost(PATIENCE).until(
                () -> client.resources(PersistCluster.class).inNamespace(namespace).list().getItems().isEmpty());
        Helm.uninstall(RELEASE).withNamespace(system).withKubeConfig(cluster.kubeconfig()).call();
        client.namespaces().withName(system).delete();
        client.namespaces().withName(namespace).delete();
        client.persistentVolumes().withName(namespace + "-" + CLAIM).delete();
    }
}
