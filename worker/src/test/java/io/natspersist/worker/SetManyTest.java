// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.protocol.ChangeNotice;
import io.natspersist.protocol.HeaderNames;
import io.natspersist.protocol.MessagePage;
import io.natspersist.protocol.SetItem;
import io.natspersist.protocol.SetMany;
import io.natspersist.protocol.SetResults;
import io.natspersist.protocol.SetResults.Refused;
import io.natspersist.protocol.SetResults.Stored;
import io.natspersist.protocol.WireChange;
import io.natspersist.protocol.WireMessage;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Message;
import io.natspersist.transport.Transport.Reply;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Many sets in one request. */
class SetManyTest {

    private static final Headers ATOMIC = Headers.of(HeaderNames.ATOMIC, "true");

    private final OneCluster cluster = new OneCluster(1);

    @BeforeEach
    void oneWorkerServesEverything() {
        cluster.start("w0");
        cluster.assign("w0", null);
    }

    private static SetItem item(@Nullable String key, String value) {
        return item(key, SetItem.ABSENT, SetItem.ABSENT, SetItem.ABSENT, null, value);
    }

    private static SetItem item(@Nullable String key, long seq, long expectLast, long expectSeq, @Nullable String id,
            String value) {
        return new SetItem(key, seq, expectLast, expectSeq, id, SetItem.ABSENT, SetItem.ABSENT, Headers.NONE,
                value.getBytes(StandardCharsets.UTF_8));
    }

    private Message send(Headers headers, byte[] payload) {
        return ((Reply.Answer) cluster.request("w0", "setMany", "a", headers, payload)).message();
    }

    private Message send(Headers headers, SetItem... items) {
        return send(headers, new SetMany(List.of(items)).encode());
    }

    private List<SetResults.One> set(Headers headers, SetItem... items) {
        return SetResults.decode(send(headers, items).payload()).results();
    }

    private static String error(Message answer) {
        return answer.headers().first(HeaderNames.ERROR);
    }

    private List<String> contents() {
        return page().messages().stream().map(m -> m.seq() + " " + m.key() + " " + new String(m.value())).toList();
    }

