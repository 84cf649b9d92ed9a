// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import static io.natspersist.worker.file.Changes.STREAM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.natspersist.protocol.StreamName;
import io.natspersist.protocol.StreamConfig;
import io.natspersist.transport.Headers;
import io.natspersist.worker.change.Change;
import io.natspersist.worker.cold.ColdTier;
import io.natspersist.worker.file.StreamFile.EpochStart;
import io.natspersist.worker.file.StreamFile.Remembered;
import io.natspersist.worker.file.StreamFile.State;
import io.natspersist.worker.file.StreamFiles.Opened;
import io.natspersist.worker.file.Tombstone.UsedId;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What every volume of streams' files does beside. */
abstract class StreamVolumeContract extends StreamFilesContract {

    private final Changes changes = new Changes(3);

    @Override
    abstract StreamVolume files(StreamFileLimits limits);

    @Test
    void anOwnerOfALowerEpochIsKeptOut() {
        StreamVolume files = files(LIMITS);
        files.create(STREAM, SLOT, 5).close();

        assertThat(files.open(STREAM, SLOT, 4)).isInstanceOf(Opened.Unavailable.class);
        opened(files, 5).close();
    }

    @Test
    void aForgottenSlotIsLookedAtAgain() {
        StreamVolume files = files(LIMITS);
        assertThat(files.open(STREAM, SLOT, 3)).isEqualTo(new Opened.Absent());
        files.forgetSlot(SLOT);
        files.create(STREAM, SLOT, 3).close();
        files.forgetSlot(SLOT);

        opened(files, 3).close();
    }

    @Test
    void aDiscardedSlotHasNothing() {
        StreamVolume files = files(LIMITS);
        buried(files, changes.set("a", "1"));
        files.create(STREAM, SLOT, 3, files.catalogs().tombstone(SLOT, 3, STREAM).orElseThrow()).close();
        files.catalogs().put(SLOT, 3, List.of(live("a")));

        files.discardSlot(SLOT);

        assertThat(files.open(STREAM, SLOT, 3)).isEqualTo(new Opened.Absent());
        assertThat(files.catalogs().list(SLOT, 3, NameRange.ALL, 9)).isEmpty();
        files.discardSlot(SLOT);
    }

    /** What has a copy is asked for there, and so are the numbers of what was destroyed. */
    @Test
    void whatAListingNamesIsElsewhere() {
        StreamVolume files = files(LIMITS);
        StreamName gone = new StreamName("gone");
        files.catalogs().put(SLOT, 3, List.of(CatalogEntry.listed(STREAM, false), CatalogEntry.listed(gone, true)));
        files.catalogs().surelyGone(SLOT, 3, List.of(STREAM));

        assertThat(files.open(STREAM, SLOT, 3)).isEqualTo(Opened.Cold.UNKNOWN);
        assertThat(files.open(gone, SLOT, 3)).isEqualTo(Opened.Cold.UNKNOWN);
        assertThat(files.open(new StreamName("new"), SLOT, 3)).isEqualTo(new Opened.Absent());
        assertThat(listed(files.catalogs(), NameRange.ALL, 9)).containsExactly(STREAM.value());
        assertThat(files.catalogs().evictable(SLOT, 3, Long.MAX_VALUE, 9)).isEmpty();
        assertThat(files.catalogs().unarchived(SLOT, 3, 9)).isEmpty();
    }

    // ---- destroyed streams, and the catalog

    @Test
    void aStreamMadeAnewGoesOnFromTheNumbersOfTheDestroyedOne() {
        StreamVolume files = files(LIMITS);
        Change.Destroy destroy = buried(files, changes.set("a", "i1", "1"), changes.epoch(4).set("b", "2"));
        Tombstone before = ((Opened.Absent) files.open(STREAM, SLOT, 4)).before();

        StreamFile anew = files.create(STREAM, SLOT, 4, before);

        assertThat(anew.state())
                .isEqualTo(new State(List.of(new EpochStart(3, 1), new EpochStart(4, 2)), 3, 2, 0, 0, 0, 0,
                        StreamConfig.NONE, true));
        assertThat(anew.remembered("i1", 0)).contains(new Remembered(1, 3, 1));
        assertThat(anew.changesAfter(2, 10, 1_000).orElseThrow()).singleElement()
                .satisfies(c -> assertThat(c.number()).isEqualTo(destroy.number()));
        assertThat(anew.changesAfter(1, 10, 1_000)).isEmpty();
        anew.apply(List.of(changes.set("a", "3")));
        assertThat(anew.state().messages()).isEqualTo(1);
        anew.close();
        StreamFile again = opened(files, 5);
        assertThat(again.state().change()).isEqualTo(4);
        assertThat(again.state().lastSeq()).isEqualTo(3);
        again.close();
    }

