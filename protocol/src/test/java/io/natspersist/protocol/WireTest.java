// SPDX-License-Identifier: Apache-2.0
package io.natspersist.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.natspersist.transport.Headers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.msgpack.core.MessageBufferPacker;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessageUnpacker;

/** Pages, batches and notices. */
class WireTest {

    private static final WireMessage FULL = new WireMessage(300, 1_700_000_000_000L, 0, 7, "k", "id",
            Headers.of("H", "v", "H", ""), new byte[]{1, 2});
    private static final WireMessage BARE = new WireMessage(1, 0, 0, 1, null, null, Headers.NONE, null);

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text.replaceAll("\\s", ""));
    }

    @Test
    void aPageHasTheseBytes() {
        assertThat(new MessagePage(List.of(FULL, BARE), 301, 9, 2).encode()).isEqualTo(hex("""
                84 a8 6d65737361676573 92
                87 a1 73 cd012c a1 74 cf0000018bcfe56800 a1 63 07 a1 6b a1 6b a1 69 a2 6964
                   a1 68 94 a1 48 a1 76 a1 48 a0 a1 76 c4 02 0102
                83 a1 73 01 a1 74 00 a1 63 01
                a4 6e657874 cd012d a6 6368616e6765 09 a5 65706f6368 02"""));
    }

    @Test
    void aBatchHasTheseBytes() {
        ChangeBatch changes = new ChangeBatch.Changes(List.of(
                new WireChange.Set(5, 2, 8, 100, 0, "k", null, Headers.NONE, new byte[0]),
                new WireChange.Delete(6, 2, List.of(8L, 200L), Cause.ASKED),
                new WireChange.DeleteAll(7, 3, 9, Cause.ASKED)), 7, 3);
        assertThat(changes.encode()).isEqualTo(hex("""
                84 a4 6b696e64 a7 6368616e676573 a7 6368616e676573 93
                87 a1 63 05 a1 65 02 a1 6f a3 736574 a1 73 08 a1 74 64 a1 6b a1 6b a1 76 c4 00
                84 a1 63 06 a1 65 02 a1 6f a6 64656c657465 a1 64 92 08 ccc8
                84 a1 63 07 a1 65 03 a1 6f a9 64656c657465416c6c a1 73 09
                a6 6368616e6765 07 a5 65706f6368 03"""));
        assertThat(new ChangeBatch.Reset(70_000, 1, 3).encode()).isEqualTo(hex("""
                84 a4 6b696e64 a5 7265736574 a4 6c6f7374 03 a6 6368616e6765 ce00011170 a5 65706f6368 01"""));
    }

    @Test
    void whateverIsEncodedIsDecodedAndAsLargeAsSaid() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            List<WireMessage> messages = new ArrayList<>();
            List<WireChange> changes = new ArrayList<>();
            for (int n = random.nextInt(4); n > 0; n--) {
                WireChange.Set set = randomSet(random);
                messages.add(set.message());
                changes.add(set);
                changes.add(new WireChange.Delete(number(random), number(random),
                        random.longs(1 + random.nextInt(40), 1, Long.MAX_VALUE).boxed().toList(),
                        random.nextBoolean() ? Cause.ASKED : Cause.EXPIRED));
                changes.add(new WireChange.DeleteAll(number(random), number(random), number(random),
                        random.nextBoolean() ? Cause.ASKED : Cause.EVICTED));
                changes.add(new WireChange.Config(number(random), number(random),
                        StreamConfig.NONE.withMaxMsgs(1 + number(random) / 2)));
                changes.add(new WireChange.Destroy(number(random), number(random), number(random)));
            }
            MessagePage page = new MessagePage(messages, number(random), number(random), number(random));
            assertThat(MessagePage.decode(page.encode())).isEqualTo(page);
            assertThat(page.encode().length).isLessThanOrEqualTo(
                    MessagePage.OVERHEAD + messages.stream().mapToInt(WireMessage::size).sum());
            ChangeBatch batch = new ChangeBatch.Changes(changes, number(random), number(random));
            assertThat(ChangeBatch.decode(batch.encode())).isEqualTo(batch);
            assertThat(batch.encode().length).isLessThanOrEqualTo(
                    ChangeBatch.OVERHEAD + changes.stream().mapToInt(WireChange::size).sum());
            ChangeBatch reset = new ChangeBatch.Reset(number(random), number(random), number(random));
            assertThat(ChangeBatch.decode(reset.encode())).isEqualTo(reset);
            for (WireChange change : changes) {
                ChangeNotice notice = new ChangeNotice.Changed(change);
                assertThat(ChangeNotice.decode(notice.headers(), notice.payload())).isEqualTo(notice);
            }
        }
    }

    @Test
    void anyOtherReaderOfMessagePackReadsAPage() throws IOException {
        try (MessageUnpacker unpacker = MessagePack.newDefaultUnpacker(
                new MessagePage(List.of(FULL), 0, 70_000, 5_000_000_000L).encode())) {
            assertThat(unpacker.unpackValue().toJson())
                    .isEqualTo("{\"messages\":[{\"s\":300,\"t\":1700000000000,\"c\":7,\"k\":\"k\",\"i\":\"id\","
                            + "\"h\":[\"H\",\"v\",\"H\",\"\"],\"v\":\"\\u0001\\u0002\"}],\"change\":70000,\"epoch\":5000000000}");
        }
    }

    @Test
    void unknownFieldsAreIgnored() throws IOException {
        try (MessageBufferPacker packer = MessagePack.newDefaultBufferPacker()) {
            packer.packMapHeader(4).packString("news").packMapHeader(1).packInt(-1).packArrayHeader(1).packNil();
            packer.packString("change").packInt(1).packString("epoch").packInt(2);
            packer.packString("messages").packArrayHeader(0);
            assertThat(MessagePage.decode(packer.toByteArray())).isEqualTo(new MessagePage(List.of(), 0, 1, 2));
        }
    }

    @Test
    void aWrongFieldIsNamed() {
        assertField("change", "81 a5 65706f6368 01");
        assertField("change", "81 a6 6368616e6765 ff");
        assertField("change", "81 a6 6368616e6765 cfffffffffffffffff");
        assertField("change", "81 a6 6368616e6765 a1 31");
        assertField("change", "82 a6 6368616e6765 01 a6 6368616e6765 01");
        assertField("messages", "81 a8 6d65737361676573 80");
        assertField("messages[0].s", "81 a8 6d65737361676573 91 81 a1 73 c0");
        assertField("messages[1].t", "81 a8 6d65737361676573 92 83 a1 73 01 a1 74 00 a1 63 01 81 a1 73 01");
        assertField("messages[0].v", "81 a8 6d65737361676573 91 81 a1 76 c6 7fffffff 00");
        assertField("messages[0].k", "81 a8 6d65737361676573 91 81 a1 6b db ffffffff 00");
        assertField("messages[0].k", "81 a8 6d65737361676573 91 81 a1 6b a1 ff");
        assertField("messages[0].h", "81 a8 6d65737361676573 91 81 a1 68 91 a1 48");
        assertField("messages[0].h", "81 a8 6d65737361676573 91 81 a1 68 92 a1 0a a1 48");
        assertField("messages[0].h", "81 a8 6d65737361676573 91 81 a1 68 dd 7fffffff");
        assertField("messages", "81 a8 6d65737361676573 dd ffffffff");
        assertField("", "df 7fffffff");
        assertField("", "");
        assertField("", "82 a6 6368616e6765 01 a5 65706f6368 01 00");
    }

    private static void assertField(String field, String hex) {
        assertThatThrownBy(() -> MessagePage.decode(hex(hex))).as(hex)
                .isInstanceOf(BadMessage.class)
                .extracting(e -> ((BadMessage) e).field())
                .isEqualTo(field);
    }

    @Test
    void aBatchOfUnknownKindOrOperationIsRefused() {
        assertThatThrownBy(() -> ChangeBatch.decode(hex("83 a4 6b696e64 a1 78 a6 6368616e6765 01 a5 65706f6368 01")))
                .hasMessageStartingWith("kind ");
        assertThatThrownBy(() -> ChangeBatch.decode(
                hex("81 a7 6368616e676573 91 83 a1 63 01 a1 65 01 a1 6f a1 78")))
                .hasMessageStartingWith("changes[0].o ");
    }

    @Test
    void cutOrChangedBytesAreRefusedOrReadAndNeverFailOtherwise() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        byte[] good = new MessagePage(List.of(FULL, BARE, FULL), 301, 9, 2).encode();
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] bad = Arrays.copyOf(good, random.nextBoolean() ? good.length : random.nextInt(good.length));
            for (int n = random.nextInt(3); n > 0 && bad.length > 0; n--) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt();
            }
            try {
                MessagePage.decode(bad);
            } catch (BadMessage expected) {
                refused++;
            }
        }
        assertThat(refused).isPositive();
    }

    @Test
    void aNoticeHasTheHeadersOfTheProtocol() {
        assertThat(new ChangeNotice.Changed(
                new WireChange.Set(5, 2, 8, 100, 900, "k", "i", Headers.of("Mine", "x"), null)).headers())
                .isEqualTo(
                        Headers.of("Persist-Change", "5", "Persist-Epoch", "2", "Persist-Op", "set", "Persist-Seq", "8",
                                "Persist-Time", "100", "Persist-Expires", "900", "Persist-Key", "k", "Nats-Msg-Id", "i",
                                "Persist-No-Value",
                                "true", "Mine",
                                "x"));
        assertThat(new ChangeNotice.Changed(new WireChange.Delete(5, 2, List.of(3L, 4L), Cause.ASKED)).headers())
                .isEqualTo(
                        Headers.of("Persist-Change", "5", "Persist-Epoch", "2", "Persist-Op", "delete", "Persist-Seq",
                                "3,4"));
        ChangeNotice trailing = new ChangeNotice.Trailing(5, 2);
        assertThat(trailing.headers())
                .isEqualTo(Headers.of("Persist-Change", "5", "Persist-Epoch", "2", "Persist-Op", "trailing"));
        assertThat(ChangeNotice.decode(trailing.headers(), new byte[0])).isEqualTo(trailing);
    }

    @Test
    void aLargeValueIsToldByItsSize() {
        WireChange.Set set = new WireChange.Set(5, 2, 8, 100, 0, null, null, Headers.NONE, null, 5_000_000_000L);

        assertThat(new ChangeNotice.Changed(set).headers()).isEqualTo(Headers.of("Persist-Change", "5",
                "Persist-Epoch", "2", "Persist-Op", "set", "Persist-Seq", "8", "Persist-Time", "100", "Persist-Size",
                "5000000000"));
        assertThat(new MessagePage(List.of(set.message()), 0, 5, 2).encode()).isEqualTo(hex("""
                83 a8 6d65737361676573 91 84 a1 73 08 a1 74 64 a1 63 05 a1 7a cf000000012a05f200
                a6 6368616e6765 05 a5 65706f6368 02"""));
    }

    @Test
    void aNoticeWithAWrongHeaderIsRefusedByName() {
        assertThatThrownBy(() -> ChangeNotice.decode(Headers.of("Persist-Epoch", "1"), new byte[0]))
                .hasMessage("Persist-Change is missing");
        assertThatThrownBy(() -> ChangeNotice
                .decode(Headers.of("Persist-Epoch", "1", "Persist-Change", "1", "Persist-Op", "x"), new byte[0]))
                .hasMessageStartingWith("Persist-Op ");
    }

    private static WireChange.Set randomSet(Random random) {
        Headers headers = random.nextBoolean() ? Headers.NONE : Headers.of("H", text(random, 40), "h", "");
        byte[] value = random.nextInt(4) == 0 ? null : text(random, 70_000).getBytes(StandardCharsets.UTF_8);
        long largeSize = value == null && random.nextBoolean() ? number(random) : 0;
        return new WireChange.Set(number(random), number(random), number(random), number(random),
                random.nextBoolean() ? 0 : number(random), maybe(random), maybe(random), headers, value, largeSize);
    }

    private static @Nullable String maybe(Random random) {
        return random.nextBoolean() ? null : text(random, 300);
    }

    private static String text(Random random, int longest) {
        int length = random.nextInt(random.nextInt(20) == 0 ? longest : Math.min(longest, 40));
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(List.of("a", "Z", "ü", "世").get(random.nextInt(4)));
        }
        return text.toString();
    }

    /** From 0 to 2^63-1, every width as likely. */
    private static long number(Random random) {
        return random.nextLong() >>> (1 + random.nextInt(63));
    }
}
