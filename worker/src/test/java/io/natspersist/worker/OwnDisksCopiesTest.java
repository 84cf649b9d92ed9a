// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import static io.natspersist.worker.OneCluster.SUBJECTS;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.natspersist.protocol.Json;
import io.natspersist.protocol.MessagePage;
import io.natspersist.protocol.ServiceError;
import io.natspersist.protocol.StreamName;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.protocol.table.SlotAssignment;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Message;
import io.natspersist.transport.Transport.Reply;
import io.natspersist.worker.cold.ObjectStoreException.Kind;
import io.natspersist.worker.journal.Durability;
import io.natspersist.worker.journal.JournalConfig;
import io.natspersist.worker.ship.ShipConfig;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Workers that have a disk each: streams go from one to the other by their cold copies, and journals become short by them. */
class OwnDisksCopiesTest {

    private OneCluster cluster = new OneCluster(11);
    private final Set<String> running = new HashSet<>();

    private void start(String name, Durability durability) {
        cluster.ownDisks(new ShipConfig(1_000, 10_000));
        cluster.start(name, new WorkerConfig(name, SUBJECTS)
                .withJournal(JournalConfig.DEFAULT.withDurability(durability)));
        running.add(name);
    }

    private void startServing(String name, Durability durability) {
        start(name, durability);
        cluster.assign(name, null);
        awaitServed(name);
    }

    private void awaitServed(String name) {
        assertThat(cluster.time.runUntil(() -> cluster.workers.get(name).slotsServed() == OneCluster.SLOTS, 120_000))
                .as("%s serves, halts: %s", name, cluster.halts).isTrue();
    }

    /** From one living worker to another, which is started if need be. */
    private void handOver(String from, String to) {
        if (!running.contains(to)) {
            start(to, Durability.SYNC);
        }
        cluster.assign(to, cluster.incarnations.get(from));
        awaitReleased(from);
        take(to);
    }

    private void awaitReleased(String from) {
        assertThat(cluster.time.runUntil(() -> cluster.heartbeats.get(from).released().size() == OneCluster.SLOTS,
                180_000)).as("%s has let go, halts: %s", from, cluster.halts).isTrue();
    }

    /** What was awaited is released. */
    private void take(String to) {
        cluster.assign(Collections.nCopies(OneCluster.SLOTS,
                new SlotAssignment(cluster.incarnations.get(to), cluster.epochs(), null, List.of())));
        awaitServed(to);
    }

    private void loseMachine(String name, String successor) {
        Incarnation dead = cluster.incarnations.get(name);
        running.remove(name);
        cluster.loseMachine(name);
        cluster.dead.add(dead);
        if (!running.contains(successor)) {
            start(successor, Durability.SYNC);
        }
        cluster.assign(successor, null, dead);
        awaitServed(successor);
    }

    private Message set(String worker, String stream, String value) {
        Message answer = cluster.ask(worker, "set", stream, Headers.NONE, value);
        assertThat(ServiceError.parse(answer.headers())).as("set %s", value).isEmpty();
        return answer;
    }

    private static long change(Message answer) {
        return Json.read(answer.payload(), JsonNode.class).get("change").asLong();
    }

    private List<String> contents(String worker, String stream) {
        Message page = cluster.ask(worker, "getAll", stream, Headers.NONE, "");
        for (int again = 0; again < 10 && ServiceError.parse(page.headers()).isPresent(); again++) {
            cluster.time.runFor(1_000); // the bucket has failed
            page = cluster.ask(worker, "getAll", stream, Headers.NONE, "");
        }
        assertThat(ServiceError.parse(page.headers())).isEmpty();
        return MessagePage.decode(page.payload()).messages().stream()
                .map(m -> new String(m.value(), StandardCharsets.UTF_8)).toList();
    }

    private String listed(String worker) {
        return new String(cluster.list(worker, Headers.NONE).payload(), StandardCharsets.UTF_8);
    }

    private List<String> heads() {
        return cluster.bucket.keys().stream().filter(key -> key.endsWith(".head")).toList();
    }

