// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import static io.natspersist.worker.OneCluster.SUBJECTS;
import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.protocol.ChangeBatch;
import io.natspersist.protocol.Crc32c;
import io.natspersist.protocol.HeaderNames;
import io.natspersist.protocol.Json;
import io.natspersist.protocol.MessagePage;
import io.natspersist.protocol.SetItem;
import io.natspersist.protocol.SetMany;
import io.natspersist.protocol.StreamConfig;
import io.natspersist.protocol.StreamConfig.Durability;
import io.natspersist.protocol.StreamName;
import io.natspersist.protocol.WireChange;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Message;
import io.natspersist.transport.Transport;
import io.natspersist.worker.stream.StreamDefaults;
import io.natspersist.worker.stream.StreamsConfig;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Streams that nothing keeps but their owner's memory: all that others do, and how they end. */
class EphemeralStreamsTest {

    private static final StreamDefaults EPHEMERAL_BELOW_MEM = new StreamDefaults(
            List.of(new StreamDefaults.Rule("mem", StreamConfig.NONE.withDurability(Durability.EPHEMERAL))));
    private static final StreamsConfig CONFIG = StreamsConfig.DEFAULT.withDefaults(EPHEMERAL_BELOW_MEM);
    private static final String STREAM = "mem.a";

    private final OneCluster cluster = new OneCluster(11);
    private String worker = "w0";

    private void serve(String name, StreamsConfig streams) {
        worker = name;
        cluster.start(name, new WorkerConfig(name, SUBJECTS).withStreams(streams));
    }

    private void serve(StreamsConfig streams) {
        serve("w0", streams);
        cluster.assign("w0", null);
    }

    private Message ask(String op, String stream, String payload, String... headers) {
        return cluster.ask(worker, op, stream, Headers.of(headers), payload);
    }

    private static String text(Message message) {
        return new String(message.payload(), StandardCharsets.UTF_8);
    }

    private static String error(Message message) {
        return String.valueOf(message.headers().first(HeaderNames.ERROR));
    }

    private List<String> values(String stream) {
        return MessagePage.decode(ask("getAll", stream, "").payload()).messages().stream()
                .map(m -> m.value() == null ? "large " + m.largeSize() : new String(m.value(), StandardCharsets.UTF_8))
                .toList();
    }

    private ChangeBatch resume(String stream, long epoch, long change) {
        return ChangeBatch.decode(ask("resume", stream, "", HeaderNames.EPOCH, Long.toString(epoch),
                HeaderNames.CHANGE, Long.toString(change)).payload());
    }

    private List<String> told(String stream) {
        return cluster.notices.stream().filter(n -> n.subject().equals("persist.test.changes." + stream))
                .map(n -> n.headers().first(HeaderNames.OP) + " " + n.headers().first(HeaderNames.CHANGE)).toList();
    }

    private long journalBytes() {
        return cluster.disk.names("journals/w0.1").stream().filter(n -> n.endsWith(".log"))
                .mapToLong(n -> cluster.disk.contents("journals/w0.1/" + n).length).sum();
    }

    // ---- while it lives

    @Test
    void nothingOfAnEphemeralStreamReachesTheVolume() {
        serve(CONFIG);
        long before = journalBytes();

        for (int i = 1; i <= 20; i++) {
            assertThat(text(ask("set", STREAM, "v" + i, HeaderNames.KEY, "k" + i % 3)))
                    .isEqualTo("{\"seq\":" + i + ",\"change\":" + i + ",\"epoch\":1}");
        }
        ask("delete", STREAM, "", HeaderNames.KEY, "k0");
        ask("flush", STREAM, "");
        cluster.time.runFor(30_000);

        assertThat(values(STREAM)).containsExactly("v19", "v20");
        assertThat(journalBytes()).isEqualTo(before);
        assertThat(cluster.files.streams()).isEmpty();
        assertThat(cluster.files.cataloged()).isEmpty();
    }

    @Test
    void itsChangesAreToldAndCanBeResumed() {
        serve(CONFIG);
        ask("set", STREAM, "1");
        ask("set", STREAM, "2", HeaderNames.MSG_ID, "id");
        ask("deleteAll", STREAM, "", HeaderNames.END_SEQ, "1");
        cluster.time.runFor(5_000);

        assertThat(told(STREAM)).containsExactly("set 1", "set 2", "deleteAll 3", "trailing 3");
        assertThat(resume(STREAM, 1, 1))
                .isInstanceOfSatisfying(ChangeBatch.Changes.class, missed -> assertThat(missed.changes()).hasSize(2));
        assertThat(text(ask("set", STREAM, "2", HeaderNames.MSG_ID, "id"))).contains("\"seq\":2", "\"duplicate\":true");
    }

