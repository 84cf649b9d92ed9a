// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.natspersist.operator.crd.ClusterCondition;
import io.natspersist.operator.crd.PersistCluster;
import io.natspersist.operator.crd.PersistClusterStatus;
import io.natspersist.operator.crd.Phase;
import io.natspersist.operator.crd.Reason;
import io.natspersist.operator.resource.Surroundings;
import io.natspersist.operator.resource.WantedObjects;
import io.natspersist.transport.nats.Certificates;
import io.natspersist.transport.nats.NatsServer;
import io.natspersist.transport.nats.NatsTls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The operator on a real API server and a real nats-server; there are no nodes, so that pods wait for ever. */
@Tag("kubernetes")
class PersistOperatorIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final String EVERYTHING = "operator/src/test/resources/io/natspersist/operator/resource/everything/in.yaml";

    private static final String OWN_DISKS = "operator/src/test/resources/io/natspersist/operator/resource/per-worker-claim/in.yaml";

    private static NatsServer nats;

    private final KubernetesClient client = Kubernetes.shared().client();
    private String namespace;
    private TestOperator operator;

    @BeforeAll
    static void startNats() {
        nats = NatsServer.start();
    }

    @AfterAll
    static void stopNats() {
        nats.close();
    }

    @BeforeEach
    void startOperator() {
        namespace = Kubernetes.shared().namespace();
        operator = new TestOperator(namespace);
    }

    @AfterEach
    void stopOperator() {
        operator.close();
        Kubernetes.shared().remove(namespace);
    }

    @Test
    void whatIsAskedForIsThereWithinSeconds() {
        long began = System.nanoTime();
        PersistCluster cluster = apply("main", nats.url());

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(wanted(cluster)).allSatisfy(this::isThere));
        System.out.printf("all objects after %d ms%n", (System.nanoTime() - began) / 1_000_000);
        awaitCondition("main", ClusterCondition.Type.COORDINATED, Reason.TABLE_REBUILDING);
        await().atMost(PATIENCE).until(() -> status("main").replicas(), replicas -> replicas == 2);
        assertThat(status("main").phase()).isEqualTo(Phase.PENDING);
        assertThat(client.v1().events().inNamespace(namespace).list().getItems())
                .anySatisfy(event -> assertThat(event.getReason()).isEqualTo("RollingOut"));
    }

    @Test
    void everyObjectThatAPersonDeletesOrEditsComesBack() {
        PersistCluster cluster = apply("main", nats.url());
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(wanted(cluster)).allSatisfy(this::isThere));

        for (HasMetadata object : wanted(cluster)) {
            String uid = isThere(object).getMetadata().getUid();
            if (object.getKind().equals("PersistentVolumeClaim")) {
                continue; // Kubernetes keeps one that pods use
            }
            client.resource(object).delete();
            await(object.getKind()).atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(isThere(object).getMetadata().getUid()).isNotEqualTo(uid));
        }
        client.apps().deployments().inNamespace(namespace).withName("main-worker").patch(
                PatchContext.of(PatchType.STRATEGIC_MERGE),
                """
                        {"spec": {"replicas": 7,
                          "template": {"spec": {"containers": [{"name": "worker", "image": "other"}]}}}}""");
        await().atMost(PATIENCE).until(() -> deployment("main"), repaired -> repaired.getSpec().getReplicas() == 2
                && repaired.getSpec().getTemplate().getSpec().getContainers().getFirst().getImage()
                        .equals(TestOperator.IMAGE));
    }

    @Test
    void atRestNothingIsWritten() throws IOException {
        apply("main", nats.url());
        PersistCluster everything = client.getKubernetesSerialization().unmarshal(
                Files.readString(Kubernetes.root().resolve(EVERYTHING)).replace("nats://nats:4222", nats.url()),
                PersistCluster.class);
        everything.getMetadata().setNamespace(namespace);
        everything.getMetadata().setUid(null);
        client.resource(everything).create();
        client.resource(ownDisks()).create();
        try (BeatingWorker worker = new BeatingWorker(nats.url(), "persist.main", "beating", 3)) {
            await().atMost(PATIENCE).until(() -> status("main").openStreams(), streams -> Objects.equals(streams, 3L));
            await().atMost(PATIENCE).during(Duration.ofSeconds(3)).until(this::writesSoFar, new Unchanging()::is);
            int before = writesSoFar();
            Map<String, String> versions = versions();

            // longer than the time after which a cluster is looked at again
            await().atMost(PATIENCE).during(Duration.ofSeconds(12)).untilAsserted(
                    () -> assertThat(operator.writes().subList(before, writesSoFar())).isEmpty());
            assertThat(versions()).isEqualTo(versions);
            assertThat(worker.dead()).isFalse();
        }
    }

    @Test
    void aPausedClusterIsLeftAloneUntilItIsNotPaused() {
        apply("main", nats.url());
        await().atMost(PATIENCE).until(() -> deployment("main") != null);
        annotate("main", "true");
        await().atMost(PATIENCE).until(() -> status("main").phase() == Phase.PAUSED);

        client.resource(deployment("main")).delete();
        client.resources(PersistCluster.class).inNamespace(namespace).withName("main").scale(3);
        await().atMost(PATIENCE)
                .until(() -> Objects.equals(status("main").observedGeneration(),
                        cluster("main").getMetadata().getGeneration()));
        assertThat(deployment("main")).isNull();

        annotate("main", "false");
        await().atMost(PATIENCE)
                .until(() -> deployment("main") != null && deployment("main").getSpec().getReplicas() == 3);
    }

    @Test
    void deletedItIsGoneButForItsData() {
        apply("main", nats.url());
        try (BeatingWorker worker = new BeatingWorker(nats.url(), "persist.main", "beating", 0)) {
            await().atMost(PATIENCE).until(() -> table("main") != null);

            client.resource(cluster("main")).delete();

            await().atMost(PATIENCE).untilAsserted(() -> {
                assertThat(cluster("main")).isNull();
                assertThat(deployment("main")).isNull();
                assertThat(table("main")).isNull();
                assertThat(client.pods().inNamespace(namespace).list().getItems()).isEmpty();
            });
            assertThat(client.persistentVolumeClaims().inNamespace(namespace).withName("main-data").get()).isNotNull();
            assertThat(operator.coordinated()).isZero();
            assertThat(worker.dead()).isFalse();
        }
    }

    /** The golden case, in this namespace. */
    private PersistCluster ownDisks() throws IOException {
        PersistCluster cluster = client.getKubernetesSerialization().unmarshal(
                Files.readString(Kubernetes.root().resolve(OWN_DISKS)).replace("nats://nats:4222", nats.url())
                        .replace("name: main", "name: own").replace("storageClassName: ssd",
                                "storageClassName: " + namespace),
                PersistCluster.class);
        cluster.getMetadata().setNamespace(namespace);
        cluster.getMetadata().setUid(null);
        return cluster;
    }

    @Test
    void workersWithDisksOfTheirOwnHaveAClaimEachThatGoesWithThePodAndTheBucketStays() throws IOException {
        client.resource(ownDisks()).create();
        List<Pod> pods = await().atMost(PATIENCE).until(this::pods, found -> found.size() == 2);
        await().atMost(PATIENCE).until(() -> claims().equals(ofPods(pods)));
        assertThat(awaitCondition("own", ClusterCondition.Type.STORAGE_AVAILABLE, Reason.CLAIM_PENDING).message())
                .isEqualTo("the own claim of a worker waits for a volume");

        try {
            volume(1);
            volume(2);
            assertThat(awaitCondition("own", ClusterCondition.Type.STORAGE_AVAILABLE, Reason.OWN_DISKS).message())
                    .isEqualTo("each worker has a disk of its own; what lasts is in s3://streams/acme/notes");

            client.resource(pods.getFirst()).withGracePeriod(0).delete();
            awaitCondition("own", ClusterCondition.Type.STORAGE_AVAILABLE, Reason.CLAIM_PENDING);
            await().atMost(PATIENCE).until(() -> claims().equals(ofPods(pods())));
            assertThat(claims()).hasSize(2).isNotEqualTo(ofPods(pods));

            client.resource(cluster("own")).delete();
            await().atMost(PATIENCE).until(() -> cluster("own") == null && pods().isEmpty() && claims().isEmpty());
            assertThat(client.v1().events().inNamespace(namespace).list().getItems())
                    .anySatisfy(event -> assertThat(event.getReason() + " " + event.getMessage())
                            .isEqualTo("Deleting workers ship what they have, then go; all streams stay in"
                                    + " s3://streams/acme/notes"));
        } finally {
            client.persistentVolumes().withLabel("test", namespace).delete();
        }
    }

    private Set<String> claims() {
        return client.persistentVolumeClaims().inNamespace(namespace).list().getItems().stream()
                .map(claim -> claim.getMetadata().getName()).collect(Collectors.toSet());
    }

    private static Set<String> ofPods(List<Pod> pods) {
        return pods.stream().map(pod -> pod.getMetadata().getName() + "-data").collect(Collectors.toSet());
    }

    /** One that a claim of {@link #ownDisks()} can be bound to. */
    private void volume(int number) {
        client.resource(new PersistentVolumeBuilder().withNewMetadata().withName(namespace + "-" + number)
                .withLabels(Map.of("test", namespace)).endMetadata().withNewSpec()
                .withCapacity(Map.of("storage", new Quantity("20Gi"))).withAccessModes("ReadWriteOnce")
                .withPersistentVolumeReclaimPolicy("Retain").withStorageClassName(namespace).withNewHostPath()
                .withPath("/nonexistent").endHostPath().endSpec().build()).create();
    }

    @Test
    void aChangedSecretOfS3RollsTheWorkersAndOneThatIsGoneLeavesThem() {
        s3Secret("first");
        PersistCluster cluster = persistCluster("main", "    url: " + nats.url()
                + "\n  tiering: {bucket: streams, credentialsSecret: s3}\n");
        client.resource(cluster).create();
        String first = await().atMost(PATIENCE).until(() -> secretOf(deployment("main")), Objects::nonNull);
        await().atMost(PATIENCE).until(() -> madeWith(first).size() == 2);
        await().atMost(PATIENCE).during(Duration.ofSeconds(2)).until(() -> pods().size() == 2);

        s3Secret("second");

        String second = await().atMost(PATIENCE).until(() -> secretOf(deployment("main")), now -> !first.equals(now));
        await().atMost(PATIENCE).until(() -> madeWith(second).size() == 1 && madeWith(first).size() == 2);

        client.secrets().inNamespace(namespace).withName("s3").delete();
        scale(3);
        await().atMost(PATIENCE).until(() -> deployment("main").getSpec().getReplicas() == 3);
        assertThat(secretOf(deployment("main"))).isEqualTo(second);
    }

    private void s3Secret(String key) {
        client.resource(new SecretBuilder().withNewMetadata().withName("s3").withNamespace(namespace).endMetadata()
                .addToStringData("AWS_ACCESS_KEY_ID", "persist").addToStringData("AWS_SECRET_ACCESS_KEY", key)
                .build()).serverSideApply();
    }

    /** What the pods that it makes were made with. */
    private static @Nullable String secretOf(@Nullable Deployment deployment) {
        return deployment == null ? null : Surroundings.s3SecretVersionOf(deployment);
    }

    private List<Pod> madeWith(String secret) {
        return pods().stream()
                .filter(pod -> secret.equals(pod.getMetadata().getAnnotations().get("natspersist.io/s3-secret")))
                .toList();
    }

    @Test
    void whileItsWorkersEndItSaysSo() {
        apply("main", nats.url());
        Pod slow = await().atMost(PATIENCE).until(this::pods, pods -> pods.size() == 2).getFirst();
        finalizers(slow, "[\"natspersist.io/test\"]");

        client.resource(cluster("main")).delete();

        await().atMost(PATIENCE).until(() -> status("main").phase() == Phase.DELETING);
        assertThat(condition("main", ClusterCondition.Type.PROGRESSING).reason()).isEqualTo(Reason.DELETING);
        assertThat(operator.coordinated()).isOne();
        finalizers(slow, "null");
        await().atMost(PATIENCE).until(() -> cluster("main") == null);
    }

    private void finalizers(Pod pod, String json) {
        client.resource(pod).patch(PatchContext.of(PatchType.JSON_MERGE),
                "{\"metadata\": {\"finalizers\": " + json + "}}");
    }

    @Test
    void aSecretThatAppearsLaterIsAllThatIsMissing() {
        client.resource(persistCluster("main", "    urlSecret: {name: nats, key: url}\n")).create();
        awaitCondition("main", ClusterCondition.Type.COORDINATED, Reason.SECRET_MISSING);

        client.resource(new SecretBuilder().withNewMetadata().withName("nats").withNamespace(namespace).endMetadata()
                .addToStringData("url", nats.url()).build()).create();

        awaitCondition("main", ClusterCondition.Type.COORDINATED, Reason.TABLE_REBUILDING);
    }

    @Test
    void natsThatIsAwayOrRefusesIsToldAndComesBackByItself() {
        try (NatsServer guarded = NatsServer.start("authorization { user: u, password: p }")) {
            String open = guarded.url().replace("//", "//u:p@");
            client.resource(
                    new SecretBuilder().withNewMetadata().withName("nats").withNamespace(namespace).endMetadata()
                            .addToStringData("url", guarded.url().replace("//", "//u:wrong@")).build())
                    .create();
            client.resource(persistCluster("main", "    urlSecret: {name: nats, key: url}\n")).create();
            awaitCondition("main", ClusterCondition.Type.COORDINATED, Reason.NATS_UNREACHABLE);
            await().atMost(PATIENCE).untilAsserted(
                    () -> assertThat(condition("main", ClusterCondition.Type.COORDINATED).message())
                            .containsIgnoringCase("authorization").doesNotContain("wrong"));

            client.secrets().inNamespace(namespace).withName("nats").edit(secret -> new SecretBuilder(secret)
                    .addToStringData("url", open).build());
            awaitCondition("main", ClusterCondition.Type.COORDINATED, Reason.TABLE_REBUILDING);

            guarded.kill();
            awaitCondition("main", ClusterCondition.Type.COORDINATED, Reason.NATS_UNREACHABLE);
            guarded.restart();
            awaitCondition("main", ClusterCondition.Type.COORDINATED, Reason.TABLE_REBUILDING);
        }
    }

    @Test
    void tlsWithCertificatesOfOnesOwnFollowsItsSecrets(@TempDir Path folder) throws IOException {
        Certificates certificates = new Certificates(Files.createDirectory(folder.resolve("ours")));
        Certificates others = new Certificates(Files.createDirectory(folder.resolve("others")));
        NatsTls own = certificates.signed("client", "dns:client");
        try (NatsServer secure = NatsServer.start(certificates.serverConfig("ip:127.0.0.1", true))) {
            secret("client", Map.of("tls.crt", own.certificate(), "tls.key", own.key()));
            client.resource(persistCluster("main", "    url: " + secure.url()
                    + "\n    tls: {ca: {name: ca, key: ca.crt}, clientSecret: client}\n")).create();
            assertThat(awaitCondition("main", ClusterCondition.Type.COORDINATED, Reason.SECRET_MISSING).message())
                    .isEqualTo("there is no Secret ca");

            secret("ca", Map.of("ca.crt", others.ca()));
            awaitCondition("main", ClusterCondition.Type.COORDINATED, Reason.NATS_UNREACHABLE);
            await().atMost(PATIENCE).untilAsserted(
                    () -> assertThat(condition("main", ClusterCondition.Type.COORDINATED).message())
                            .contains("TLS: ", "PKIX path"));

            secret("ca", Map.of("ca.crt", certificates.ca()));
            awaitCondition("main", ClusterCondition.Type.COORDINATED, Reason.TABLE_REBUILDING);
        }
    }

    private void secret(String name, Map<String, Path> files) throws IOException {
        SecretBuilder secret = new SecretBuilder().withNewMetadata().withName(name).withNamespace(namespace)
                .endMetadata();
        for (Map.Entry<String, Path> file : files.entrySet()) {
            secret.addToStringData(file.getKey(), Files.readString(file.getValue()));
        }
        client.resource(secret.build()).serverSideApply();
    }

    @Test
    void aTableThatAPersonEditsOrDeletesIsPutRightAndNoSlotMoves() {
        apply("main", nats.url());
        try (BeatingWorker worker = new BeatingWorker(nats.url(), "persist.main", "beating", 0)) {
            await().atMost(PATIENCE).until(() -> worker.table() > 0 && table("main") != null);
            awaitCondition("main", ClusterCondition.Type.COORDINATED, Reason.AS_EXPECTED);
            Map<String, String> before = table("main");

            client.configMaps().inNamespace(namespace).withName("main-table").edit(map -> {
                map.getData().put("table.json", "{}");
                return map;
            });
            await().atMost(PATIENCE).until(() -> before.equals(table("main")));
            client.configMaps().inNamespace(namespace).withName("main-table").delete();
            await().atMost(PATIENCE).until(() -> before.equals(table("main")));

            assertThat(worker.dead()).isFalse();
        }
    }

    @Test
    void aWorkerWhosePodIsGoneIsDeadAtOnce() {
        apply("main", nats.url());
        Pod pod = await().atMost(PATIENCE).until(() -> pods(), pods -> pods.size() == 2).getFirst();
        try (BeatingWorker worker = new BeatingWorker(nats.url(), "persist.main", pod.getMetadata().getName(), 0);
                BeatingWorker other = new BeatingWorker(nats.url(), "persist.main", "elsewhere", 0)) {
            await().atMost(PATIENCE).until(() -> worker.table() > 0 && other.table() > 0);

            client.resource(pod).withGracePeriod(0).delete();

            await().atMost(PATIENCE).until(worker::dead);
            assertThat(other.dead()).isFalse();
        }
    }

    @Test
    void aWorkerThatHangsLosesItsPodButNobodyDoesWhileNobodyIsHeard() {
        apply("main", nats.url());
        List<Pod> pods = await().atMost(PATIENCE).until(this::pods, found -> found.size() == 2);
        String hangs = pods.get(0).getMetadata().getName();
        try (BeatingWorker a = new BeatingWorker(nats.url(), "persist.main", hangs, 0);
                BeatingWorker b = new BeatingWorker(nats.url(), "persist.main", pods.get(1).getMetadata().getName(), 0);
                BeatingWorker other = new BeatingWorker(nats.url(), "persist.main", "elsewhere", 0)) {
            await().atMost(PATIENCE).until(() -> status("main").workers().size() == 3
                    && status("main").workers().stream().allMatch(PersistClusterStatus.WorkerStatus::ready));

            a.fallSilent();

            await().atMost(PATIENCE).until(this::pods,
                    now -> now.size() == 2 && now.stream().noneMatch(pod -> pod.getMetadata().getName().equals(hangs)));
            assertThat(pods()).anySatisfy(pod -> assertThat(pod.getMetadata().getUid())
                    .isEqualTo(pods.get(1).getMetadata().getUid()));
            assertThat(b.dead()).isFalse();
            assertThat(client.v1().events().inNamespace(namespace).list().getItems())
                    .anySatisfy(event -> assertThat(event.getReason() + " " + event.getMessage())
                            .startsWith("WorkerHung the pod of " + hangs).contains("no heartbeat"));
            List<String> before = podNames();
            List.of(b, other).forEach(BeatingWorker::fallSilent);
            await().pollDelay(Duration.ofSeconds(8)).until(() -> podNames().equals(before));
        }
    }

    @Test
    void theWorkerWithTheFewestOpenStreamsGoesFirst() {
        apply("main", nats.url());
        List<Pod> pods = await().atMost(PATIENCE).until(() -> pods(), all -> all.size() == 2);
        String busy = pods.get(1).getMetadata().getName();
        try (BeatingWorker a = new BeatingWorker(nats.url(), "persist.main", pods.get(0).getMetadata().getName(), 2);
                BeatingWorker b = new BeatingWorker(nats.url(), "persist.main", busy, 500)) {
            await().atMost(PATIENCE)
                    .until(() -> status("main").workers().size() == 2 && status("main").openStreams() == 502);

            client.resources(PersistCluster.class).inNamespace(namespace).withName("main").scale(1);

            await().atMost(PATIENCE).until(() -> pods(), all -> all.size() == 1);
            assertThat(pods().getFirst().getMetadata().getName()).isEqualTo(busy);
            assertThat(b.dead()).isFalse();
            await().atMost(PATIENCE).until(a::dead);
        }
    }

    @Test
    void theNumberOfWorkersFollowsTheirLoadAndAPersonsWish() {
        PersistCluster cluster = persistCluster("main", "    url: " + nats.url() + "\n" + """
                workers: {replicas: 1}
                autoscaling:
                  maxReplicas: 3
                  targets: {openStreams: 100}
                  scaleUpStabilizationSeconds: 2
                  scaleDownStabilizationSeconds: 4
                """.indent(2));
        client.resource(cluster).create();
        List<BeatingWorker> workers = new ArrayList<>();
        try {
            awaitWorkers(1, workers);
            workers.getFirst().setOpenStreams(250);
            awaitWorkers(3, workers);
            assertThat(status("main").autoscaling().lastScale())
                    .isEqualTo("from 1 to 3 workers: openStreams asks for 3 workers");

            workers.getFirst().setOpenStreams(150);
            awaitWorkers(2, workers);
            scale(1);
            awaitWorkers(2, workers);

            scale(0);
            awaitWorkers(0, workers);
            awaitLooks(() -> status("main").autoscaling().reason() == Reason.SCALED_TO_ZERO);
            assertThat(client.v1().events().inNamespace(namespace).list().getItems())
                    .anySatisfy(event -> assertThat(event.getReason() + " " + event.getMessage())
                            .isEqualTo("ScaledUp from 1 to 3 workers: openStreams asks for 3 workers"))
                    .anySatisfy(event -> assertThat(event.getReason() + " " + event.getMessage())
                            .isEqualTo("ScaledDown from 3 to 2 workers: openStreams asks for 2 workers"));
        } finally {
            workers.forEach(BeatingWorker::close);
        }
    }

    /** A worker beats for each pod; the first one is for the pod that is to go last. */
    private void awaitWorkers(int count, List<BeatingWorker> beating) {
        awaitLooks(() -> {
            for (Pod pod : pods()) {
                if (beating.stream().noneMatch(worker -> worker.name().equals(pod.getMetadata().getName()))) {
                    beating.add(new BeatingWorker(nats.url(), "persist.main", pod.getMetadata().getName(), 0));
                }
            }
            return pods().size() == count && status("main").workers().size() == count
                    && cluster("main").getSpec().workers().replicas() == count;
        });
    }

    private void scale(int count) {
        client.resources(PersistCluster.class).inNamespace(namespace).withName("main").scale(count);
    }

    /** The operator looks at the cluster again and again. */
    private void awaitLooks(Callable<Boolean> holds) {
        await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(300)).until(() -> {
            client.resources(PersistCluster.class).inNamespace(namespace).withName("main").patch(
                    PatchContext.of(PatchType.JSON_MERGE),
                    "{\"metadata\": {\"annotations\": {\"look\": \"" + System.nanoTime() + "\"}}}");
            return holds.call();
        });
    }

    @Test
    void ofTwoClustersWithOnePrefixTheOlderKeepsIt() {
        PersistCluster first = persistCluster("first", "    url: " + nats.url() + "\n    prefix: acme\n");
        client.resource(first).create();
        awaitCondition("first", ClusterCondition.Type.COORDINATED, Reason.TABLE_REBUILDING);

        await().pollDelay(Duration.ofMillis(1_100)).until(() -> true); // creation times have seconds
        client.resource(persistCluster("second", "    url: " + nats.url() + "\n    prefix: acme\n")).create();
        awaitCondition("second", ClusterCondition.Type.COORDINATED, Reason.PREFIX_TAKEN);
        assertThat(condition("first", ClusterCondition.Type.COORDINATED)).extracting(ClusterCondition::reason)
                .isEqualTo(Reason.TABLE_REBUILDING);

        client.resource(cluster("first")).delete();
        awaitCondition("second", ClusterCondition.Type.COORDINATED, Reason.TABLE_REBUILDING);
    }

    @Test
    void whatTheApiServerRefusesIsTold() {
        client.resource(
                persistCluster("main", "    url: " + nats.url() + "\n  workers:\n    labels: {not a label: x}\n"))
                .create();

        ClusterCondition refused = awaitCondition("main", ClusterCondition.Type.WORKERS_AVAILABLE,
                Reason.OBJECT_REFUSED);
        assertThat(refused.message()).contains("Deployment main-worker", "not a label");
    }

    @Test
    void ofTwoOperatorsOneActsAndTheOtherTakesItsPlace() {
        apply("main", nats.url());
        try (BeatingWorker worker = new BeatingWorker(nats.url(), "persist.main", "beating", 0)) {
            await().atMost(PATIENCE).until(() -> worker.table() > 0);
            try (TestOperator second = new TestOperator(namespace)) {
                await().pollDelay(Duration.ofSeconds(3)).until(() -> true);
                assertThat(second.writes()).isEmpty();
                assertThat(second.coordinated()).isZero();
                long version = worker.table();

                operator.close();
                assertThat(client.leases().inNamespace(namespace).withName(PersistOperator.LEASE).get().getSpec()
                        .getHolderIdentity()).isNotEqualTo(operator.identity());
                long gone = System.nanoTime();

                await().atMost(Duration.ofSeconds(40)).until(() -> second.coordinated() == 1);
                System.out.printf("another operator acts after %d ms%n", (System.nanoTime() - gone) / 1_000_000);
                client.resource(deployment("main")).delete();
                await().atMost(PATIENCE).until(() -> deployment("main") != null);
                awaitCondition("main", ClusterCondition.Type.COORDINATED, Reason.AS_EXPECTED);
                assertThat(worker.table()).isEqualTo(version);
                assertThat(worker.dead()).isFalse();
            }
        }
    }

    @Test
    void whatOneOperatorBeganAnotherCompletes() {
        PersistCluster cluster = apply("main", nats.url());
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(5))
                .until(() -> client.serviceAccounts().inNamespace(namespace).withName("main-worker").get() != null);
        operator.close();

        try (TestOperator second = new TestOperator(namespace)) {
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(wanted(cluster)).allSatisfy(this::isThere));
            await().atMost(PATIENCE).until(() -> second.coordinated() == 1);
        }
    }

    @Test
    void twoHundredClustersAtOnceAreMadeAndCoordinated() {
        int count = 200;
        long began = System.nanoTime();
        for (int i = 0; i < count; i++) {
            apply("main-" + i, nats.url());
        }

        await().atMost(Duration.ofMinutes(3)).pollInterval(Duration.ofSeconds(1)).until(
                () -> client.resources(PersistCluster.class).inNamespace(namespace).list().getItems().stream()
                        .filter(PersistOperatorIT::waitsForWorkers).count(),
                waiting -> waiting == count);
        System.out.printf("%d clusters after %d ms%n", count, (System.nanoTime() - began) / 1_000_000);
        assertThat(client.apps().deployments().inNamespace(namespace).list().getItems()).hasSize(count);
        assertThat(operator.coordinated()).isEqualTo(count);
    }

    private static boolean waitsForWorkers(PersistCluster cluster) {
        return cluster.getStatus() != null && cluster.getStatus().conditions().stream()
                .anyMatch(condition -> condition.reason() == Reason.TABLE_REBUILDING);
    }

    /** True once it was asked twice about the same number. */
    private static final class Unchanging {
        private int last = -1;

        boolean is(int now) {
            boolean same = now == last;
            last = now;
            return same;
        }
    }

    /** Of all that there is of both clusters: nobody has changed it where these are the same. */
    private Map<String, String> versions() {
        Map<String, String> all = new TreeMap<>();
        Stream.of(client.resources(PersistCluster.class), client.apps().deployments(), client.configMaps(),
                client.serviceAccounts(), client.services(), client.persistentVolumeClaims(),
                client.policy().v1().podDisruptionBudget(), client.pods())
                .flatMap(kind -> kind.inNamespace(namespace).list().getItems().stream())
                .map(HasMetadata.class::cast).forEach(object -> all.put(
                        object.getKind() + " " + object.getMetadata().getName(),
                        object.getMetadata().getResourceVersion()));
        return all;
    }

    private int writesSoFar() {
        return operator.writes().size();
    }

    private PersistCluster apply(String name, String url) {
        return client.resource(persistCluster(name, "    url: " + url + "\n")).create();
    }

    private PersistCluster persistCluster(String name, String natsLines) {
        return client.getKubernetesSerialization().unmarshal("""
                apiVersion: natspersist.io/v1alpha1
                kind: PersistCluster
                metadata:
                  name: %s
                  namespace: %s
                spec:
                  storage:
                    claim:
                      size: 1Gi
                  coordinator:
                    slots: 16
                  nats:
                %s""".formatted(name, namespace, natsLines), PersistCluster.class);
    }

    private List<HasMetadata> wanted(PersistCluster cluster) {
        return WantedObjects.of(cluster, new Surroundings(TestOperator.IMAGE, null, null));
    }

    private HasMetadata isThere(HasMetadata object) {
        HasMetadata found = client.resource(object).get();
        assertThat(found).as(object.getKind()).isNotNull();
        assertThat(found.getMetadata().getDeletionTimestamp()).isNull();
        return found;
    }

    private @Nullable PersistCluster cluster(String name) {
        return client.resources(PersistCluster.class).inNamespace(namespace).withName(name).get();
    }

    private @Nullable Deployment deployment(String cluster) {
        return client.apps().deployments().inNamespace(namespace).withName(cluster + "-worker").get();
    }

    private List<String> podNames() {
        return pods().stream().map(pod -> pod.getMetadata().getName()).sorted().toList();
    }

    private List<Pod> pods() {
        return client.pods().inNamespace(namespace).list().getItems();
    }

    private @Nullable Map<String, String> table(String cluster) {
        var found = client.configMaps().inNamespace(namespace).withName(cluster + "-table").get();
        return found == null ? null : found.getData();
    }

    private PersistClusterStatus status(String name) {
        PersistCluster cluster = cluster(name);
        return cluster == null || cluster.getStatus() == null
                ? new PersistClusterStatus(null, null, List.of(), 0, 0, null, null, null, List.of(), null)
                : cluster.getStatus();
    }

    private @Nullable ClusterCondition condition(String name, ClusterCondition.Type type) {
        return status(name).conditions().stream().filter(c -> c.type() == type).findAny().orElse(null);
    }

    private ClusterCondition awaitCondition(String name, ClusterCondition.Type type, Reason reason) {
        return await(name + " " + reason).atMost(PATIENCE).until(() -> condition(name, type),
                c -> c != null && c.reason() == reason);
    }

    private void annotate(String name, String paused) {
        client.resources(PersistCluster.class).inNamespace(namespace).withName(name).patch(
                PatchContext.of(PatchType.JSON_MERGE),
                "{\"metadata\": {\"annotations\": {\"%s\": \"%s\"}}}".formatted(PersistCluster.PAUSED, paused));
    }
}
