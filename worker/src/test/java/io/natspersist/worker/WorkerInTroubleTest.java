// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import static io.natspersist.worker.OneCluster.SUBJECTS;
import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.protocol.HeaderNames;
import io.natspersist.protocol.MessagePage;
import io.natspersist.protocol.StreamName;
import io.natspersist.protocol.WireMessage;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Message;
import io.natspersist.transport.Transport.Reply;
import io.natspersist.worker.file.StreamFileException.Kind;
import io.natspersist.worker.journal.JournalConfig;
import io.natspersist.worker.stream.StreamsConfig;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Too much to do, no space left, a file that takes nothing: what is refused, what goes on, and that it passes. */
class WorkerInTroubleTest {

    private static final int SEGMENT = 4_000;
    private static final int SYNC_ABOVE = 20_000;
    private static final int JOURNAL_MAX = 60_000;
    private static final StreamName BROKEN = new StreamName("broken");
    /** Of others: files may hold it, the journal need not. */
    private static final String HUNDRED_BYTES = "x".repeat(100);

    private final OneCluster cluster = new OneCluster(1);

    private void serve(WorkerConfig config) {
        cluster.start(config.name(), config);
        cluster.assign(config.name(), null);
    }

    private static WorkerConfig config() {
        return new WorkerConfig("w0", SUBJECTS);
    }

    private Message ask(String op, String stream, String payload, String... headers) {
        return cluster.ask("w0", op, stream, Headers.of(headers), payload);
    }

    private static String text(Message message) {
        return new String(message.payload(), StandardCharsets.UTF_8);
    }

    private List<String> values(String worker, String stream) {
        MessagePage page = MessagePage.decode(cluster.ask(worker, "getAll", stream, Headers.NONE, "").payload());
        return page.messages().stream().map(WireMessage::value).map(v -> new String(v, StandardCharsets.UTF_8))
                .toList();
    }

    /** Its code and the two bits and the delay that say what a client may do. */
    private static String refusal(Message message) {
        Headers headers = message.headers();
        return headers.first(HeaderNames.ERROR) + ", retryable " + headers.first(HeaderNames.RETRYABLE)
                + ", no side effects " + headers.first(HeaderNames.NO_SIDE_EFFECTS) + ", after "
                + headers.first(HeaderNames.RETRY_AFTER) + " ms";
    }

    private static String refusal(String code, long after) {
        return code + ", retryable true, no side effects true, after " + after + " ms";
    }

    // ---- too much to do

    /** Sends sets all at once; the answers come as they come. */
    private List<Message> burst(int sets, String value, String... streams) {
        List<Message> answers = new ArrayList<>();
        for (int i = 0; i < sets; i++) {
            cluster.client.request(SUBJECTS.operation("w0", "set", new StreamName(streams[i % streams.length])),
                    Headers.NONE, value.getBytes(StandardCharsets.UTF_8), 60_000,
                    reply -> answers.add(((Reply.Answer) reply).message()));
        }
        cluster.time.runFor(50);
        return answers;
    }

    private void aBurstBeyondTheBoundIsRefused(WorkerConfig bounded, int fit) {
        serve(bounded);
        cluster.nodes.get("w0").stallExecutor("journal", true);

        List<Message> answers = burst(30, HUNDRED_BYTES, "a");

        assertThat(answers).as("refused at once").hasSize(30 - fit)
                .allSatisfy(m -> assertThat(refusal(m)).isEqualTo(refusal("OVERLOADED", 200)));
        cluster.nodes.get("w0").stallExecutor("journal", false);
        cluster.time.runFor(1_000);
        assertThat(answers.subList(30 - fit, 30)).as("carried out").hasSize(fit)
                .allSatisfy(m -> assertThat(text(m)).startsWith("{\"seq\":"));
        assertThat(text(ask("info", "a", ""))).contains("\"messages\":" + fit + ",", "\"change\":" + fit + ",");
        assertThat(text(ask("set", "a", "later"))).contains("\"seq\":" + (fit + 1));
    }

    @Test
    void moreRequestsThanMayWaitAreRefusedAndTheRestIsCarriedOut() {
        aBurstBeyondTheBoundIsRefused(config().withWaiting(10, 1 << 20), 10);
    }