    @Test
    void itTakesBatchesAndLargeValuesAndKeepsToItsLimits() {
        serve(CONFIG);
        assertThat(text(ask("config", STREAM, "{\"maxMsgs\":2}"))).contains("\"maxMsgs\":2",
                "\"durability\":\"ephemeral\"");
        byte[] half = "0123456789".repeat(1_000).getBytes(StandardCharsets.UTF_8);
        for (int part = 1; part <= 2; part++) {
            cluster.request(worker, "part", STREAM, Headers.of(HeaderNames.UPLOAD, "u", HeaderNames.PART,
                    Integer.toString(part), HeaderNames.CRC32C, crc(half)), half);
        }
        String whole = "0123456789".repeat(2_000);
        assertThat(text(ask("set", STREAM, "", HeaderNames.UPLOAD, "u", HeaderNames.PARTS, "2", HeaderNames.SIZE,
                "20000", HeaderNames.CRC32C, crc(whole.getBytes(StandardCharsets.UTF_8))))).contains("\"seq\":1");
        assertThat(values(STREAM)).containsExactly("large 20000");
        assertThat(ask("getPart", STREAM, "", HeaderNames.SEQ, "1", HeaderNames.CHANGE, "2", HeaderNames.PART, "2")
                .payload()).isEqualTo(half);

        byte[] many = new SetMany(List.of(item("a"), item("b"))).encode();
        cluster.request(worker, "setMany", STREAM, Headers.of(HeaderNames.ATOMIC, "true"), many);
        cluster.time.runFor(2_000);

        assertThat(values(STREAM)).containsExactly("a", "b");
    }

    private static SetItem item(String value) {
        return new SetItem(null, SetItem.ABSENT, SetItem.ABSENT, SetItem.ABSENT, null, SetItem.ABSENT, SetItem.ABSENT,
                Headers.NONE, value.getBytes(StandardCharsets.UTF_8));
    }

    private static String crc(byte[] bytes) {
        return String.format("%08x", Crc32c.of(bytes));
    }

    @Test
    void itIsListedAndSaysWhatItIs() {
        serve(CONFIG);
        ask("set", STREAM, "1");
        ask("set", "other", "1");
        cluster.time.runFor(2_000);

        assertThat(text(cluster.list(worker, Headers.NONE))).contains("\"mem.a\"", "\"other\"");
        assertThat(text(ask("info", STREAM, ""))).contains("\"ephemeral\":true");
        assertThat(text(ask("info", "other", ""))).doesNotContain("ephemeral");
    }

    @Test
    void aStreamCannotBeConfiguredToBecomeEphemeralNorToCeaseToBe() {
        serve(CONFIG);
        ask("set", STREAM, "1");

        assertThat(error(ask("config", STREAM, "{\"durability\":\"sync\"}"))).isEqualTo("BAD_REQUEST");
        assertThat(error(ask("config", STREAM, "{\"durability\":\"relaxed\"}"))).isEqualTo("BAD_REQUEST");
        assertThat(error(ask("config", "other", "{\"durability\":\"ephemeral\"}"))).isEqualTo("BAD_REQUEST");

        assertThat(text(ask("info", STREAM, ""))).contains("\"change\":1,");
        assertThat(text(ask("info", "other", ""))).contains("\"change\":0,");
        assertThat(error(ask("config", STREAM, "{\"durability\":\"ephemeral\",\"maxMsgs\":9}"))).isEqualTo("null");
    }

    @Test
    void aStreamThatTheVolumeHasStaysThereWhateverTheDefaultsSay() {
        serve(StreamsConfig.DEFAULT);
        ask("set", STREAM, "kept");
        cluster.crash("w0");
        serve("w1", CONFIG);
        cluster.assign("w1", null, cluster.incarnations.get("w0"));
        cluster.time.runFor(1_000);

        assertThat(values(STREAM)).containsExactly("kept");
        assertThat(text(ask("info", STREAM, ""))).doesNotContain("ephemeral");
        assertThat(text(ask("config", STREAM, ""))).doesNotContain("ephemeral");
        ask("set", STREAM, "too");
        cluster.crash("w1");
        serve("w2", CONFIG);
        cluster.assign("w2", null, cluster.incarnations.get("w1"));
        cluster.time.runFor(1_000);

        assertThat(values(STREAM)).containsExactly("kept", "too");
    }

