// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.protocol.StreamConfig;
import io.natspersist.protocol.StreamName;
import io.natspersist.worker.cold.ColdTier.Copy;
import io.natspersist.worker.file.StreamFile.State;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What large files cost: bytes, requests, and memory. Pages of noise do not compress: what is uploaded is what changed. */
@Tag("slow")
class ColdLargeFileTest {
    private static final StreamName STREAM = new StreamName("large");
    private static final int SLOT = 7;
    private static final int PAGE = 4096;
    private static final long MIB = 1 << 20;
    private static final String HEAD = "streams/7/large.head";

    @Test
    void ofAFileThatChangesALittleOnlyALittleIsUploadedEachTime() {
        long hour = Duration.ofHours(1).toMillis();
        Store store = new Store();
        ColdCopies copies = new ColdCopies(store, 24 * hour, new Random(1));
        Synthetic file = new Synthetic(100 * MIB, true);
        copies.archive(STREAM, SLOT, 3, file.at(0));
        long first = store.bytesUp;
        Random random = new Random(2);

        Copy last = null;
        for (int i = 1; i <= 50; i++) {
            // 256 of 25,600 pages, in 16 runs: what changes in a stream's file is its end, its head and the pages of some keys.
            for (int run = 0; run < 16; run++) {
                file.change(random.nextInt(25_600 - 16), 16);
            }
            last = copies.archive(STREAM, SLOT, 3, file.at(i * hour / 4));
        }

        long up = store.bytesUp - first;
        long gets = store.gets;
        long restoredBytes = restore(copies, last, file);
        System.out.printf(
                "100 MiB, 1 %% changed, archived 50 times: %.1f MiB in %d puts, %d lists, %d deletes; whole files would be"
                        + " %.0f MiB. Stored with %d versions: %.1f MiB. Head: %d bytes. Restored: %.1f MiB in %d gets%n",
                up / (double) MIB, store.puts, store.lists, store.deletes, 50 * first / (double) MIB,
                copies.versions(STREAM, SLOT).size(), store.stored() / (double) MIB, store.length(HEAD),
                restoredBytes / (double) MIB, store.gets - gets);
        assertThat(up).isLessThan(50 * first / 10);
        assertThat(store.gets - gets).isLessThan(400);
        assertThat(store.stored()).isLessThan(first + up);
    }

    @Test
    void aFileOfTwoGigabytesPassesThroughSomeMegabytes() {
        Store store = new Store();
        ColdCopies copies = new ColdCopies(store, 0, new Random(1));
        Synthetic file = new Synthetic(2048 * MIB, false);

        Copy copy = copies.archive(STREAM, SLOT, 3, file.at(1_000));
        long first = store.bytesUp;
        file.change(300_000, 1);
        Copy next = copies.archive(STREAM, SLOT, 3, file.at(2_000));
        long gets = store.gets;
        restore(copies, next, file);

        System.out.printf("2 GiB: head of %d bytes; a page changed: %d bytes up; restored in %d gets%n",
                store.length(HEAD), store.bytesUp - first, store.gets - gets);
        assertThat(copy.bytes()).isEqualTo(2048 * MIB);
        assertThat((long) store.length(HEAD)).isLessThan(MIB);
        assertThat(store.bytesUp - first).isLessThan(MIB);
    }

    @Test
    void aSmallFileTakesLittleBesidesItsBytes() {
        Store store = new Store();
        ColdCopies copies = new ColdCopies(store, Duration.ofHours(1).toMillis(), new Random(1));
        Synthetic file = new Synthetic(8 << 10, true);

        copies.archive(STREAM, SLOT, 3, file.at(1_700_000_000_000L));
        int head = store.length(HEAD);
        long pack = store.bytesUp - head - (8 << 10);
        file.change(1, 1);
        copies.archive(STREAM, SLOT, 3, file.at(1_700_000_100_000L));

        System.out.printf("8 KiB: a pack of %d bytes more; head of %d bytes, of two copies %d%n", pack, head,
                store.length(HEAD));
        assertThat(pack).isLessThan(150);
        assertThat(head).isLessThan(150);
        assertThat(store.length(HEAD) - head).isLessThan(100);
    }

