// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.natspersist.operator.crd.ClusterCondition;
import io.natspersist.operator.crd.PersistCluster;
import io.natspersist.operator.crd.Reason;
import io.natspersist.transport.nats.NatsServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The operator as a process that may do what the chart's role says, and nothing else. */
@Tag("kubernetes")
class OperatorMainIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Pattern URL = Pattern.compile("metrics and health at (\\S+)");

    @TempDir
    Path folder;
    private final KubernetesClient client = Kubernetes.shared().client();
    private NatsServer nats;
    private String namespace;
    private Process operator;

    @BeforeEach
    void start() throws IOException {
        nats = NatsServer.start();
        namespace = Kubernetes.shared().namespace();
        Chart.render(namespace, "namespaces: [" + namespace + "]").stream()
                .filter(object -> List.of("ServiceAccount", "Role", "RoleBinding").contains(object.getKind()))
                .forEach(object -> client.resource(object).serverSideApply());
        operator = launch("process");
    }

    @AfterEach
    void stop() {
        operator.destroyForcibly();
        nats.close();
        Kubernetes.shared().remove(namespace);
    }

    @Test
    void theChartsRoleIsEnoughForALifeFromApplyToDelete() throws Exception {
        PersistCluster cluster = client.getKubernetesSerialization().unmarshal("""
                apiVersion: natspersist.io/v1alpha1
                kind: PersistCluster
                metadata: {name: main, namespace: %s}
                spec:
                  nats: {urlSecret: {name: nats, key: url}}
                  storage: {existingClaim: shared}
                """.formatted(namespace), PersistCluster.class);
        client.resource(cluster).create();
        awaitReason(Reason.SECRET_MISSING);
        HasMetadata secret = client.getKubernetesSerialization().unmarshal("""
                apiVersion: v1
                kind: Secret
                metadata: {name: nats, namespace: %s}
                stringData: {url: "%s"}
                """.formatted(namespace, nats.url()), HasMetadata.class);
        client.resource(secret).create();
        awaitReason(Reason.TABLE_REBUILDING);
        String pod = await().atMost(PATIENCE).until(this::pods, pods -> pods.size() == 2).getFirst();

        try (BeatingWorker worker = new BeatingWorker(nats.url(), "persist.main", pod, 5)) {
            awaitReason(Reason.AS_EXPECTED);
            assertThat(get("/health/ready")).isEqualTo("ok\n");
            assertThat(get("/metrics")).contains("persist_operator_acting 1.0",
                    "persist_coordinator_workers{cluster=\"persist.main\"} 1.0");
            client.resource(cluster).scale(1);
            await().atMost(PATIENCE).until(this::pods, List.of(pod)::equals);
            client.configMaps().inNamespace(namespace).withName("main-table").delete();
            await().atMost(PATIENCE)
                    .until(() -> client.configMaps().inNamespace(namespace).withName("main-table").get() != null);
        }
        client.resource(cluster).delete();
        await().atMost(PATIENCE).until(() -> client.resource(cluster).get() == null);

        operator.destroy();
        assertThat(operator.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(operator.exitValue()).isEqualTo(143);
        assertThat(log()).doesNotContainIgnoringCase("forbidden");
    }

    @Test
    void killedInTheMiddleOfARolloutAnotherCompletesItAndNoSlotMoves() throws Exception {
        PersistCluster cluster = client.getKubernetesSerialization().unmarshal("""
                apiVersion: natspersist.io/v1alpha1
                kind: PersistCluster
                metadata: {name: main, namespace: %s}
                spec:
                  nats: {url: "%s"}
                  storage: {existingClaim: shared}
                """.formatted(namespace, nats.url()), PersistCluster.class);
        client.resource(cluster).create();
        String pod = await().atMost(PATIENCE).until(this::pods, pods -> pods.size() == 2).getFirst();
        try (BeatingWorker worker = new BeatingWorker(nats.url(), "persist.main", pod, 5)) {
            awaitReason(Reason.AS_EXPECTED);
            await().atMost(PATIENCE).until(worker::ownsAll);
            long table = worker.table();

            client.resource(cluster).patch(PatchContext.of(PatchType.JSON_MERGE), """
                    {"spec": {"workers": {"image": "other:2"},
                              "streamDefaults": [{"prefix": "a", "config": {"maxMsgs": 5}}]}}""");
            await().atMost(PATIENCE).pollInterval(Duration.ofMillis(2)).until(
                    () -> client.configMaps().inNamespace(namespace).withName("main-config").get().getData().toString(),
                    config -> config.contains("maxMsgs"));
            operator.destroyForcibly().waitFor();
            long killed = System.nanoTime();
            operator = launch("another");

            await().atMost(PATIENCE).until(() -> client.leases().inNamespace(namespace).withName(PersistOperator.LEASE)
                    .get().getSpec().getHolderIdentity(), "another"::equals);
            System.out.printf("another operator acts after %d ms%n", (System.nanoTime() - killed) / 1_000_000);
            await().atMost(PATIENCE)
                    .until(() -> client.apps().deployments().inNamespace(namespace).withName("main-worker").get()
                            .getSpec().getTemplate().getSpec().getContainers().getFirst().getImage(),
                            "other:2"::equals);
            await().atMost(PATIENCE).until(() -> client.resource(cluster).get(),
                    now -> now.getMetadata().getGeneration().equals(now.getStatus().observedGeneration())
                            && now.getStatus().workers().size() == 1);
            assertThat(worker.dead()).isFalse();
            assertThat(worker.table()).isEqualTo(table);
        }
    }

    private List<String> pods() {
        return client.pods().inNamespace(namespace).list().getItems().stream().map(pod -> pod.getMetadata().getName())
                .toList();
    }

    private void awaitReason(Reason reason) {
        await(reason.name()).atMost(PATIENCE).until(() -> {
            PersistCluster now = client.resources(PersistCluster.class).inNamespace(namespace).withName("main")
                    .require();
            return now.getStatus() != null && now.getStatus().conditions().stream().anyMatch(
                    c -> c.type() == ClusterCondition.Type.COORDINATED && c.reason() == reason);
        });
    }

    private Process launch(String name) throws IOException {
        Files.writeString(folder.resolve("kubeconfig"), kubeconfig());
        ProcessBuilder java = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "-Xmx256m", "-cp", System.getProperty("java.class.path"),
                OperatorMain.class.getName()).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()));
        java.environment().putAll(Map.of("KUBECONFIG", folder.resolve("kubeconfig").toString(),
                "PERSIST_OPERATOR_NAME", name, "PERSIST_OPERATOR_LEASE_NAMESPACE", namespace,
                "PERSIST_OPERATOR_NAMESPACES", namespace, "PERSIST_OPERATOR_METRICS", "0",
                "PERSIST_OPERATOR_WORKER_IMAGE", "localhost/persist-worker:test"));
        return java.start();
    }

    /** Of the ServiceAccount. */
    private String kubeconfig() {
        String token = client.serviceAccounts().inNamespace(namespace).withName("persist-operator")
                .tokenRequest(new TokenRequestBuilder().withNewSpec().endSpec().build()).getStatus().getToken();
        return """
                apiVersion: v1
                kind: Config
                clusters: [{name: it, cluster: {server: "%s", certificate-authority-data: "%s"}}]
                users: [{name: it, user: {token: "%s"}}]
                contexts: [{name: it, context: {cluster: it, user: it, namespace: "%s"}}]
                current-context: it
                """.formatted(client.getMasterUrl(), client.getConfiguration().getCaCertData(), token, namespace);
    }

    private String get(String path) throws IOException, InterruptedException {
        Matcher url = URL.matcher(log());
        assertThat(url.find()).isTrue();
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(HttpRequest.newBuilder(URI.create(url.group(1) + path)).build(),
                    HttpResponse.BodyHandlers.ofString()).body();
        }
    }

    private String log() throws IOException {
        return Files.readString(folder.resolve("log"));
    }
}