    // ---- how it ends

    @Test
    void whatGoesWithItsWorkerIsToldAsLost() {
        serve(CONFIG);
        for (int i = 0; i < 5; i++) {
            ask("set", STREAM, "v" + i);
        }
        cluster.crash("w0");
        serve("w1", CONFIG);
        cluster.assign("w1", null, cluster.incarnations.get("w0"));
        cluster.time.runFor(1_000);

        assertThat(resume(STREAM, 1, 5)).isEqualTo(new ChangeBatch.Reset(0, 2, 5));
        assertThat(values(STREAM)).isEmpty();
        assertThat(text(ask("set", STREAM, "anew"))).isEqualTo("{\"seq\":1,\"change\":1,\"epoch\":2}");
        assertThat(resume(STREAM, 1, 5)).isEqualTo(new ChangeBatch.Reset(1, 2, 5));
    }

    @Test
    void aHandoverWaitsForNothingAndTakesNothingAlong() {
        serve(CONFIG);
        ask("set", STREAM, "1");
        serve("w1", CONFIG);
        cluster.assign("w1", cluster.incarnations.get("w0"));
        cluster.time.runUntil(() -> cluster.heartbeats.get("w0").released().size() == OneCluster.SLOTS, 10_000);
        cluster.assign("w1", null);
        cluster.time.runFor(1_000);

        assertThat(values(STREAM)).isEmpty();
        assertThat(resume(STREAM, 1, 1)).isInstanceOfSatisfying(ChangeBatch.Reset.class,
                reset -> assertThat(reset.lost()).isEqualTo(1));
        assertThat(cluster.files.streams()).isEmpty();
    }

    @Test
    void oneThatNobodyAsksForEndsAndWatchersAreToldSo() {
        serve(CONFIG.withTimes(1_000, 5_000, 2_000).withEphemeral(1L << 30, 20_000));
        ask("set", STREAM, "1");
        cluster.time.runFor(15_000);
        assertThat(values(STREAM)).containsExactly("1");
        cluster.time.runFor(15_000);
        assertThat(told(STREAM)).as("reading is a use").doesNotContain("destroy 2");

        cluster.time.runFor(15_000);

        assertThat(told(STREAM)).contains("destroy 2");
        assertThat(openStreams()).isZero();
        assertThat(text(cluster.list(worker, Headers.NONE))).doesNotContain("mem.a");
    }

    @Test
    void oneThatBeginsAgainUnderTheSameOwnerGoesOnFromNumbersThatNobodyHasSeen() {
        serve(CONFIG.withTimes(1_000, 5_000, 2_000).withEphemeral(1L << 30, 20_000));
        String neighbour = neighbour();
        ask("set", STREAM, "1");
        for (int i = 0; i < 9; i++) {
            ask("set", neighbour, "v" + i);
        }
        cluster.time.runFor(40_000);
        assertThat(openStreams()).isZero();

        assertThat(resume(STREAM, 1, 1)).as("who missed the end").isEqualTo(new ChangeBatch.Reset(11, 1, 0));
        assertThat(text(ask("set", STREAM, "anew"))).isEqualTo("{\"seq\":1,\"change\":12,\"epoch\":1}");
        assertThat(text(ask("set", neighbour, "anew"))).isEqualTo("{\"seq\":1,\"change\":12,\"epoch\":1}");

        assertThat(resume(STREAM, 1, 2)).isEqualTo(new ChangeBatch.Reset(12, 1, 0));
        assertThat(resume(neighbour, 1, 10)).as("who was told the end").isInstanceOfSatisfying(
                ChangeBatch.Changes.class,
                missed -> assertThat(missed.changes().getFirst()).isEqualTo(new WireChange.Destroy(11, 1, 0)));
    }

    /** Another ephemeral stream of the same slot. */
    private static String neighbour() {
        int slot = new StreamName(STREAM).slot(OneCluster.SLOTS);
        for (int i = 0;; i++) {
            if (new StreamName("mem.n" + i).slot(OneCluster.SLOTS) == slot) {
                return "mem.n" + i;
            }
        }
    }