    @Test
    void moreBytesThanMayWaitAreRefusedAndTheRestIsCarriedOut() {
        aBurstBeyondTheBoundIsRefused(config().withWaiting(1_000, 9_000), 12);
    }

    @Test
    void moreStreamsThanMayBeOpenAreRefusedUntilOthersHaveClosed() {
        serve(config().withStreams(StreamsConfig.DEFAULT.withCaps(3, 3, 1 << 20)));
        String[] streams = IntStream.range(0, 10).mapToObj(i -> "s" + i).toArray(String[]::new);

        List<Message> answers = burst(10, "v", streams);

        assertThat(answers).filteredOn(m -> m.headers().first(HeaderNames.ERROR) != null).hasSize(4)
                .allSatisfy(m -> assertThat(refusal(m)).isEqualTo(refusal("OVERLOADED", 500)));
        cluster.time.runFor(500);
        int stored = 0;
        for (String stream : streams) {
            assertThat(text(ask("set", stream, "w"))).startsWith("{\"seq\":");
            stored += values("w0", stream).size();
            cluster.time.runFor(200);
        }
        assertThat(stored).isEqualTo(16);
    }

    /** Tails hold at most {@code bytes}, and half as much again. */
    private static WorkerConfig smallTails(long bytes) {
        return config().withStreams(StreamsConfig.DEFAULT.withCaps(1_000, 1_000, bytes).withTimes(100, 200, 60_000));
    }

    @Test
    void writersWaitForTheFilesWhileTailsHoldAsMuchAsTheyMay() {
        serve(smallTails(40_000));
        String[] streams = IntStream.range(0, 20).mapToObj(i -> "s" + i).toArray(String[]::new);
        burst(20, "first", streams);
        cluster.time.runFor(1_000);
        cluster.nodes.get("w0").stallExecutor("files", true);
        burst(400, HUNDRED_BYTES, streams);

        List<Message> held = burst(20, "held", streams);
        cluster.time.runFor(5_000);
        assertThat(held).as("answered while no file takes anything").isEmpty();
        assertThat(ask("get", "s1", "", HeaderNames.SEQ, "99").headers().first(HeaderNames.ERROR))
                .as("a read that needs no file").isEqualTo("NOT_FOUND");

        cluster.nodes.get("w0").stallExecutor("files", false);
        cluster.time.runFor(2_000);
        assertThat(held).hasSize(20).allSatisfy(m -> assertThat(text(m)).startsWith("{\"seq\":"));
        assertThat(values("w0", "s1")).hasSize(22).startsWith("first").endsWith("held");
    }

    @Test
    void nobodyWaitsForATailWhoseFileTakesNothing() {
        serve(smallJournal("w0").withStreams(smallTails(40_000).streams().withJournal(SYNC_ABOVE, JOURNAL_MAX)));
        breakAfter(20_000, Kind.UNAVAILABLE);

        writeToOthers(200);

        assertThat(refusal(ask("set", "broken", "refused"))).isEqualTo(refusal("STORAGE_UNAVAILABLE", 1_000));
    }

    // ---- no space left

    private static final long RESERVE = 50_000;
    private static final long BALLAST = 10_000;

    private static WorkerConfig thrifty(String name) {
        return new WorkerConfig(name, SUBJECTS).withJournal(JournalConfig.DEFAULT.withSpace(RESERVE, BALLAST));
    }

    @Test
    void belowTheReserveWritesAreRefusedBeforeTheyAreJournaledAndReadsGoOn() {
        serve(thrifty("w0"));
        ask("set", "a", "1", HeaderNames.KEY, "k", HeaderNames.MSG_ID, "id-1");
        ask("flush", "a", "");
        ask("set", "a", "2");
        cluster.time.runFor(5_000);
        cluster.disk.setUsableBytes(RESERVE - 1);
        cluster.time.runFor(1_500);
        long journal = journalBytes("w0.1");

        for (Message refused : List.of(ask("set", "a", "3"), ask("set", "new", "x"), ask("delete", "a", "",
                HeaderNames.SEQ, "1"), ask("deleteAll", "a", ""))) {
            assertThat(refusal(refused)).isEqualTo(refusal("NO_SPACE", 5_000));
        }

        assertThat(journalBytes("w0.1")).isEqualTo(journal);
        assertThat(values("w0", "a")).containsExactly("1", "2");
        assertThat(text(ask("get", "a", "", HeaderNames.KEY, "k"))).isEqualTo("1");
        assertThat(text(ask("set", "a", "1", HeaderNames.KEY, "k", HeaderNames.MSG_ID, "id-1")))
                .as("a set that was stored before").contains("\"seq\":1", "\"duplicate\":true");

        cluster.disk.setUsableBytes(1L << 40);
        cluster.time.runFor(1_500);
        assertThat(text(ask("set", "a", "3"))).contains("\"seq\":3,\"change\":3");
        assertThat(cluster.halts).isEmpty();
    }

