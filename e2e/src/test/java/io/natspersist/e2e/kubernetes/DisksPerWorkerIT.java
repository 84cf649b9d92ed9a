// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.natspersist.client.PersistClient;
import io.natspersist.operator.crd.PersistCluster;
import io.natspersist.operator.crd.PersistClusterStatus.WorkerStatus;
import io.natspersist.operator.crd.Phase;
import io.natspersist.worker.cold.S3Server;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Workers whose disks come and go with their pods, and a bucket on a real S3 server on this machine: whatever goes, what was answered as
 * shipped is there.
 */
@Tag("kubernetes")
@Tag("kubernetes-faults")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(400)
class DisksPerWorkerIT {

    private static final String NAME = "own";
    private static final int STREAMS = 8;

    private TestCluster cluster;
    private List<String> nodes;
    private String safe;
    private String struck;
    private S3Server s3;
    private Installation installation;
    private KubernetesClient kubernetes;
    private Operators operators;
    private Pods workers;
    private PersistClient client;
    private Traffic traffic;

    @RegisterExtension
    final AfterTestExecutionCallback evidence = context -> context.getExecutionException()
            .ifPresent(failure -> System.out.println(installation.describe(NAME)));

    @BeforeAll
    void install() {
        cluster = TestCluster.withTwoNodes();
        kubernetes = cluster.client();
        s3 = S3Server.start(cluster.thisMachine().orElseThrow());
        nodes = cluster.nodes().stream().limit(2).toList();
        safe = nodes.get(0);
        struck = nodes.get(1);
        installation = new Installation(cluster, 2, safe);
        operators = new Operators(kubernetes, installation.system());
        workers = new Pods(kubernetes, installation.namespace(), Map.of("natspersist.io/cluster", NAME));
        kubernetes.resource(new SecretBuilder().withNewMetadata().withName("s3")
                .withNamespace(installation.namespace()).endMetadata().addToStringData("AWS_ACCESS_KEY_ID",
                        S3Server.ACCESS_KEY)
                .addToStringData("AWS_SECRET_ACCESS_KEY", S3Server.SECRET_KEY).build()).create();
        make(NAME, "emptyDir: {sizeLimit: 1Gi}", 2);
        client = installation.connect(NAME);
    }

    /** What is stored below {@code stopped} is answered before it is shipped. */
    private void make(String name, String disk, int replicas) {
        installation.apply("""
                apiVersion: natspersist.io/v1alpha1
                kind: PersistCluster
                metadata: {name: %s}
                spec:
                  nats: {url: "%s"}
                  storage:
                    perWorker:
                      %s
                  durability: shipped
                  streamDefaults: [{prefix: stopped, config: {durability: sync}}]
                  tiering:
                    bucket: %s
                    endpoint: %s
                    pathStyle: true
                    credentialsSecret: s3
                    archiveAfterSeconds: 5
                  coordinator: {slots: 64}
                  workers:
                    replicas: %d
                    resources: {requests: {cpu: 50m, memory: 384Mi}, limits: {memory: 384Mi}}
                """.formatted(name, installation.natsUrl(), disk, S3Server.BUCKET, s3.endpoint(), replicas));
        installation.awaitReady(name, replicas);
    }

    @AfterAll
    void remove() {
        if (installation != null) {
            installation.close();
        }
        if (s3 != null) {
            s3.close();
        }
        cluster.close();
    }

    @AfterEach
    void stop() {
        if (traffic != null) {
            traffic.stop(); // where the test failed
        }
        faults().revive();
    }

    @Test
    void whatWasAnsweredAsShippedIsReadFromTheSuccessorWhenAPodGoesWithItsDisk() {
        begin("gone");
        Pod victim = busiest();
        long killed = System.nanoTime();
        faults().killProcesses(victim);
        kubernetes.resource(victim).withGracePeriod(0).delete();
        traffic.awaitMore(2);
        System.out.printf("a pod goes with its disk: all streams answer again after %d ms%n",
                (System.nanoTime() - killed) / 1_000_000);
        installation.awaitReady(NAME, 2);
        assertThat(names()).hasSize(2).doesNotContain(victim.getMetadata().getName());
        traffic.awaitMore(5);
        traffic.finish();
    }

    @Test
    void aNodeDiesWithTheDiskOfItsWorkerAndWhatItBringsBackIsNotRead() {
        operators.actOn(safe, nodes);
        serveOn(struck);
        begin("died");
        long killed = System.nanoTime();
        faults().kill(struck);
        traffic.awaitMore(2);
        System.out.printf("a node dies with the disk of its worker: all streams answer again after %d ms%n",
                (System.nanoTime() - killed) / 1_000_000);
        faults().revive();
        installation.awaitReady(NAME, 2);
        serveOn(struck);
        traffic.awaitMore(5);
        traffic.finish();
    }

    /** A worker on each node, and that one has slots. */
    private void serveOn(String node) {
        await("a worker on " + node + " has slots").atMost(Installation.PATIENCE).until(() -> {
            workers.spread(2, nodes);
            installation.awaitReady(NAME, 2);
            String there = name(workers.on(node).getFirst());
            boolean serves = installation.status(NAME).workers().stream()
                    .anyMatch(worker -> worker.name().equals(there) && worker.slots() > 0);
            if (!serves) {
                workers.staying().stream().filter(pod -> !name(pod).equals(there))
                        .forEach(pod -> kubernetes.resource(pod).delete());
            }
            return serves;
        });
    }