    private List<String> objects(Incarnation journal) {
        return cluster.bucket.keys().stream().filter(key -> key.startsWith("journals/" + journal + "/")).toList();
    }

    @Test
    void aSlotThatIsLetGoOfIsInTheBucketBeforeTheNextOwnerServesIt() {
        startServing("w0", Durability.SYNC);
        for (int i = 0; i < 30; i++) {
            set("w0", "stream." + i % 10, "v" + i);
        }

        handOver("w0", "w1");
        cluster.loseMachine("w0");

        assertThat(contents("w1", "stream.3")).containsExactly("v3", "v13", "v23");
        assertThat(listed("w1")).contains("stream.0", "stream.9");
    }

    @Test
    void whatWasWrittenElsewhereMeanwhileIsThereWhenASlotComesBack() {
        startServing("w0", Durability.SYNC);
        set("w0", "notes", "first");
        set("w0", "gone", "x");
        handOver("w0", "w1");
        set("w1", "notes", "second");
        set("w1", "new", "y");
        long destroyed = change(cluster.ask("w1", "destroy", "gone", Headers.NONE, ""));
        handOver("w1", "w0");
        cluster.loseMachine("w1");

        assertThat(contents("w0", "notes")).containsExactly("first", "second");
        assertThat(contents("w0", "new")).containsExactly("y");
        assertThat(listed("w0")).contains("notes", "new").doesNotContain("gone");
        assertThat(contents("w0", "gone")).isEmpty();
        assertThat(change(set("w0", "gone", "again"))).isEqualTo(destroyed + 1);
    }

    /** Nor may it fill the disk. */
    @Test
    void whatADiskHasOfASlotFromBeforeGoesWhenTheSlotComesBack() {
        startServing("w0", Durability.SYNC);
        set("w0", "notes", "first");
        set("w0", "other", "x");
        handOver("w0", "w1");
        handOver("w1", "w0");

        assertThat(cluster.filesOf("w0").streams()).isEmpty();
        assertThat(contents("w0", "notes")).containsExactly("first");
        assertThat(cluster.filesOf("w0").streams()).containsExactly(new StreamName("notes"));
    }

    @Test
    void whatIsWrittenWhileASlotIsOnItsWayIsThereToo() {
        startServing("w0", Durability.SYNC);
        start("w1", Durability.SYNC);
        Map<String, List<String>> answered = new HashMap<>();
        boolean[] stopped = new boolean[1];
        for (int i = 0; i < 12; i++) {
            String stream = "stream." + i;
            answered.put(stream, new ArrayList<>());
            write(stream, 0, answered.get(stream), stopped);
        }
        cluster.time.runFor(500);
        handOver("w0", "w1");
        stopped[0] = true;
        cluster.loseMachine("w0");

        answered.forEach((stream, values) -> {
            assertThat(values).isNotEmpty();
            assertThat(contents("w1", stream)).as(stream).containsAll(values);
        });
    }

    /** One after the other, to the first worker. */
    private void write(String stream, int n, List<String> answered, boolean[] stopped) {
        if (stopped[0]) {
            return;
        }
        String value = stream + " " + n;
        cluster.client.request(SUBJECTS.operation("w0", "set", new StreamName(stream)), Headers.NONE,
                value.getBytes(StandardCharsets.UTF_8), 60_000, reply -> {
                    if (reply instanceof Reply.Answer a && ServiceError.parse(a.message().headers()).isEmpty()) {
                        answered.add(value);
                        write(stream, n + 1, answered, stopped);
                    }
                });
    }

    @Test
    void aDestroyedStreamStaysDestroyedAndItsNumbersGoOn() {
        startServing("w0", Durability.SYNC);
        set("w0", "notes", "a");
        set("w0", "notes", "b");
        long destroyed = change(cluster.ask("w0", "destroy", "notes", Headers.NONE, ""));
        handOver("w0", "w1");
        loseMachine("w1", "w2");

        assertThat(listed("w2")).doesNotContain("notes");
        assertThat(contents("w2", "notes")).isEmpty();
        assertThat(change(set("w2", "notes", "c"))).isEqualTo(destroyed + 1);
        handOver("w2", "w3");
        assertThat(contents("w3", "notes")).containsExactly("c");
        assertThat(change(set("w3", "notes", "d"))).isEqualTo(destroyed + 2);
    }