    @Test
    void aStreamCanBeDestroyedManyTimes() {
        StreamVolume files = files(LIMITS);
        for (int i = 1; i <= 3; i++) {
            buried(files, changes.set("a", "1"));
            Tombstone before = ((Opened.Absent) files.open(STREAM, SLOT, 3)).before();
            assertThat(before.change()).isEqualTo(2 * i);
            assertThat(before.lastSeq()).isEqualTo(i);
        }
    }

    @Test
    void aFileOfALowerEpochThanTheTombstoneIsOfNoMeaning() {
        StreamVolume files = files(LIMITS);
        buried(files, changes.set("a", "1"), changes.epoch(6).set("a", "2"));
        StreamVolume ofAFencedOwner = files(LIMITS);
        ofAFencedOwner.create(STREAM, SLOT, 3, null).close();

        files.forgetSlot(SLOT);
        Opened opened = files.open(STREAM, SLOT, 7);

        assertThat(opened).isInstanceOf(Opened.Absent.class);
        StreamFile anew = files.create(STREAM, SLOT, 7, ((Opened.Absent) opened).before());
        assertThat(anew.state().change()).isEqualTo(3);
        anew.close();
        opened(files, 8).close();
    }

    @Test
    void theCatalogListsStreamsInTheOrderOfTheirTokens() {
        Catalogs catalogs = files(LIMITS).catalogs();
        List<String> names = List.of("a", "a.b", "a.b.c", "a.z", "a!", "a-b", "b", "\uff01", "\ud83d\ude00");
        catalogs.put(SLOT, 3, names.reversed().stream().map(StreamVolumeContract::live).toList());

        assertThat(listed(catalogs, NameRange.ALL, 100)).isEqualTo(names);
        assertThat(listed(catalogs, NameRange.ALL, 2)).containsExactly("a", "a.b");
        assertThat(listed(catalogs, NameRange.ALL.after(new StreamName("a.b")), 3)).containsExactly("a.b.c", "a.z",
                "a!");
        NameRange below = new NameRange(new StreamName("a"), null);
        assertThat(listed(catalogs, below, 100)).containsExactly("a", "a.b", "a.b.c", "a.z");
        assertThat(listed(catalogs, below.after(new StreamName("a.b.c")), 100)).containsExactly("a.z");
        assertThat(catalogs.branches(SLOT, 3, NameRange.ALL, 1, null, Set.of(), 9)).startsWith(
                new Branch(new StreamName("a"), 4, true), new Branch(new StreamName("a!"), 1, true));
        assertThat(catalogs.branches(SLOT, 3, below, 1, null, Set.of(NameRange.sortable(new StreamName("a.b"))), 9))
                .containsExactly(new Branch(new StreamName("a"), 1, true), new Branch(new StreamName("a.b"), 1, false),
                        new Branch(new StreamName("a.z"), 1, true));
        assertThat(catalogs.branches(SLOT, 3, below, 1, null, Set.of(), 2)).extracting(Branch::streams)
                .containsExactly(1L, 2L);
        assertThat(names).allSatisfy(n -> assertThat(NameRange.ALL.contains(new StreamName(n))).isTrue());
        assertThat(names.stream().filter(n -> below.contains(new StreamName(n)))).containsExactly("a", "a.b", "a.b.c",
                "a.z");
    }

