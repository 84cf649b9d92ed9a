// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.natspersist.protocol.Cause;
import io.natspersist.protocol.StreamConfig;
import io.natspersist.protocol.StreamConfig.Discard;
import io.natspersist.protocol.StreamName;
import io.natspersist.transport.Headers;
import io.natspersist.worker.change.Change;
import io.natspersist.worker.change.LargeValue;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EntryCodecTest {

    private static final StreamName NAME = new StreamName("a.ü");

    static List<Change> changes() {
        return List.of(
                new Change.Set(NAME, 3, 4, 5, 6, -7, 0, "ключ", "id-1", Headers.of("A", "x", "A", ""),
                        new byte[]{1, 2, 3}),
                new Change.Set(NAME, 3, 5, 5, 7, 7, 900, null, null, Headers.NONE, null),
                new Change.Set(NAME, Long.MAX_VALUE, Long.MAX_VALUE, Long.MIN_VALUE, 1, 0, Long.MAX_VALUE, "", "",
                        Headers.NONE,
                        new byte[0]),
                new Change.Set(NAME, 3, 5, 5, 7, 7, 0, "k", null, Headers.NONE, null,
                        new LargeValue("u_1-Z", 1L << 40, 3, -2)),
                new Change.Delete(NAME, 3, 6, 5, List.of(1L, 2L, 9_000_000_000L), Cause.ASKED, "k", "id-2"),
                new Change.Delete(NAME, 3, 7, 5, List.of(), Cause.EXPIRED, null, null),
                new Change.DeleteAll(NAME, 3, 8, 5, 99, Cause.ASKED, "id-3"),
                new Change.DeleteAll(NAME, 3, 9, 5, 100, Cause.EVICTED, null),
                new Change.Destroy(NAME, 3, 10, 5, 100, "id-4"), new Change.Destroy(NAME, 3, 11, 5, 100, null),
                new Change.Config(NAME, 3, 10, 5, StreamConfig.NONE, null),
                new Change.Config(NAME, 3, 11, 5, StreamConfig.NONE.withMaxMsgs(7L).withDiscard(Discard.NEW), "id-4"));
    }

    @ParameterizedTest
    @MethodSource("changes")
    void aChangeIsReadAsItWasWritten(Change change) throws BadBytes {
        ByteBuffer bytes = bytes(change);
        assertThat(bytes.remaining()).isEqualTo(EntryCodec.size(change));
        assertThat(EntryCodec.read(bytes)).usingRecursiveComparison().isEqualTo(new Entry.Changed(change));
        assertThat(bytes.hasRemaining()).isFalse();
    }

    @Test
    void aNoteIsReadAsItWasWritten() throws BadBytes {
        ByteBuffer bytes = ByteBuffer.allocate(EntryCodec.size(NAME));
        EntryCodec.write(NAME, 12, bytes);
        assertThat(bytes.hasRemaining()).isFalse();
        assertThat(EntryCodec.read(bytes.flip())).isEqualTo(new Entry.Applied(NAME, 12));
    }

    /** These bytes are on disks: whoever changes them here breaks what was written before. */
    @Test
    void theBytesNeverMove() {
        assertThat(hex(bytes(changes().get(0)))).isEqualTo("000000627df49905" + "0107" + "0004612ec3bc"
                + "0000000000000003" + "0000000000000004" + "0000000000000005" + "0000000000000006" + "fffffffffffffff9"
                + "00000008d0bad0bbd18ed187" + "0000000469642d31" + "00000004" + "0000000141" + "0000000178"
                + "0000000141" + "00000000" + "00000003010203");
    }

    @ParameterizedTest
    @MethodSource("changes")
    void noLengthIsBelieved(Change change) {
        byte[] good = bytes(change).array();
        for (int cut = 0; cut < good.length; cut++) {
            ByteBuffer part = ByteBuffer.wrap(Arrays.copyOf(good, cut));
            assertThatExceptionOfType(BadBytes.class).isThrownBy(() -> EntryCodec.read(part));
        }
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 2_000; i++) {
            byte[] bad = good.clone();
            bad[EntryCodec.FRAME + random.nextInt(bad.length - EntryCodec.FRAME)] = (byte) random.nextInt();
            ByteBuffer frame = ByteBuffer.wrap(bad);
            frame.putInt(4, GroupHeader.crcOf(bad, EntryCodec.FRAME, bad.length - EntryCodec.FRAME));
            try {
                EntryCodec.read(frame);
            } catch (BadBytes e) {
                assertThat(e.why()).matches("[a-zA-Z ]+: .+");
            }
        }
    }

    @Test
    void anyFlippedBitIsNoticed() {
        byte[] good = bytes(changes().getFirst()).array();
        for (int bit = 0; bit < 8 * good.length; bit++) {
            byte[] bad = good.clone();
            bad[bit / 8] ^= (byte) (1 << bit % 8);
            assertThatExceptionOfType(BadBytes.class).isThrownBy(() -> EntryCodec.read(ByteBuffer.wrap(bad)));
        }
    }

    private static ByteBuffer bytes(Change change) {
        ByteBuffer to = ByteBuffer.allocate(EntryCodec.size(change));
        EntryCodec.write(change, to);
        return to.flip();
    }

    private static String hex(ByteBuffer bytes) {
        return HexFormat.of().formatHex(bytes.array(), 0, bytes.limit());
    }
}
