// SPDX-License-Identifier: Apache-2.0
package io.natspersist.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.coordinator.CoordinatorStatus.Phase;
import io.natspersist.coordinator.MemoryTableStore.Failure;
import io.natspersist.protocol.HeaderNames;
import io.natspersist.protocol.Json;
import io.natspersist.protocol.StreamName;
import io.natspersist.protocol.Subjects;
import io.natspersist.protocol.table.AssignmentTable;
import io.natspersist.protocol.table.Heartbeat;
import io.natspersist.protocol.table.HeartbeatReply;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.simulation.LinkFaults;
import io.natspersist.simulation.MemoryNetwork;
import io.natspersist.simulation.VirtualTime;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Message;
import io.natspersist.transport.Transport;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The coordinator among scripted workers, in virtual time. */
class CoordinatorTest {

    private static final int SLOTS = 32;
    private static final CoordinatorConfig CONFIG = CoordinatorConfig.of("persist.test", SLOTS);

    private final Subjects subjects = new Subjects(CONFIG.prefix());
    private final VirtualTime time = new VirtualTime(7);
    private final MemoryNetwork network = new MemoryNetwork(time, 7);
    private final MemoryTableStore store = new MemoryTableStore();
    private final Set<Incarnation> volume = new TreeSet<>();
    private final Set<Incarnation> locked = new TreeSet<>();
    private final List<ScriptedWorker> workers = new ArrayList<>();
    private final List<AssignmentTable> told = new ArrayList<>();
    private Transport client;
    private VirtualTime.Node node;
    private Coordinator coordinator;
    private int instances;

    @BeforeEach
    void start() {
        VirtualTime.Node clients = time.node("client");
        client = network.connect(clients);
        client.subscribe(subjects.tableChanged(), null,
                m -> told.add(Json.read(m.payload(), AssignmentTable.class)));
        startCoordinator();
        time.runFor(10);
    }

    @AfterEach
    void nothingWasToldThatWasNotStored() {
        assertThat(store.history).containsAll(told);
        for (ScriptedWorker worker : workers) {
            for (HeartbeatReply reply : worker.replies) {
                AssignmentTable table = reply.table();
                assertThat(table == null || table.version() == 0 || store.history.contains(table)).isTrue();
                assertThat(store.history).anyMatch(t -> t.incarnations() >= reply.incarnation());
            }
        }
    }

    private void startCoordinator() {
        node = time.node("coordinator");
        coordinator = new Coordinator(CONFIG, network.connect(node), node.loop(), store, node.executor("store"));
        coordinator.start();
    }

    private ScriptedWorker startWorker(String name) {
        ScriptedWorker worker = new ScriptedWorker(name, "instance-" + ++instances, subjects, time, network, SLOTS,
                volume, locked);
        workers.add(worker);
        return worker;
    }

    private long awaitSettled(long maxMillis, ScriptedWorker... serving) {
        long start = time.millis();
        assertThat(time.runUntil(() -> {
            int served = 0;
            for (ScriptedWorker worker : serving) {
                served += worker.serves().size();
            }
            return served == SLOTS;
        }, maxMillis)).as("served within %d ms: %s", maxMillis, coordinator.status()).isTrue();
        return time.millis() - start;
    }

    private Message ask(String subject, String payload) {
        AtomicReference<Transport.Reply> answer = new AtomicReference<>();
        client.request(subject, Headers.NONE, payload.getBytes(StandardCharsets.UTF_8), 1_000, answer::set);
        assertThat(time.runUntil(() -> answer.get() != null, 2_000)).isTrue();
        assertThat(answer.get()).isInstanceOf(Transport.Reply.Answer.class);
        return ((Transport.Reply.Answer) answer.get()).message();
    }

    private AssignmentTable stored() {
        return store.load().orElseThrow();
    }

    @Test
    void aNewClusterServesWellUnderASecondAfterItsFirstWorkerStarted() {
        ScriptedWorker a = startWorker("a");

        assertThat(awaitSettled(500, a)).isLessThan(500);
        assertThat(stored().slots()).allSatisfy(slot -> assertThat(slot.adopt()).isEmpty());
    }

    @Test
    void aWorkerThatHasJustRegisteredIsNotCalledSilent() {
        awaitSettled(500, startWorker("a"));
        time.runFor(60_000);
        startWorker("b");

        assertThat(time.runUntil(() -> coordinator.status().workers().size() == 2, 2_000)).isTrue();

        assertThat(coordinator.status().workers()).extracting(CoordinatorStatus.WorkerStatus::silentMillis)
                .allSatisfy(silent -> assertThat(silent).isLessThan(2_000));
    }

