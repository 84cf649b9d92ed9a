// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.natspersist.protocol.ErrorCode;
import io.natspersist.protocol.StreamConfig;
import io.natspersist.simulation.LinkFaults;
import io.natspersist.transport.Headers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PersistClientTest {

    private final FakeCluster cluster = new FakeCluster(7);
    private final PersistClient client = cluster.client("app", cluster.config());
    private final AsyncStream stream = client.stream("a.b").async();

    @BeforeEach
    void start() {
        cluster.movingMillis = 0;
        cluster.startWorker("w0");
        cluster.startWorker("w1");
        cluster.assignAll("w0", "w1");
        cluster.time.runFor(100);
    }

    @Test
    void whatIsSetCanBeReadBySeqKeyTimeAndAsTheLast() {
        SetOptions options = SetOptions.key("k").withTime(5_000).withHeaders(Headers.of("Color", "red"))
                .withMsgId("m1");
        assertThat(wait(stream.set(bytes("one"))).seq()).isEqualTo(1);
        Stored stored = wait(stream.set(options, bytes("two")));
        assertThat(stored).isEqualTo(new Stored(2, new Position(epoch(), 2), false));

        StreamMessage two = new StreamMessage(2, 5_000, 0, 2, "k", "m1", Headers.of("Color", "red"), bytes("two"));
        assertThat(wait(stream.get(2))).contains(two);
        assertThat(wait(stream.get("k"))).contains(two);
        assertThat(wait(stream.last())).contains(two);
        assertThat(wait(stream.firstAt(4_000))).contains(two);
        assertThat(wait(stream.get(3))).isEmpty();
        assertThat(wait(stream.get("other"))).isEmpty();
    }

    @Test
    void whatAStreamWasIsReadFromAVersion() {
        wait(stream.set(SetOptions.key("k"), bytes("now")));
        FakeStream then = new FakeStream("a.b", 3, 2, 100);
        for (int i = 1; i <= 5; i++) {
            then.model.set("k" + i, "then " + i);
        }
        cluster.stream("a.b").versions.put(5_000L, then);
        cluster.stream("a.b").versions.put(4_000L, new FakeStream("a.b", 1, 2, 100));

        List<StreamVersion> versions = wait(stream.versions());

        assertThat(versions).containsExactly(new StreamVersion(5_000, new Position(3, 5), 7),
                new StreamVersion(4_000, new Position(1, 0), 7));
        AsyncStream past = stream.past(versions.get(0));
        Page<StreamMessage> first = wait(past.getAll(MessageRange.ALL));
        assertThat(first.items()).extracting(StreamMessage::text).containsExactly("then 1", "then 2");
        assertThat(wait(first.next().orElseThrow()).items()).as("of the same version")
                .extracting(StreamMessage::text).containsExactly("then 3", "then 4");
        assertThat(wait(past.get("k4"))).map(StreamMessage::text).contains("then 4");
        assertThat(wait(past.info()).position()).isEqualTo(new Position(3, 5));
        assertThat(wait(stream.last())).map(StreamMessage::text).contains("now");
        assertThatThrownBy(() -> wait(stream.past(new StreamVersion(1, new Position(1, 1), 1)).info()))
                .hasMessageContaining("no such version");
    }

    @Test
    void noValueIsNotAnEmptyValue() {
        wait(stream.set(null));
        wait(stream.set(new byte[0]));
        assertThat(wait(stream.get(1)).orElseThrow().value()).isNull();
        assertThat(wait(stream.get(2)).orElseThrow().value()).isEmpty();
    }

    @Test
    void aBatchOfAnySizeIsStoredInItsOrderAndWatched() {
        StrictListener listener = new StrictListener();
        wait(stream.watch(WatchFrom.beginning(), listener).ready());
        Batch batch = new Batch();
        for (int i = 0; i < 2_500; i++) {
            batch.add(SetOptions.NONE, bytes("" + i));
        }
        batch.add(SetOptions.key("k").createIfAbsent(), bytes("first"));
        batch.add(SetOptions.key("k").createIfAbsent(), bytes("second"));
        batch.add(SetOptions.NONE.withTime(7).withHeaders(Headers.of("Color", "red")), null);

        List<SetResult> results = wait(stream.setMany(batch));

        assertThat(cluster.asked("setMany")).isEqualTo(3);
        assertThat(results).hasSize(2_503);
        assertThat(results.get(2_499)).isEqualTo(new Stored(2_500, new Position(epoch(), 2_500), false));
        assertThat(results.get(2_501)).isInstanceOfSatisfying(NotStored.class,
                no -> assertThat(no.is(ErrorCode.WRONG_KEY_SEQ)).isTrue());
        StreamMessage last = wait(stream.last()).orElseThrow();
        assertThat(last).extracting(StreamMessage::seq, StreamMessage::time, StreamMessage::value)
                .containsExactly(2_502L, 7L, null);
        cluster.time.runFor(3_000);
        assertThat(listener.changes).hasSize(2_502);
    }

    @Test
    void allOrNoneFailsAsAWhole() {
        wait(stream.set(SetOptions.key("k"), bytes("x")));
        PersistException refused = failure(
                stream.setAllOrNone(new Batch().add(SetOptions.key("k").createIfAbsent(), bytes("y")).add(bytes("z"))));
        assertThat(refused.is(ErrorCode.WRONG_KEY_SEQ)).isTrue();

        Batch tooLarge = new Batch();
        for (int i = 0; i < 1_001; i++) {
            tooLarge.add(bytes("x"));
        }
        assertThat(failure(stream.setAllOrNone(tooLarge)).is(ErrorCode.TOO_LARGE)).isTrue();
        assertThat(wait(stream.setAllOrNone(new Batch()))).isEmpty();
        assertThat(wait(stream.setAllOrNone(new Batch().add(bytes("y")).add(bytes("z"))))).extracting(Stored::seq)
                .containsExactly(2L, 3L);
    }

    @Test
    void aStreamIsConfiguredAsAWholeAndItsWatchersAreTold() {
        StrictListener listener = new StrictListener();
        wait(stream.watch(WatchFrom.beginning(), listener).ready());
        StreamConfig limits = StreamConfig.NONE.withMaxMsgs(10L).withTtl(60_000L);
        StreamConfig other = StreamConfig.NONE.withMaxBytes(1L << 20);
        assertThat(wait(stream.config()).config()).isEqualTo(StreamConfig.NONE);

        Configured first = wait(stream.configure(limits));

        assertThat(first).isEqualTo(new Configured(limits, limits.withMaxMsgSize(FakeStream.MOST_BYTES),
                new Position(epoch(), 1)));
        assertThat(wait(stream.configure(limits)).position().change()).isEqualTo(1);
        assertThat(wait(stream.configure(other)).config()).isEqualTo(other);
        assertThat(wait(stream.config()).config()).isEqualTo(other);
        cluster.time.runFor(3_000);
        assertThat(listener.changes).containsExactly(new Change.Config(new Position(epoch(), 1), limits),
                new Change.Config(new Position(epoch(), 2), other));
    }

    @Test
    void aConfigurationThatIsRefusedForNowIsSentAgain() {
        wait(stream.set(bytes("x")));
        StreamConfig limits = StreamConfig.NONE.withMaxMsgs(10L);
        cluster.overloaded = 1;
        CompletableFuture<Configured> configured = stream.configure(limits);
        cluster.time.runFor(300);
        assertThat(configured).isNotDone();
        cluster.overloaded = 0;

        assertThat(wait(configured)).extracting(Configured::config, c -> c.position().change())
                .containsExactly(limits, 2L);
        assertThat(cluster.asked("config")).isGreaterThan(1);
    }

    @Test
    void whatIsPutWithATimeToLiveSaysWhenItGoes() {
        AsyncKeyValue store = client.kv("sessions").async();
        wait(store.put("short", bytes("1"), Duration.ofMinutes(5)));
        wait(store.put("kept", bytes("2"), Duration.ZERO));
        wait(store.put("plain", bytes("3")));
        AsyncStream messages = client.stream("sessions").async();
        wait(messages.setMany(new Batch().add(SetOptions.key("batch").withTtl(Duration.ofMillis(1)), bytes("4"))));

        assertThat(lives(messages, "short")).isEqualTo(300_000);
        assertThat(lives(messages, "batch")).isEqualTo(1);
        assertThat(wait(messages.get("kept")).orElseThrow().expires()).isZero();
        assertThat(wait(messages.get("plain")).orElseThrow().expires()).isZero();
        assertThatThrownBy(() -> store.put("k", bytes("5"), Duration.ofNanos(1)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("a millisecond at least");
    }

    /** For how long from when it was stored, ms. */
    private long lives(AsyncStream messages, String key) {
        StreamMessage message = wait(messages.get(key)).orElseThrow();
        return message.expires() - message.time();
    }

    @Test
    void aKeyValueStorePutsManyAtOnce() {
        AsyncKeyValue store = client.kv("settings").async();
        Map<String, byte[]> values = new TreeMap<>(Map.of("a", bytes("1"), "b", bytes("2")));

        assertThat(wait(store.putAll(values))).isEqualTo(Map.of("a", 1L, "b", 2L));
        assertThat(wait(store.putAllOrNone(values))).isEqualTo(Map.of("a", 3L, "b", 4L));
        assertThat(wait(store.get("b")).map(Entry::text)).contains("2");
    }

    @Test
    void messagesAndKeysComePageByPageWhenTheyAreWanted() {
        for (int i = 0; i < 7; i++) {
            wait(stream.set(SetOptions.key("k" + i), bytes("" + i)));
        }
        assertThat(all(stream.getAll(MessageRange.ALL))).extracting(StreamMessage::text).containsExactly("0", "1", "2",
                "3",
                "4", "5", "6");
        assertThat(cluster.asked("getAll")).isEqualTo(3);
        assertThat(all(stream.getAll(MessageRange.between(2, 5)))).extracting(StreamMessage::seq).containsExactly(2L,
                3L,
                4L, 5L);
        assertThat(all(stream.keys())).hasSize(7).first().isEqualTo(new KeyEntry("k0", 1));
    }

    @Test
    void deletesSayHowManyMessagesWentAndInfoWhatIsLeft() {
        for (int i = 0; i < 6; i++) {
            wait(stream.set(SetOptions.key("k" + i), bytes("x")));
        }
        assertThat(wait(stream.delete(List.of(1L, 2L, 99L))).count()).isEqualTo(2);
        assertThat(wait(stream.delete("k2"))).isEqualTo(new Deleted(1, new Position(epoch(), 8), false));
        assertThat(wait(stream.delete("k2")).count()).isZero();
        assertThat(wait(stream.deleteAll(5)).count()).isEqualTo(2);
        assertThat(wait(stream.info())).extracting(StreamInfo::messages, StreamInfo::lastSeq).containsExactly(1L, 6L);
        assertThat(wait(stream.deleteAll()).count()).isEqualTo(1);
        assertThat(wait(stream.flush())).isEqualTo(new Position(epoch(), 10));
    }

    @Test
    void anUnexpectedSequenceIsRefusedAndChangesNothing() {
        wait(stream.set(bytes("x")));
        PersistException wrong = failure(stream.set(SetOptions.NONE.withExpectLastSeq(0), bytes("y")));
        assertThat(wrong.is(ErrorCode.WRONG_LAST_SEQ)).isTrue();
        assertThat(wrong.number()).isEqualTo(409);
        assertThat(wrong.retryable()).isFalse();
        assertThat(wrong.noSideEffects()).isTrue();
        assertThat(cluster.stream("a.b").model.position().change()).isEqualTo(1);
    }

    @Test
    void aKeyValueStorePutsCreatesUpdatesAndDeletes() {
        AsyncKeyValue store = client.kv("settings").async();
        assertThat(wait(store.get("theme"))).isEmpty();
        long first = wait(store.put("theme", bytes("dark")));
        assertThat(wait(store.create("theme", bytes("light")))).isEmpty();
        assertThat(wait(store.update("theme", bytes("light"), first + 5))).isEmpty();
        OptionalLong second = wait(store.update("theme", bytes("light"), first));
        assertThat(wait(store.get("theme")).map(Entry::text)).contains("light");
        assertThat(wait(store.delete("theme", first))).isFalse();
        assertThat(wait(store.delete("theme", second.orElseThrow()))).isTrue();
        assertThat(wait(store.delete("theme"))).isFalse();
        assertThat(wait(store.create("theme", bytes("red")))).isPresent();
    }

    @Test
    void aMovedStreamIsFollowed() {
        wait(stream.set(bytes("1")));
        String other = cluster.ownerOf("a.b").equals("w0") ? "w1" : "w0";
        cluster.stopCoordinator();
        cluster.assign(cluster.slotOf("a.b"), other, 0);
        assertThat(wait(stream.set(bytes("2"))).seq()).isEqualTo(2);
    }

    @Test
    void aMovingSlotIsWaitedFor() {
        cluster.movingMillis = 3_000;
        cluster.assign(cluster.slotOf("a.b"), "w0", 0);
        assertThat(wait(stream.set(bytes("1"))).seq()).isEqualTo(1);
        assertThat(cluster.asked("set")).isBetween(3, 50);
    }

    @Test
    void aCallSurvivesTheDeathOfItsWorker() {
        wait(stream.set(bytes("1")));
        String owner = cluster.ownerOf("a.b");
        cluster.kill(owner);
        CompletableFuture<Stored> second = stream.set(bytes("2"));
        cluster.time.runFor(6_000);
        assertThat(second).isNotDone();
        cluster.assign(cluster.slotOf("a.b"), owner.equals("w0") ? "w1" : "w0", 0);
        assertThat(wait(second).seq()).isEqualTo(2);
    }

    @Test
    void withTheCoordinatorAwayAnyWorkerTellsWhoServesWhat() {
        cluster.stopCoordinator();
        cluster.time.runFor(15_000);
        assertThat(wait(stream.set(bytes("1"))).seq()).isEqualTo(1);
        assertThat(cluster.asked("any")).isPositive();
    }

    @Test
    void theTableIsAskedForOnceHoweverManyStreamsThereAre() {
        List<CompletableFuture<Stored>> sets = IntStream.range(0, 500)
                .mapToObj(i -> client.stream("s." + i).async().set(bytes("x"))).toList();
        sets.forEach(this::wait);
        assertThat(cluster.asked("table")).isEqualTo(1);
        assertThat(cluster.asked("locate")).isEqualTo(1);
    }

    @Test
    void whereNobodyServesAStreamTheCallFailsAtItsDeadline() {
        FakeCluster empty = new FakeCluster(8);
        AsyncStream lost = empty.client("app", empty.config().withDeadlineMillis(3_000)).stream("x").async();
        CompletableFuture<Stored> set = lost.set(bytes("1"));
        CompletableFuture<Location> location = lost.locate();
        assertThat(empty.time.runUntil(() -> set.isDone() && location.isDone(), 10_000)).isTrue();
        PersistException failed = failure(set);
        assertThat(failed.code()).isEqualTo(PersistException.DEADLINE);
        assertThat(failed.noSideEffects()).isTrue();
        assertThat(failed.retryable()).isTrue();
        assertThat(failure(location).code()).isEqualTo(PersistException.DEADLINE);
    }

    @Test
    void aSetWhoseAnswerWasLostIsStoredOnce() {
        wait(stream.set(bytes("1")));
        cluster.network.faults(new LinkFaults(0.1, 0.1, 0.1, 100));
        List<CompletableFuture<Stored>> sets = IntStream.range(0, 200).mapToObj(i -> stream.set(bytes("v" + i)))
                .toList();
        sets.forEach(this::wait);
        cluster.network.healAll();
        assertThat(cluster.stream("a.b").model.messages().values()).extracting(StreamMessage::text).hasSize(201)
                .doesNotHaveDuplicates();
        assertThat(sets.stream().filter(s -> wait(s).duplicate()).count()).isPositive();
    }

    @Test
    void anUpdateWhoseAnswerWasLostHasSucceeded() {
        AsyncKeyValue store = client.kv("counter").async();
        cluster.network.faults(new LinkFaults(0.1, 0, 0, 0));
        long revision = wait(store.create("n", bytes("0"))).orElseThrow();
        for (int i = 1; i <= 30; i++) {
            revision = wait(store.update("n", bytes("" + i), revision)).orElseThrow();
        }
        assertThat(wait(store.get("n")).map(Entry::text)).contains("30");
    }

    @Test
    void aDeleteWhoseAnswerWasLostHasSucceeded() {
        AsyncKeyValue store = client.kv("keys").async();
        cluster.network.faults(new LinkFaults(0.1, 0, 0, 0));
        for (int i = 0; i < 30; i++) {
            wait(store.put("k" + i, bytes("x")));
            assertThat(wait(store.delete("k" + i))).isTrue();
            assertThat(wait(store.delete("k" + i))).isFalse();
        }
        assertThat(cluster.stream("keys").duplicates).isPositive();
    }

    @Test
    void withoutMessageIdsWhatMayHaveBeenDoneIsNotRepeated() {
        AsyncStream plain = cluster.client("plain", cluster.config().withMessageIds(false).withDeadlineMillis(4_000))
                .stream("a.b").async();
        wait(plain.info());
        cluster.network.cut("plain", cluster.ownerOf("a.b"));
        PersistException failed = failure(plain.set(bytes("x")));
        assertThat(failed.code()).isEqualTo(PersistException.DEADLINE);
        assertThat(failed.noSideEffects()).isFalse();
        assertThat(failed.retryable()).isFalse();
        assertThat(cluster.asked("set")).isLessThanOrEqualTo(1);
    }

    @Test
    void pipelinedSetsAreStoredInTheirOrderWhileTheStreamMoves() {
        List<CompletableFuture<Stored>> sets = new ArrayList<>();
        cluster.movingMillis = 40;
        for (int i = 0; i < 300; i++) {
            sets.add(stream.set(bytes("" + i)));
            if (i % 60 == 30) {
                cluster.assign(cluster.slotOf("a.b"), i % 120 == 30 ? "w1" : "w0", 0);
            }
            cluster.time.runFor(1);
        }
        sets.forEach(this::wait);
        assertThat(cluster.stream("a.b").model.messages().values()).extracting(StreamMessage::text)
                .containsExactlyElementsOf(IntStream.range(0, 300).mapToObj(String::valueOf).toList());
    }

    @Test
    void noMoreRequestsAreOutThanAllowedAndTheOthersFollow() {
        PersistClient narrow = cluster.client("narrow", cluster.config().withMaxInFlight(3));
        List<CompletableFuture<Stored>> sets = IntStream.range(0, 100)
                .mapToObj(i -> narrow.stream("n." + i % 5).async().set(bytes("" + i))).toList();
        sets.forEach(this::wait);
        assertThat(cluster.stream("n.0").model.messages().values()).extracting(StreamMessage::text)
                .containsExactlyElementsOf(
                        IntStream.range(0, 20).mapToObj(i -> "" + i * 5).toList());
    }

    @Test
    void requestsThatWaitForTheirAnswersAreBounded() {
        PersistClient narrow = cluster.client("narrow", cluster.config().withMaxInFlight(3));
        wait(narrow.stream("n.0").async().info());
        cluster.time.runFor(1_000);
        cluster.network.cut("narrow", "w0");
        cluster.network.cut("narrow", "w1");
        long lost = cluster.network.lost();
        for (int i = 0; i < 100; i++) {
            narrow.stream("n." + i).async().info();
        }
        cluster.time.runFor(1_000);
        assertThat(cluster.network.lost() - lost).isEqualTo(3);
    }

    @Test
    void aTableUpdateThatWasLostIsMadeUpForOnceTheOldOwnerDoesNotAnswer() {
        wait(stream.set(bytes("1")));
        cluster.time.runFor(1_000);
        String owner = cluster.ownerOf("a.b");
        cluster.network.cut("app", "coordinator");
        cluster.kill(owner);
        cluster.assign(cluster.slotOf("a.b"), owner.equals("w0") ? "w1" : "w0", 0);
        assertThat(wait(stream.set(bytes("2"))).seq()).isEqualTo(2);
    }

    @Test
    void whoMayNotAskForTablesGetsAlongWithLocating() {
        FakeCluster strict = new FakeCluster(9);
        strict.tablesAnswer = false;
        strict.startWorker("w0");
        strict.startWorker("w1");
        strict.assignAll("w0", "w1");
        AsyncStream a = strict.client("app", strict.config()).stream("a").async();
        CompletableFuture<Stored> first = a.set(bytes("1"));
        assertThat(strict.time.runUntil(first::isDone, 1_000)).isTrue();
        strict.kill(strict.ownerOf("a"));
        strict.assign(strict.slotOf("a"), strict.isUp("w0") ? "w0" : "w1", 0);
        CompletableFuture<Stored> second = a.set(bytes("2"));
        assertThat(strict.time.runUntil(second::isDone, 30_000)).isTrue();
        assertThat(second.join().seq()).isEqualTo(2);
    }

    @Test
    void headersThatDoNotFitOneMessageAreRefused() {
        Headers much = Headers.of("Color", "r".repeat(2 << 20));
        PersistException failed = failure(stream.set(SetOptions.NONE.withHeaders(much), bytes("large")));
        assertThat(failed.is(ErrorCode.TOO_LARGE)).isTrue();
        assertThat(failed.noSideEffects()).isTrue();
        assertThat(wait(stream.set(bytes("small"))).seq()).isEqualTo(1);
    }

    @Test
    void aClosedClientFailsWhatIsUnderWay() {
        wait(stream.set(bytes("1")));
        cluster.network.cut("app", cluster.ownerOf("a.b"));
        CompletableFuture<Stored> set = stream.set(bytes("2"));
        cluster.time.runFor(10);
        client.close();
        assertThat(failure(set).code()).isEqualTo(PersistException.CLOSED);
        assertThat(failure(stream.set(bytes("3"))).code()).isEqualTo(PersistException.CLOSED);
    }

    @Test
    void aCallThatWaitsIsRefusedOnTheClientsOwnLoop() {
        CompletableFuture<Optional<StreamMessage>> nested = stream.set(bytes("1"))
                .thenApply(stored -> client.stream("a.b").get(stored.seq()));
        cluster.time.runFor(1_000);
        assertThatThrownBy(nested::join).hasCauseInstanceOf(IllegalStateException.class)
                .hasMessageContaining("asynchronous form");
    }

    private long epoch() {
        return cluster.table.slot(cluster.slotOf("a.b")).epoch();
    }

    private <T> List<T> all(CompletableFuture<Page<T>> first) {
        List<T> all = new ArrayList<>();
        for (Optional<CompletableFuture<Page<T>>> next = Optional.of(first); next.isPresent();) {
            Page<T> page = wait(next.get());
            all.addAll(page.items());
            next = page.next();
        }
        return all;
    }

    private <T> T wait(CompletableFuture<T> result) {
        assertThat(cluster.time.runUntil(result::isDone, 300_000)).as("done").isTrue();
        return result.join();
    }

    private PersistException failure(CompletableFuture<?> result) {
        cluster.time.runUntil(result::isDone, 300_000);
        try {
            result.join();
        } catch (CompletionException e) {
            return (PersistException) e.getCause();
        }
        throw new AssertionError("did not fail");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