    private int openStreams() {
        return cluster.workers.get(worker).streams().openStreams();
    }

    @Test
    void oneThatWasDestroyedByAClientGoesOnFromItsNumbers() {
        serve(CONFIG);
        ask("set", STREAM, "1", HeaderNames.MSG_ID, "id");
        ask("destroy", STREAM, "");
        cluster.time.runFor(2_000);
        assertThat(text(ask("set", STREAM, "1", HeaderNames.MSG_ID, "id"))).contains("\"duplicate\":true");

        assertThat(text(ask("set", STREAM, "2"))).isEqualTo("{\"seq\":2,\"change\":3,\"epoch\":1}");
    }

    @Test
    void partsThatNobodyUsesGo() {
        serve(CONFIG.withTimes(1_000, 5_000, 2_000));
        byte[] part = new byte[100_000];
        cluster.request(worker, "part", STREAM, Headers.of(HeaderNames.UPLOAD, "u", HeaderNames.PART, "1",
                HeaderNames.CRC32C, crc(part)), part);
        cluster.time.runFor(590_000);
        assertThat(memory()).isGreaterThan(100_000);

        cluster.time.runFor(20_000);

        assertThat(openStreams()).isZero();
        assertThat(memory()).isZero();
    }

    private long memory() {
        return cluster.workers.get(worker).streams().counts().ephemeralBytes();
    }

    // ---- too much of it

    @Test
    void whenTheyTakeAllTheMemoryThatTheyMayNothingIsStoredUntilSomethingGoes() {
        serve(CONFIG.withEphemeral(1_500_000, 600_000));
        List<String> refused = new ArrayList<>();
        for (int i = 0; i < 80; i++) {
            Message answer = ask("set", STREAM, random(i), HeaderNames.KEY, "k" + i);
            if (!error(answer).equals("null")) {
                refused.add(error(answer) + " " + answer.headers().first(HeaderNames.RETRY_AFTER));
            }
            cluster.time.runFor(20);
        }
        assertThat(refused).isNotEmpty().containsOnly("OVERLOADED 1000");
        assertThat(memory()).isLessThan(1_600_000);
        assertThat(text(ask("set", "other", random(1)))).as("on the volume").contains("\"seq\":1");

        assertThat(text(ask("deleteAll", STREAM, ""))).contains("\"deleted\":");
        cluster.time.runFor(100);

        assertThat(text(ask("set", STREAM, random(1)))).contains("\"seq\":");
    }

    @Test
    void theLeastRecentlyUsedOnesEndWhereMemoryIsWanted() {
        serve(CONFIG.withEphemeral(500_000, 600_000));
        Map<String, String> outcomes = new TreeMap<>();
        for (int i = 0; i < 12; i++) {
            String stream = "mem.s" + (char) ('a' + i);
            Message answer = ask("set", stream, random(i));
            for (int tries = 0; tries < 40 && error(answer).equals("OVERLOADED"); tries++) {
                cluster.time.runFor(1_000);
                answer = ask("set", stream, random(i));
            }
            outcomes.put(stream, error(answer));
            cluster.time.runFor(2_000);
        }

        assertThat(outcomes.values()).containsOnly("null");
        assertThat(memory()).isLessThan(600_000);
        assertThat(told("mem.sa")).contains("destroy 2");
        assertThat(values("mem.sl")).hasSize(1);
    }

    private static String random(int seed) {
        byte[] bytes = new byte[20_000];
        new java.util.Random(seed).nextBytes(bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    // ---- whose it is

    @Test
    void whoCannotProveThatNobodyHasTakenOverAnswersNothing() {
        serve(CONFIG);
        ask("set", STREAM, "1");
        cluster.coordinatorAnswers(false);
        cluster.time.runFor(3_000);
        assertThat(text(ask("set", STREAM, "2"))).as("proven by its journal's lock").contains("\"seq\":2");

        cluster.disk.takeLocks("w0");

        Transport.Reply reply = cluster.request(worker, "set", STREAM, Headers.NONE, Json.write("3"));
        assertThat(reply).isNotInstanceOf(Transport.Reply.Answer.class);
        assertThat(told(STREAM)).doesNotContain("set 3");
        assertThat(cluster.halts).hasSize(1);
    }
}