    @Test
    void slotsAreHandedOverToASecondWorkerUntilBothHaveTheSame() {
        ScriptedWorker a = startWorker("a");
        awaitSettled(500, a);

        ScriptedWorker b = startWorker("b");

        time.runUntil(() -> b.serves().size() == SLOTS / 2, 60_000);
        assertThat(a.serves()).hasSize(SLOTS / 2);
        assertThat(b.serves()).hasSize(SLOTS / 2);
        assertThat(store.history).allSatisfy(t -> assertThat(t.slots().stream().filter(s -> s.awaits() != null).count())
                .isLessThanOrEqualTo(CONFIG.handoverBatch()));
        int tables = store.history.size();
        time.runFor(30_000);
        assertThat(store.history).as("no table changes without need").hasSize(tables);
    }

    @Test
    void theSlotsOfAKilledWorkerAreServedAgainWithinSevenSeconds() {
        ScriptedWorker a = startWorker("a");
        ScriptedWorker b = startWorker("b");
        time.runUntil(() -> a.serves().size() == SLOTS / 2 && b.serves().size() == SLOTS / 2, 60_000);

        a.kill();

        assertThat(awaitSettled(7_500, b)).isGreaterThan(2_000);
        time.runFor(30_000);
        assertThat(volume).as("the dead worker's journal is deleted").containsExactly(b.id());
    }

    @Test
    void aWorkerWhoseSupervisorKnowsThatItIsGoneIsNotWaitedFor() {
        ScriptedWorker a = startWorker("a");
        ScriptedWorker b = startWorker("b");
        time.runUntil(() -> a.serves().size() == SLOTS / 2 && b.serves().size() == SLOTS / 2, 60_000);

        a.kill();
        coordinator.gone(a.id());

        assertThat(awaitSettled(500, b)).isLessThan(500);
    }

    @Test
    void theSameWorkerBackAtOnceGetsItsSlotsAsANewOwner() {
        ScriptedWorker a = startWorker("a");
        ScriptedWorker b = startWorker("b");
        time.runUntil(() -> a.serves().size() == SLOTS / 2 && b.serves().size() == SLOTS / 2, 60_000);
        Set<Integer> before = b.serves();

        a.kill();
        ScriptedWorker again = startWorker("a");

        awaitSettled(1_000, again, b);
        assertThat(again.id().number()).isGreaterThan(a.id().number());
        assertThat(b.serves()).as("nothing else moved").isEqualTo(before);
    }

    @Test
    void aWorkerThatHungIsToldThatItIsDeadWhenItComesBack() {
        ScriptedWorker a = startWorker("a");
        ScriptedWorker b = startWorker("b");
        time.runUntil(() -> a.serves().size() == SLOTS / 2 && b.serves().size() == SLOTS / 2, 60_000);

        a.node.pause();
        time.runFor(8_000);
        assertThat(stored().living()).containsExactly(b.id());
        a.node.resume();
        time.runFor(2_500);

        assertThat(a.halted).isTrue();
    }

    @Test
    void aDrainingWorkerIsRidOfItsSlotsByHandover() {
        ScriptedWorker a = startWorker("a");
        ScriptedWorker b = startWorker("b");
        time.runUntil(() -> a.serves().size() == SLOTS / 2 && b.serves().size() == SLOTS / 2, 60_000);

        b.draining = true;

        assertThat(awaitSettled(15_000, a)).isPositive();
        assertThat(store.history).as("nothing is adopted from a living worker")
                .allSatisfy(t -> assertThat(t.slots()).allSatisfy(s -> assertThat(s.adopt()).isEmpty()));
    }

    @Test
    void aWorkerThatCannotForceIsDeadOnceAnotherHasForced() {
        ScriptedWorker a = startWorker("a");
        ScriptedWorker b = startWorker("b");
        time.runUntil(() -> a.serves().size() == SLOTS / 2 && b.serves().size() == SLOTS / 2, 60_000);
        time.runFor(5_000);

        a.unforcedMillis = 500;

        assertThat(time.runUntil(() -> a.halted, 10_000)).isTrue();
        awaitSettled(2_000, b);
    }

    @Test
    void whereAllFallSilentTogetherNobodyIsDead() {
        List<ScriptedWorker> four = List.of(startWorker("a"), startWorker("b"), startWorker("c"), startWorker("d"));
        time.runUntil(() -> four.stream().allMatch(w -> w.serves().size() == SLOTS / 4), 120_000);
        AssignmentTable before = stored();

        four.subList(0, 3).forEach(w -> w.silent = true);
        time.runFor(60_000);
        four.forEach(w -> w.silent = false);
        time.runFor(5_000);

        assertThat(stored()).isEqualTo(before);
        assertThat(four).noneMatch(w -> w.halted);
    }

