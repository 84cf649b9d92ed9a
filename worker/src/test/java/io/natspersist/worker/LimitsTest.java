// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.natspersist.protocol.ChangeBatch;
import io.natspersist.protocol.HeaderNames;
import io.natspersist.protocol.MessagePage;
import io.natspersist.protocol.SetItem;
import io.natspersist.protocol.SetMany;
import io.natspersist.protocol.WireChange;
import io.natspersist.protocol.WireMessage;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Message;
import io.natspersist.transport.Transport;
import io.natspersist.worker.stream.StreamDefaults;
import io.natspersist.worker.stream.StreamsConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every limit at its edge, in one stream's messages and in its keys, and across workers that are killed. */
class LimitsTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final OneCluster cluster = new OneCluster(7);
    private String worker = "w0";

    @BeforeEach
    void start() {
        start(StreamsConfig.DEFAULT.withTimes(1_000, 5_000, 3_600_000));
    }

    private void start(StreamsConfig streams) {
        cluster.start(worker, new WorkerConfig(worker, OneCluster.SUBJECTS).withStreams(streams));
        cluster.assign(worker, null);
    }

    private void takeOver() {
        String dead = worker;
        cluster.crash(dead);
        worker = "w" + (Integer.parseInt(dead.substring(1)) + 1);
        cluster.start(worker);
        cluster.assign(worker, null, cluster.incarnations.get(dead));
        cluster.time.runFor(1_000);
    }

    private Message ask(String op, Headers headers, String payload) {
        return cluster.ask(worker, op, "a.b", headers, payload);
    }

    private JsonNode config(String config) {
        return json(ask("config", Headers.NONE, config));
    }

    private String set(String value) {
        return outcome(ask("set", Headers.NONE, value));
    }

    private String put(String key, String value) {
        return outcome(ask("set", Headers.of(HeaderNames.KEY, key), value));
    }

    private String setWithTtl(String value, long ttl) {
        return outcome(ask("set", Headers.of(HeaderNames.TTL, Long.toString(ttl)), value));
    }

    private static String outcome(Message answer) {
        String error = answer.headers().first(HeaderNames.ERROR);
        return error == null ? "seq " + json(answer).get("seq").asLong() : error;
    }

    private static JsonNode json(Message answer) {
        try {
            return JSON.readTree(answer.payload());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> values() {
        return MessagePage.decode(ask("getAll", Headers.NONE, "").payload()).messages().stream()
                .map(m -> new String(m.value(), StandardCharsets.UTF_8)).toList();
    }

    private List<WireChange> history() {
        ChangeBatch batch = ChangeBatch.decode(
                ask("resume", Headers.of(HeaderNames.EPOCH, "0", HeaderNames.CHANGE, "0"), "").payload());
        return ((ChangeBatch.Changes) batch).changes();
    }

    private List<String> ops() {
        return history().stream().map(c -> c instanceof WireChange.Set s
                ? "set " + s.seq()
                : c instanceof WireChange.Delete d
                        ? d.cause() + " " + d.seqs()
                        : c instanceof WireChange.DeleteAll a ? a.cause() + " up to " + a.upToSeq() : "config")
                .toList();
    }

    @Test
    void aConfigurationIsKeptToldAndSurvivesItsWorker() {
        assertThat(config("").get("config")).isEmpty();

        JsonNode answer = config("{\"maxMsgs\":3,\"discard\":\"new\"}");

        assertThat(answer.get("change").asLong()).isEqualTo(1);
        assertThat(answer.get("config").toString()).isEqualTo("{\"maxMsgs\":3,\"discard\":\"new\"}");
        assertThat(config("{\"maxMsgs\":3,\"discard\":\"new\"}").get("change").asLong()).as("the same again")
                .isEqualTo(1);
        takeOver();
        assertThat(config("").get("config").toString()).isEqualTo("{\"maxMsgs\":3,\"discard\":\"new\"}");
        assertThat(cluster.notices).anySatisfy(n -> assertThat(n.headers().first(HeaderNames.OP)).isEqualTo("config"));
    }

    @Test
    void aConfigurationThatIsNoneIsRefusedByTheNameOfItsField() {
        for (String bad : List.of("{\"maxMsg\":3}", "{\"maxMsgs\":0}", "{\"maxMsgs\":\"3\"}", "{\"discard\":\"both\"}",
                "{\"discard\":0}",
                "[]", "{", "{\"durability\":\"ephemeral\"}")) {
            Message answer = ask("config", Headers.NONE, bad);
            assertThat(answer.headers().first(HeaderNames.ERROR)).as(bad).isEqualTo("BAD_REQUEST");
        }
        assertThat(ask("config", Headers.NONE, "{\"maxMsg\":3}").headers().first(HeaderNames.SERVICE_ERROR))
                .contains("maxMsg");
        assertThat(config("").get("change").asLong()).isZero();
    }

    @Test
    void discardNewRefusesWhatWouldGrowAFullStream() {
        config("{\"maxMsgs\":2,\"maxBytes\":10,\"discard\":\"new\"}");

        assertThat(put("k", "1234")).isEqualTo("seq 1");
        assertThat(put("l", "123")).isEqualTo("seq 2");
        assertThat(put("m", "")).as("a third message").isEqualTo("STREAM_FULL");
        assertThat(put("k", "12345")).as("ten bytes").isEqualTo("seq 3");
        assertThat(put("k", "123456")).as("eleven bytes").isEqualTo("STREAM_FULL");
        assertThat(put("k", "1")).as("smaller").isEqualTo("seq 4");
        takeOver();
        assertThat(put("m", "")).isEqualTo("STREAM_FULL");
        ask("delete", Headers.of(HeaderNames.KEY, "l"), "");
        assertThat(put("m", "")).isEqualTo("seq 5");
    }

    @Test
    void anAtomicRequestIsCountedAsAWhole() {
        config("{\"maxMsgs\":2,\"discard\":\"new\"}");

        assertThat(outcome(many("true", 3))).isEqualTo("STREAM_FULL");
        assertThat(json(ask("info", Headers.NONE, "")).get("messages").asLong()).isZero();
        many("false", 3);
        assertThat(json(ask("info", Headers.NONE, "")).get("messages").asLong()).isEqualTo(2);
    }

    private Message many(String atomic, int count) {
        StringBuilder items = new StringBuilder();
        for (int i = 0; i < count; i++) {
            items.append("\u0081\u00a1k\u00a2k").append(i);
        }
        byte[] payload = ("\u0081\u00a5items" + (char) (0x90 + count) + items).getBytes(StandardCharsets.ISO_8859_1);
        return ((Transport.Reply.Answer) cluster.request(worker, "setMany", "a.b",
                Headers.of(HeaderNames.ATOMIC, atomic), payload)).message();
    }

    @Test
    void whatOneItemOfAnAtomicRequestMovesMakesNoRoomForTheNextTwice() {
        put("k", "1");
        put("l", "2");
        config("{\"maxMsgs\":2,\"discard\":\"new\"}");
        SetItem moves = item("k", SetItem.ABSENT);
        SetItem takesItsOldPlace = item(null, 1);

        assertThat(outcome(atomic(moves, takesItsOldPlace))).isEqualTo("STREAM_FULL");
        assertThat(atomic(moves, item(null, 3)).headers().first(HeaderNames.ERROR)).as("in the place of the first")
                .isNull();
        assertThat(json(ask("info", Headers.NONE, "")).get("messages").asLong()).isEqualTo(2);
    }

    private static SetItem item(@Nullable String key, long seq) {
        return new SetItem(key, seq, SetItem.ABSENT, SetItem.ABSENT, null, SetItem.ABSENT, SetItem.ABSENT, Headers.NONE,
                new byte[1]);
    }

    private Message atomic(SetItem... items) {
        return ((Transport.Reply.Answer) cluster.request(worker, "setMany", "a.b",
                Headers.of(HeaderNames.ATOMIC, "true"), new SetMany(List.of(items)).encode())).message();
    }

    @Test
    void discardOldLetsTheFirstGoWithinASecond() {
        config("{\"maxMsgs\":3}");
        for (int i = 1; i <= 5; i++) {
            set("v" + i);
        }

        cluster.time.runFor(1_000);

        assertThat(values()).containsExactly("v3", "v4", "v5");
        assertThat(ops()).endsWith("EVICTED up to 2");
        assertThat(cluster.notices.getLast().headers().first(HeaderNames.OP)).isEqualTo("evict");
        takeOver();
        assertThat(values()).containsExactly("v3", "v4", "v5");
    }

    @Test
    void bytesAreALimitToo() {
        config("{\"maxBytes\":6,\"maxMsgSize\":5}");
        put("k", "1234");
        assertThat(set("123456")).isEqualTo("TOO_LARGE");
        assertThat(set("12345")).isEqualTo("seq 2");

        cluster.time.runFor(1_000);

        assertThat(values()).containsExactly("12345");
        config("{\"maxBytes\":6}");
        assertThat(set("1234567")).as("it never fits").isEqualTo("TOO_LARGE");
    }

    @Test
    void theFirstMessagesGoWhenTheyAreTooOld() {
        config("{\"maxAge\":10000}");
        set("old");
        cluster.time.runFor(6_000);
        set("young");
        cluster.time.runFor(3_900);
        assertThat(values()).containsExactly("old", "young");

        cluster.time.runFor(1_200);

        assertThat(values()).containsExactly("young");
        assertThat(ops()).endsWith("EVICTED up to 1");
        cluster.time.runFor(20_000);
        assertThat(values()).isEmpty();
    }

    @Test
    void nobodyReadsAMessageWhoseTimeIsUp() {
        config("{\"ttl\":5000}");
        set("short");
        setWithTtl("long", 20_000);
        setWithTtl("for ever", 0);
        cluster.time.runFor(4_900);
        assertThat(values()).containsExactly("short", "long", "for ever");

        cluster.time.runFor(100);

        assertThat(values()).containsExactly("long", "for ever");
        assertThat(ops()).endsWith("EXPIRED [1]");
        takeOver();
        cluster.time.runFor(20_000);
        assertThat(values()).containsExactly("for ever");
        cluster.time.runFor(100);
        assertThat(cluster.notices).filteredOn(n -> "expire".equals(n.headers().first(HeaderNames.OP))).hasSize(2);
    }

    @Test
    void aClosedStreamExpiresWhenItIsOpened() {
        cluster.crash(worker);
        String dead = worker;
        worker = "w1";
        cluster.start(worker, new WorkerConfig(worker, OneCluster.SUBJECTS)
                .withStreams(StreamsConfig.DEFAULT.withTimes(500, 500, 1_000)));
        cluster.assign(worker, null, cluster.incarnations.get(dead));
        setWithTtl("x", 10_000);
        cluster.time.runFor(30_000);
        assertThat(cluster.heartbeats.get(worker).load().openStreams()).isZero();

        assertThat(values()).isEmpty();
        assertThat(ops()).containsExactly("set 1", "EXPIRED [1]");
    }

    @Test
    void moreThanIsKnownAtATimeExpiresAllTheSame() {
        config("{\"ttl\":60000}");
        for (int i = 0; i < 2_500; i++) {
            cluster.client.request(OneCluster.SUBJECTS.operation(worker, "set",
                    new io.natspersist.protocol.StreamName("a.b")), Headers.NONE, new byte[0], 10_000, r -> {});
            if (i % 500 == 0) {
                cluster.time.runFor(100);
            }
        }
        cluster.time.runFor(5_000);
        assertThat(json(ask("info", Headers.NONE, "")).get("messages").asLong()).isEqualTo(2_500);

        cluster.time.runFor(60_000);

        assertThat(json(ask("info", Headers.NONE, "")).get("messages").asLong()).isZero();
        assertThat(history().stream().filter(c -> c instanceof WireChange.Delete)
                .mapToLong(c -> ((WireChange.Delete) c).seqs().size()).max().orElse(0)).isLessThanOrEqualTo(1_000);
    }

    @Test
    void aRateIsRefusedWithTheTimeUntilItFits() {
        config("{\"maxMsgsPerSecond\":5}");
        for (int i = 1; i <= 5; i++) {
            assertThat(set("v")).isEqualTo("seq " + i);
        }

        Message refused = ask("set", Headers.NONE, "v");

        assertThat(outcome(refused)).isEqualTo("RATE_LIMITED");
        cluster.time.runFor(Long.parseLong(refused.headers().first(HeaderNames.RETRY_AFTER)));
        assertThat(set("v")).isEqualTo("seq 6");
        cluster.time.runFor(10_000);
        int stored = 0;
        while (set("v").startsWith("seq")) {
            stored++;
        }
        assertThat(stored).as("those of one second, and not of ten").isBetween(5, 6);
    }

    @Test
    void defaultsHoldForNamesBelowTheirPrefix() {
        cluster.crash(worker);
        String dead = worker;
        worker = "w1";
        cluster.start(worker, new WorkerConfig(worker, OneCluster.SUBJECTS).withStreams(StreamsConfig.DEFAULT
                .withDefaults(StreamDefaults.read("""
                        [{"prefix":"","config":{"maxMsgs":9}},
                         {"prefix":"a","config":{"maxMsgs":1,"discard":"new"}},
                         {"prefix":"a.bc","config":{"maxMsgs":5}}]
                        """.getBytes(StandardCharsets.UTF_8)))));
        cluster.assign(worker, null, cluster.incarnations.get(dead));

        assertThat(config("").get("effective").toString()).isEqualTo("{\"maxMsgs\":1,\"discard\":\"new\"}");
        set("v");
        assertThat(set("w")).isEqualTo("STREAM_FULL");
        config("{\"maxMsgs\":2}");
        assertThat(set("w")).isEqualTo("seq 2");
        assertThat(set("x")).isEqualTo("STREAM_FULL");
    }

    @Test
    void everyLimitHoldsUnderRandomWritesAndKillsAsASimpleModelSays() {
        for (long seed = 1; seed <= 12; seed++) {
            new Run(seed).run();
        }
    }

    /** Random writes, with the worker killed now and then; what must be there is the newest of what was stored and lives. */
    private static final class Run {
        final LimitsTest test = new LimitsTest();
        final SplittableRandom random;
        final long seed;
        final TreeMap<Long, Stored> model = new TreeMap<>();
        int maxMsgs;
        long maxBytes;
        boolean discardNew;
        long ttl;
        long lastSeq;

        record Stored(String key, String value, long expires) {
            long bytes() {
                return key.length() + value.length();
            }
        }

        Run(long seed) {
            this.seed = seed;
            this.random = new SplittableRandom(seed);
        }

        void run() {
            test.start();
            configure();
            for (int i = 0; i < 60; i++) {
                step();
                if (random.nextInt(4) == 0) {
                    compare();
                }
            }
            compare();
        }

        private void configure() {
            maxMsgs = random.nextInt(1, 6);
            maxBytes = random.nextInt(10, 40);
            discardNew = random.nextBoolean();
            ttl = random.nextInt(3_000, 30_000);
            test.config("{\"maxMsgs\":" + maxMsgs + ",\"maxBytes\":" + maxBytes + ",\"ttl\":" + ttl + ",\"discard\":\""
                    + (discardNew ? "new" : "old") + "\"}");
            settle();
        }

        private void step() {
            switch (random.nextInt(12)) {
                case 0 -> {
                    test.takeOver();
                    settle();
                }
                case 1 -> configure();
                case 2 -> {
                    test.cluster.time.runFor(random.nextInt(10_000));
                    settle();
                }
                case 3 -> {
                    test.ask("flush", Headers.NONE, "");
                    settle();
                }
                default -> put();
            }
        }

        private void put() {
            String key = "k" + random.nextInt(5);
            String value = "v".repeat(random.nextInt(12));
            settle();
            TreeMap<Long, Stored> next = new TreeMap<>(model);
            next.values().removeIf(m -> m.key.equals(key));
            next.put(lastSeq + 1, new Stored(key, value, 0));
            boolean full = discardNew && (next.size() > maxMsgs && next.size() > model.size()
                    || bytes(next) > maxBytes && bytes(next) > bytes(model));
            String outcome = test.put(key, value);
            String expected = key.length() + value.length() > maxBytes
                    ? "TOO_LARGE"
                    : full
                            ? "STREAM_FULL"
                            : "seq "
                                    + (lastSeq + 1);
            assertThat(outcome).as("seed %d", seed).isEqualTo(expected);
            if (outcome.startsWith("seq")) {
                lastSeq++;
                model.clear();
                model.putAll(next);
                WireMessage there = MessagePage.decode(test.ask("getAll",
                        Headers.of(HeaderNames.START_SEQ, "" + lastSeq), "").payload()).messages().getFirst();
                model.put(lastSeq, new Stored(key, value, there.expires()));
            }
        }

        /** A second for the first ones to go. */
        private void settle() {
            test.cluster.time.runFor(1_000);
            long now = test.cluster.nodes.get(test.worker).loop().wallMillis();
            model.values().removeIf(m -> m.expires <= now);
            while (!discardNew && (model.size() > maxMsgs || bytes(model) > maxBytes)) {
                model.pollFirstEntry();
            }
        }

        private static long bytes(TreeMap<Long, Stored> of) {
            return of.values().stream().mapToLong(Stored::bytes).sum();
        }

        private void compare() {
            settle();
            List<String> expected = new ArrayList<>();
            model.forEach((seq, m) -> expected.add(seq + " " + m.key + " " + m.value));
            List<String> got = MessagePage.decode(test.ask("getAll", Headers.NONE, "").payload()).messages().stream()
                    .map(m -> m.seq() + " " + m.key() + " " + new String(m.value(), StandardCharsets.UTF_8)).toList();
            assertThat(got).as("seed %d", seed).isEqualTo(expected);
            JsonNode info = json(test.ask("info", Headers.NONE, ""));
            assertThat(info.get("bytes").asLong()).as("seed %d", seed).isEqualTo(bytes(model));
        }
    }
}
