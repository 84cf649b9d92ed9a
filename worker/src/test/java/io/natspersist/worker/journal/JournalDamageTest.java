// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.natspersist.worker.disk.FakeDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A torn end is the end; damage to what was forced is corruption, and never passes for the end. */
class JournalDamageTest {

    private static final String FOLDER = "journals/w0.7/";
    private static final String FIRST = FOLDER + "0000000001.log";

    private final JournalRun run = new JournalRun(1, JournalRun.SMALL.withSegmentBytes(1 << 20));
    /** Where each group begins, in the only segment, and where the last ends. */
    private final List<Integer> groups = new ArrayList<>();

    /** Five groups of two changes each, sealed. */
    private byte[] journal() {
        run.open();
        for (int i = 0; i < 5; i++) {
            run.onLoop(() -> {
                run.append(20);
                run.append(30);
            });
            run.time.runUntil(() -> run.writer.oldestUnforcedMillis() == 0, 1000);
        }
        run.volume.kill("x");
        assertThat(run.takeOver("y")).hasSize(10);
        byte[] bytes = run.volume.contents(FIRST);
        int at = SegmentHeader.BYTES;
        while (at < bytes.length) {
            groups.add(at);
            at += GroupHeader.BYTES + ByteBuffer.wrap(bytes).getInt(at + 4);
        }
        groups.add(at);
        assertThat(groups).hasSize(6);
        return bytes;
    }

    @Test
    void theLastGroupCutAtAnyByteIsTheEnd() {
        byte[] good = journal();
        for (int length = groups.get(4); length < good.length; length++) {
            run.volume.put(FIRST, Arrays.copyOf(good, length));
            assertThat(run.read("y")).hasSize(8);
        }
    }

    @Test
    void theLastGroupDamagedInAnyByteIsTheEnd() {
        byte[] good = journal();
        for (int at = groups.get(4); at < good.length; at++) {
            run.volume.put(FIRST, flipped(good, at));
            assertThat(run.read("y")).hasSize(8);
        }
    }

    @Test
    void aFlippedBitInAMiddleGroupIsCorruptionAndNotTheEnd() {
        byte[] good = journal();
        for (int at = groups.get(2); at < groups.get(3); at++) {
            run.volume.put(FIRST, flipped(good, at));
            List<Long> before = new ArrayList<>();
            CorruptJournal corrupt = corruption(before);
            assertThat(corrupt.segment()).isEqualTo(1);
            assertThat(corrupt.offset()).as("byte %d", at).isEqualTo(groups.get(2).longValue());
            assertThat(corrupt).hasMessageContaining("w0.7").hasMessageContaining("it was forced");
            assertThat(before).containsExactly(1L, 2L, 3L, 4L);
        }
    }

    @Test
    void aFlippedBitInTheSegmentsHeaderIsCorruption() {
        byte[] good = journal();
        for (int at = 0; at < SegmentHeader.BYTES; at++) {
            run.volume.put(FIRST, flipped(good, at));
            assertThat(corruption(new ArrayList<>()).offset()).isZero();
        }
    }

    @Test
    void whatHoleAMissingGroupLeavesIsCorruption() {
        byte[] good = journal();
        byte[] hole = good.clone();
        Arrays.fill(hole, groups.get(1), groups.get(2), (byte) 0);
        run.volume.put(FIRST, hole);
        assertThat(corruption(new ArrayList<>()).offset()).isEqualTo(groups.get(1).longValue());
    }

    @Test
    void unforcedGroupsMayReachTheDiskInAnyOrderAndThatIsNotCorruption() throws BadBytes {
        byte[] good = journal();
        int salt = SegmentHeader.salt(Arrays.copyOf(good, SegmentHeader.BYTES));
        // As in RELAXED: the last two groups say that only the first two were forced when they were written.
        for (int i = 3; i <= 4; i++) {
            ByteBuffer bytes = ByteBuffer.wrap(good, groups.get(i), good.length - groups.get(i));
            GroupHeader h = GroupHeader.read(bytes, salt);
            byte[] header = new byte[GroupHeader.BYTES];
            new GroupHeader(h.bodyBytes(), h.number(), 2, h.entries(), h.bodyCrc()).write(header, salt);
            System.arraycopy(header, 0, good, groups.get(i), header.length);
        }
        run.volume.put(FIRST, flipped(good, groups.get(3) + 50));
        assertThat(run.read("y")).hasSize(6);
    }