    @Test
    void ofManyThatFellSilentThoseWhoseLockIsFreeAreTakenOver() {
        List<ScriptedWorker> four = List.of(startWorker("a"), startWorker("b"), startWorker("c"), startWorker("d"));
        time.runUntil(() -> four.stream().allMatch(w -> w.serves().size() == SLOTS / 4), 120_000);

        four.subList(0, 3).forEach(ScriptedWorker::kill);

        awaitSettled(10_000, four.get(3));
    }

    @Test
    void aCoordinatorThatLosesItsConnectionDeclaresNobodyDead() {
        ScriptedWorker a = startWorker("a");
        ScriptedWorker b = startWorker("b");
        time.runUntil(() -> a.serves().size() == SLOTS / 2 && b.serves().size() == SLOTS / 2, 60_000);
        time.runFor(5_000);
        AssignmentTable before = stored();

        network.cutFromServer("coordinator");
        time.runFor(30_000);
        network.healToServer("coordinator");
        time.runFor(30_000);

        assertThat(stored()).isEqualTo(before);
    }

    @Test
    void aCoordinatorThatSleptDeclaresNobodyDead() {
        ScriptedWorker a = startWorker("a");
        ScriptedWorker b = startWorker("b");
        time.runUntil(() -> a.serves().size() == SLOTS / 2 && b.serves().size() == SLOTS / 2, 60_000);
        AssignmentTable before = stored();

        node.pause();
        time.runFor(60_000);
        node.resume();
        time.runFor(10_000);

        assertThat(stored()).isEqualTo(before);
    }

    @Test
    void aRestartedCoordinatorChangesNothing() {
        ScriptedWorker a = startWorker("a");
        ScriptedWorker b = startWorker("b");
        time.runUntil(() -> a.serves().size() == SLOTS / 2 && b.serves().size() == SLOTS / 2, 60_000);
        AssignmentTable before = stored();

        node.crash();
        time.runFor(60_000);
        startCoordinator();
        time.runFor(60_000);

        assertThat(stored()).isEqualTo(before);
        assertThat(coordinator.status().settled()).isTrue();
        assertThat(coordinator.status().workers()).extracting(CoordinatorStatus.WorkerStatus::worker)
                .containsExactlyInAnyOrder(a.id(), b.id());
    }

    @Test
    void aLostTableIsRebuiltAsItWasWithHigherNumbers() {
        ScriptedWorker a = startWorker("a");
        ScriptedWorker b = startWorker("b");
        time.runUntil(() -> a.serves().size() == SLOTS / 2 && b.serves().size() == SLOTS / 2, 60_000);
        AssignmentTable before = stored();

        node.crash();
        store.lose();
        startCoordinator();
        assertThat(time.runUntil(() -> store.load().isPresent(), 10_000)).isTrue();
        time.runFor(20_000);

        assertThat(stored().slots()).isEqualTo(before.slots());
        assertThat(stored().living()).isEqualTo(before.living());
        assertThat(stored().version()).isGreaterThan(before.version());
        assertThat(stored().epochs()).isGreaterThan(before.epochs());
        assertThat(stored().incarnations()).isGreaterThan(before.incarnations());
        assertThat(workers).noneMatch(w -> w.halted);
    }

    @Test
    void inARebuiltTableTheSlotsOfTheMissingNameTheirJournals() {
        ScriptedWorker a = startWorker("a");
        ScriptedWorker b = startWorker("b");
        time.runUntil(() -> a.serves().size() == SLOTS / 2 && b.serves().size() == SLOTS / 2, 60_000);
        Set<Integer> lost = b.serves();

        node.crash();
        b.kill();
        store.lose();
        startCoordinator();
        long start = time.millis();
        assertThat(time.runUntil(() -> store.load().isPresent(), 10_000)).isTrue();

        assertThat(time.millis() - start).as("the missing could still have reported").isGreaterThan(5_000);
        AssignmentTable rebuilt = stored();
        for (int slot : lost) {
            assertThat(rebuilt.slot(slot).adopt()).containsExactly(b.id());
        }
        awaitSettled(5_000, a);
    }

    @Test
    void aTableFileThatVanishesUnderARunningCoordinatorIsStoredAnew() {
        ScriptedWorker a = startWorker("a");
        awaitSettled(500, a);

        store.lose();
        ScriptedWorker b = startWorker("b");

        assertThat(time.runUntil(() -> b.serves().size() == SLOTS / 2, 60_000)).isTrue();
    }