    @Test
    void aContainerThatIsStartedAgainHasTheDiskOfItsPodAndSetsItsHistoryAside() {
        begin("again");
        Pod victim = busiest();
        faults().killProcesses(victim);
        await().atMost(Installation.PATIENCE).until(() -> restarts(name(victim)) > restarts(victim));
        installation.awaitReady(NAME, 2);
        assertThat(faults().written(victim)).contains("what a former process left on this disk is set aside");
        traffic.awaitMore(5);
        traffic.finish();
    }

    @Test
    void aPodThatIsToldToStopShipsWhatItHasFirst() {
        begin("stopped");
        kubernetes.resources(PersistCluster.class).inNamespace(installation.namespace()).withName(NAME).patch(
                PatchContext.of(PatchType.JSON_MERGE),
                "{\"spec\": {\"workers\": {\"annotations\": {\"e2e\": \"rolled\"}}}}");
        await().atMost(Installation.PATIENCE).until(() -> workers.staying().size() == 2 && workers.ready().stream()
                .filter(pod -> "rolled".equals(pod.getMetadata().getAnnotations().get("e2e"))).count() == 2);
        installation.awaitReady(NAME, 2);
        traffic.awaitMore(5);
        traffic.finish();
    }

    @Test
    void whereEachPodHasAClaimTheNextOneHasAnotherVolumeAndReadsAllFromTheBucket() {
        String name = "claims";
        cluster.disks(installation.namespace(), 2);
        make(name, "claim: {size: 1Gi, storageClassName: " + installation.namespace() + "}", 1);
        PersistClient own = installation.connect(name);
        List<String> values = List.of("first", "second", "third");
        values.forEach(value -> own.stream("notes").set(value.getBytes(StandardCharsets.UTF_8)));
        Pod victim = workers.one(installation.status(name).workers().getFirst().name());
        assertThat(volumes()).containsOnlyKeys(name(victim) + "-data");

        faults().killProcesses(victim);
        kubernetes.resource(victim).withGracePeriod(0).delete();

        assertThat(own.stream("notes").messages().map(m -> m.text())).isEqualTo(values);
        installation.awaitReady(name, 1);
        String next = installation.status(name).workers().getFirst().name();
        assertThat(next).isNotEqualTo(name(victim));
        await().atMost(Installation.PATIENCE).until(() -> volumes().keySet().equals(Set.of(next + "-data")));
        assertThat(own.stream("notes").messages().map(m -> m.text())).isEqualTo(values);
        kubernetes.resources(PersistCluster.class).inNamespace(installation.namespace()).withName(name).delete();
    }

    /** By the claims of pods. */
    private Map<String, String> volumes() {
        return kubernetes.persistentVolumeClaims().inNamespace(installation.namespace())
                .withLabel("natspersist.io/cluster", "claims").list().getItems().stream()
                .filter(claim -> claim.getSpec().getVolumeName() != null)
                .collect(Collectors.toMap(claim -> claim.getMetadata().getName(),
                        claim -> claim.getSpec().getVolumeName()));
    }

    @Test
    void aClusterScaledToNothingAndBackHasAllStreams() {
        begin("stopped.all");
        traffic.finish();
        List<List<String>> before = held("stopped.all");

        scale(0);
        await().atMost(Installation.PATIENCE).until(this::noPods);
        await().atMost(Installation.PATIENCE).until(() -> installation.status(NAME).phase() == Phase.PENDING);
        scale(2);
        installation.awaitReady(NAME, 2);

        assertThat(held("stopped.all")).isEqualTo(before).allSatisfy(stream -> assertThat(stream).isNotEmpty());
    }

    private void scale(int count) {
        kubernetes.resources(PersistCluster.class).inNamespace(installation.namespace()).withName(NAME).scale(count);
    }

    private boolean noPods() {
        return kubernetes.pods().inNamespace(installation.namespace()).withLabel("natspersist.io/cluster", NAME).list()
                .getItems().isEmpty();
    }

    @Test
    void aClusterThatIsDeletedAndMadeAgainHasAllStreamsFromTheBucket() {
        begin("deleted");
        traffic.finish();
        List<List<String>> before = held("deleted");
        PersistCluster made = kubernetes.resources(PersistCluster.class).inNamespace(installation.namespace())
                .withName(NAME).require();

        kubernetes.resource(made).delete();
        await().atMost(Installation.PATIENCE).until(() -> kubernetes.resource(made).get() == null && noPods());
        make(NAME, "emptyDir: {sizeLimit: 1Gi}", 2);

        assertThat(held("deleted")).isEqualTo(before).allSatisfy(stream -> assertThat(stream).isNotEmpty());
    }

    private List<List<String>> held(String name) {
        List<List<String>> all = new ArrayList<>();
        for (int i = 0; i < STREAMS; i++) {
            all.add(client.stream(name + "." + i).messages().map(m -> m.seq() + " " + m.text()).toList());
        }
        return all;
    }

    private void begin(String name) {
        traffic = new Traffic(client, client, name, STREAMS);
        traffic.awaitMore(5);
    }

    /** That of the worker with the most slots: it need not be that others have any. */
    private Pod busiest() {
        return workers.one(installation.status(NAME).workers().stream()
                .max(Comparator.comparingInt(WorkerStatus::slots)).orElseThrow().name());
    }

    private List<String> names() {
        return workers.ready().stream().map(DisksPerWorkerIT::name).toList();
    }

    private int restarts(String pod) {
        return restarts(workers.one(pod));
    }

    private static int restarts(Pod pod) {
        return pod.getStatus().getContainerStatuses().getFirst().getRestartCount();
    }

    private static String name(Pod pod) {
        return pod.getMetadata().getName();
    }

    private NodeFaults faults() {
        return cluster.faults().orElseThrow();
    }
}