    @Test
    void aCopyIsMadeOnlyOnceOthersKnowWhatItHolds() {
        cluster.archiveAfter(0);
        startServing("w0", Durability.SYNC);
        cluster.time.runFor(2_000);
        cluster.bucket.refuse("journals/");
        set("w0", "notes", "a");
        cluster.ask("w0", "destroy", "notes", Headers.NONE, "");
        set("w0", "other", "b");
        cluster.time.runFor(8_000);

        assertThat(heads()).isEmpty();

        cluster.bucket.heal();
        cluster.time.runUntil(() -> heads().size() == 2, 60_000);
        assertThat(heads()).hasSize(2);
    }

    @Test
    void aWorkerThatDrainsWaitsUntilItsSlotsAreElsewhere() {
        startServing("w0", Durability.SYNC);
        start("w1", Durability.SYNC);
        for (int i = 0; i < 30; i++) {
            set("w0", "stream." + i % 10, "v" + i);
        }
        Incarnation leaves = cluster.incarnations.get("w0");
        List<String> ended = new ArrayList<>();
        cluster.workers.get("w0").drain(60_000, () -> ended.add("w0"));
        cluster.time.runFor(1_000);
        assertThat(ended).isEmpty();
        cluster.assign("w1", leaves);
        awaitReleased("w0");
        take("w1");
        assertThat(cluster.time.runUntil(() -> !ended.isEmpty(), 30_000)).isTrue();
        cluster.loseMachine("w0");

        assertThat(contents("w1", "stream.7")).containsExactly("v7", "v17", "v27");
    }

    /** It tells nobody that it has let go of what is in its journal alone. */
    @Test
    void whatADrainCannotMoveInTimeIsAdopted() {
        startServing("w0", Durability.SYNC);
        start("w1", Durability.SYNC);
        set("w0", "notes", "a");
        cluster.bucket.refuse("streams/");
        Incarnation leaves = cluster.incarnations.get("w0");
        List<String> ended = new ArrayList<>();
        cluster.workers.get("w0").drain(5_000, () -> ended.add("w0"));
        cluster.assign("w1", leaves);
        assertThat(cluster.time.runUntil(() -> !ended.isEmpty(), 60_000)).isTrue();
        assertThat(cluster.heartbeats.get("w0").released()).hasSizeLessThan(OneCluster.SLOTS);

        cluster.bucket.heal();
        loseMachine("w0", "w1");
        assertThat(contents("w1", "notes")).containsExactly("a");
    }

    @Test
    void whatCopiesHoldGoesFromTheJournalInTheBucket() {
        cluster.archiveAfter(3_000);
        startServing("w0", Durability.SYNC);
        Incarnation journal = cluster.incarnations.get("w0");
        List<String> values = new ArrayList<>();
        for (int i = 0; i < 250; i++) {
            values.add("v" + i);
            set("w0", "notes." + i % 3, "v" + i);
            cluster.time.runFor(1_200);
        }
        assertThat(objects(journal)).hasSizeLessThan(130);

        loseMachine("w0", "w1");

        for (int n = 0; n < 3; n++) {
            int stream = n;
            assertThat(contents("w1", "notes." + n))
                    .isEqualTo(values.stream().filter(v -> Integer.parseInt(v.substring(1)) % 3 == stream).toList());
        }
    }

    @Test
    void aStreamThatCannotBeArchivedKeepsItsChangesInTheJournal() {
        cluster.archiveAfter(0);
        startServing("w0", Durability.SYNC);
        set("w0", "old", "kept");
        cluster.time.runFor(100);
        cluster.bucket.refuse("streams/" + new StreamName("old").slot(OneCluster.SLOTS) + "/");
        set("w0", "old", "in the journal");
        for (int i = 0; i < 250; i++) {
            set("w0", "busy", "v" + i);
            cluster.time.runFor(1_200);
        }
        cluster.bucket.heal();
        loseMachine("w0", "w1");

        assertThat(contents("w1", "old")).containsExactly("kept", "in the journal");
        assertThat(contents("w1", "busy")).hasSize(250);
    }