    @Test
    void nothingIsToldWhileTheStoreFailsAndTheOldTableIsServed() {
        ScriptedWorker a = startWorker("a");
        awaitSettled(500, a);
        AssignmentTable before = stored();

        store.failure = Failure.BEFORE_STORING;
        ScriptedWorker b = startWorker("b");
        time.runFor(20_000);

        assertThat(b.registered()).isFalse();
        assertThat(Json.read(ask(subjects.table(), "").payload(), AssignmentTable.class)).isEqualTo(before);
        store.failure = Failure.NONE;
        assertThat(time.runUntil(() -> b.serves().size() == SLOTS / 2, 60_000)).isTrue();
    }

    @Test
    void aTableThatWasStoredAlthoughTheAnswerWasLostIsNotStoredTwice() {
        ScriptedWorker a = startWorker("a");
        awaitSettled(500, a);

        store.failure = Failure.AFTER_STORING;
        ScriptedWorker b = startWorker("b");

        assertThat(time.runUntil(() -> b.serves().size() == SLOTS / 2, 120_000)).isTrue();
        assertThat(store.history).extracting(AssignmentTable::version).doesNotHaveDuplicates();
    }

    @Test
    void aCoordinatorThatFindsAnothersTableStepsDown() {
        ScriptedWorker a = startWorker("a");
        awaitSettled(500, a);
        AssignmentTable theirs = new AssignmentTable(999, 99, 999, stored().living(), stored().slots());
        store.overwrite(theirs);

        startWorker("b");
        time.runFor(5_000);

        assertThat(coordinator.status().phase()).isEqualTo(Phase.STEPPED_DOWN);
        assertThat(stored()).isEqualTo(theirs);
    }

    @Test
    void lossDelayAndDuplicationDoNoHarm() {
        network.faults(new LinkFaults(0.1, 0.1, 0.1, 300));
        ScriptedWorker a = startWorker("a");
        ScriptedWorker b = startWorker("b");
        ScriptedWorker c = startWorker("c");

        time.runFor(60_000);
        network.healAll();

        assertThat(time.runUntil(() -> workers.stream().allMatch(w -> w.serves().size() >= SLOTS / 3), 60_000))
                .isTrue();
        assertThat(stored().incarnations()).as("each process is registered once").isEqualTo(3);
        assertThat(List.of(a.halted, b.halted, c.halted)).containsOnly(false);
    }

    @Test
    void whoKnowsTheTableIsToldOnlyThatItIsUnchanged() {
        awaitSettled(500, startWorker("a"));
        String version = Long.toString(stored().version());

        assertThat(ask(subjects.table(), version).payload()).asString()
                .isEqualTo("{\"version\":" + version + ",\"unchanged\":true}");
        assertThat(ask(subjects.table(), "1").payload()).asString().contains("\"slots\":[");
        assertThat(ask(subjects.table(), "x").headers().first(HeaderNames.ERROR)).isEqualTo("BAD_REQUEST");
    }

    @Test
    void aStreamIsLocated() {
        StreamName stream = new StreamName("projects.42.notes");
        time.runFor(100);
        assertThat(ask(subjects.locate(stream), "").headers().first(HeaderNames.ERROR)).isEqualTo("UNAVAILABLE");
        ScriptedWorker a = startWorker("a");
        awaitSettled(500, a);

        int slot = stream.slot(SLOTS);
        assertThat(Json.read(ask(subjects.locate(stream), "").payload(), Answers.Location.class))
                .isEqualTo(new Answers.Location(stream.value(), slot, SLOTS, "a", a.id(), stored().slot(slot).epoch(),
                        "persist.test.worker.a", stored().version()));
    }

    @Test
    void malformedHeartbeatsAreRefusedAndChangeNothing() {
        awaitSettled(500, startWorker("a"));
        AssignmentTable before = stored();

        assertThat(ask(subjects.heartbeat("b"), "nonsense").headers().first(HeaderNames.ERROR))
                .isEqualTo("BAD_REQUEST");
        Heartbeat asAnother = new Heartbeat("a", 0, "x", false, false, 0, 0, 0, List.of(), List.of(), List.of(),
                List.of(), List.of(), Heartbeat.Load.NONE, null);
        assertThat(ask(subjects.heartbeat("b"), new String(Json.write(asAnother), StandardCharsets.UTF_8)).headers()
                .first(HeaderNames.SERVICE_ERROR)).contains("the one that the subject names");
        time.runFor(2_000);

        assertThat(stored()).isEqualTo(before);
    }
}
