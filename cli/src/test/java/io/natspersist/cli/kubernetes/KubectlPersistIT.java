// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.kubernetes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.natspersist.cli.RecordedTerminal;
import io.natspersist.operator.Kubernetes;
import io.natspersist.operator.TableText;
import io.natspersist.operator.crd.PersistCluster;
import io.natspersist.protocol.table.AssignmentTable;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.protocol.table.SlotAssignment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands on a real API server; what the operator would write, and kubelets, the test writes itself. */
@Tag("kubernetes")
class KubectlPersistIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Incarnation OLD = new Incarnation("main-worker-old", 1);
    private static final Incarnation NEW = new Incarnation("main-worker-new", 2);

    @TempDir
    private Path folder;

    private final KubernetesClient client = Kubernetes.shared().client();
    private final String namespace = Kubernetes.shared().namespace();
    private final RecordedTerminal persist = new RecordedTerminal();

    @BeforeEach
    void makeCluster() {
        persist.always("--namespace", namespace, "--kubeconfig",
                String.valueOf(client.getConfiguration().getFile()));
        client.resource(client.getKubernetesSerialization().unmarshal("""
                apiVersion: natspersist.io/v1alpha1
                kind: PersistCluster
                metadata: {name: main, namespace: %s}
                spec:
                  nats: {url: "nats://nats:4222"}
                  storage: {existingClaim: streams}
                  workers: {replicas: 1}
                """.formatted(namespace), PersistCluster.class)).create();
    }

    @AfterEach
    void remove() {
        Kubernetes.shared().remove(namespace);
    }

    @Test
    void aClusterOfWhichNobodyReportsIsSaidToBeSo() {
        assertThat(persist.run("kubectl", "status")).isEqualTo(1);
        assertThat(persist.out()).startsWith("main in " + namespace + ": unknown").contains("no operator has reported");
        assertThat(persist.run("kubectl", "status", "other", "-o", "json")).isEqualTo(3);
        assertThat(persist.err()).startsWith("{\"error\":\"NOT_FOUND\"").contains("no PersistCluster other");
        assertThat(persist.run("kubectl", "where", "a.b")).isEqualTo(5);
        assertThat(persist.err()).contains("no assignment table");
    }

    @Test
    void aStreamIsFoundByTheTableAlone() {
        store(OLD);
        worker(OLD);
        assertThat(persist.run("kubectl", "where", "a.b")).isZero();
        assertThat(persist.out()).contains("served by       main-worker-old.1", "pod             Ready",
                "requests go to  persist.main.worker.main-worker-old.<op>.a.b");
        assertThat(persist.run("kubectl", "where", "a.b", "--output", "json")).isZero();
        assertThat(persist.out()).contains("\"stream\":\"a.b\"", "\"worker\":\"main-worker-old.1\"", "\"epoch\":1");
        assertThat(persist.run("kubectl", "where", "a..b")).isEqualTo(2);
        edit(Map.of("table.json", "{}"));
        assertThat(persist.run("kubectl", "where", "a.b")).isEqualTo(1);
        assertThat(persist.err()).contains("is damaged");
    }

    @Test
    void aDrainedWorkerIsEvictedAndWaitedForUntilOthersServe() {
        store(OLD);
        worker(OLD);
        worker(NEW);
        Thread operator = Thread.ofPlatform().start(() -> {
            await().atMost(PATIENCE).until(() -> pod(OLD) == null);
            edit(TableText.of(table(NEW)).into(new ConfigMap()).getData());
        });
        assertThat(persist.run("kubectl", "drain", "pod/main-worker-old", "--timeout", "30")).as(persist.err())
                .isZero();
        assertThat(persist.out().lines()).first().isEqualTo("main-worker-old: 4 slots");
        assertThat(persist.out().lines()).last().isEqualTo("main: every slot is served");
        assertThat(operator).satisfies(Thread::join);
        assertThat(persist.run("kubectl", "drain", "main-worker-old")).isEqualTo(3);
        assertThat(persist.err()).contains("neither a worker of the namespace " + namespace);
    }

    @Test
    void aBudgetThatLetsNoWorkerGoIsRespected() {
        store(OLD);
        worker(OLD);
        PodDisruptionBudget budget = new PodDisruptionBudgetBuilder().withNewMetadata().withName("none")
                .withNamespace(namespace).endMetadata().withNewSpec().withMaxUnavailable(new IntOrString(0))
                .withNewSelector().addToMatchLabels("natspersist.io/cluster", "main").endSelector().endSpec().build();
        client.resource(budget).create();
        await().atMost(PATIENCE).until(() -> client.resource(budget).get().getStatus() != null);

        assertThat(persist.run("kubectl", "drain", "main-worker-old", "--timeout", "1")).isEqualTo(1);
        assertThat(persist.out()).contains("not evicted yet");
        assertThat(pod(OLD)).isNotNull();
    }

    @Test
    void aReportHasObjectsAndNoSecretAndSaysWhatItLacks() throws IOException {
        store(OLD);
        worker(OLD);
        edit(Map.of("note", "see nats://ann:secret@nats:4222"));
        Path file = folder.resolve("report.zip");
        assertThat(persist.run("kubectl", "report", "-o", file.toString())).isZero();
        assertThat(persist.out()).startsWith(file + ": ");
        Map<String, String> files = read(file);
        assertThat(files.get("status.txt")).startsWith("main in " + namespace);
        assertThat(files.get("objects/configmaps.yaml")).contains("table.json", "nats://***@nats:4222");
        assertThat(files.get("objects/pods.yaml")).contains("main-worker-old").doesNotContain("managedFields");
        assertThat(files.get("versions.txt")).contains("Kubernetes v");
        assertThat(files.get("missing.txt")).contains("workers/main-worker-old.metrics");
        assertThat(String.join("", files.values())).doesNotContain("secret@");
    }

    @Test
    void whereThereIsNoApiServerItSaysSo() {
        RecordedTerminal plain = new RecordedTerminal();
        assertThat(plain.run("kubectl", "status", "--kubeconfig", folder.resolve("none").toString())).isEqualTo(2);
        assertThat(plain.err()).contains("there is no kubeconfig");
        assertThat(persist.run("kubectl", "status", "--context", "other")).isEqualTo(2);
        assertThat(persist.err()).contains("has no context other");
    }

    private static AssignmentTable table(Incarnation owner) {
        SlotAssignment slot = new SlotAssignment(owner, owner.number(), null, List.of());
        return new AssignmentTable(owner.number(), owner.number(), owner.number(), List.of(slot, slot, slot, slot));
    }

    private void store(Incarnation owner) {
        client.resource(TableText.of(table(owner)).into(new ConfigMapBuilder().withNewMetadata().withName("main-table")
                .withNamespace(namespace).addToLabels("natspersist.io/cluster", "main").endMetadata().build()))
                .create();
    }

    private void edit(Map<String, String> data) {
        client.configMaps().inNamespace(namespace).withName("main-table")
                .edit(map -> new ConfigMapBuilder(map).addToData(data).build());
    }

    /** A pod that says of itself that it is ready, and that no scheduler looks at. */
    private void worker(Incarnation worker) {
        Pod pod = client.getKubernetesSerialization().unmarshal("""
                apiVersion: v1
                kind: Pod
                metadata:
                  name: %s
                  namespace: %s
                  labels: {natspersist.io/cluster: main, app.kubernetes.io/component: worker}
                spec:
                  schedulerName: none
                  securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
                  containers:
                    - name: worker
                      image: none
                      securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
                """.formatted(worker.worker(), namespace), Pod.class);
        client.resource(pod).create();
        client.pods().inNamespace(namespace).withName(worker.worker()).editStatus(made -> made.edit().editStatus()
                .withPhase("Running").addNewCondition().withType("Ready").withStatus("True").endCondition().endStatus()
                .build());
    }

    private @org.jspecify.annotations.Nullable Pod pod(Incarnation worker) {
        return client.pods().inNamespace(namespace).withName(worker.worker()).get();
    }

    private static Map<String, String> read(Path file) throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (ZipFile zip = new ZipFile(file.toFile())) {
            zip.stream().forEach(entry -> {
                try {
                    files.put(entry.getName(), new String(zip.getInputStream(entry).readAllBytes(), UTF_8));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
        return files;
    }
}