    @Test
    void aNewEntryTakesThePlaceOfTheOldOne() {
        Catalogs catalogs = files(LIMITS).catalogs();
        Tombstone tombstone = new Tombstone(List.of(new EpochStart(2, 1), new EpochStart(3, 4)), 9, 5, 1_000,
                List.of(new UsedId("i", 8, 5, 990)));
        catalogs.put(SLOT, 3, List.of(new CatalogEntry(STREAM, 4, 3, 2, 100, null)));
        assertThat(catalogs.list(SLOT, 3, NameRange.ALL, 9))
                .containsExactly(new CatalogEntry(STREAM, 4, 3, 2, 100, null));
        assertThat(catalogs.tombstone(SLOT, 3, STREAM)).isEmpty();

        catalogs.put(SLOT, 3, List.of(CatalogEntry.of(STREAM, tombstone)));
        assertThat(catalogs.list(SLOT, 3, NameRange.ALL, 9)).isEmpty();
        assertThat(catalogs.tombstone(SLOT, 3, STREAM)).contains(tombstone);

        catalogs.put(SLOT, 3, List.of(new CatalogEntry(STREAM, 10, 6, 1, 7, null)));
        assertThat(catalogs.list(SLOT, 3, NameRange.ALL, 9)).hasSize(1);
        assertThat(catalogs.tombstone(SLOT, 3, STREAM)).isEmpty();
    }

    @Test
    void aCatalogIsThereForTheNextOwnerAndKeepsOlderOnesOut() {
        StreamVolume files = files(LIMITS);
        files.catalogs().put(SLOT, 3, List.of(live("a")));
        files.catalogs().sync(SLOT, 3);
        assertThat(files.catalogs().open()).isEqualTo(1);
        files.forgetSlot(SLOT);
        assertThat(files.catalogs().open()).isZero();

        assertThat(files.catalogs().list(SLOT, 5, NameRange.ALL, 9)).hasSize(1);
        assertThatThrownBy(() -> files.catalogs().put(SLOT, 4, List.of(live("b"))))
                .isInstanceOf(StreamFileException.class);
        assertThat(files.catalogs().list(SLOT, 5, NameRange.ALL, 9)).hasSize(1);
    }

    @Test
    void reindexingEntersWhatHasAFileAndStrikesOffWhatHasNone() {
        StreamVolume files = files(LIMITS);
        for (String name : List.of("a", "a.b", "Q.\u00fc", "c")) {
            files.create(new StreamName(name), SLOT, 3).close();
        }
        files.catalogs().put(SLOT, 3,
                List.of(new CatalogEntry(new StreamName("a"), 4, 3, 2, 100, null), live("phantom")));
        buried(files, changes.set("x", "1"));

        assertThat(files.catalogs().reindex(SLOT, 3)).isEqualTo(new Catalogs.Reindexed(4, 3, 1));

        assertThat(listed(files.catalogs(), NameRange.ALL, 9)).containsExactly("Q.\u00fc", "a", "a.b", "c");
        assertThat(files.catalogs().list(SLOT, 3, NameRange.ALL, 9).get(1).messages()).isEqualTo(2);
        assertThat(files.catalogs().tombstone(SLOT, 3, STREAM)).isPresent();
    }

    // ---- cold copies

    @Test
    void aSnapshotHoldsWhatWasAppliedWhateverComesLater() {
        StreamVolume files = files(LIMITS);
        StreamFile file = files.create(STREAM, SLOT, 3);
        List<Change> all = List.of(changes.set("a", "1"), changes.set("b", "2"));
        file.apply(all);
        try (ColdTier.Snapshot snapshot = file.snapshot(77)) {
            State then = file.state();
            file.apply(List.of(changes.set("c", "3")));
            file.close();
            files.remove(STREAM, SLOT, 3);

            assertThat(snapshot.at()).isEqualTo(77);
            assertThat(snapshot.state()).isEqualTo(then);
            restore(files, snapshot, incoming -> assertThat(incoming.written()).isEqualTo(then));
        }
        StreamFile back = opened(files, 4);
        assertChanges(back.changesAfter(0, 10, 1000).orElseThrow(), all);
        Changes later = new Changes(4);
        all.forEach(before -> later.set("as before"));
        back.apply(List.of(later.set("d", "4")));
        back.close();
    }

    @Test
    void aLargeFileIsCopiedThroughALocalOne() {
        StreamVolume files = files(LIMITS);
        StreamFile file = files.create(STREAM, SLOT, 3);
        Random random = new Random(1);
        for (int i = 0; i < 40; i++) {
            byte[] value = new byte[100_000];
            random.nextBytes(value);
            file.apply(List.of(changes.at(i + 1, "k" + i, null, Headers.NONE, value)));
        }
        State then = file.state();
        try (ColdTier.Snapshot snapshot = file.snapshot(1)) {
            file.close();
            files.remove(STREAM, SLOT, 3);
            restore(files, snapshot, incoming -> assertThat(incoming.written()).isEqualTo(then));
        }
        StreamFile back = opened(files, 3);
        assertThat(back.state()).isEqualTo(then);
        assertThat(back.get("k39")).isPresent();
        back.close();
    }

