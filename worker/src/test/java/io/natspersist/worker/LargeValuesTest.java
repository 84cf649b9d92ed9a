// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.protocol.Crc32c;
import io.natspersist.protocol.HeaderNames;
import io.natspersist.protocol.MessagePage;
import io.natspersist.protocol.StreamName;
import io.natspersist.protocol.WireMessage;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Message;
import io.natspersist.transport.Transport.Reply;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Values that come in parts, as a client in any language sends them. */
class LargeValuesTest {

    private static final String STREAM = "a.large";

    private final OneCluster cluster = new OneCluster(1);
    private String worker = "w0";

    @BeforeEach
    void oneWorkerServesEverything() {
        cluster.start("w0");
        cluster.assign("w0", null);
    }

    private Message ask(String op, String payload, String... headers) {
        return cluster.ask(worker, op, STREAM, Headers.of(headers), payload);
    }

    private static String text(Message message) {
        return new String(message.payload(), StandardCharsets.UTF_8);
    }

    private static String error(Message message) {
        return String.valueOf(message.headers().first(HeaderNames.ERROR));
    }

    private static String crc(String text) {
        return HexFormat.of().toHexDigits(Crc32c.of(text.getBytes(StandardCharsets.UTF_8)));
    }

    private Message part(String upload, int number, String data) {
        return ask("part", data, HeaderNames.UPLOAD, upload, HeaderNames.PART, Integer.toString(number),
                HeaderNames.CRC32C, crc(data));
    }

    private Message show(String upload, int parts, String whole, String... more) {
        return cluster.ask(worker, "set", STREAM, announced(upload, parts, whole, more), "");
    }

    private static Headers announced(String upload, int parts, String whole, String... more) {
        return Headers.of(HeaderNames.UPLOAD, upload, HeaderNames.PARTS, Integer.toString(parts), HeaderNames.SIZE,
                Integer.toString(whole.length()), HeaderNames.CRC32C, crc(whole)).and(Headers.of(more));
    }

    private void upload(String upload, String... parts) {
        for (int i = 0; i < parts.length; i++) {
            assertThat(text(part(upload, i + 1, parts[i])))
                    .contains("\"upload\":\"" + upload + "\"", "\"part\":" + (i + 1));
        }
    }

    private Message getPart(long seq, long change, int part) {
        return ask("getPart", "", HeaderNames.SEQ, Long.toString(seq), HeaderNames.CHANGE, Long.toString(change),
                HeaderNames.PART, Integer.toString(part));
    }

    private String read(long seq) {
        Message got = ask("get", "", HeaderNames.SEQ, Long.toString(seq));
        assertThat(error(got)).isEqualTo("null");
        assertThat(got.payload()).isEmpty();
        StringBuilder whole = new StringBuilder();
        for (int i = 1; i <= Integer.parseInt(got.headers().first(HeaderNames.PARTS)); i++) {
            Message part = getPart(seq, Long.parseLong(got.headers().first(HeaderNames.CHANGE)), i);
            assertThat(part.headers().first(HeaderNames.CRC32C)).isEqualTo(crc(text(part)));
            whole.append(text(part));
        }
        assertThat(got.headers().first(HeaderNames.SIZE)).isEqualTo(Integer.toString(whole.length()));
        assertThat(got.headers().first(HeaderNames.CRC32C)).isEqualTo(crc(whole.toString()));
        return whole.toString();
    }

