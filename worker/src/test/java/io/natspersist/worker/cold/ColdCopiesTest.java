// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import static io.natspersist.worker.cold.FileOfBytes.restored;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.natspersist.protocol.StreamName;
import io.natspersist.worker.cold.ColdTier.Copy;
import io.natspersist.worker.cold.ObjectStoreException.Kind;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import io.natspersist.worker.cold.ColdTier.Fenced;
import io.natspersist.worker.cold.ColdTier.Listed;
import io.natspersist.worker.file.StreamFile.EpochStart;
import io.natspersist.worker.file.Tombstone;
import io.natspersist.worker.file.Tombstone.UsedId;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ColdCopiesTest {
    static final CopySizes SIZES = new CopySizes(256, 1024, 1024);
    private static final StreamName STREAM = new StreamName("projects.42.Notes");
    private static final int SLOT = 7;
    private static final long HOUR = Duration.ofHours(1).toMillis();
    private static final String HEAD = "streams/7/projects/42/+notes.head";

    private final MemoryObjectStore store = new MemoryObjectStore();
    private final ColdCopies copies = copies(24 * HOUR, 1);

    private ColdCopies copies(long retainMillis, long seed) {
        return new ColdCopies(store, retainMillis, SIZES, new Random(seed), _ -> {});
    }

    @Test
    void whatWasArchivedIsRestored() {
        for (int pages : List.of(0, 1, 4, 5, 100)) {
            StreamName stream = new StreamName("of." + pages);
            FileOfBytes file = new FileOfBytes(pages, pages);

            Copy copy = copies.archive(stream, SLOT, 3, file.at(1_000));

            assertThat(copy).isEqualTo(new Copy(3, 1, 1_000, pages * FileOfBytes.PAGE));
            assertThat(copies.newest(stream, SLOT)).contains(copy);
            assertThat(copies.versions(stream, SLOT)).containsExactly(copy);
            assertThat(restored(copies, stream, SLOT, copy)).isEqualTo(file.bytes());
        }
    }

    @Test
    void aStreamThatWasNeverArchivedHasNoCopy() {
        assertThat(copies.newest(STREAM, SLOT)).isEmpty();
        assertThat(copies.versions(STREAM, SLOT)).isEmpty();
    }

    @Test
    void aSlotsStreamsAreListedAndThoseThatWereDestroyed() {
        StreamName longName = new StreamName("long." + "x".repeat(300));
        Tombstone tombstone = new Tombstone(List.of(new EpochStart(3, 1)), 9, 7, 1_000,
                List.of(new UsedId("id", 8, 7, 900)));
        List<StreamName> names = new ArrayList<>(List.of(STREAM, longName, new StreamName("projects.42")));
        names.forEach(name -> copies.archive(name, SLOT, 3, new FileOfBytes(1, 3).at(1_000)));
        copies.archive(new StreamName("elsewhere"), 70, 3, new FileOfBytes(1, 3).at(1_000));
        copies.bury(STREAM, SLOT, 3, tombstone);
        for (int i = 0; i < 600; i++) {
            names.add(new StreamName("many." + i));
            copies.archive(names.getLast(), SLOT, 3, new FileOfBytes(1, 3).at(1_000));
        }

        List<Listed> listed = new ArrayList<>();
        copies.list(SLOT, listed::addAll);

        assertThat(listed).containsExactlyInAnyOrderElementsOf(
                names.stream().map(name -> new Listed(name, name.equals(STREAM))).toList());
        assertThat(copies.newest(STREAM, SLOT)).isEmpty();
        assertThat(copies.buried(STREAM, SLOT)).contains(tombstone);
        assertThatThrownBy(() -> copies.bury(STREAM, SLOT, 2, tombstone)).isInstanceOf(Fenced.class);
        copies.archive(STREAM, SLOT, 4, new FileOfBytes(1, 3).at(2_000));
        assertThat(copies.buried(STREAM, SLOT)).isEmpty();
    }

    @Test
    void archivingASmallFileTakesTwoPutsAndOneGet() {
        FileOfBytes file = new FileOfBytes(1, 3);
        copies.archive(STREAM, SLOT, 3, file.at(1_000));
        for (int i = 1; i <= 20; i++) {
            long calls = store.calls();
            long puts = store.puts();

            copies.archive(STREAM, SLOT, 3, file.changePages(1).at(1_000 + i));

            assertThat(store.puts() - puts).isEqualTo(2);
            assertThat(store.calls() - calls).isEqualTo(3);
        }
    }

    @Test
    void restoringASmallFileTakesTwoGets() {
        Copy copy = copies.archive(STREAM, SLOT, 3, new FileOfBytes(1, 3).at(1_000));
        long calls = store.calls();

        restored(copies, STREAM, SLOT, copy);

        assertThat(store.calls() - calls).isEqualTo(2);
    }

    @Test
    void onlyChunksThatChangedAreUploaded() {
        FileOfBytes file = new FileOfBytes(1, 400);
        copies.archive(STREAM, SLOT, 3, file.at(1_000));
        long before = store.bytesUp();

        Copy copy = copies.archive(STREAM, SLOT, 3, file.changePages(1).at(2_000));

        long head = store.get(HEAD, 1 << 20).orElseThrow().bytes().length;
        assertThat(store.bytesUp() - before - head).isBetween(100L, 256L + 1_000);
        assertThat(restored(copies, STREAM, SLOT, copy)).isEqualTo(file.bytes());
    }

    @Test
    void theSameChangesAreNotArchivedTwice() {
        FileOfBytes file = new FileOfBytes(1, 10);
        Copy copy = copies.archive(STREAM, SLOT, 3, file.at(1_000));
        long puts = store.puts();

        assertThat(copies.archive(STREAM, SLOT, 3, file.at(2_000))).isEqualTo(copy);

        assertThat(store.puts()).isEqualTo(puts);
    }

    @Test
    void anOlderSnapshotOfTheSameOwnerDoesNotReplaceANewerOne() {
        FileOfBytes file = new FileOfBytes(1, 10);
        ColdTier.Snapshot older = file.at(1_000);
        Copy newer = copies.archive(STREAM, SLOT, 3, file.changePages(2).at(2_000));

        assertThat(copies.archive(STREAM, SLOT, 3, older)).isEqualTo(newer);
    }

    @Test
    void aFencedOwnerCannotArchive() {
        FileOfBytes file = new FileOfBytes(1, 10);
        Copy newer = copies.archive(STREAM, SLOT, 4, file.at(1_000));
        List<String> keys = store.keys();

        assertThatThrownBy(() -> copies(0, 2).archive(STREAM, SLOT, 3, file.changePages(5).at(2_000)))
                .isInstanceOf(ColdTier.Fenced.class).hasMessageContaining("epoch 4");

        assertThat(copies.versions(STREAM, SLOT)).containsExactly(newer);
        assertThat(store.keys()).isEqualTo(keys);
    }

    @Test
    void aLaterOwnerWhoLostChangesArchivesWhatItHas() {
        FileOfBytes file = new FileOfBytes(1, 10);
        FileOfBytes behind = file.fork();
        Copy lost = copies.archive(STREAM, SLOT, 3, file.changePages(3).changePages(3).at(1_000));

        Copy copy = copies.archive(STREAM, SLOT, 4, behind.at(2_000));

        assertThat(copy.change()).isLessThan(lost.change());
        assertThat(copies.newest(STREAM, SLOT)).contains(copy);
        assertThat(restored(copies, STREAM, SLOT, copy)).isEqualTo(behind.bytes());
        assertThat(restored(copies, STREAM, SLOT, lost)).isEqualTo(file.bytes());
    }

    @Test
    void everyVersionInTheRetentionIsRestored() {
        FileOfBytes file = new FileOfBytes(1, 60);
        List<Copy> archived = new ArrayList<>();
        List<byte[]> contents = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            archived.add(copies.archive(STREAM, SLOT, 3, file.resize(50 + i % 3 * 20).changePages(5).at(i * 60_000)));
            contents.add(file.bytes());
        }

        assertThat(copies.versions(STREAM, SLOT)).isEqualTo(archived);
        for (int i = 0; i < 10; i++) {
            assertThat(restored(copies, STREAM, SLOT, archived.get(i))).isEqualTo(contents.get(i));
        }
    }

    @Test
    void packsThatNoVersionNeedsAreDeleted() {
        ColdCopies newestOnly = copies(0, 2);
        FileOfBytes file = new FileOfBytes(1, 3);
        for (int i = 0; i < 5; i++) {
            newestOnly.archive(STREAM, SLOT, 3, file.changePages(1).at(1_000 + i));
        }

        assertThat(newestOnly.versions(STREAM, SLOT)).hasSize(1);
        assertThat(store.keys()).hasSize(2).contains(HEAD);
    }

    @Test
    void filesOfOtherStreamsInTheSameFolderAreLeftAlone() {
        FileOfBytes file = new FileOfBytes(1, 10);
        StreamName child = new StreamName(STREAM + ".head");
        Copy copy = copies.archive(child, SLOT, 3, file.at(1_000));
        copies.archive(STREAM, SLOT, 3, file.at(1_000));

        copies.delete(STREAM, SLOT, 3);

        assertThat(restored(copies, child, SLOT, copy)).isEqualTo(file.bytes());
    }

    @Test
    void sparsePacksAreLeft() {
        ColdCopies newestOnly = copies(0, 2);
        FileOfBytes file = new FileOfBytes(1, 200);
        long most = 0;
        for (int i = 0; i < 100; i++) {
            Copy copy = newestOnly.archive(STREAM, SLOT, 3, file.changePages(3).at(1_000 + i));
            assertThat(restored(newestOnly, STREAM, SLOT, copy)).isEqualTo(file.bytes());
            most = Math.max(most, store.bytesStored());
        }

        assertThat(most).isLessThan(3L * file.bytes().length);
        assertThat(store.keys()).hasSizeLessThan(4 + 2 * 3 * file.bytes().length / SIZES.pack());
    }

    @Test
    void aDeletedStreamHasNoCopiesAndNoPacks() {
        copies.archive(STREAM, SLOT, 3, new FileOfBytes(1, 100).at(1_000));

        copies.delete(STREAM, SLOT, 4);

        assertThat(copies.newest(STREAM, SLOT)).isEmpty();
        assertThat(copies.versions(STREAM, SLOT)).isEmpty();
        assertThat(store.keys()).containsExactly(HEAD);
        assertThat(store.bytesStored()).isLessThan(100);
    }

    @Test
    void anEarlierOwnerDoesNotBringADeletedStreamBack() {
        FileOfBytes file = new FileOfBytes(1, 10);
        copies.delete(STREAM, SLOT, 4);

        assertThatThrownBy(() -> copies(0, 2).archive(STREAM, SLOT, 3, file.at(1_000)))
                .isInstanceOf(ColdTier.Fenced.class);

        assertThat(copies.newest(STREAM, SLOT)).isEmpty();
    }

    @Test
    void theOwnerThatDeletedAStreamMayMakeItAnew() {
        FileOfBytes file = new FileOfBytes(1, 10);
        copies.archive(STREAM, SLOT, 3, file.changePages(1).changePages(1).at(1_000));
        copies.delete(STREAM, SLOT, 3);
        FileOfBytes anew = new FileOfBytes(2, 20);

        Copy copy = copies.archive(STREAM, SLOT, 3, anew.at(2_000));

        assertThat(restored(copies, STREAM, SLOT, copy)).isEqualTo(anew.bytes());
        assertThat(copies.versions(STREAM, SLOT)).containsExactly(copy);
    }

    @Test
    void anEarlierOwnersDeleteLeavesTheCopiesOfALaterOne() {
        Copy copy = copies.archive(STREAM, SLOT, 4, new FileOfBytes(1, 10).at(1_000));

        copies.delete(STREAM, SLOT, 3);

        assertThat(copies.versions(STREAM, SLOT)).containsExactly(copy);
    }

    @Test
    void packsOfACrashedArchiveGoWithTheNextOwnersFirst() {
        FileOfBytes file = new FileOfBytes(1, 100);
        copies.archive(STREAM, SLOT, 3, file.at(1_000));
        Consumer<ColdStep> crash = step -> {
            if (step == ColdStep.PACK_STORED) {
                throw new IllegalStateException("crash");
            }
        };
        ColdCopies crashing = new ColdCopies(store, 0, SIZES, new Random(2), crash);
        file.changePages(10);
        assertThatThrownBy(() -> crashing.archive(STREAM, SLOT, 3, file.at(2_000))).hasMessage("crash");

        ColdCopies next = copies(0, 3);
        Copy copy = next.archive(STREAM, SLOT, 4, file.at(3_000));

        assertThat(restored(next, STREAM, SLOT, copy)).isEqualTo(file.bytes());
        assertThat(named()).containsExactlyInAnyOrderElementsOf(store.keys());
    }

    @Test
    void moreLeftoversThanAreListedAtOnceGoToo() {
        FileOfBytes file = new FileOfBytes(1, 10);
        copies.archive(STREAM, SLOT, 3, file.at(1_000));
        for (int i = 0; i < 2_300; i++) {
            store.replace(ColdKeys.of(STREAM, SLOT).pack(new PackName(2, 1, i, 1)), new byte[10]);
        }

        copies.archive(STREAM, SLOT, 4, file.changePages(1).at(2_000));

        assertThat(named()).containsExactlyInAnyOrderElementsOf(store.keys());
    }

    @Test
    void packsOfAnOwnerToComeAreLeftAlone() {
        FileOfBytes file = new FileOfBytes(1, 10);
        String key = "streams/7/projects/42/+notes.9.1.00000000000000aa.1.pack";
        store.replace(key, new byte[10]);
        copies.archive(STREAM, SLOT, 3, file.at(1_000));
        copies.archive(STREAM, SLOT, 4, file.changePages(1).at(2_000));

        copies.delete(STREAM, SLOT, 4);

        assertThat(store.keys()).containsExactlyInAnyOrder(HEAD, key);
    }

    @Test
    void aHeadOfALaterFormatIsNeitherReadNorReplaced() throws Exception {
        copies.archive(STREAM, SLOT, 3, new FileOfBytes(1, 10).at(1_000));
        byte[] bytes = store.get(HEAD, 1 << 20).orElseThrow().bytes();
        bytes[8] = 3;
        Hash hash = Hash.of(bytes, 0, bytes.length - Hash.BYTES);
        ByteBuffer.wrap(bytes, bytes.length - Hash.BYTES, Hash.BYTES).putLong(hash.high()).putLong(hash.low());
        store.replace(HEAD, bytes);

        assertThatThrownBy(() -> copies.newest(STREAM, SLOT)).isInstanceOfSatisfying(ObjectStoreException.class,
                e -> assertThat(e.kind()).isEqualTo(Kind.REFUSED)).hasMessageContaining("format 3");
        assertThatThrownBy(() -> copies.archive(STREAM, SLOT, 4, new FileOfBytes(1, 11).at(1_000)))
                .hasMessageContaining("format 3");
    }

    /** As one that repeats a put whose answer it did not get. */
    @Test
    void putsThatTheStoreRepeatsByItselfAreDoneOnce() {
        ColdCopies repeated = new ColdCopies(new Repeating(store), 24 * HOUR, SIZES, new Random(5), _ -> {});
        FileOfBytes file = new FileOfBytes(1, 100);

        Copy first = repeated.archive(STREAM, SLOT, 3, file.at(1_000));
        byte[] content = file.bytes();
        Copy second = repeated.archive(STREAM, SLOT, 3, file.changePages(10).at(2_000));

        assertThat(copies.versions(STREAM, SLOT)).containsExactly(first, second);
        assertThat(restored(copies, STREAM, SLOT, first)).isEqualTo(content);
        assertThat(restored(copies, STREAM, SLOT, second)).isEqualTo(file.bytes());
        assertThat(named()).containsExactlyInAnyOrderElementsOf(store.keys());
        repeated.delete(STREAM, SLOT, 3);
        assertThat(store.keys()).containsExactly(HEAD);
    }

    private record Repeating(ObjectStore store) implements ObjectStore {
        @Override
        public String put(String key, ByteBuffer bytes, Condition condition) {
            store.put(key, bytes.duplicate(), condition);
            return store.put(key, bytes, condition);
        }

        @Override
        public Optional<Stored> get(String key, long maxBytes) {
            return store.get(key, maxBytes);
        }

        @Override
        public Optional<byte[]> get(String key, long position, int length) {
            return store.get(key, position, length);
        }

        @Override
        public void delete(Collection<String> keys) {
            store.delete(keys);
        }

        @Override
        public List<Found> list(String keyPrefix, String after) {
            return store.list(keyPrefix, after);
        }
    }

    private List<String> named() {
        ColdKeys keys = ColdKeys.of(STREAM, SLOT);
        List<String> named = new ArrayList<>(List.of(keys.head()));
        new Heads(store, new PackStore(store)).read(STREAM, keys).head().packs()
                .forEach(pack -> named.add(keys.pack(pack.name())));
        return named;
    }
}