    @Test
    void aFullVolumeIsTakenOverWithWhatTheBallastGivesBack() {
        serve(thrifty("w0"));
        ask("set", "a", "1");
        cluster.time.runFor(3_000);
        cluster.disk.setUsableBytes(BALLAST / 5);
        cluster.time.runFor(2_000);

        cluster.crash("w0");
        cluster.start("w1", thrifty("w1"));
        cluster.assign("w1", null, cluster.incarnations.get("w0"));
        cluster.time.runFor(2_000);

        assertThat(cluster.disk.names("journals/w0.1")).doesNotContain("ballast");
        assertThat(values("w1", "a")).containsExactly("1");
        assertThat(refusal(cluster.ask("w1", "set", "a", Headers.NONE, "2"))).isEqualTo(refusal("NO_SPACE", 5_000));
        assertThat(cluster.halts).isEmpty();
    }

    // ---- a file that takes nothing

    private static WorkerConfig smallJournal(String name) {
        return new WorkerConfig(name, SUBJECTS).withJournal(JournalConfig.DEFAULT.withSegmentBytes(SEGMENT))
                .withStreams(StreamsConfig.DEFAULT.withTimes(100, 200, 60_000).withJournal(SYNC_ABOVE, JOURNAL_MAX));
    }

    private long journalBytes(String journal) {
        return segments(journal).stream().mapToLong(s -> cluster.disk.contents(s).length).sum();
    }

    private List<String> segments(String journal) {
        String folder = "journals/" + journal;
        return cluster.disk.names(folder).stream().filter(n -> n.endsWith(".log")).map(n -> folder + "/" + n).toList();
    }

    /** About how much was ever written to the journal. */
    private long written(String journal) {
        String newest = segments(journal).getLast();
        return SEGMENT * Long.parseLong(newest.substring(newest.lastIndexOf('/') + 1, newest.length() - 4));
    }

    /** A stream whose file fails, with changes that were acknowledged and are not in it. */
    private void breakAfter(int bytes, Kind how) {
        ask("set", "broken", "in the file");
        ask("flush", "broken", "");
        cluster.files.fail(BROKEN, how);
        burst(bytes / 100, HUNDRED_BYTES, "broken");
        ask("set", "broken", "in the journal");
        cluster.time.runFor(500);
    }

