// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.natspersist.coordinator.CoordinatorStatus;
import io.natspersist.operator.crd.ClusterCondition;
import io.natspersist.operator.crd.NatsSpec;
import io.natspersist.operator.crd.PersistCluster;
import io.natspersist.operator.crd.PersistClusterSpec;
import io.natspersist.operator.crd.PersistClusterStatus;
import io.natspersist.operator.crd.Phase;
import io.natspersist.operator.crd.Reason;
import io.natspersist.operator.crd.StorageSpec;
import io.natspersist.operator.crd.TieringSpec;
import io.natspersist.operator.crd.PerWorkerSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.natspersist.protocol.table.Heartbeat;
import io.natspersist.protocol.table.Incarnation;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class StatusOfTest {

    private static final String NOW = "2026-11-23T12:00:00Z";
    private static final CoordinatorStatus SERVING = new CoordinatorStatus(CoordinatorStatus.Phase.SERVING, 7, 8, 0, 0,
            0,
            List.of(worker("main-worker-b", 2), worker("main-worker-a", 1)), List.of());
    private static final Seen.Rollout DONE = new Seen.Rollout(true, 2, 2, 2, false);

    /** What differs from a cluster of which all is well, and what is said of it. */
    static Stream<Arguments> cases() {
        return Stream.of(
                row("all is well", s -> s, Phase.READY, "Ready AsExpected", "Progressing not AsExpected",
                        "Degraded not AsExpected", "Coordinated AsExpected", "StorageAvailable ClaimBound"),
                row("nothing yet", s -> with(s, null, starting()), Phase.DEGRADED, "Ready unknown Starting",
                        "WorkersAvailable not TooFewWorkers"),
                row("pods are coming", s -> with(s, new Seen.Rollout(true, 2, 2, 0, false), starting()), Phase.PENDING,
                        "Progressing RollingOut", "Degraded not AsExpected", "Coordinated unknown Starting"),
                row("one of two is ready", s -> with(s, new Seen.Rollout(true, 2, 2, 1, false), running(SERVING)),
                        Phase.PROGRESSING, "Ready not TooFewWorkers", "Progressing RollingOut"),
                row("the Deployment has yet to see what is wanted",
                        s -> with(s, new Seen.Rollout(false, 2, 2, 2, false), running(SERVING)), Phase.PROGRESSING,
                        "Ready AsExpected", "Progressing RollingOut"),
                row("old pods are still there", s -> with(s, new Seen.Rollout(true, 3, 1, 3, false), running(SERVING)),
                        Phase.PROGRESSING, "Ready AsExpected", "Progressing RollingOut"),
                row("no progress for long", s -> with(s, new Seen.Rollout(true, 3, 1, 2, true), running(SERVING)),
                        Phase.DEGRADED, "Ready AsExpected", "Progressing not RolloutStuck", "Degraded RolloutStuck"),
                row("a worker has died", s -> with(s, DONE, running(slots(3, 1))), Phase.DEGRADED,
                        "Ready not SlotsUnserved", "Degraded SlotsUnserved", "WorkersAvailable AsExpected"),
                row("NATS is away", s -> with(s, DONE, new Coordination.Running(SERVING, false, "refused", null)),
                        Phase.DEGRADED, "Ready not NatsUnreachable", "Coordinated not NatsUnreachable",
                        "Degraded NatsUnreachable"),
                row("the table is damaged",
                        s -> with(s, DONE,
                                new Coordination.Running(phase(CoordinatorStatus.Phase.LOADING), true, null,
                                        "damaged")),
                        Phase.DEGRADED, "Ready not TableUnavailable", "Degraded TableUnavailable"),
                row("the table is lost", s -> with(s, DONE, running(phase(CoordinatorStatus.Phase.REBUILDING))),
                        Phase.DEGRADED, "Coordinated not TableRebuilding"),
                row("a Secret is missing",
                        s -> with(s, DONE, new Coordination.Impossible(Reason.SECRET_MISSING, "no Secret nats")),
                        Phase.DEGRADED, "Ready not SecretMissing", "Coordinated not SecretMissing"),
                row("the claim waits", s -> with(s, Seen.Storage.PENDING), Phase.DEGRADED,
                        "StorageAvailable not ClaimPending", "Degraded ClaimPending"),
                row("the claim is gone", s -> with(s, Seen.Storage.MISSING), Phase.DEGRADED,
                        "StorageAvailable not ClaimMissing"),
                row("the claim's volume is gone", s -> with(s, Seen.Storage.LOST), Phase.DEGRADED,
                        "StorageAvailable not ClaimLost"),
                row("NFS", s -> with(s, Seen.Storage.MOUNTED_BY_PODS), Phase.READY,
                        "StorageAvailable MountedByPods"),
                row("disks of their own", s -> with(ownDisks(s), Seen.Storage.OWN_DISKS), Phase.READY,
                        "StorageAvailable OwnDisks"),
                row("a worker's claim waits", s -> with(ownDisks(s), Seen.Storage.PENDING), Phase.DEGRADED,
                        "StorageAvailable not ClaimPending", "Degraded ClaimPending"),
                row("no image", s -> new Seen(s.cluster(), false, null, null, s.storage(), s.coordination(), NOW),
                        Phase.DEGRADED, "WorkersAvailable not NoImage", "Degraded NoImage"),
                row("refused", s -> new Seen(s.cluster(), true, "quota", DONE, s.storage(), s.coordination(), NOW),
                        Phase.DEGRADED, "WorkersAvailable not ObjectRefused", "Degraded ObjectRefused"),
                row("scaled to zero",
                        s -> with(scaled(s, 0), new Seen.Rollout(true, 0, 0, 0, false), running(slots(8, 0))),
                        Phase.PENDING, "Ready not ScaledToZero", "WorkersAvailable ScaledToZero",
                        "Coordinated ScaledToZero", "Degraded not AsExpected"),
                row("paused", s -> marked(s, Map.of(PersistCluster.PAUSED, "true"), null), Phase.PAUSED,
                        "Ready AsExpected", "Progressing not Paused"),
                row("being deleted", s -> marked(s, Map.of(), NOW), Phase.DELETING, "Progressing Deleting"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void whatIsSaid(String name, Seen seen, Phase phase, List<String> conditions) {
        PersistClusterStatus status = StatusOf.seen(seen);

        assertThat(status.conditions()).extracting(StatusOfTest::words).containsAll(conditions);
        assertThat(status.phase()).isEqualTo(phase);
        assertThat(status.conditions()).extracting(ClusterCondition::message).doesNotContain("");
        assertThat(status.conditions()).extracting(ClusterCondition::type).doesNotHaveDuplicates().hasSize(6);
    }

    @Test
    void withDisksOfTheirOwnItSaysWhereStreamsAreAndStay() {
        Seen seen = with(ownDisks(fine()), Seen.Storage.OWN_DISKS);

        assertThat(StatusOf.seen(seen).conditions()).extracting(ClusterCondition::message)
                .contains("each worker has a disk of its own; what lasts is in s3://streams/apps/main");
        assertThat(StatusOf.seen(with(ownDisks(fine()), Seen.Storage.LOST)).conditions())
                .extracting(ClusterCondition::message).contains("the own claim of a worker has lost its volume");
        assertThat(StatusOf.seen(marked(seen, Map.of(), NOW)).conditions()).extracting(ClusterCondition::message)
                .contains("workers ship what they have, then go; all streams stay in s3://streams/apps/main");
    }

    @Test
    void workersSlotsAndStreamsAreCounted() {
        PersistClusterStatus status = StatusOf.seen(fine());

        assertThat(status.workers()).containsExactly(
                new PersistClusterStatus.WorkerStatus("main-worker-a", 1, 4, 10, true, false),
                new PersistClusterStatus.WorkerStatus("main-worker-b", 2, 4, 10, true, false));
        assertThat(status.openStreams()).isEqualTo(20);
        assertThat(status.slots()).isEqualTo(new PersistClusterStatus.SlotsStatus(7, 8, 8, 0, 0));
        assertThat(status.observedGeneration()).isEqualTo(5);
        assertThat(status.replicas()).isEqualTo(2);
        assertThat(status.selector()).isEqualTo("app.kubernetes.io/component=worker,natspersist.io/cluster=main");
    }

    @Test
    void aConditionKeepsItsTimeWhileItIsTheSame() {
        Seen first = fine();
        first.cluster().setStatus(StatusOf.seen(first));
        Seen later = new Seen(first.cluster(), true, null, new Seen.Rollout(true, 2, 2, 1, false), first.storage(),
                first.coordination(), "2026-11-23T12:00:05Z");

        assertThat(StatusOf.seen(later).conditions()).extracting(c -> words(c) + " " + c.lastTransitionTime())
                .contains("Ready not TooFewWorkers 2026-11-23T12:00:05Z", "Coordinated AsExpected " + NOW);
    }

    @Test
    void whatHasNotChangedIsTheSameStatus() {
        Seen first = fine();
        PersistClusterStatus status = StatusOf.seen(first);
        first.cluster().setStatus(status);

        assertThat(StatusOf.seen(new Seen(first.cluster(), true, null, DONE, first.storage(), first.coordination(),
                "2026-11-23T13:00:00Z"))).isEqualTo(status);
    }

    private static Arguments row(String name, UnaryOperator<Seen> change, Phase phase, String... conditions) {
        return Arguments.of(name, change.apply(fine()), phase, List.of(conditions));
    }

    private static Seen fine() {
        PersistCluster cluster = new PersistCluster();
        cluster.setMetadata(new ObjectMetaBuilder().withName("main").withNamespace("apps").withGeneration(5L).build());
        cluster.setSpec(new PersistClusterSpec(new NatsSpec("nats://n", null, null, null, null),
                new StorageSpec("shared", null, null, null, null), null, null, null, null, null, null));
        return new Seen(cluster, true, null, DONE, Seen.Storage.BOUND, running(SERVING), NOW);
    }

    private static Seen with(Seen s, Seen.@Nullable Rollout rollout, Coordination coordination) {
        return new Seen(s.cluster(), true, null, rollout, s.storage(), coordination, NOW);
    }

    private static Seen with(Seen s, Seen.Storage storage) {
        return new Seen(s.cluster(), true, null, s.rollout(), storage, s.coordination(), NOW);
    }

    private static Seen scaled(Seen s, int replicas) {
        PersistClusterSpec spec = s.cluster().getSpec();
        s.cluster().setSpec(new PersistClusterSpec(spec.nats(), spec.storage(), spec.workers().withReplicas(replicas),
                null, null, null, null, null));
        return s;
    }

    private static Seen ownDisks(Seen s) {
        PersistClusterSpec spec = s.cluster().getSpec();
        s.cluster().setSpec(new PersistClusterSpec(spec.nats(),
                new StorageSpec(null, null, null,
                        new PerWorkerSpec(new PerWorkerSpec.WorkerClaim(new Quantity("1Gi"), null), null, null, null),
                        null),
                spec.workers(), null, null, null, null, new TieringSpec("streams", null, null, null, null, null, null,
                        null, null, null, null, null)));
        return s;
    }

    private static Seen marked(Seen s, Map<String, String> annotations, @Nullable String deleted) {
        s.cluster().getMetadata().setAnnotations(annotations);
        s.cluster().getMetadata().setDeletionTimestamp(deleted);
        return s;
    }

    private static Coordination running(CoordinatorStatus status) {
        return new Coordination.Running(status, true, null, null);
    }

    private static Coordination starting() {
        return running(phase(CoordinatorStatus.Phase.LOADING));
    }

    private static CoordinatorStatus phase(CoordinatorStatus.Phase phase) {
        return new CoordinatorStatus(phase, 0, 8, 8, 0, 0, List.of(), List.of());
    }

    private static CoordinatorStatus slots(int unowned, int adopting) {
        return new CoordinatorStatus(CoordinatorStatus.Phase.SERVING, 7, 8, unowned, 0, adopting, List.of(), List.of());
    }

    private static CoordinatorStatus.WorkerStatus worker(String name, long number) {
        return new CoordinatorStatus.WorkerStatus(new Incarnation(name, number), true, false, 4, 0,
                new Heartbeat.Load(10, 5.5, 0.2));
    }

    private static String words(ClusterCondition condition) {
        String type = switch (condition.type()) {
            case READY -> "Ready";
            case PROGRESSING -> "Progressing";
            case DEGRADED -> "Degraded";
            case WORKERS_AVAILABLE -> "WorkersAvailable";
            case STORAGE_AVAILABLE -> "StorageAvailable";
            case COORDINATED -> "Coordinated";
        };
        String truth = switch (condition.status()) {
            case TRUE -> "";
            case FALSE -> " not";
            case UNKNOWN -> " unknown";
        };
        return type + truth + " " + word(condition.reason());
    }

    private static String word(Reason reason) {
        StringBuilder word = new StringBuilder();
        for (String part : reason.name().split("_")) {
            word.append(part.charAt(0)).append(part.substring(1).toLowerCase(java.util.Locale.ROOT));
        }
        return word.toString();
    }
}
