// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.natspersist.protocol.StreamName;
import io.natspersist.worker.cold.ColdTier.Copy;
import io.natspersist.worker.cold.Directory.End;
import io.natspersist.worker.cold.Directory.Entry;
import io.natspersist.worker.file.StreamFile.EpochStart;
import io.natspersist.worker.file.Tombstone;
import io.natspersist.worker.file.Tombstone.UsedId;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What lies in buckets must be readable for ever. */
class HeadCodecTest {
    private static final StreamName STREAM = new StreamName("a.b");
    private static final Pack FIRST = new Pack(new PackName(3, 41, 0x0102030405060708L, 1), 500);
    private static final Pack SECOND = new Pack(new PackName(4, 57, -2, 2), 100_000);
    private static final Chunk ONE = new Chunk(new Hash(1, 2), FIRST, 8, 300);
    private static final Chunk TWO = new Chunk(new Hash(3, -4), FIRST, 308, 100);
    private static final Chunk THREE = new Chunk(new Hash(5, 6), SECOND, 8, 65_536);
    private static final Head HEAD = new Head(STREAM, 4, -2, 2,
            List.of(Version.of(new Copy(3, 41, 1_700_000_000_000L, 100_000), 65_536, List.of(ONE, TWO)),
                    Version.of(new Copy(4, 57, 1_700_000_100_000L, 65_537), 65_536, List.of(THREE, TWO)),
                    Version.of(new Copy(4, 58, 1_700_000_200_000L, 0), 65_536, List.of())));
    private static final String HEAD_BYTES = "50455253495354480103612e6204fffffffffffffffe02020329010203040506070801f4030439fffffffffffffffe02"
            + "a08d0603043ac0eaa1ffbc3100808004f59eec4b551a3b30a6276d502b2e67660439a0dd9bffbc318180048080043c59"
            + "9cb646d2bb2935441ada68db346902000110808004000000000000000500000000000000060000e80464000000000000"
            + "0003fffffffffffffffc032980d095ffbc31a08d06808004e7ee63b0a35ed1dd0eba01ad3cc152d70100009f06ac0200"
            + "000000000000010000000000000002e6e2e0b7353e7e8ed57e92f4792fb844";
    private static final String BURIED_BYTES = "50455253495354480203612e6204fffffffffffffffe02000002030104c801ac022980d095ffbc31010169ab022981d095ffbc318dffa33fdd2a043f8f5697813cecab3f";
    private static final Directory DIRECTORY = new Directory(STREAM, SECOND.name(),
            List.of(new Entry(0, new Hash(5, 6), 8, 65_536), new Entry(7, new Hash(7, 8), 65_544, 12)),
            Optional.of(new End(1_700_000_100_000L, 500_000, 65_536, new Hash(9, 10), List.of(FIRST.name()))));
    private static final String DIRECTORY_BYTES = "0103612e620439fffffffffffffffe02020080800400000000000000050000000000000006060c000000000000000700"
            + "0000000000000801a0dd9bffbc31a0c21e8080040000000000000009000000000000000a010329010203040506070801"
            + "00000060a11017d2306e35ae51e9d5a4b69a2f81";

    private static String hex(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        return HexFormat.of().formatHex(copy);
    }

    @Test
    void aHeadIsWrittenAsEver() throws Exception {
        assertThat(hex(HeadCodec.write(HEAD))).isEqualTo(HEAD_BYTES);
        assertThat(HeadCodec.read(HexFormat.of().parseHex(HEAD_BYTES), STREAM)).isEqualTo(HEAD);
    }

    @Test
    void theHeadOfADestroyedStreamIsWrittenAsEver() throws Exception {
        Head head = new Head(STREAM, 4, -2, 2, List.of(), new Tombstone(
                List.of(new EpochStart(3, 1), new EpochStart(4, 200)), 300, 41, 1_700_000_000_000L,
                List.of(new UsedId("i", 299, 41, 1_700_000_000_001L))));

        assertThat(hex(HeadCodec.write(head))).isEqualTo(BURIED_BYTES);
        assertThat(HeadCodec.read(HexFormat.of().parseHex(BURIED_BYTES), STREAM)).isEqualTo(head);
        assertThat(HeadCodec.stream(HexFormat.of().parseHex(BURIED_BYTES))).isEqualTo(STREAM);
    }

    @Test
    void aDirectoryIsWrittenAsEver() throws Exception {
        Encoder to = new Encoder(10);
        DIRECTORY.write(to);

        assertThat(hex(to.bytes())).isEqualTo(DIRECTORY_BYTES);
        assertThat(Directory.read(HexFormat.of().parseHex(DIRECTORY_BYTES))).isEqualTo(DIRECTORY);
    }

    @Test
    void namesArePinned() {
        assertThat(ColdKeys.of(new StreamName("projects.42.Notes"), 7).head())
                .isEqualTo("streams/7/projects/42/+notes.head");
        assertThat(ColdKeys.of(STREAM, 1).pack(SECOND.name())).isEqualTo("streams/1/a/b.4.57.fffffffffffffffe.2.pack");
        assertThat(PackName.parse("4.57.fffffffffffffffe.2.pack")).contains(SECOND.name());
        for (String other : List.of("head", "4.57.fffffffffffffffe.2", "4.57.ffe.2.pack",
                "4.57.FFFFFFFFFFFFFFFE.2.pack",
                "1234567890123456789.57.fffffffffffffffe.2.pack")) {
            assertThat(PackName.parse(other)).isEmpty();
        }
    }

    /** The hash is right, the rest is not: a mistake, or malice, and no reason to allocate gigabytes. */
    @Test
    void whateverIsWrongInAHeadIsSaid() {
        byte[] bytes = HexFormat.of().parseHex(HEAD_BYTES);
        int refused = 0;
        for (int at = 9; at < bytes.length - Hash.BYTES; at++) {
            for (int value : new int[]{0, 1, 0x7f, 0x80, 0xff}) {
                byte[] wrong = bytes.clone();
                wrong[at] = (byte) value;
                Hash hash = Hash.of(wrong, 0, wrong.length - Hash.BYTES);
                ByteBuffer.wrap(wrong, wrong.length - Hash.BYTES, Hash.BYTES).putLong(hash.high()).putLong(hash.low());
                try {
                    HeadCodec.read(wrong, STREAM);
                } catch (BadBytes e) {
                    refused++;
                } catch (HeadCodec.UnknownFormat e) {
                    throw new AssertionError(e);
                }
            }
        }
        assertThat(refused).isGreaterThan(100);
        assertThatThrownBy(() -> HeadCodec.read(Arrays.copyOf(bytes, 60), STREAM)).hasMessageContaining("hash");
        assertThatThrownBy(() -> HeadCodec.read(new byte[0], STREAM)).hasMessageContaining("not the head");
    }
}