    private void writeToOthers(int sets) {
        for (int i = 0; i < sets; i++) {
            assertThat(text(ask("set", "fine" + i % 7, HUNDRED_BYTES))).startsWith("{\"seq\":");
            assertThat(i % 20 == 0 ? journalBytes("w0.1") : 0).isLessThan(JOURNAL_MAX + 2 * SEGMENT);
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aFileThatTakesNothingHoldsUpItsOwnStreamOnly(Kind how) {
        serve(smallJournal("w0"));
        breakAfter(0, how);
        String code = how == Kind.CORRUPT ? "STREAM_CORRUPT" : "STORAGE_UNAVAILABLE";
        assertThat(ask("set", "broken", "refused").headers().first(HeaderNames.ERROR)).isEqualTo(code);
        assertThat(text(ask("get", "broken", "", HeaderNames.LAST, "true"))).isEqualTo("in the journal");

        writeToOthers(1_000);

        assertThat(written("w0.1")).as("what was written to the journal").isLessThan(2 * 1_000 * 200);
        assertThat(ask("set", "broken", "refused").headers().first(HeaderNames.ERROR)).isEqualTo(code);
    }

    @Test
    void aFileThatCanBeWrittenAgainGetsWhatWaitedForIt() {
        serve(smallJournal("w0"));
        breakAfter(0, Kind.UNAVAILABLE);
        assertThat(refusal(ask("set", "broken", "refused"))).isEqualTo(refusal("STORAGE_UNAVAILABLE", 1_000));
        writeToOthers(500);

        cluster.files.mend(BROKEN);
        cluster.time.runFor(2_000);

        assertThat(text(ask("set", "broken", "taken"))).contains("\"seq\":3,\"change\":3");
        assertThat(values("w0", "broken")).containsExactly("in the file", "in the journal", "taken");
        cluster.time.runFor(2_000);
        assertThat(journalBytes("w0.1")).as("the journal, once nothing holds it up").isLessThan(2 * SYNC_ABOVE);
    }

    @Test
    void whatWasCopiedForwardIsTakenOver() {
        serve(smallJournal("w0"));
        breakAfter(0, Kind.UNAVAILABLE);
        writeToOthers(500);
        assertThat(segments("w0.1")).doesNotContain("journals/w0.1/0000000001.log");

        cluster.files.mend(BROKEN);
        cluster.crash("w0");
        cluster.start("w1", smallJournal("w1"));
        cluster.assign("w1", null, cluster.incarnations.get("w0"));
        cluster.time.runFor(1_000);

        assertThat(values("w1", "broken")).containsExactly("in the file", "in the journal");
    }

    @Test
    void whatCannotBeAppliedIsNotCopiedForNothing() {
        serve(smallJournal("w0"));
        breakAfter(SYNC_ABOVE, Kind.UNAVAILABLE);
        long before = written("w0.1");

        cluster.time.runFor(60_000);

        assertThat(written("w0.1") - before).as("written in a minute without writers").isLessThan(2 * SYNC_ABOVE);
        writeToOthers(1_000);
        cluster.files.mend(BROKEN);
        cluster.time.runFor(2_000);
        assertThat(text(ask("info", "broken", ""))).contains("\"messages\":" + (SYNC_ABOVE / 100 + 2) + ",");
    }

    @Test
    void changesAdoptedForAFileThatCannotBeOpenedHoldUpNobody() {
        serve(smallJournal("w0"));
        breakAfter(0, Kind.UNAVAILABLE);
        cluster.crash("w0");
        cluster.start("w1", smallJournal("w1"));
        cluster.assign("w1", null, cluster.incarnations.get("w0"));
        cluster.time.runFor(1_000);
        for (int i = 0; i < 1_000; i++) {
            assertThat(text(cluster.ask("w1", "set", "fine" + i % 7, Headers.NONE, HUNDRED_BYTES)))
                    .startsWith("{\"seq\":");
        }
        assertThat(cluster.ask("w1", "get", "broken", Headers.of(HeaderNames.LAST, "true"), "").headers()
                .first(HeaderNames.ERROR)).isEqualTo("STORAGE_UNAVAILABLE");

        cluster.files.mend(BROKEN);
        assertThat(values("w1", "broken")).containsExactly("in the file", "in the journal");
    }

    @Test
    void aSlotThatCannotBeLetGoOfIsSaidToBeAndIsLetGoOfAsSoonAsItCan() {
        serve(smallJournal("w0"));
        breakAfter(0, Kind.UNAVAILABLE);
        int slot = BROKEN.slot(OneCluster.SLOTS);
        cluster.time.runFor(1_500);
        assertThat(cluster.heartbeats.get("w0").immovable()).containsExactly(slot);

        cluster.crash("w0");
        cluster.start("w1", smallJournal("w1"));
        cluster.assign("w1", null, cluster.incarnations.get("w0"));
        cluster.start("w2", smallJournal("w2"));
        cluster.assign("w2", cluster.incarnations.get("w1"));
        cluster.time.runFor(2_000);
        assertThat(cluster.heartbeats.get("w1").immovable()).containsExactly(slot);
        assertThat(cluster.heartbeats.get("w1").released()).hasSize(OneCluster.SLOTS - 1);
        long opens = cluster.files.opens();
        cluster.time.runFor(10_000);
        assertThat(cluster.files.opens() - opens).as("tries in ten seconds").isBetween(5L, 12L);

        cluster.files.mend(BROKEN);
        cluster.time.runFor(2_500);
        assertThat(cluster.heartbeats.get("w1").released()).hasSize(OneCluster.SLOTS);
        assertThat(cluster.heartbeats.get("w1").immovable()).isEmpty();
        cluster.assign("w2", null);
        assertThat(values("w2", "broken")).containsExactly("in the file", "in the journal");
    }
}