    @Test
    void zerosAfterTheLastGroupAreTheEnd() {
        byte[] good = journal();
        run.volume.put(FIRST, Arrays.copyOf(good, good.length + 5000));
        assertThat(run.read("y")).hasSize(10);
    }

    @Test
    void aCopyOfAGroupInsideATornValueProvesNothing() {
        byte[] good = journal();
        byte[] old = Arrays.copyOfRange(good, groups.get(0), groups.get(3));
        byte[] torn = Arrays.copyOf(good, good.length + 7 + old.length);
        System.arraycopy(old, 0, torn, good.length + 7, old.length);
        run.volume.put(FIRST, torn);
        assertThat(run.read("y")).hasSize(10);
    }

    @Test
    void damageToTheLastChangesOfACleanlyClosedJournalIsCorruption() {
        run.open();
        run.onLoop(() -> run.append(20));
        run.node.loop().execute(() -> run.writer.close(() -> run.closed = true));
        run.time.runUntil(() -> run.closed, 1000);
        assertThat(run.takeOver("y")).containsExactly(1L);
        run.volume.put(FIRST, flipped(run.volume.contents(FIRST), SegmentHeader.BYTES + 60));
        assertThat(corruption(new ArrayList<>()).offset()).isEqualTo(SegmentHeader.BYTES);
    }

    @Test
    void anyDamageToASegmentThatAnotherFollowsIsCorruption() {
        JournalRun rolled = new JournalRun(3, JournalRun.SMALL);
        rolled.work(12);
        rolled.volume.kill("x");
        rolled.takeOver("y");
        List<Long> segments = JournalFolder.segments(rolled.volume.names("journals/w0.7"));
        String first = JournalFolder.of(JournalRun.ID).segment(segments.getFirst());
        assertThat(segments.size()).isGreaterThan(2);
        byte[] good = rolled.volume.contents(first);
        for (int at = 0; at < good.length; at++) {
            rolled.volume.put(first, flipped(good, at));
            assertCorrupt(rolled.volume, segments.getFirst());
        }
        for (int length = 1; length < good.length; length++) {
            rolled.volume.put(first, Arrays.copyOf(good, length));
            assertCorrupt(rolled.volume, segments.getFirst());
        }
    }

    @Test
    void aMissingSegmentIsCorruption() throws IOException {
        JournalRun rolled = new JournalRun(3, JournalRun.SMALL);
        rolled.work(16);
        rolled.volume.kill("x");
        rolled.takeOver("y");
        List<Long> segments = JournalFolder.segments(rolled.volume.names("journals/w0.7"));
        assertThat(segments.size()).isGreaterThan(3);
        rolled.volume.mount("y").delete(JournalFolder.of(JournalRun.ID).segment(segments.get(1)));
        assertCorrupt(rolled.volume, segments.get(1));
    }

    /** What is on disks stays readable: whoever has to change this writes a new version. */
    @Test
    void theBytesOfASegmentNeverMove() {
        byte[] bytes = journal();
        assertThat(HexFormat.of().formatHex(bytes, 0, SegmentHeader.BYTES)).isEqualTo("504552534953544a" + "00000001"
                + "0000000000000001" + "0000000000000001" + "0000000000000007" + "02" + "7730" + "00".repeat(62 + 23)
                + "4da6a168");
        assertThat(HexFormat.of().formatHex(bytes, groups.get(1), groups.get(1) + GroupHeader.BYTES))
                .isEqualTo("47525031" + "000000ce"
                        + "0000000000000002" + "0000000000000001" + "00000002" + "756ad9dc" + "9b9e71f4");
    }

    private CorruptJournal corruption(List<Long> before) {
        try {
            JournalReader.read(run.volume.mount("y"), JournalRun.ID, change -> before.add(change.number()));
        } catch (CorruptJournal e) {
            return e;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        throw new AssertionError("read " + before + " and found no corruption");
    }

    private static void assertCorrupt(FakeDisk volume, long segment) {
        assertThatExceptionOfType(CorruptJournal.class)
                .isThrownBy(() -> JournalReader.read(volume.mount("y"), JournalRun.ID, change -> {}))
                .matches(e -> e.segment() == segment, "names segment " + segment);
    }

    private static byte[] flipped(byte[] good, int at) {
        byte[] bad = good.clone();
        bad[at] ^= (byte) (1 << (at * 5) % 8);
        return bad;
    }
}
