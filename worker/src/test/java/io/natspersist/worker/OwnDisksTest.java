// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import static io.natspersist.worker.OneCluster.SUBJECTS;
import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.protocol.ChangeBatch;
import io.natspersist.protocol.ErrorCode;
import io.natspersist.protocol.HeaderNames;
import io.natspersist.protocol.MessagePage;
import io.natspersist.protocol.ServiceError;
import io.natspersist.protocol.StreamName;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Message;
import io.natspersist.transport.Transport.Reply;
import io.natspersist.worker.cold.ObjectStoreException.Kind;
import io.natspersist.worker.journal.Durability;
import io.natspersist.worker.journal.JournalConfig;
import io.natspersist.worker.journal.Sealing;
import io.natspersist.worker.ship.ShipConfig;
import io.natspersist.worker.ship.ShippedJournals;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** Workers that have a disk each: what others can read of one that is gone is in the bucket. */
class OwnDisksTest {

    private static final String SHIPPED = "{\"durability\":\"shipped\"}";

    private OneCluster cluster = new OneCluster(5);
    private final List<String> answered = new ArrayList<>();

    private void start(Durability durability) {
        cluster.ownDisks(new ShipConfig(1_000, 10_000));
        cluster.start("w0", config("w0", durability));
        cluster.assign("w0", null);
        cluster.time.runUntil(() -> cluster.workers.get("w0").slotsServed() == OneCluster.SLOTS, 10_000);
    }

    private static WorkerConfig config(String name, Durability durability) {
        return new WorkerConfig(name, SUBJECTS).withJournal(JournalConfig.DEFAULT.withDurability(durability));
    }

    private Message set(String worker, String stream, String value) {
        return cluster.ask(worker, "set", stream, Headers.NONE, value);
    }

