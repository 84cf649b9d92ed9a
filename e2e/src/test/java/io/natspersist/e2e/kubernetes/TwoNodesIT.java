// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.natspersist.client.PersistClient;
import io.natspersist.operator.crd.PersistCluster;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * One installation on two nodes, to which everything happens while clients outside the cluster write and watch. NATS is on the node
 * that nothing happens to.
 */
@Tag("kubernetes")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class TwoNodesIT {

    private static final String NAME = "main";
    private static final int STREAMS = 20;

    private TestCluster cluster;
    private List<String> nodes;
    private String safe;
    private String struck;
    private Installation installation;
    private KubernetesClient kubernetes;
    private Operators operators;
    private Pods workers;
    private PersistClient writing;
    private PersistClient watching;
    private Traffic traffic;
    private int rollouts;

    @RegisterExtension
    final AfterTestExecutionCallback evidence = context -> context.getExecutionException()
            .ifPresent(failure -> System.out.println(installation.describe(NAME)));

    @BeforeAll
    void install() {
        cluster = TestCluster.withTwoNodes();
        kubernetes = cluster.client();
        nodes = cluster.nodes().stream().limit(2).toList();
        assertThat(nodes).as("nodes of " + cluster.name()).hasSize(2);
        safe = nodes.get(0);
        struck = nodes.get(1);
        long began = System.nanoTime();
        installation = new Installation(cluster, 2, safe);
        operators = new Operators(kubernetes, installation.system());
        workers = new Pods(kubernetes, installation.namespace(), Map.of("natspersist.io/cluster", NAME));
        long applied = System.nanoTime();
        installation.apply("""
                apiVersion: natspersist.io/v1alpha1
                kind: PersistCluster
                metadata: {name: %s}
                spec:
                  nats: {url: "%s"}
                  storage: {existingClaim: %s}
                  coordinator: {slots: 64}
                  workers:
                    replicas: 2
                    resources: {requests: {cpu: 50m, memory: 384Mi}, limits: {memory: 384Mi}}
                """.formatted(NAME, installation.natsUrl(), Installation.CLAIM));
        installation.awaitReady(NAME, 2);
        System.out.printf("%s: installed in %d ms, two workers ready %d ms after they were applied%n", cluster.name(),
                millis(began, applied), millis(applied, System.nanoTime()));
        writing = installation.connect(NAME);
        watching = installation.connect(NAME);
    }

    @AfterAll
    void remove() {
        if (installation != null) {
            installation.close();
        }
        cluster.close();
    }

    @BeforeEach
    void twoWorkersOnTwoNodes() {
        scale(2);
        workers.spread(2, nodes);
        installation.awaitReady(NAME, 2);
    }

    @AfterEach
    void mend() {
        if (traffic != null) {
            traffic.stop(); // where the test failed
        }
        for (String node : nodes) {
            new Drain(kubernetes, node).end();
        }
        cluster.faults().ifPresent(faults -> {
            faults.heal(struck);
            faults.revive();
        });
    }

    @Test
    @Order(1)
    void atRestNothingIsWritten() {
        List<String> streams = List.of("rest.a", "rest.b", "rest.c");
        streams.forEach(stream -> writing.stream(stream).set("a value".getBytes(StandardCharsets.UTF_8)));
        await().atMost(Installation.PATIENCE).until(() -> installation.status(NAME).openStreams() == streams.size());
        Versions versions = new Versions(kubernetes, List.of(installation.namespace(), installation.system()));

        await("a minute without a write").during(Duration.ofSeconds(60)).atMost(Duration.ofSeconds(180))
                .pollInterval(Duration.ofSeconds(5)).until(() -> {
                    streams.forEach(stream -> assertThat(writing.stream(stream).messages()).hasSize(1)); // stay open
                    return versions.unchanged();
                });
    }

    @Test
    void scaledUpAndDownNobodyNotices() {
        scale(1);
        begin("scaled");
        scale(3);
        traffic.awaitMore(10);
        scale(1);
        traffic.awaitMore(10);
        traffic.finish();
    }

    @Test
    void rolledOnePodAfterTheOtherNobodyNotices() {
        begin("rolled");
        String rollout = beginRollout();
        awaitRolledOut(rollout);
        traffic.awaitMore(10);
        traffic.finish();
    }

    @Test
    void aNodeIsDrainedAndNobodyNotices() {
        begin("drained");
        new Drain(kubernetes, struck).begin(List.of(installation.namespace(), installation.system()));
        assertThat(workers.on(struck)).isEmpty();
        installation.awaitReady(NAME, 2);
        traffic.awaitMore(10);
        traffic.finish();
    }

    @Test
    @Tag("kubernetes-faults")
    void aKilledContainerIsStartedAgainAndNothingIsLost() {
        begin("killed");
        Pod victim = workers.on(struck).getFirst();
        long killed = System.nanoTime();
        faults().killProcesses(victim);
        traffic.awaitMore(2);
        say("a worker's container is killed", killed);
        await().atMost(Installation.PATIENCE).until(() -> restarts(victim) == restarts(workers.one(name(victim))) - 1);
        installation.awaitReady(NAME, 2);
        traffic.awaitMore(10);
        traffic.finish();
    }

    @Test
    @Tag("kubernetes-faults")
    void aNodeDiesAndItsStreamsAnswerAgain() {
        operators.actOn(safe, nodes);
        begin("died");
        long killed = System.nanoTime();
        faults().kill(struck);
        traffic.awaitMore(2);
        say("a node dies", killed);
        faults().revive();
        awaitServingOn(struck);
        traffic.awaitMore(10);
        traffic.finish();
    }

    @Test
    @Tag("kubernetes-faults")
    void aNodeIsCutOffAndWhatItsWorkerWroteAfterTheTakeoverIsReadByNobody() {
        operators.actOn(safe, nodes);
        begin("cut");
        Pod victim = workers.on(struck).getFirst();
        long cut = System.nanoTime();
        faults().cut(struck);
        traffic.awaitMore(2);
        say("a node is cut off", cut);
        String halting = faults().written(victim).lines().filter(line -> line.contains("halting: ")).findFirst()
                .orElse("it has not halted");
        assertThat(halting).contains("somebody has taken over this worker's journal");
        faults().heal(struck);
        awaitServingOn(struck);
        traffic.awaitMore(10);
        traffic.finish();
    }

    @Test
    @Tag("kubernetes-faults")
    void theActingOperatorAndItsNodeDieInTheMiddleOfARollout() {
        operators.actOn(struck, nodes);
        begin("rolled.without.node");
        String acting = operators.acting();
        String rollout = beginRollout();
        await().atMost(Installation.PATIENCE).until(() -> rolledOut(rollout) == 1);
        faults().kill(struck);
        operators.awaitSuccessor(acting);
        traffic.awaitMore(2);
        faults().revive();
        awaitRolledOut(rollout);
        traffic.awaitMore(10);
        traffic.finish();
    }

    @Test
    @Tag("kubernetes-faults")
    void theActingOperatorIsKilledInTheMiddleOfARollout() {
        begin("rolled.with.killed.operator");
        Pod acting = operators.pods().one(operators.acting());
        String rollout = beginRollout();
        await().atMost(Installation.PATIENCE).until(() -> rolledOut(rollout) == 1);
        faults().killProcesses(acting);
        awaitRolledOut(rollout);
        operators.pods().awaitReady(2);
        traffic.awaitMore(10);
        traffic.finish();
    }

    @Test
    void theActingOperatorsPodIsDeletedWithoutGraceInTheMiddleOfARollout() {
        begin("rolled.without.operator");
        String acting = operators.acting();
        String rollout = beginRollout();
        await().atMost(Installation.PATIENCE).until(() -> rolledOut(rollout) == 1);
        kubernetes.resource(operators.pods().one(acting)).withGracePeriod(0).delete();
        awaitRolledOut(rollout);
        operators.awaitSuccessor(acting);
        traffic.awaitMore(10);
        traffic.finish();
    }

    /** Until both nodes' workers serve. */
    private void awaitServingOn(String node) {
        installation.awaitReady(NAME, 2);
        workers.spread(2, nodes);
        installation.awaitReady(NAME, 2);
        assertThat(workers.on(node)).hasSize(1);
    }

    private NodeFaults faults() {
        return cluster.faults().orElseThrow();
    }

    private void begin(String name) {
        traffic = new Traffic(writing, watching, name, STREAMS);
        traffic.awaitMore(5);
    }

    private void scale(int count) {
        kubernetes.resources(PersistCluster.class).inNamespace(installation.namespace()).withName(NAME).scale(count);
        installation.awaitReady(NAME, count);
    }

    /** What changes in the spec is an annotation of the pods. */
    private String beginRollout() {
        String rollout = "rollout-" + ++rollouts;
        kubernetes.resources(PersistCluster.class).inNamespace(installation.namespace()).withName(NAME).patch(
                PatchContext.of(PatchType.JSON_MERGE),
                "{\"spec\": {\"workers\": {\"annotations\": {\"e2e\": \"" + rollout + "\"}}}}");
        return rollout;
    }

    private void awaitRolledOut(String rollout) {
        await(rollout).atMost(Duration.ofMinutes(2))
                .until(() -> rolledOut(rollout) == 2 && workers.staying().size() == 2);
        installation.awaitReady(NAME, 2);
    }

    private long rolledOut(String rollout) {
        return workers.ready().stream().filter(pod -> rollout.equals(pod.getMetadata().getAnnotations().get("e2e")))
                .count();
    }

    private static int restarts(Pod pod) {
        return pod.getStatus().getContainerStatuses().getFirst().getRestartCount();
    }

    private static String name(Pod pod) {
        return pod.getMetadata().getName();
    }

    private static void say(String what, long since) {
        System.out.printf("%s: all streams answer again after %d ms%n", what, millis(since, System.nanoTime()));
    }

    private static long millis(long from, long to) {
        return (to - from) / 1_000_000;
    }
}