    private String state() {
        return text(ask("info", "")) + new String(ask("getAll", "").payload(), StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aValueInPartsIsShownByOneSetAndReadPartByPart(boolean flushed) {
        part("u-1_A", 2, "world");
        part("u-1_A", 1, "hello ");

        Message set = show("u-1_A", 2, "hello world", HeaderNames.KEY, "k", "Color", "red");
        if (flushed) {
            ask("flush", "");
        }

        assertThat(text(set)).isEqualTo("{\"seq\":1,\"change\":1,\"epoch\":1}");
        assertThat(read(1)).isEqualTo("hello world");
        Message byKey = ask("get", "", HeaderNames.KEY, "k");
        assertThat(byKey.headers().first("Color")).isEqualTo("red");
        assertThat(byKey.headers().first(HeaderNames.NO_VALUE)).isNull();
        MessagePage page = MessagePage.decode(ask("getAll", "").payload());
        assertThat(page.messages()).containsExactly(
                new WireMessage(1, page.messages().getFirst().time(), 0, 1, "k", null, Headers.of("Color", "red"), null,
                        11));
        assertThat(text(ask("info", ""))).contains("\"bytes\":20");
    }

    @Test
    void aNoticeOfALargeValueCarriesItsSizeOnly() {
        upload("u", "hello ", "world");
        show("u", 2, "hello world");

        assertThat(cluster.notices).hasSize(1).allSatisfy(notice -> {
            assertThat(notice.headers().first(HeaderNames.SIZE)).isEqualTo("11");
            assertThat(notice.headers().first(HeaderNames.NO_VALUE)).isNull();
            assertThat(notice.payload()).isEmpty();
        });
    }

    @Test
    void aMissingPartIsNamedAndNothingIsChanged() {
        upload("u", "a", "b");
        part("u", 4, "d");
        String before = state();

        Message refused = show("u", 4, "abcd");

        assertThat(error(refused)).isEqualTo("UPLOAD_INCOMPLETE");
        assertThat(refused.headers().first(HeaderNames.PART)).isEqualTo("3");
        assertThat(refused.headers().first(HeaderNames.NO_SIDE_EFFECTS)).isEqualTo("true");
        assertThat(error(show("never begun", 1, "x"))).isEqualTo("BAD_REQUEST");
        assertThat(show("never-begun", 1, "x").headers().first(HeaderNames.PART)).isEqualTo("1");
        assertThat(state()).isEqualTo(before);
        part("u", 3, "c");
        assertThat(text(show("u", 4, "abcd"))).contains("\"seq\":1");
    }

    @ParameterizedTest
    @CsvSource({"1, ab", "3, abc", "2, abc", "2, a", "2, ba", "2, xy", "2000000000, 2000000000"})
    void whatWasAnnouncedMustBeWhatThereIs(int parts, String whole) {
        upload("u", "a", "b");
        String before = state();

        Message refused = whole.length() < 5
                ? show("u", parts, whole)
                : ask("set", "", HeaderNames.UPLOAD, "u", HeaderNames.PARTS, "2000000000", HeaderNames.SIZE,
                        "9000000000000000000", HeaderNames.CRC32C, "00000000");

        assertThat(error(refused)).isIn("UPLOAD_INCOMPLETE", "BAD_REQUEST");
        assertThat(state()).isEqualTo(before);
        assertThat(text(show("u", 2, "ab"))).contains("\"seq\":1");
        assertThat(read(1)).isEqualTo("ab");
    }

    @Test
    void aPartThatWasChangedOrCutOnTheWayIsRefusedAndCanBeSentAgain() {
        String headers = crc("right");
        for (String wrong : List.of("wrong", "righ", "rightt")) {
            Message refused = ask("part", wrong, HeaderNames.UPLOAD, "u", HeaderNames.PART, "1", HeaderNames.CRC32C,
                    headers);
            assertThat(error(refused)).isEqualTo("BAD_CHECKSUM");
            assertThat(refused.headers().first(HeaderNames.RETRYABLE)).isEqualTo("true");
        }
        assertThat(error(show("u", 1, "right"))).isEqualTo("UPLOAD_INCOMPLETE");

        part("u", 1, "right");
        show("u", 1, "right");

        assertThat(read(1)).isEqualTo("right");
    }

    @Test
    void aPartSentTwiceCountsOnceAndAnotherUnderItsNumberIsRefused() {
        upload("u", "a", "a");
        assertThat(text(part("u", 1, "a"))).contains("\"part\":1");

        assertThat(error(part("u", 1, "b"))).isEqualTo("BAD_REQUEST");

        show("u", 2, "aa");
        assertThat(read(1)).isEqualTo("aa");
    }

    @Test
    void malformedRequestsAreRefusedByName() {
        String before = state();
        List<Headers> parts = List.of(Headers.NONE, Headers.of(HeaderNames.UPLOAD, "u", HeaderNames.PART, "1"),
                Headers.of(HeaderNames.UPLOAD, "u", HeaderNames.CRC32C, crc("x")),
                Headers.of(HeaderNames.PART, "1", HeaderNames.CRC32C, crc("x")),
                Headers.of(HeaderNames.UPLOAD, "u", HeaderNames.PART, "0", HeaderNames.CRC32C, crc("x")),
                Headers.of(HeaderNames.UPLOAD, "u", HeaderNames.PART, "9999999999", HeaderNames.CRC32C, crc("x")),
                Headers.of(HeaderNames.UPLOAD, "u", HeaderNames.PART, "1", HeaderNames.CRC32C, "123"),
                Headers.of(HeaderNames.UPLOAD, "u", HeaderNames.PART, "1", HeaderNames.CRC32C, "xyzxyzxy"),
                Headers.of(HeaderNames.UPLOAD, "", HeaderNames.PART, "1", HeaderNames.CRC32C, crc("x")),
                Headers.of(HeaderNames.UPLOAD, "a.b", HeaderNames.PART, "1", HeaderNames.CRC32C, crc("x")),
                Headers.of(HeaderNames.UPLOAD, "u".repeat(65), HeaderNames.PART, "1", HeaderNames.CRC32C, crc("x")),
                Headers.of(HeaderNames.UPLOAD, "u", HeaderNames.PART, "1", HeaderNames.CRC32C, crc("x"),
                        HeaderNames.KEY, "k"));
        assertThat(parts).allSatisfy(headers -> assertThat(
                error(cluster.ask("w0", "part", STREAM, headers, "x"))).as("%s", headers).isEqualTo("BAD_REQUEST"));
        assertThat(error(part("u", 1, ""))).isEqualTo("BAD_REQUEST");

        upload("u", "a");
        for (String missing : List.of(HeaderNames.UPLOAD, HeaderNames.PARTS, HeaderNames.SIZE, HeaderNames.CRC32C)) {
            Headers headers = announced("u", 1, "a").filter(name -> !name.equals(missing));
            assertThat(error(cluster.ask("w0", "set", STREAM, headers, ""))).as(missing).isEqualTo("BAD_REQUEST");
        }
        assertThat(error(cluster.ask("w0", "set", STREAM, announced("u", 1, "a"), "a value as well")))
                .isEqualTo("BAD_REQUEST");
        assertThat(error(show("u", 1, "a", HeaderNames.NO_VALUE, "true"))).isEqualTo("BAD_REQUEST");
        assertThat(error(ask("set", "", HeaderNames.UPLOAD, "u", HeaderNames.PARTS, "2", HeaderNames.SIZE, "1",
                HeaderNames.CRC32C, crc("a")))).isEqualTo("BAD_REQUEST");
        assertThat(state()).isEqualTo(before);
    }

    @Test
    void aPartLargerThanCouldBeReadIsTooLarge() {
        assertThat(error(part("u", 1, "x".repeat((int) cluster.client.maxPayload() - 2_047)))).isEqualTo("TOO_LARGE");
        upload("u", "x".repeat((int) cluster.client.maxPayload() - 2_048));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anUploadBecomesTheValueOfOneMessageOnly(boolean flushed) {
        upload("u", "a");
        show("u", 1, "a");
        if (flushed) {
            ask("flush", "");
        }

        assertThat(error(show("u", 1, "a"))).isEqualTo("UPLOAD_INCOMPLETE");
        assertThat(error(part("u", 2, "b"))).isEqualTo("BAD_REQUEST");

        assertThat(read(1)).isEqualTo("a");
        assertThat(text(ask("info", ""))).contains("\"messages\":1");
    }

    @Test
    void everyConditionOfASetHoldsForALargeValueToo() {
        ask("set", "x", HeaderNames.KEY, "k");
        upload("u", "a");

        assertThat(error(show("u", 1, "a", HeaderNames.EXPECT_LAST_SEQ, "7"))).isEqualTo("WRONG_LAST_SEQ");
        assertThat(error(show("u", 1, "a", HeaderNames.KEY, "k", HeaderNames.EXPECT_SEQ, "0")))
                .isEqualTo("WRONG_KEY_SEQ");
        String first = text(show("u", 1, "a", HeaderNames.KEY, "k", HeaderNames.EXPECT_SEQ, "1", HeaderNames.MSG_ID,
                "id"));
        ask("flush", "");

        assertThat(text(show("u", 1, "a", HeaderNames.MSG_ID, "id")))
                .isEqualTo(first.replace("}", ",\"duplicate\":true}"));
        assertThat(read(2)).isEqualTo("a");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aReaderWhoseValueWasReplacedIsToldInsteadOfGivenAnotherOne(boolean flushed) {
        upload("u", "a");
        upload("v", "b");
        show("u", 1, "a", HeaderNames.SEQ, "5");
        show("v", 1, "b", HeaderNames.SEQ, "5");
        if (flushed) {
            ask("flush", "");
        }

        assertThat(error(getPart(5, 1, 1))).isEqualTo("NOT_FOUND");
        assertThat(text(getPart(5, 2, 1))).isEqualTo("b");
        assertThat(error(getPart(5, 2, 2))).isEqualTo("NOT_FOUND");
        assertThat(error(getPart(6, 2, 1))).isEqualTo("NOT_FOUND");
        ask("set", "small");
        assertThat(error(getPart(6, 3, 1))).isEqualTo("NOT_FOUND");
    }

    @Test
    void nothingStaysBehindOfAnUploadThatWasGivenUp() {
        upload("left", "a", "b");
        cluster.time.runFor(500_000);
        upload("slow", "c");
        cluster.time.runFor(200_000);

        assertThat(show("left", 2, "ab").headers().first(HeaderNames.PART)).isEqualTo("1");
        assertThat(text(show("slow", 1, "c"))).contains("\"seq\":1");
        cluster.time.runFor(700_000);
        assertThat(cluster.files.parts(new StreamName(STREAM))).containsExactly("slow 1");
        assertThat(cluster.files.openFiles()).as("the stream was closed").isZero();
    }

    @ParameterizedTest
    @CsvSource({"set", "delete", "deleteAll"})
    void thePartsOfAValueThatIsGoneGoToo(String how) {
        upload("u", "a", "b");
        upload("v", "c");
        show("u", 2, "ab", HeaderNames.KEY, "k");
        cluster.time.runFor(2_000);

        if (how.equals("set")) {
            show("v", 1, "c", HeaderNames.KEY, "k");
        } else {
            ask(how, "", how.equals("delete") ? new String[]{HeaderNames.KEY, "k"} : new String[0]);
            show("v", 1, "c");
        }
        cluster.time.runFor(5_000);

        assertThat(cluster.files.parts(new StreamName(STREAM))).containsExactly("v 1");
        assertThat(read(2)).isEqualTo("c");
        assertThat(text(ask("info", ""))).contains("\"messages\":1");
    }

    @Test
    void anUploadGoesOnWithTheNextOwner() {
        upload("u", "a", "b");
        cluster.crash("w0");
        cluster.start("w1");
        cluster.assign("w1", null, cluster.incarnations.get("w0"));
        worker = "w1";
        cluster.time.runFor(1_000);

        part("u", 3, "c");
        show("u", 3, "abc");
        cluster.crash("w1");
        cluster.start("w2");
        cluster.assign("w2", null, cluster.incarnations.get("w1"));
        worker = "w2";
        cluster.time.runFor(1_000);

        assertThat(read(1)).isEqualTo("abc");
    }

    @Test
    void whatWasShownOutlivesEveryMachine() {
        upload("u", "a", "b");
        show("u", 2, "ab");
        cluster.disk.loseUnforced();
        cluster.files.losePower();
        cluster.crash("w0");
        cluster.start("w1");
        cluster.assign("w1", null, cluster.incarnations.get("w0"));
        worker = "w1";
        cluster.time.runFor(1_000);

        assertThat(read(1)).isEqualTo("ab");
    }

    @Test
    void manyAtOnceAreDecidedInTurn() {
        List<Reply> replies = new ArrayList<>();
        for (int i = 1; i <= 20; i++) {
            String data = "part " + i;
            cluster.client.request(OneCluster.SUBJECTS.operation("w0", "part", new StreamName(STREAM)),
                    Headers.of(HeaderNames.UPLOAD, "u" + i % 4, HeaderNames.PART, Integer.toString((i + 3) / 4),
                            HeaderNames.CRC32C, crc(data)),
                    data.getBytes(StandardCharsets.UTF_8), 5_000, replies::add);
        }
        cluster.time.runUntil(() -> replies.size() == 20, 10_000);
        assertThat(replies).allSatisfy(
                reply -> assertThat(error(((Reply.Answer) reply).message())).isEqualTo("null"));

        for (int u = 0; u < 4; u++) {
            StringBuilder whole = new StringBuilder();
            for (int i = u == 0 ? 4 : u; i <= 20; i += 4) {
                whole.append("part ").append(i);
            }
            assertThat(text(show("u" + u, 5, whole.toString()))).contains("\"seq\":" + (u + 1));
            assertThat(read(u + 1)).isEqualTo(whole.toString());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPartForADestroyedStreamLeavesItsNumbersAndMessageIdsAsTheyWere(boolean buried) {
        ask("set", "x", HeaderNames.MSG_ID, "id-1");
        ask("destroy", "");
        if (buried) {
            cluster.time.runFor(70_000);
        }
        upload("u", "new");
        cluster.crash("w0");
        cluster.start("w1");
        cluster.assign("w1", null, cluster.incarnations.get("w0"));
        worker = "w1";

        assertThat(text(ask("set", "x", HeaderNames.MSG_ID, "id-1")))
                .isEqualTo("{\"seq\":1,\"change\":1,\"epoch\":1,\"duplicate\":true}");
        assertThat(text(ask("set", "y"))).isEqualTo("{\"seq\":2,\"change\":3,\"epoch\":2}");
    }
}
