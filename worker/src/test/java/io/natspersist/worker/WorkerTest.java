// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import static io.natspersist.worker.OneCluster.SUBJECTS;
import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.protocol.ChangeBatch;
import io.natspersist.protocol.HeaderNames;
import io.natspersist.protocol.MessagePage;
import io.natspersist.protocol.StreamName;
import io.natspersist.protocol.WireChange;
import io.natspersist.protocol.WireMessage;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Message;
import io.natspersist.transport.Transport.Reply;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerTest {

    private final OneCluster cluster = new OneCluster(1);

    @BeforeEach
    void oneWorkerServesEverything() {
        cluster.start("w0");
        cluster.assign("w0", null);
    }

    private Message ask(String op, String stream, String payload, String... headers) {
        return cluster.ask("w0", op, stream, Headers.of(headers), payload);
    }

    private static String text(Message message) {
        return new String(message.payload(), StandardCharsets.UTF_8);
    }

    private String set(String stream, String value, String... headers) {
        return text(ask("set", stream, value, headers));
    }

    private static String error(Message message) {
        return message.headers().first(HeaderNames.ERROR);
    }

    @Test
    void aSetIsAnsweredWithItsNumbersAndCanBeRead() {
        assertThat(set("a.b", "hello")).isEqualTo("{\"seq\":1,\"change\":1,\"epoch\":1}");

        Message got = ask("get", "a.b", "", HeaderNames.SEQ, "1");

        assertThat(text(got)).isEqualTo("hello");
        assertThat(got.headers().first(HeaderNames.SEQ)).isEqualTo("1");
        assertThat(got.headers().first(HeaderNames.CHANGE)).isEqualTo("1");
    }

    @Test
    void headersOfTheWriterAreStoredAndGivenBack() {
        set("a.b", "x", "Content-Type", "text/plain", "Color", "red", "Color", "blue");

        Message got = ask("get", "a.b", "", HeaderNames.LAST, "true");

        assertThat(got.headers().filter(n -> !HeaderNames.isReserved(n)))
                .isEqualTo(Headers.of("Content-Type", "text/plain", "Color", "red", "Color", "blue"));
    }

    @Test
    void aKeyHoldsItsNewestMessageOnly() {
        set("kv", "1", HeaderNames.KEY, "k");
        set("kv", "2", HeaderNames.KEY, "k");

        assertThat(text(ask("get", "kv", "", HeaderNames.KEY, "k"))).isEqualTo("2");
        assertThat(error(ask("get", "kv", "", HeaderNames.SEQ, "1"))).isEqualTo("NOT_FOUND");
        assertThat(text(ask("keys", "kv", ""))).contains("\"keys\":[{\"key\":\"k\",\"seq\":2}]");
        assertThat(text(ask("info", "kv", ""))).contains("\"messages\":1,\"bytes\":2,\"firstSeq\":2,\"lastSeq\":2");
    }

    @Test
    void whatWasWrittenIsThereAfterTheTailWentIntoTheFile() {
        set("kv", "1", HeaderNames.KEY, "k");
        set("kv", "2", HeaderNames.KEY, "l");
        ask("flush", "kv", "");
        set("kv", "3", HeaderNames.KEY, "k");

        assertThat(text(ask("get", "kv", "", HeaderNames.KEY, "k"))).isEqualTo("3");
        assertThat(text(ask("get", "kv", "", HeaderNames.KEY, "l"))).isEqualTo("2");
        assertThat(error(ask("get", "kv", "", HeaderNames.SEQ, "1"))).isEqualTo("NOT_FOUND");
        MessagePage page = MessagePage.decode(ask("getAll", "kv", "").payload());
        assertThat(page.messages()).extracting(WireMessage::seq).containsExactly(2L, 3L);
        assertThat(page.change()).isEqualTo(3);
        assertThat(text(ask("info", "kv", ""))).contains("\"messages\":2,\"bytes\":4,\"firstSeq\":2,\"lastSeq\":3");
    }

    @Test
    void conditionsThatDoNotHoldLeaveTheStreamAsItIs() {
        set("a", "1", HeaderNames.KEY, "k");

        assertThat(error(ask("set", "a", "x", HeaderNames.EXPECT_LAST_SEQ, "7"))).isEqualTo("WRONG_LAST_SEQ");
        assertThat(error(ask("set", "a", "x", HeaderNames.KEY, "k", HeaderNames.EXPECT_SEQ, "0")))
                .isEqualTo("WRONG_KEY_SEQ");
        assertThat(error(ask("delete", "a", "", HeaderNames.KEY, "k", HeaderNames.EXPECT_SEQ, "9")))
                .isEqualTo("WRONG_KEY_SEQ");

        assertThat(text(ask("info", "a", ""))).contains("\"messages\":1", "\"lastSeq\":1,\"change\":1");
        assertThat(set("a", "2", HeaderNames.KEY, "k", HeaderNames.EXPECT_SEQ, "1")).contains("\"seq\":2");
        assertThat(set("a", "3", HeaderNames.KEY, "new", HeaderNames.EXPECT_SEQ, "0")).contains("\"seq\":3");
    }

    @Test
    void anIdIsStoredOnceWhereverItsFirstUseLiesNow() {
        String first = set("a", "x", HeaderNames.MSG_ID, "id-1");
        assertThat(set("a", "x", HeaderNames.MSG_ID, "id-1")).isEqualTo(first.replace("}", ",\"duplicate\":true}"));
        ask("flush", "a", "");
        assertThat(set("a", "x", HeaderNames.MSG_ID, "id-1")).isEqualTo(first.replace("}", ",\"duplicate\":true}"));
        assertThat(text(ask("info", "a", ""))).contains("\"messages\":1");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theFirstRequestForADestroyedStreamFindsItsNumbersAndMessageIds(boolean workerDies) {
        set("a", "x", HeaderNames.MSG_ID, "id-1");
        ask("destroy", "a", "");
        cluster.time.runFor(70_000);
        assertThat(cluster.workers.get("w0").streams().openStreams()).isZero();
        assertThat(cluster.files.streams()).isEmpty();
        String worker = workerDies ? "w1" : "w0";
        if (workerDies) {
            cluster.crash("w0");
            cluster.start("w1");
            cluster.assign("w1", null, cluster.incarnations.get("w0"));
        }

        assertThat(text(cluster.ask(worker, "set", "a", Headers.of(HeaderNames.MSG_ID, "id-1"), "x")))
                .isEqualTo("{\"seq\":1,\"change\":1,\"epoch\":1,\"duplicate\":true}");
        assertThat(text(cluster.ask(worker, "set", "a", Headers.NONE, "y"))).contains("\"seq\":2,\"change\":3");
    }

    @Test
    void theFirstRequestForADestroyedStreamMayResumeBeforeItsEnd() {
        set("a", "x");
        ask("destroy", "a", "");
        cluster.time.runFor(70_000);

        ChangeBatch batch = ChangeBatch.decode(
                ask("resume", "a", "", HeaderNames.EPOCH, "1", HeaderNames.CHANGE, "1").payload());

        assertThat(((ChangeBatch.Changes) batch).changes()).extracting(WireChange::number).containsExactly(2L);
    }

    @Test
    void deletesSayHowManyMessagesWent() {
        for (int i = 0; i < 5; i++) {
            set("a", "v" + i);
        }
        assertThat(text(ask("delete", "a", "", HeaderNames.SEQ, "2,4,9"))).contains("\"deleted\":2,\"change\":6");
        assertThat(text(ask("delete", "a", "", HeaderNames.SEQ, "2"))).contains("\"deleted\":0,\"change\":6");
        assertThat(text(ask("deleteAll", "a", "", HeaderNames.END_SEQ, "3"))).contains("\"deleted\":2,\"change\":7");
        assertThat(text(ask("deleteAll", "a", ""))).contains("\"deleted\":1,\"change\":8");
        assertThat(text(ask("info", "a", ""))).contains("\"messages\":0,\"bytes\":0", "\"lastSeq\":5,\"change\":8");
        assertThat(set("a", "next")).contains("\"seq\":6,\"change\":9");
    }

    @Test
    void watchersAreToldOfEveryChangeAndOfTheNumberOnceMore() {
        set("a", "1");
        ask("delete", "a", "", HeaderNames.SEQ, "1");
        ask("set", "a", "2");
        ask("deleteAll", "a", "");
        cluster.time.runFor(5_000);

        assertThat(cluster.notices).extracting(n -> n.headers().first(HeaderNames.OP) + " "
                + n.headers().first(HeaderNames.CHANGE) + " " + n.headers().first(HeaderNames.SEQ))
                .containsExactly("set 1 1", "delete 2 1", "set 3 2", "deleteAll 4 2", "trailing 4 null");
    }

    /** Nobody would be left to do it later. */
    @Test
    void aStreamThatClosesTellsItsNumberOnceMoreThoughThatIsNotDueYet() {
        cluster.start("w1");
        set("a", "1");
        cluster.assign("w1", cluster.incarnations.get("w0"));
        cluster.time.runFor(1_500); // too soon for what is told after a burst

        assertThat(cluster.notices).extracting(
                n -> n.headers().first(HeaderNames.OP) + " " + n.headers().first(HeaderNames.CHANGE))
                .containsExactly("set 1", "trailing 1");
    }

    @Test
    void resumeTellsWhatWasMissedFromTailAndFileAlike() {
        for (int i = 1; i <= 4; i++) {
            set("a", "v" + i, HeaderNames.KEY, "k" + i % 2);
            if (i == 2) {
                ask("flush", "a", "");
            }
        }
        for (int from = 0; from <= 4; from++) {
            ChangeBatch batch = ChangeBatch.decode(
                    ask("resume", "a", "", HeaderNames.EPOCH, "1", HeaderNames.CHANGE, "" + from).payload());
            assertThat(((ChangeBatch.Changes) batch).changes()).extracting(WireChange::number)
                    .isEqualTo(List.of(1L, 2L, 3L, 4L).subList(from, 4));
        }
        ChangeBatch ahead = ChangeBatch.decode(
                ask("resume", "a", "", HeaderNames.EPOCH, "1", HeaderNames.CHANGE, "9").payload());
        assertThat(ahead).isEqualTo(new ChangeBatch.Reset(4, 1, 5));
    }

    @ParameterizedTest
    @CsvSource({"set, a..b, BAD_NAME", "set, .a, BAD_NAME", "grow, a.b, UNKNOWN_OPERATION", "set, ok, OK"})
    void badSubjectsGetTheirError(String op, String stream, String expected) {
        Reply[] got = new Reply[1];
        cluster.client.request("persist.test.worker.w0." + op + "." + stream, Headers.NONE, new byte[0], 1_000,
                r -> got[0] = r);
        cluster.time.runUntil(() -> got[0] != null, 5_000);

        if (got[0] instanceof Reply.Answer answer) {
            assertThat(expected).isEqualTo(error(answer.message()) == null ? "OK" : error(answer.message()));
        } else {
            // A server may refuse a subject with an empty token itself.
            assertThat(expected).isEqualTo("BAD_NAME");
        }
    }

    @Test
    void badHeadersGetTheirErrorAndChangeNothing() {
        String[][] bad = {{HeaderNames.SEQ, "-1"}, {HeaderNames.SEQ, "0"}, {HeaderNames.SEQ, "99999999999999999999"},
                {HeaderNames.SEQ, "x"}, {HeaderNames.EXPECT_SEQ, "1"}, {HeaderNames.TIME, "1.5"},
                {"Persist-Exepct-Seq", "0"}, {HeaderNames.NO_VALUE, "yes"}, {HeaderNames.KEY, ""},
                {HeaderNames.KEY, "k".repeat(2_000)}, {HeaderNames.MSG_ID, "m".repeat(300)}};
        for (String[] headers : bad) {
            assertThat(error(ask("set", "a", "v", headers))).as(String.join(" ", headers)).isIn("BAD_REQUEST",
                    "BAD_NAME");
        }
        assertThat(error(ask("get", "a", ""))).isEqualTo("BAD_REQUEST");
        assertThat(error(ask("delete", "a", ""))).isEqualTo("BAD_REQUEST");
        assertThat(error(ask("set", "a", "v".repeat((1 << 20) - 1_000)))).isEqualTo("TOO_LARGE");
        assertThat(text(ask("info", "a", ""))).contains("\"messages\":0", "\"change\":0");
    }

    @Test
    void aReplySubjectInsideTheClusterIsNeverAnswered() {
        cluster.client.publish(SUBJECTS.prefix() + ".worker.w0.set.a", "persist.test.changes.victim", Headers.NONE,
                new byte[]{1});
        cluster.time.runFor(1_000);

        assertThat(cluster.notices).isEmpty();
    }

    @Test
    void whatADeadWorkerAcknowledgedIsServedByItsSuccessor() {
        set("a", "1", HeaderNames.MSG_ID, "i1");
        ask("flush", "a", "");
        set("a", "2", HeaderNames.MSG_ID, "i2");
        set("b", "3");

        cluster.crash("w0");
        cluster.start("w1");
        cluster.assign("w1", null, cluster.incarnations.get("w0"));
        cluster.time.runFor(1_000);

        long opens = cluster.files.opens();
        assertThat(cluster.notices).extracting(n -> n.subject() + " " + n.headers().first(HeaderNames.OP))
                .contains("persist.test.changes.b trailing");
        assertThat(opens).as("files opened by taking over").isEqualTo(cluster.files.opens());
        assertThat(text(cluster.ask("w1", "get", "a", Headers.of(HeaderNames.SEQ, "2"), ""))).isEqualTo("2");
        assertThat(text(cluster.ask("w1", "get", "b", Headers.of(HeaderNames.SEQ, "1"), ""))).isEqualTo("3");
        assertThat(text(cluster.ask("w1", "set", "a", Headers.of(HeaderNames.MSG_ID, "i2"), "2")))
                .isEqualTo("{\"seq\":2,\"change\":2,\"epoch\":1,\"duplicate\":true}");
        assertThat(text(cluster.ask("w1", "set", "a", Headers.NONE, "4")))
                .isEqualTo("{\"seq\":3,\"change\":3,\"epoch\":2}");
    }

    @Test
    void whatADeadWorkerStoredInNewStreamsIsServedBeforeAnyFileIsMade() {
        set("a", "1", HeaderNames.MSG_ID, "i1");
        set("a", "2", HeaderNames.KEY, "k");
        set("a", "3", HeaderNames.KEY, "k");
        ask("delete", "a", "", HeaderNames.SEQ, "1");
        set("b", "1");
        ask("deleteAll", "b", "");
        ask("config", "b", "{\"maxMsgs\":7}");
        set("c", "1");
        ask("destroy", "c", "");
        set("c", "2");

        cluster.crash("w0");
        cluster.start("w1");
        cluster.assign("w1", null, cluster.incarnations.get("w0"));
        cluster.time.runUntil(() -> cluster.workers.get("w1").slotsServed() == OneCluster.SLOTS, 5_000);
        long creates = cluster.files.creates();

        assertThat(text(cluster.ask("w1", "get", "a", Headers.of(HeaderNames.KEY, "k"), ""))).isEqualTo("3");
        assertThat(text(cluster.ask("w1", "info", "a", Headers.NONE, "")))
                .contains("\"messages\":1,\"bytes\":2,\"firstSeq\":3,\"lastSeq\":3,\"change\":4,");
        assertThat(text(cluster.ask("w1", "set", "a", Headers.of(HeaderNames.MSG_ID, "i1"), "1")))
                .isEqualTo("{\"seq\":1,\"change\":1,\"epoch\":1,\"duplicate\":true}");
        assertThat(text(cluster.ask("w1", "info", "b", Headers.NONE, ""))).contains("\"messages\":0,");
        assertThat(text(cluster.ask("w1", "config", "b", Headers.NONE, ""))).contains("{\"maxMsgs\":7}");
        assertThat(text(cluster.ask("w1", "get", "c", Headers.of(HeaderNames.LAST, "true"), ""))).isEqualTo("2");
        assertThat(cluster.files.creates()).as("files made").isEqualTo(creates);

        cluster.time.runFor(30_000);
        assertThat(cluster.files.creates()).isEqualTo(creates + 3);
        assertThat(text(cluster.ask("w1", "set", "a", Headers.NONE, "4")))
                .isEqualTo("{\"seq\":4,\"change\":5,\"epoch\":2}");
    }

    @Test
    void slotsAreSaidToBeUnsettledUntilWhatWasAdoptedIsInFiles() {
        set("asked", "1");
        set("unasked", "1");
        cluster.crash("w0");
        cluster.start("w1");
        cluster.assign("w1", null, cluster.incarnations.get("w0"));
        cluster.time.runFor(1_000);
        int asked = new StreamName("asked").slot(OneCluster.SLOTS);
        int unasked = new StreamName("unasked").slot(OneCluster.SLOTS);
        assertThat(cluster.heartbeats.get("w1").unsettled()).containsExactlyInAnyOrder(asked, unasked);

        cluster.ask("w1", "set", "asked", Headers.NONE, "2");
        cluster.time.runFor(3_500);
        assertThat(cluster.heartbeats.get("w1").unsettled()).containsExactly(unasked);
        cluster.time.runFor(10_000);
        assertThat(cluster.heartbeats.get("w1").unsettled()).isEmpty();
    }

    @Test
    void aSlotChangesHandsWithoutItsStreamsLosingAnything() {
        set("a", "1");
        cluster.start("w1");

        cluster.assign("w1", cluster.incarnations.get("w0"));
        assertThat(error(cluster.ask("w1", "get", "a", Headers.of(HeaderNames.SEQ, "1"), ""))).isEqualTo("SLOT_MOVING");
        assertThat(error(ask("get", "a", "", HeaderNames.SEQ, "1"))).isEqualTo("NOT_OWNER");
        assertThat(cluster.time.runUntil(
                () -> cluster.heartbeats.get("w0").released().size() == OneCluster.SLOTS, 5_000)).isTrue();
        cluster.assign("w1", null);
        cluster.time.runFor(2_000);

        assertThat(text(cluster.ask("w1", "get", "a", Headers.of(HeaderNames.SEQ, "1"), ""))).isEqualTo("1");
        assertThat(cluster.halts).isEmpty();
    }

    @Test
    void aWorkerThatIsToldThatItIsDeadHalts() {
        cluster.dead.add(cluster.incarnations.get("w0"));
        cluster.time.runFor(3_000);

        assertThat(cluster.halts).containsExactly("w0: the coordinator has declared this incarnation dead");
    }

    @Test
    void anIdleStreamIsClosedAndCostsNothing() {
        set("a", "1");
        cluster.time.runFor(70_000);

        assertThat(cluster.workers.get("w0").streams().openStreams()).isZero();
        assertThat(cluster.workers.get("w0").streams().openFiles()).isZero();
        assertThat(text(ask("get", "a", "", HeaderNames.SEQ, "1"))).isEqualTo("1");
    }

    @Test
    void aReportDoesNotCostTheWorkerItsOwnLock() {
        set("a", "1");
        cluster.wantReports();
        cluster.time.runFor(3_000);

        assertThat(cluster.heartbeats.get("w0").worker()).isEqualTo("w0");
        assertThat(cluster.reports).isNotEmpty();
        assertThat(set("a", "2")).contains("\"seq\":2");
        assertThat(cluster.halts).isEmpty();
    }

    @Test
    void adoptedChangesThatNobodyAsksForGoIntoTheirFilesLater() {
        for (int i = 0; i < 20; i++) {
            set("s" + i, "v");
        }
        cluster.crash("w0");
        cluster.start("w1");
        cluster.assign("w1", null, cluster.incarnations.get("w0"));
        cluster.time.runFor(2_000);
        long openedAtOnce = cluster.workers.get("w1").streams().opened();

        cluster.time.runFor(60_000);

        assertThat(openedAtOnce).isZero();
        assertThat(cluster.workers.get("w1").streams().opened()).isEqualTo(20);
    }

    @Test
    void aWorkerThatStopsWithNobodyToTakeOverLeavesNothingToAdopt() {
        set("a", "1");
        set("b", "2");
        boolean[] drained = {false};
        cluster.workers.get("w0").drain(1_000, () -> drained[0] = true);
        assertThat(cluster.time.runUntil(() -> drained[0], 20_000)).isTrue();
        assertThat(cluster.files.opens() + cluster.files.creates()).isEqualTo(4);
        long before = cluster.files.opens();

        cluster.crash("w0");
        cluster.start("w1");
        cluster.assign("w1", null, cluster.incarnations.get("w0"));
        cluster.time.runFor(60_000);

        assertThat(cluster.files.opens()).as("files opened for the sake of adopted changes").isEqualTo(before);
        assertThat(text(cluster.ask("w1", "get", "b", Headers.of(HeaderNames.SEQ, "1"), ""))).isEqualTo("2");
    }
}