    private MessagePage page(String... headers) {
        return MessagePage.decode(cluster.ask("w0", "getAll", "a", Headers.of(headers), "").payload());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void itemsAreStoredInTheirOrderAndEachIsAnswered(boolean atomic) {
        Message answer = send(atomic ? ATOMIC : Headers.NONE, item(null, "1"), item("k", "2"),
                new SetItem(null, SetItem.ABSENT, SetItem.ABSENT, SetItem.ABSENT, "id", 77, SetItem.ABSENT,
                        Headers.of("Mine", "x"),
                        null));

        assertThat(SetResults.decode(answer.payload())).isEqualTo(new SetResults(
                List.of(new Stored(1, 1, false), new Stored(2, 2, false), new Stored(3, 3, false)), 3, 1));
        List<WireMessage> stored = page().messages();
        assertThat(stored).extracting(WireMessage::change).containsExactly(1L, 2L, 3L);
        assertThat(stored.get(1).key()).isEqualTo("k");
        assertThat(stored.get(2)).isEqualTo(new WireMessage(3, 77, 0, 3, null, "id", Headers.of("Mine", "x"), null));
    }

    @Test
    void eachItemIsDecidedAfterTheOneBeforeIt() {
        List<SetResults.One> results = set(Headers.NONE, item("k", -1, 0, 0, null, "new"),
                item("k", -1, -1, 0, null, "again"), item("k", -1, 1, 1, null, "newer"),
                item(null, 9, -1, -1, "id", "at"),
                item(null, -1, -1, -1, "id", "once more"), item(null, 5, -1, -1, null, "between"),
                item(null, -1, 9, -1, null, "last"));

        assertThat(results)
                .map(r -> r instanceof Refused refused ? new Refused(refused.code(), refused.number(), "") : r)
                .containsExactly(new Stored(1, 1, false), new Refused("WRONG_KEY_SEQ", 409, ""),
                        new Stored(2, 2, false),
                        new Stored(9, 3, false), new Stored(9, 3, true), new Stored(5, 4, false),
                        new Stored(10, 5, false));
        assertThat(contents()).containsExactly("2 k newer", "5 null between", "9 null at", "10 null last");
    }

    @Test
    void whatIsInTheFileOnlyIsKnownToEveryItem() {
        for (int from = 0; from < 900; from += 300) {
            set(Headers.NONE,
                    IntStream.range(from, from + 300).mapToObj(i -> item("k" + i, -1, -1, -1, "id" + i, "old"))
                            .toArray(SetItem[]::new));
        }
        cluster.ask("w0", "flush", "a", Headers.NONE, "");

        SetItem[] again = IntStream.range(0, 900)
                .mapToObj(i -> i % 3 == 0
                        ? item("k" + i, -1, -1, -1, "id" + i, "unseen")
                        : i % 3 == 1
                                ? item("k" + i, -1, -1, i + 1, null, "new")
                                : item(null, i + 1, -1, -1, null, "at"))
                .toArray(SetItem[]::new);
        List<SetResults.One> results = set(ATOMIC, again);

        assertThat(results.get(0)).isEqualTo(new Stored(1, 1, true));
        assertThat(results.get(1)).isEqualTo(new Stored(901, 901, false));
        assertThat(results.get(2)).isEqualTo(new Stored(3, 902, false));
        String info = new String(cluster.ask("w0", "info", "a", Headers.NONE, "").payload(), StandardCharsets.UTF_8);
        assertThat(info).contains("\"messages\":900,", "\"lastSeq\":1200,\"change\":1500");
    }

    @Test
    void allOrNone() {
        cluster.ask("w0", "set", "a", Headers.of(HeaderNames.KEY, "k"), "before");

        Message refused = send(ATOMIC, item(null, "1"), item("k", -1, -1, 0, null, "2"), item(null, "3"));

        assertThat(error(refused)).isEqualTo("WRONG_KEY_SEQ");
        assertThat(refused.headers().first(HeaderNames.ITEM)).isEqualTo("1");
        assertThat(contents()).containsExactly("1 k before");
        assertThat(page().change()).isEqualTo(1);
    }

    @Test
    void conditionsOfAnAtomicRequestSpeakOfTheStreamBeforeIt() {
        cluster.ask("w0", "set", "a", Headers.of(HeaderNames.KEY, "k"), "before");

        assertThat(set(ATOMIC, item(null, -1, 1, -1, null, "1"), item("k", -1, 1, 1, null, "2")))
                .containsExactly(new Stored(2, 2, false), new Stored(3, 3, false));
    }

    @Test
    void anAtomicRequestThatIsSentAgainIsAnsweredAgain() {
        SetItem[] items = {item("k", -1, -1, 0, "id-1", "1"), item(null, -1, 0, -1, "id-2", "2")};
        set(ATOMIC, items);

        assertThat(set(ATOMIC, items)).containsExactly(new Stored(1, 1, true), new Stored(2, 2, true));
        assertThat(page().change()).isEqualTo(2);
    }

    @Test
    void watchersGetTheChangesOfARequestTogetherAndThoseThatFitNoMessageApart() {
        send(Headers.NONE, IntStream.range(0, 100).mapToObj(i -> item(null, "v" + i)).toArray(SetItem[]::new));
        send(Headers.NONE, item(null, "alone"));
        int most = (int) cluster.client.maxPayload() / 2 - 5_000;
        send(Headers.NONE, item(null, "x".repeat(most)), item(null, "small"), item(null, "y".repeat(most)));

        List<WireChange> told = new ArrayList<>();
        List<String> ops = new ArrayList<>();
        for (Message message : cluster.notices) {
            assertThat((long) message.payload().length).isLessThan(cluster.client.maxPayload());
            ops.add(message.headers().first(HeaderNames.OP));
            switch (ChangeNotice.decode(message.headers(), message.payload())) {
                case ChangeNotice.Packed packed -> told.addAll(packed.changes());
                case ChangeNotice.Changed one -> told.add(one.change());
                case ChangeNotice.Trailing trailing -> assertThat(trailing.change()).isEqualTo(104);
            }
        }
        assertThat(told).extracting(WireChange::number)
                .containsExactlyElementsOf(IntStream.rangeClosed(1, 104).mapToObj(Long::valueOf).toList());
        assertThat(ops).startsWith("many", "set", "many").hasSizeLessThan(7);
        assertThat(new String(((WireChange.Set) told.get(99)).value())).isEqualTo("v99");
    }

    @ParameterizedTest
    @CsvSource({"items[1].k, k, k, 0, 0, i1, i2", "items[1].s, k, l, 7, 7, i1, i2", "items[1].i, k, l, 0, 0, i1, i1"})
    void anAtomicRequestMayNotNameThingsTwice(String field, String key1, String key2, long seq1, long seq2, String id1,
            String id2) {
        SetItem[] items = {item(key1, seq1 == 0 ? -1 : seq1, -1, -1, id1, "1"),
                item(key2, seq2 == 0 ? -1 : seq2, -1, -1, id2, "2")};

        Message refused = send(ATOMIC, items);

        assertThat(error(refused)).isEqualTo("BAD_REQUEST");
        assertThat(refused.headers().first(HeaderNames.SERVICE_ERROR)).startsWith(field + " ");
        assertThat(page().change()).isZero();
        assertThat(set(Headers.NONE, items)).hasSize(2);
    }

    @Test
    void anItemThatIsMalformedRefusesTheWholeRequest() {
        refusedAs("BAD_REQUEST", item(null, 0, -1, -1, null, "x"));
        refusedAs("BAD_REQUEST", item(null, Long.MAX_VALUE, -1, -1, null, "x"));
        refusedAs("BAD_REQUEST", item(null, -1, -1, 3, null, "x"));
        refusedAs("BAD_NAME", item("", "x"));
        refusedAs("BAD_NAME", item("k".repeat(1_025), "x"));
        refusedAs("BAD_NAME", item(null, -1, -1, -1, "a\nb", "x"));
        refusedAs("TOO_LARGE", item(null, "x".repeat((int) cluster.client.maxPayload() - 1_000)));
        refusedAs("BAD_REQUEST",
                new SetItem(null, -1, -1, -1, null, -1, -1, Headers.of("Persist-Key", "k"), new byte[0]));
        refusedAs("BAD_REQUEST", IntStream.range(0, 1_001).mapToObj(i -> item(null, "x")).toArray(SetItem[]::new));
        assertThat(error(send(Headers.of("Mine", "x"), item(null, "x")))).isEqualTo("BAD_REQUEST");
        assertThat(error(send(Headers.of("Persist-Key", "x"), item(null, "x")))).isEqualTo("BAD_REQUEST");
        assertThat(error(send(Headers.of("Nats-Msg-Id", "x"), item(null, "x")))).isEqualTo("BAD_REQUEST");
        assertThat(error(send(Headers.of("Persist-Atomic", "yes"), item(null, "x")))).isEqualTo("BAD_REQUEST");
        assertThat(page().change()).isZero();
    }

    private void refusedAs(String code, SetItem... bad) {
        List<SetItem> items = new ArrayList<>(List.of(item("good", "x")));
        items.addAll(List.of(bad));
        assertThat(error(send(Headers.NONE, new SetMany(items).encode()))).as("%s", items.getLast()).isEqualTo(code);
    }

    @ParameterizedTest
    @CsvSource({"'', ''", "nothing, 80", "noItems, 81a56974656d7390", "aList, 91a56974656d73", "lyingMap, dfffffffff",
            "lyingList, 81a56974656d73ddffffffff", "lyingText, 81a56974656d739181a16bdb7fffffff6b",
            "lyingValue, 81a56974656d739181a176c67fffffff00", "unknownField, 81a56974656d739181a1790a",
            "unknownTop, 82a56974656d7391 80 a178 01", "twice, 81a56974656d739182a1730aa1730b",
            "negative, 81a56974656d739181a173ff", "afterItsEnd, 81a56974656d739180 00",
            "nilValue, 81a56974656d739181a176c0"})
    void garbageIsRefusedAsABadRequest(String what, String hex) {
        byte[] payload = HexFormat.of().parseHex(hex == null ? "" : hex.replace(" ", ""));

        assertThat(error(send(Headers.NONE, payload))).as(what).isEqualTo("BAD_REQUEST");
        assertThat(page().change()).isZero();
    }

    @Test
    void whateverIsDoneToTheBytesItIsCarriedOutOrRefusedAsDocumented() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        byte[] good = new SetMany(List.of(item("k", 3, 2, 1, "id", "value"), item(null, "x".repeat(300)))).encode();
        int refused = 0;
        for (int i = 0; i < 1_000; i++) {
            byte[] bad = Arrays.copyOf(good, random.nextBoolean() ? good.length : random.nextInt(good.length));
            for (int n = random.nextInt(4); n > 0 && bad.length > 0; n--) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt();
            }
            long before = page().change();
            Message answer = send(random.nextBoolean() ? ATOMIC : Headers.NONE, bad);
            if (error(answer) == null) {
                assertThat(SetResults.decode(answer.payload()).results()).isNotEmpty();
            } else {
                assertThat(error(answer)).isIn("BAD_REQUEST", "BAD_NAME", "WRONG_LAST_SEQ", "WRONG_KEY_SEQ");
                assertThat(page().change()).isEqualTo(before);
                refused++;
            }
        }
        assertThat(refused).isPositive();
    }
}