    private void setLater(String stream, String value) {
        cluster.client.request(SUBJECTS.operation("w0", "set", new StreamName(stream)), Headers.NONE,
                value.getBytes(StandardCharsets.UTF_8), 60_000, reply -> {
                    if (reply instanceof Reply.Answer a && ServiceError.parse(a.message().headers()).isEmpty()) {
                        answered.add(value);
                    }
                });
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

    private void takeOver(String by, String from) {
        Incarnation dead = cluster.incarnations.get(from);
        cluster.dead.add(dead);
        cluster.start(by);
        cluster.assign(by, null, dead);
        cluster.time.runFor(2_000);
    }

    /** The streams whose changes were told, in that order. */
    private List<String> told() {
        return cluster.notices.stream().map(m -> m.subject().substring(m.subject().lastIndexOf('.') + 1)).distinct()
                .toList();
    }

    /** As a successor that the worker does not hear of otherwise. */
    private void seal(Incarnation journal) throws IOException {
        assertThat(new ShippedJournals(cluster.bucket, Runnable::run, new SplittableRandom(1), () -> 0).seal(journal,
                true))
                .isEqualTo(new Sealing.Result.Sealed());
    }

    private List<String> objects(Incarnation journal) {
        return cluster.bucket.keys().stream().filter(key -> key.startsWith("journals/" + journal + "/"))
                .map(key -> key.substring(key.lastIndexOf('/') + 1)).toList();
    }

    @Test
    void aSuccessorOnAnotherDiskHasWhatWasShipped() {
        start(Durability.SYNC);
        set("w0", "notes", "a");
        set("w0", "other", "b");
        cluster.time.runFor(1_500);

        cluster.loseMachine("w0");
        takeOver("w1", "w0");

        assertThat(contents("w1", "notes")).containsExactly("a");
        assertThat(contents("w1", "other")).containsExactly("b");
    }

    @Test
    void whatASuccessorAdoptedIsShippedBeforeItIsCalledAdopted() {
        start(Durability.SYNC);
        set("w0", "notes", "a");
        cluster.time.runFor(1_500);
        cluster.loseMachine("w0");
        cluster.start("w1");
        cluster.assign("w1", null, cluster.incarnations.get("w0"));
        assertThat(cluster.time.runUntil(() -> cluster.heartbeats.get("w1").adopted().size() == OneCluster.SLOTS,
                10_000)).isTrue();

        cluster.loseMachine("w1");
        takeOver("w2", "w1");

        assertThat(contents("w2", "notes")).containsExactly("a");
    }

    @Test
    void whatAMachineTakesWithItIsTheIntervalAndIsTold() {
        start(Durability.SYNC);
        set("w0", "notes", "kept");
        cluster.time.runFor(1_500);
        set("w0", "notes", "lost");
        set("w0", "notes", "lost too");

        cluster.loseMachine("w0");
        takeOver("w1", "w0");

        assertThat(contents("w1", "notes")).containsExactly("kept");
        assertThat(ChangeBatch.decode(cluster.ask("w1", "resume", "notes",
                Headers.of(HeaderNames.EPOCH, "1", HeaderNames.CHANGE, "3"), "").payload()))
                .isEqualTo(new ChangeBatch.Reset(1, 2, 2));
    }

    @Test
    void nothingNewIsNoUpload() {
        start(Durability.SYNC);
        cluster.time.runFor(10_000);
        long before = cluster.bucket.puts();

        cluster.time.runFor(60_000);
        assertThat(cluster.bucket.puts()).isEqualTo(before);

        set("w0", "notes", "a");
        cluster.time.runFor(60_000);
        assertThat(cluster.bucket.puts()).isEqualTo(before + 1);
    }

    @Test
    void manyChangesAreOneUploadASecond() {
        start(Durability.SYNC);
        cluster.time.runFor(5_000);
        long before = cluster.bucket.puts();

        for (int i = 0; i < 100; i++) {
            set("w0", "stream" + i % 7, "value");
            cluster.time.runFor(100);
        }
        cluster.time.runFor(2_000);

        assertThat(cluster.bucket.puts() - before).isBetween(8L, 13L);
    }

    @Test
    void aShippedStreamIsAnsweredAndToldOnceItIsInTheBucket() {
        start(Durability.SYNC);
        cluster.ask("w0", "config", "notes", Headers.NONE, SHIPPED);
        cluster.time.runFor(2_000);
        cluster.notices.clear();
        cluster.bucket.away(true);

        setLater("notes", "shipped");
        setLater("other", "sync");
        cluster.time.runFor(3_000);

        assertThat(answered).containsExactly("sync");
        assertThat(told()).containsExactly("other");
        cluster.bucket.heal();
        cluster.time.runUntil(() -> answered.size() == 2, 10_000);
        assertThat(answered).containsExactly("sync", "shipped");
        assertThat(told()).containsExactly("other", "notes");
    }

    @Test
    void aShippedAnswerDoesNotWaitForTheInterval() {
        start(Durability.SHIPPED);
        cluster.time.runFor(5_000);
        long before = cluster.time.millis();

        set("w0", "notes", "a");

        assertThat(cluster.time.millis() - before).isLessThan(500);
    }

    @Test
    void whoeverIsSealedAnswersNothingMoreThatIsShipped() throws IOException {
        start(Durability.SHIPPED);
        set("w0", "notes", "a");
        seal(cluster.incarnations.get("w0"));
        setLater("notes", "late");
        cluster.time.runFor(5_000);

        assertThat(cluster.halts).containsExactly("w0: somebody has taken over this worker's journal");
        assertThat(answered).isEmpty();
        takeOver("w1", "w0");
        assertThat(contents("w1", "notes")).containsExactly("a");
    }

    @Test
    void whoHasLostTouchFindsTheSealByItself() throws IOException {
        start(Durability.SYNC);
        set("w0", "notes", "a");
        cluster.time.runFor(2_000);
        seal(cluster.incarnations.get("w0"));
        cluster.time.runFor(10_000);
        assertThat(cluster.halts).isEmpty();

        cluster.coordinatorAnswers(false);
        cluster.time.runFor(5_000);

        assertThat(cluster.halts).containsExactly("w0: somebody has taken over this worker's journal");
    }

    @Test
    void writesAreRefusedWhileTheBucketIsAwayForTooLongAndReadsGoOn() {
        start(Durability.SYNC);
        set("w0", "notes", "a");
        cluster.time.runFor(2_000);
        cluster.bucket.away(true);
        set("w0", "notes", "b");
        cluster.time.runFor(5_000);
        assertThat(ServiceError.parse(set("w0", "notes", "c").headers())).isEmpty();
        cluster.time.runFor(6_000);

        ServiceError refused = ServiceError.parse(set("w0", "notes", "d").headers()).orElseThrow();
        assertThat(refused.code()).isEqualTo(ErrorCode.COLD_UNAVAILABLE);
        assertThat(refused.text()).contains("s to be shipped", "told to fail");
        assertThat(contents("w0", "notes")).containsExactly("a", "b", "c");

        cluster.bucket.heal();
        cluster.time.runFor(6_000);
        assertThat(ServiceError.parse(set("w0", "notes", "e").headers())).isEmpty();
    }

    /** They would be on the one disk alone. */
    @Test
    void valuesInPartsAreRefused() {
        start(Durability.SYNC);

        CRC32C crc = new CRC32C();
        crc.update('x');
        Message answer = cluster.ask("w0", "part", "notes", Headers.of(HeaderNames.UPLOAD, "u1", HeaderNames.PART, "1",
                HeaderNames.CRC32C, "%08x".formatted(crc.getValue())), "x");

        assertThat(ServiceError.parse(answer.headers()).orElseThrow().code()).isEqualTo(ErrorCode.TOO_LARGE);
    }

    @Test
    void anUploadWhoseAnswerGotLostIsItsOwn() {
        start(Durability.SHIPPED);
        cluster.time.runFor(2_000);
        cluster.bucket.loseAnswer(1);

        set("w0", "notes", "a");
        set("w0", "notes", "b");

        assertThat(cluster.halts).isEmpty();
        cluster.loseMachine("w0");
        takeOver("w1", "w0");
        assertThat(contents("w1", "notes")).containsExactly("a", "b");
    }

    @Test
    void aWorkerIsNotReadyBeforeOthersFindItsJournal() {
        cluster.ownDisks(new ShipConfig(1_000, 10_000));
        cluster.bucket.away(true);
        cluster.start("w0");
        assertThat(cluster.heartbeats.get("w0").ready()).isFalse();

        cluster.bucket.heal();
        cluster.time.runFor(10_000);
        assertThat(cluster.heartbeats.get("w0").ready()).isTrue();
        assertThat(objects(cluster.incarnations.get("w0"))).containsExactly("0000000001");
    }

    @Test
    void ofAJournalThatNobodyNeedsOnlyTheSealStays() {
        start(Durability.SYNC);
        set("w0", "notes", "a");
        cluster.time.runFor(2_000);
        Incarnation dead = cluster.incarnations.get("w0");
        cluster.loseMachine("w0");
        takeOver("w1", "w0");
        cluster.toDelete.add(dead);
        cluster.time.runFor(3_000);

        assertThat(objects(dead)).containsExactly("0000000003");
        assertThat(contents("w1", "notes")).containsExactly("a");
    }

    @Test
    void anAdoptionGoesOnWhenTheBucketIsBack() {
        start(Durability.SYNC);
        set("w0", "notes", "a");
        cluster.time.runFor(2_000);
        cluster.loseMachine("w0");
        cluster.start("w1");
        cluster.bucket.away(true);
        cluster.dead.add(cluster.incarnations.get("w0"));
        cluster.assign("w1", null, cluster.incarnations.get("w0"));
        cluster.time.runFor(30_000);
        assertThat(cluster.heartbeats.get("w1").adopted()).isEmpty();

        cluster.bucket.heal();
        cluster.time.runFor(10_000);
        assertThat(contents("w1", "notes")).containsExactly("a");
    }

    /** Machines go one after the other, at any moment, while the bucket fails now and then. */
    @Test
    void ofManyMachinesThatGoEachTakesNoMoreThanItsInterval() {
        for (int seed = 1; seed <= 15; seed++) {
            OwnDisksTest run = new OwnDisksTest();
            run.cluster = new OneCluster(seed);
            run.machinesGo(seed, new SplittableRandom(seed));
        }
    }

    /** What a stream was answered, in order, and when. */
    private record Answered(List<String> values, List<Long> at) {
        Answered() {
            this(new ArrayList<>(), new ArrayList<>());
        }
    }

    private void machinesGo(int seed, SplittableRandom random) {
        Map<String, Answered> streams = Map.of("shipped", new Answered(), "sync", new Answered(), "other",
                new Answered());
        start(Durability.SYNC);
        cluster.ask("w0", "config", "shipped", Headers.NONE, SHIPPED);
        for (int life = 0; life < 4; life++) {
            String owner = "w" + life;
            for (int i = 0; i < 15; i++) {
                String value = "v" + life + "." + i;
                streams.forEach((name, kept) -> setAndNote(owner, name, value, kept));
                if (random.nextInt(4) == 0) {
                    cluster.bucket.fail(1 + random.nextInt(2), Kind.UNAVAILABLE);
                }
                if (random.nextInt(4) == 0) {
                    cluster.bucket.loseAnswer(1 + random.nextInt(2));
                }
                cluster.time.runFor(random.nextInt(400));
            }
            long died = cluster.time.millis();
            cluster.loseMachine(owner);
            takeOver("w" + (life + 1), owner);
            cluster.time.runFor(10_000);
            String next = "w" + (life + 1);
            streams.forEach(
                    (name, kept) -> check(seed, next, name, kept, name.equals("shipped") ? died : died - 3_000));
        }
    }

    private void setAndNote(String worker, String stream, String value, Answered kept) {
        cluster.client.request(SUBJECTS.operation(worker, "set", new StreamName(stream)), Headers.NONE,
                value.getBytes(StandardCharsets.UTF_8), 60_000, reply -> {
                    if (reply instanceof Reply.Answer a && ServiceError.parse(a.message().headers()).isEmpty()) {
                        kept.values.add(value);
                        kept.at.add(cluster.time.millis());
                    }
                });
    }

    /** All that was answered before that time is there; what is not there is forgotten, and was answered last. */
    private void check(int seed, String worker, String stream, Answered kept, long until) {
        List<String> there = contents(worker, stream);
        int answered = kept.values.size();
        List<String> answeredOrNot = new ArrayList<>(there);
        answeredOrNot.retainAll(kept.values);
        assertThat(kept.values).as("seed %d, %s", seed, stream).startsWith(answeredOrNot.toArray(String[]::new));
        for (int i = answeredOrNot.size(); i < answered; i++) {
            assertThat(kept.at.get(i)).as("seed %d, %s: %s", seed, stream, kept.values.get(i)).isGreaterThan(until);
        }
        kept.values.subList(answeredOrNot.size(), answered).clear();
        kept.at.subList(answeredOrNot.size(), answered).clear();
    }

    /** Each call to the bucket fails once, in all ways there are; then the machine is gone. */
    @Test
    void nothingAnsweredAsShippedIsLostWhateverCallToTheBucketFails() {
        for (int at = 1; at <= 12; at++) {
            for (int way = 0; way < 3; way++) {
                OwnDisksTest run = new OwnDisksTest();
                run.cluster = new OneCluster(100 * at + way);
                run.losesNothingWhen(at, way);
            }
        }
    }

    private void losesNothingWhen(int at, int way) {
        cluster.ownDisks(new ShipConfig(1_000, 10_000));
        switch (way) {
            case 0 -> cluster.bucket.fail(at, Kind.UNAVAILABLE);
            case 1 -> cluster.bucket.loseAnswer(at);
            default -> cluster.bucket.fail(at, Kind.REFUSED);
        }
        cluster.start("w0", config("w0", Durability.SHIPPED));
        cluster.assign("w0", null);
        IntStream.range(0, 5).forEach(i -> setLater("notes", "v" + i));
        cluster.time.runUntil(() -> answered.size() >= 2, 30_000);
        cluster.loseMachine("w0");
        takeOver("w1", "w0");
        cluster.time.runFor(5_000);

        assertThat(cluster.halts).as("call %d, way %d", at, way).isEmpty();
        assertThat(contents("w1", "notes")).as("call %d, way %d", at, way).containsAll(answered);
    }
}