    @Test
    void whoSawChangesThatAreLostIsToldToBeginAnew() {
        StreamVolume files = files(LIMITS);
        StreamFile file = files.create(STREAM, SLOT, 3);
        file.apply(List.of(changes.set("a", "1"), changes.set("b", "2")));
        try (ColdTier.Snapshot snapshot = file.snapshot(1)) {
            file.close();
            files.remove(STREAM, SLOT, 3);
            restore(files, snapshot, incoming -> incoming.skipTo(6, 5, 3));
        }
        StreamFile back = opened(files, 3);
        assertThat(back.state().change()).isEqualTo(6);
        assertThat(back.state().lastSeq()).isEqualTo(5);
        assertThat(back.state().messages()).isEqualTo(2);
        assertThat(back.changesAfter(5, 10, 1000)).isEmpty();
        assertThat(back.changesAfter(6, 10, 1000)).contains(List.of());
        back.close();
    }

    @Test
    void aCopyBesideTheStreamIsReadWhileTheStreamGoesOn() {
        StreamVolume files = files(LIMITS);
        StreamFile file = files.create(STREAM, SLOT, 3);
        file.apply(List.of(changes.set("a", "1"), changes.set("b", "2")));
        try (ColdTier.Snapshot snapshot = file.snapshot(1); ScratchFile scratch = files.scratch(STREAM)) {
            file.apply(List.of(changes.set("a", "3")));
            write(snapshot, scratch);
            StreamFile was = scratch.opened();

            assertThat(was.state()).isEqualTo(snapshot.state());
            assertThat(was.keys(null, 10)).extracting(StreamFile.KeySeq::seq).containsExactly(1L, 2L);
            assertThat(file.keys(null, 10)).extracting(StreamFile.KeySeq::seq).containsExactly(3L, 2L);
        }
        file.close();
    }

    @Test
    void bytesThatAreNoStreamsFileAreNotOpened() {
        StreamVolume files = files(LIMITS);
        try (ScratchFile scratch = files.scratch(STREAM)) {
            scratch.write(ByteBuffer.wrap(new byte[8_192]));

            assertThatThrownBy(scratch::opened).isInstanceOfSatisfying(StreamFileException.class,
                    e -> assertThat(e.kind()).isEqualTo(StreamFileException.Kind.CORRUPT));
        }
    }

    private static void write(ColdTier.Snapshot snapshot, ColdTier.Target to) {
        ByteBuffer part = ByteBuffer.allocate(40_000);
        for (long at = 0; at < snapshot.bytes(); at += part.capacity()) {
            part.clear();
            snapshot.read(at, part);
            to.write(part.flip());
        }
    }

    private static void restore(StreamVolume files, ColdTier.Snapshot snapshot, Consumer<Incoming> then) {
        try (Incoming incoming = files.restore(STREAM, SLOT, 3)) {
            write(snapshot, incoming);
            then.accept(incoming);
            assertThat(files.open(STREAM, SLOT, 3)).as("before it is kept").isInstanceOf(Opened.Absent.class);
            incoming.keep();
        }
    }

    @Test
    void anEvictedFileIsColdAndOneThatIsThereIsNot() {
        StreamVolume files = files(LIMITS);
        StreamFile file = files.create(STREAM, SLOT, 3);
        file.apply(List.of(changes.set("a", "1")));
        Archived copy = Archived.of(STREAM, file.state());
        CatalogEntry entry = CatalogEntry.of(STREAM, file.state()).usedAt(50);
        file.close();
        files.catalogs().put(SLOT, 3, List.of(entry));
        files.catalogs().mark(SLOT, 3, List.of(copy));
        assertThat(files.catalogs().archived(SLOT, 3, STREAM)).contains(copy);

        files.catalogs().put(SLOT, 3, List.of(entry.evicted()));
        opened(files, 3).close();
        files.remove(STREAM, SLOT, 3);

        assertThat(files.open(STREAM, SLOT, 3)).isEqualTo(new Opened.Cold(1, 1));
        assertThat(files.catalogs().list(SLOT, 3, NameRange.ALL, 9)).hasSize(1);
        assertThat(files.catalogs().reindex(SLOT, 3)).isEqualTo(new Catalogs.Reindexed(1, 0, 0));
        assertThat(files.open(STREAM, SLOT, 3)).isEqualTo(new Opened.Cold(1, 1));
        files.create(STREAM, SLOT, 2).close();
        assertThat(files.open(STREAM, SLOT, 3)).as("what a fenced owner makes").isEqualTo(new Opened.Cold(1, 1));
    }