    @Test
    void aPackHasAboutEightMegabytes() {
        Store store = new Store();
        ColdCopies copies = new ColdCopies(store, 0, new Random(1));

        copies.archive(STREAM, SLOT, 3, new Synthetic(200 * MIB, true).at(1_000));

        assertThat(store.largest).isLessThan(CopySizes.DEFAULT.pack() + MIB / 2);
        assertThat(store.puts).isEqualTo(26);
    }

    private static long restore(ColdCopies copies, Copy copy, Synthetic file) {
        long[] at = new long[2];
        ByteBuffer expected = ByteBuffer.allocate(PAGE);
        copies.restore(STREAM, SLOT, copy, bytes -> {
            at[1] = Math.max(at[1], bytes.remaining());
            for (; bytes.hasRemaining(); at[0] += PAGE) {
                file.page((int) (at[0] / PAGE), expected.clear());
                if (!bytes.slice(bytes.position(), PAGE).equals(expected.flip())) {
                    throw new AssertionError("page " + at[0] / PAGE);
                }
                bytes.position(bytes.position() + PAGE);
            }
        });
        assertThat(at[0]).isEqualTo(copy.bytes());
        assertThat(at[1]).isLessThanOrEqualTo(CopySizes.DEFAULT.window());
        return at[0];
    }

    /** Pages of noise that are made as they are read. */
    private static final class Synthetic {
        private final long bytes;
        private final boolean isNoise;
        private final Map<Integer, Long> changed = new HashMap<>();
        private long change = 1;

        Synthetic(long bytes, boolean isNoise) {
            this.bytes = bytes;
            this.isNoise = isNoise;
        }

        void change(int page, int count) {
            change++;
            for (int i = 0; i < count; i++) {
                changed.put(page + i, change);
            }
        }

        void page(int page, ByteBuffer into) {
            long state = page * 0x9E3779B97F4A7C15L + changed.getOrDefault(page, 0L) * 0xC2B2AE3D27D4EB4FL + 1;
            for (int i = 0; i < PAGE / 8; i++) {
                if (isNoise) {
                    state ^= state << 13;
                    state ^= state >>> 7;
                    state ^= state << 17;
                }
                into.putLong(state);
            }
        }

        ColdTier.Snapshot at(long time) {
            long number = change;
            return new ColdTier.Snapshot() {
                @Override
                public State state() {
                    return new State(List.of(), number, 0, 0, 0, 0, 0, StreamConfig.NONE, false);
                }

                @Override
                public long at() {
                    return time;
                }

                @Override
                public long bytes() {
                    return bytes;
                }

                @Override
                public void read(long position, ByteBuffer into) {
                    for (int page = (int) (position / PAGE); into.hasRemaining(); page++) {
                        page(page, into);
                    }
                }

                @Override
                public void close() {}
            };
        }
    }

    /** Counts. */
    private static final class Store implements ObjectStore {
        private final MemoryObjectStore kept = new MemoryObjectStore();
        private final Map<String, Integer> lengths = new HashMap<>();
        private long puts;
        private long gets;
        private long lists;
        private long deletes;
        private long bytesUp;
        private long largest;

        @Override
        public String put(String key, ByteBuffer bytes, Condition condition) {
            puts++;
            bytesUp += bytes.remaining();
            largest = Math.max(largest, bytes.remaining());
            lengths.put(key, bytes.remaining());
            return kept.put(key, bytes, condition);
        }

        @Override
        public Optional<Stored> get(String key, long maxBytes) {
            gets++;
            return kept.get(key, maxBytes);
        }

        @Override
        public Optional<byte[]> get(String key, long position, int length) {
            gets++;
            return kept.get(key, position, length);
        }

        @Override
        public void delete(Collection<String> keys) {
            deletes++;
            kept.delete(keys);
        }

        @Override
        public List<Found> list(String keyPrefix, String after) {
            lists++;
            return kept.list(keyPrefix, after);
        }

        int length(String key) {
            return lengths.getOrDefault(key, 0);
        }

        long stored() {
            return kept.bytesStored();
        }
    }
}