    /** Slots are handed over and machines lost, while the bucket fails now and then; nothing that was shipped is ever missing. */
    @Test
    void whateverHappensToWorkersEveryStreamIsWhatItWas() {
        for (int seed = 1; seed <= 25; seed++) {
            OwnDisksCopiesTest run = new OwnDisksCopiesTest();
            run.cluster = new OneCluster(1_000 + seed);
            run.muchHappens(seed, new SplittableRandom(seed));
        }
    }

    private void muchHappens(int seed, SplittableRandom random) {
        cluster.archiveAfter(random.nextInt(3) * 2_000L);
        Map<String, List<String>> model = new HashMap<>();
        Map<String, Long> changes = new HashMap<>();
        List<String> events = new ArrayList<>();
        startServing("w0", Durability.SYNC);
        String owner = "w0";
        int machines = 1;
        for (int n = 0; n < 10; n++) {
            for (int i = 0; i < 15; i++) {
                String stream = "stream." + random.nextInt(7);
                if (random.nextInt(5) == 0) {
                    cluster.bucket.fail(1 + random.nextInt(3), Kind.UNAVAILABLE);
                }
                if (random.nextInt(5) == 0) {
                    cluster.bucket.loseAnswer(1 + random.nextInt(3));
                }
                boolean destroy = random.nextInt(6) == 0;
                Message answer = answered(owner, destroy ? "destroy" : "set", stream, "v" + n + "." + i);
                if (destroy) {
                    events.add(owner + " destroys " + stream);
                    model.remove(stream);
                } else {
                    events.add(owner + " sets " + stream + " v" + n + "." + i);
                    model.computeIfAbsent(stream, s -> new ArrayList<>()).add("v" + n + "." + i);
                }
                long change = change(answer);
                assertThat(change).as("seed %d, %s: %s", seed, stream, events)
                        .isGreaterThanOrEqualTo(changes.getOrDefault(stream, 0L));
                changes.put(stream, change);
                cluster.time.runFor(random.nextInt(600));
            }
            cluster.bucket.heal();
            String next = random.nextInt(3) == 0 && running.size() > 1
                    ? running.stream().sorted().filter(w -> !w.equals(before(running, w))).findFirst().orElseThrow()
                    : "w" + machines;
            if (next.equals(owner)) {
                next = "w" + machines;
            }
            machines += next.equals("w" + machines) ? 1 : 0;
            if (random.nextInt(2) == 0) {
                events.add(owner + " hands over to " + next);
                handOver(owner, next);
            } else {
                cluster.time.runFor(15_000); // all is shipped, be it tried again
                events.add(owner + " is lost, " + next + " takes over");
                loseMachine(owner, next);
            }
            owner = next;
            for (int s = 0; s < 7; s++) {
                String stream = "stream." + s;
                assertThat(contents(owner, stream)).as("seed %d, %s: %s", seed, stream, events)
                        .isEqualTo(model.getOrDefault(stream, List.of()));
            }
        }
        assertThat(cluster.halts).as("seed %d", seed).isEmpty();
    }

    private static String before(Set<String> all, String worker) {
        return all.stream().sorted().filter(w -> w.compareTo(worker) > 0).findFirst().orElse(worker);
    }

    /** What is refused for want of the bucket is asked for again. */
    private Message answered(String worker, String op, String stream, String value) {
        for (int i = 0; i < 60; i++) {
            Message answer = cluster.ask(worker, op, stream, Headers.NONE, op.equals("set") ? value : "");
            if (ServiceError.parse(answer.headers()).isEmpty()) {
                return answer;
            }
            cluster.time.runFor(1_000);
        }
        throw new AssertionError(op + " " + stream + " is refused: " + ServiceError.parse(
                cluster.ask(worker, op, stream, Headers.NONE, value).headers()));
    }
}