    @Test
    void theCatalogKnowsWhatIsToBeArchivedEvictedAndDeleted() {
        Catalogs catalogs = files(LIMITS).catalogs();
        catalogs.put(SLOT, 3, List.of(live("old"), live("new").usedAt(90), live("archived").usedAt(60),
                live("behind").usedAt(70), live("cold").usedAt(10), live("gone").usedAt(10)));
        catalogs.mark(SLOT, 3, List.of(mark("archived"), mark("behind"), mark("cold"), mark("gone")));
        catalogs.put(SLOT, 3, List.of(new CatalogEntry(new StreamName("behind"), 2, 2, 2, 2, null),
                live("cold").evicted(), CatalogEntry.of(new StreamName("gone"),
                        new Tombstone(List.of(new EpochStart(3, 1)), 2, 1, 1_000, List.of()))));
        assertThat(names(catalogs.unarchived(SLOT, 3, 9))).containsExactly("behind", "new");

        catalogs.begin(SLOT, 3, 80);

        assertThat(names(catalogs.unarchived(SLOT, 3, 9))).containsExactly("behind", "old", "new");
        assertThat(names(catalogs.unarchived(SLOT, 3, 1))).containsExactly("behind");
        assertThat(names(catalogs.evictable(SLOT, 3, 61, 9))).as("cold: its file may be there")
                .containsExactlyInAnyOrder("archived", "cold");
        catalogs.surelyGone(SLOT, 3, List.of(new StreamName("cold"), new StreamName("archived")));
        assertThat(names(catalogs.evictable(SLOT, 3, 61, 9))).containsExactly("archived");
        assertThat(names(catalogs.evictable(SLOT, 3, 60, 9))).isEmpty();
        catalogs.mayBeThere(SLOT, 3, new StreamName("cold"));
        catalogs.mayBeThere(SLOT, 3, new StreamName("archived"));
        assertThat(names(catalogs.evictable(SLOT, 3, 60, 9))).containsExactly("cold");
        assertThat(names(catalogs.destroyedWithCopies(SLOT, 3, 9))).containsExactly("gone");
        catalogs.mark(SLOT, 3, List.of(Archived.none(new StreamName("gone"))));
        assertThat(catalogs.destroyedWithCopies(SLOT, 3, 9)).isEmpty();
    }

    private static Archived mark(String name) {
        return new Archived(new StreamName(name), 1, 3);
    }

    private static List<String> names(List<StreamName> names) {
        return names.stream().map(StreamName::value).toList();
    }

    private static CatalogEntry live(String name) {
        return new CatalogEntry(new StreamName(name), 1, 1, 1, 1, null);
    }

    private static List<String> listed(Catalogs catalogs, NameRange range, int limit) {
        return catalogs.list(SLOT, 3, range, limit).stream().map(e -> e.name().value()).toList();
    }

    /** Destroys the stream after these changes, and removes its file. */
    private Change.Destroy buried(StreamVolume files, Change... all) {
        long epoch = all[all.length - 1].epoch();
        Opened opened = files.open(STREAM, SLOT, epoch);
        StreamFile file = files.create(STREAM, SLOT, epoch, ((Opened.Absent) opened).before());
        file.apply(List.of(all));
        Change.Destroy destroy = changes.destroy("gone" + all[0].number());
        file.apply(List.of(destroy));
        file.sync();
        Tombstone tombstone = file.tombstone();
        file.close();
        files.catalogs().put(SLOT, epoch, List.of(CatalogEntry.of(STREAM, tombstone)));
        files.catalogs().sync(SLOT, epoch);
        files.remove(STREAM, SLOT, epoch);
        return destroy;
    }
}
