// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import static io.natspersist.worker.file.Changes.STREAM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.natspersist.protocol.Crc32c;
import io.natspersist.protocol.StreamName;
import io.natspersist.protocol.StreamConfig;
import io.natspersist.protocol.StreamConfig.Discard;
import io.natspersist.protocol.StreamConfig.Durability;
import io.natspersist.transport.Headers;
import io.natspersist.worker.change.Change;
import io.natspersist.worker.change.LargeValue;
import io.natspersist.worker.change.Message;
import io.natspersist.worker.file.StreamFile.Counted;
import io.natspersist.worker.file.StreamFile.EpochStart;
import io.natspersist.worker.file.StreamFile.Evictable;
import io.natspersist.worker.file.StreamFile.Expiring;
import io.natspersist.worker.file.StreamFile.KeySeq;
import io.natspersist.worker.file.StreamFile.Range;
import io.natspersist.worker.file.StreamFile.Remembered;
import io.natspersist.worker.file.StreamFile.Staged;
import io.natspersist.worker.file.StreamFile.State;
import io.natspersist.worker.file.StreamFile.Uploaded;
import io.natspersist.worker.file.StreamFiles.Opened;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.assertj.core.api.recursive.comparison.RecursiveComparisonConfiguration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What streams' files do, wherever they are. */
abstract class StreamFilesContract {
    static final int SLOT = 7;
    static final StreamFileLimits LIMITS = new StreamFileLimits(10, 2_000, 60_000);
    private static final StreamConfig FULL = new StreamConfig(1L, 2L, 3L, 4L, 5L, 6L, Discard.NEW, 7L,
            Durability.RELAXED);

    /** Values are arrays, which are equal by content here. */
    static final RecursiveComparisonConfiguration BY_CONTENT = RecursiveComparisonConfiguration.builder()
            .withStrictTypeChecking(true)
            .build();

    abstract StreamFiles files(StreamFileLimits limits);

    private final Changes changes = new Changes(3);

    @Test
    void aStreamWithoutAFileIsAbsent() {
        assertThat(files(LIMITS).open(STREAM, SLOT, 3)).isEqualTo(new Opened.Absent());
    }

    @Test
    void aNewFileIsEmpty() {
        StreamFile file = files(LIMITS).create(STREAM, SLOT, 3);

        assertThat(file.state()).isEqualTo(State.EMPTY);
        assertThat(file.last()).isEmpty();
        assertThat(file.read(Range.seqs(1, Long.MAX_VALUE), 10, 1000).messages()).isEmpty();
        assertThat(file.changesAfter(0, 10, 1000)).contains(List.of());
        file.close();
    }

    @Test
    void whatWasClosedWithoutAChangeIsStillThere() {
        StreamFiles files = files(LIMITS);
        files.create(STREAM, SLOT, 3).close();

        StreamFile again = opened(files, 3);

        assertThat(again.state()).isEqualTo(State.EMPTY);
        again.close();
    }

    @Test
    void aFileCannotBeMadeTwice() {
        StreamFiles files = files(LIMITS);
        files.create(STREAM, SLOT, 3).close();

        assertThatThrownBy(() -> files.create(STREAM, SLOT, 3)).isInstanceOf(StreamFileException.class);
    }

    @Test
    void everyPartOfAMessageIsKept() {
        Change.Set full = changes.at(5, "käse/1", "id-1", Headers.of("A", "1", "A", "\u00fc: \"", "B", ""),
                new byte[]{0, -1});
        Change.Set empty = changes.at(6, null, null, Headers.NONE, new byte[0]);
        Change.Set absent = changes.at(7, "k", null, Headers.NONE, null);
        StreamFile file = filled(full, empty, absent);

        assertMessages(file.read(Range.seqs(1, 100), 10, 1000).messages(), full.message(), empty.message(),
                absent.message());
        assertMessages(file.get("käse/1").stream().toList(), full.message());
        assertMessages(file.get(6).stream().toList(), empty.message());
        assertMessages(file.last().stream().toList(), absent.message());
        assertThat(file.get(8)).isEmpty();
        assertThat(file.get("none")).isEmpty();
    }

    @Test
    void theStateCountsWhatIsThere() {
        StreamFile file = filled(changes.set("a", "12"), changes.set("b", "345"), changes.epoch(4).set("c", "6"),
                changes.delete(1L));

        assertThat(file.state())
                .isEqualTo(new State(List.of(new EpochStart(3, 1), new EpochStart(4, 3)), 4, 3, 2,
                        file.get(2).orElseThrow().time(), 2, 4 + 2, StreamConfig.NONE, false));
        assertThat(file.count(2)).isEqualTo(new Counted(1, 4));
    }

    @Test
    void aKeysNewMessageReplacesItsOldOne() {
        StreamFile file = filled(changes.set("a", "old"), changes.set("b", "x"), changes.set("a", "new"));

        assertThat(file.get(1)).isEmpty();
        assertThat(file.get("a").orElseThrow().seq()).isEqualTo(3);
        assertThat(file.state().firstSeq()).isEqualTo(2);
        assertThat(file.state().messages()).isEqualTo(2);
    }

    @Test
    void aMessageSetAtAnExistingSeqReplacesIt() {
        StreamFile file = filled(changes.set("a", "old"), changes.set("b", "x"),
                changes.at(1, "b", null, Headers.NONE, new byte[]{1}));

        assertThat(file.get("a")).isEmpty();
        assertThat(file.get("b").orElseThrow().seq()).isEqualTo(1);
        assertThat(file.state().messages()).isEqualTo(1);
        assertThat(file.state().lastSeq()).isEqualTo(2);
    }

    @Test
    void readingStopsAtItsLimits() {
        StreamFile file = filled(changes.set("12345"), changes.set("12345"), changes.set("12345"),
                changes.set("12345"));

        assertThat(file.read(Range.seqs(2, 3), 10, 1000).messages()).extracting(Message::seq).containsExactly(2L, 3L);
        assertThat(file.read(Range.seqs(1, 9), 3, 1000).messages()).extracting(Message::seq).containsExactly(1L, 2L,
                3L);
        assertThat(file.read(Range.seqs(1, 9), 9, 10).messages()).extracting(Message::seq).containsExactly(1L, 2L);
        assertThat(file.read(Range.seqs(1, 9), 9, 1).messages()).extracting(Message::seq).containsExactly(1L);
    }

    @Test
    void aReadSaysWhereItsRestBeginsInItsOrder() {
        StreamFile file = filled(changes.set("1"), changes.set("2"), changes.set("3"), changes.delete(2L),
                changes.set("4"));

        assertSlice(file.read(Range.ALL, 2, 1000), 4, 1, 3);
        assertSlice(file.read(Range.ALL, 3, 1000), 0, 1, 3, 4);
        assertSlice(file.read(Range.ALL, 9, 1), 3, 1);
        Range newest = new Range(1, 3, 0, Long.MAX_VALUE, true);
        assertSlice(file.read(newest, 1, 1000), 1, 3);
        assertSlice(file.read(newest, 2, 1000), 0, 3, 1);
        assertSlice(file.read(new Range(1, Long.MAX_VALUE, 0, Long.MAX_VALUE, true), 1, 1000), 3, 4);
        assertSlice(file.read(Range.seqs(5, 4), 9, 1000), 0);
    }

    @Test
    void aReadKeepsToItsTimes() {
        Change.Set first = changes.set("a");
        Change.Set second = changes.later(1000).set("b");
        Change.Set third = changes.later(1000).set("c");
        StreamFile file = filled(first, second, third);

        assertSlice(file.read(times(second.time(), second.time(), false), 9, 1000), 0, 2);
        assertSlice(file.read(times(second.time(), Long.MAX_VALUE, true), 9, 1000), 0, 3, 2);
        assertSlice(file.read(times(0, first.time() - 1, false), 9, 1000), 0);
    }

    @Test
    void theNthNewestIsCountedAmongThoseOfTheRange() {
        Change.Set first = changes.set("a");
        StreamFile file = filled(first, changes.later(1000).set("b"), changes.set("c"), changes.delete(2L),
                changes.set("d"));

        assertThat(file.nthNewest(Range.ALL, 1)).isEqualTo(4);
        assertThat(file.nthNewest(Range.ALL, 2)).isEqualTo(3);
        assertThat(file.nthNewest(Range.ALL, 3)).isEqualTo(1);
        assertThat(file.nthNewest(Range.ALL, 4)).isZero();
        assertThat(file.nthNewest(Range.seqs(1, 3), 1)).isEqualTo(3);
        assertThat(file.nthNewest(times(first.time() + 1, Long.MAX_VALUE, false), 3)).isZero();
    }

    @Test
    void aMessageIsFoundByItsIdHoweverLongAgoThatWas() {
        Change.Set old = changes.set(null, "id-1", "old");
        StreamFile file = filled(old, changes.set(null, "id-2", "gone"), changes.delete(2L),
                changes.later(100_000).set("later"));

        assertMessages(file.ofMsgId("id-1", 0).stream().toList(), old.message());
        assertThat(file.ofMsgId("id-1", old.time() + 1)).isEmpty();
        assertThat(file.ofMsgId("id-2", 0)).isEmpty();
        assertThat(file.ofMsgId("id-3", 0)).isEmpty();
        file.apply(List.of(changes.set(null, "id-1", "again")));
        assertThat(file.ofMsgId("id-1", 0)).map(Message::seq).contains(4L);
    }

    private static Range times(long from, long to, boolean newestFirst) {
        return new Range(1, Long.MAX_VALUE, from, to, newestFirst);
    }

    private static void assertSlice(StreamFile.Slice slice, long next, long... seqs) {
        assertThat(slice.messages()).extracting(Message::seq).containsExactly(LongStream.of(seqs).boxed()
                .toArray(Long[]::new));
        assertThat(slice.next()).as("next").isEqualTo(next);
    }

    @Test
    void theFirstMessageSinceATimeIsTheOneWithTheLowestSeq() {
        Change.Set first = changes.set("a");
        Change.Set second = changes.later(1000).set("b");
        StreamFile file = filled(first, second);

        assertThat(file.firstSince(first.time()).orElseThrow().seq()).isEqualTo(1);
        assertThat(file.firstSince(first.time() + 1).orElseThrow().seq()).isEqualTo(2);
        assertThat(file.firstSince(second.time() + 1)).isEmpty();
    }

    @Test
    void keysComeInTheOrderOfTheirCodePoints() {
        StreamFile file = filled(changes.set("\ud83d\ude00", "x"), changes.set("\uff01", "x"), changes.set("b", "x"),
                changes.set("a", "x"),
                changes.set("no key"));

        assertThat(file.keys(null, 9)).extracting(KeySeq::key).containsExactly("a", "b", "\uff01", "\ud83d\ude00");
        assertThat(file.keys("a", 2)).containsExactly(new KeySeq("b", 3), new KeySeq("\uff01", 2));
    }

    @Test
    void messageIdsAreRememberedWithWhatTheyCameTo() {
        Change set = changes.set("k", "m1", "v");
        Change delete = changes.epoch(5).deleteKey("k", 1, "m2");
        Change all = changes.deleteAll(1, "m3");
        StreamFile file = filled(set, delete, all);

        assertThat(file.remembered("m1", set.decidedAt())).contains(new Remembered(1, 3, 1));
        assertThat(file.remembered("m1", set.decidedAt() + 1)).isEmpty();
        assertThat(file.remembered("m2", 0)).contains(new Remembered(2, 5, 0));
        assertThat(file.rememberedIds(delete.decidedAt())).containsExactly("m2", "m3");
    }

    @Test
    void messageIdsAreForgottenLongAfterTheirTime() {
        Change.Set old = changes.set("k", "m1", "v");
        Change.Set young = changes.later(70_000).set("k", "m2", "v");
        StreamFile file = filled(old, young);

        assertThat(file.rememberedIds(0)).containsExactly("m2");
    }

    @Test
    void everyChangeSinceComesBackWholeAlsoWhenItsMessageIsGone() {
        List<Change> all = List.of(changes.set("a", "i1", "old"),
                changes.at(2, "b", null, Headers.of("h", "v"), new byte[0]),
                changes.set("a", "new"), changes.deleteKey("b", 2, "i4"), changes.set(null, null, null),
                changes.epoch(9).delete(3L, 4L),
                changes.set("x"), changes.deleteAll(5, "i8"), changes.set("y"));
        StreamFile file = filled(all.toArray(Change[]::new));

        for (int after = 0; after <= all.size(); after++) {
            assertChanges(file.changesAfter(after, 100, 10_000).orElseThrow(), all.subList(after, all.size()));
        }
        assertChanges(file.changesAfter(2, 3, 10_000).orElseThrow(), all.subList(2, 5));
        assertThat(file.changesAfter(2, 100, 1).orElseThrow()).hasSize(1);
        assertThat(file.changesAfter(2, 100, all.get(2).bytes() + all.get(3).bytes()).orElseThrow()).hasSize(2);
    }

    @Test
    void theLogReachesBackAsFarAsItsLimitsAllow() {
        StreamFile file = files(LIMITS).create(STREAM, SLOT, 3);
        for (int i = 0; i < 25; i++) {
            file.apply(List.of(changes.set("key", "value " + i)));
        }

        assertThat(file.changesAfter(13, 100, 10_000)).isEmpty();
        assertThat(file.changesAfter(14, 100, 10_000).orElseThrow()).hasSize(11);
        file.close();
    }

    @Test
    void theLogIsBoundedInBytes() {
        StreamFile file = files(LIMITS).create(STREAM, SLOT, 3);
        for (int i = 0; i < 25; i++) {
            file.apply(List.of(changes.set("key", "x".repeat(500))));
        }

        assertThat(file.changesAfter(20, 100, 10_000)).isEmpty();
        assertThat(file.changesAfter(21, 100, 10_000).orElseThrow()).hasSize(4);
        file.close();
    }

    @Test
    void deletingEverythingKeepsItsNewestChangesInTheLog() {
        StreamFile file = filled(
                LongStream.range(0, 30).mapToObj(i -> (Change) changes.set("v" + i)).toArray(Change[]::new));
        file.apply(List.of(changes.deleteAll(28, null)));

        assertThat(file.state()).isEqualTo(new State(List.of(new EpochStart(3, 1)), 31, 30, 29,
                file.get(29).orElseThrow().time(), 2, 6, StreamConfig.NONE, false));
        assertThat(file.changesAfter(18, 100, 10_000)).isEmpty();
        assertThat(file.changesAfter(19, 100, 10_000).orElseThrow()).hasSize(12);
        file.close();
    }

    @Test
    void seqsGoOnAfterEverythingWasDeleted() {
        StreamFile file = filled(changes.set("a"), changes.set("b"), changes.deleteAll(2, null));

        assertThat(file.state()).isEqualTo(new State(List.of(new EpochStart(3, 1)), 3, 2, 0, 0, 0, 0,
                StreamConfig.NONE, false));
    }

    @Test
    void aDestroyedStreamKeepsNothingButItsNumbers() {
        Change.Destroy destroy;
        StreamFile file = filled(changes.set("a", "i1", "1"), changes.set("b", "2"), changes.deleteAll(1, null),
                destroy = changes.destroy("i4"));

        assertThat(file.state()).isEqualTo(new State(List.of(new EpochStart(3, 1)), 4, 2, 0, 0, 0, 0,
                StreamConfig.NONE, true));
        assertThat(file.get("b")).isEmpty();
        assertThat(file.changesAfter(2, 10, 10_000)).isEmpty();
        assertChanges(file.changesAfter(3, 10, 10_000).orElseThrow(), List.of(destroy));
        assertThat(file.remembered("i1", 0)).contains(new Remembered(1, 3, 1));
        assertThat(file.remembered("i4", 0)).contains(new Remembered(4, 3, 0));
    }

    @Test
    void whatIsStoredAfterADestroyGoesOnFromItsNumbers() {
        StreamFiles files = files(LIMITS);
        StreamFile file = files.create(STREAM, SLOT, 3);
        file.apply(List.of(changes.set("a", "1"), changes.destroy(null)));
        file.apply(List.of(changes.set("a", "2")));
        file.close();

        StreamFile again = opened(files, 4);

        assertThat(again.state()).isEqualTo(new State(List.of(new EpochStart(3, 1)), 3, 2, 2,
                again.get(2).orElseThrow().time(), 1, 2, StreamConfig.NONE, false));
        again.close();
    }

    @Test
    void changesThatDoNotFollowAreRefusedAndChangeNothing() {
        Change first = changes.set("a");
        Change second = changes.set("b");
        Change third = changes.set("c");
        StreamFile file = filled(first);

        assertThatThrownBy(() -> file.apply(List.of(third))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> file.apply(List.of(second, second))).isInstanceOf(IllegalArgumentException.class);
        file.apply(List.of(second, third));
        assertThat(file.state().change()).isEqualTo(3);
    }

    @Test
    void whatWasClosedIsThereForTheNextOwner() {
        StreamFiles files = files(LIMITS);
        StreamFile file = files.create(STREAM, SLOT, 3);
        List<Change> all = List.of(changes.set("a", "i", "1"), changes.set("a", "2"), changes.set("b", "3"));
        file.apply(all);
        State state = file.state();
        file.close();

        StreamFile next = opened(files, 4);

        assertThat(next.state()).isEqualTo(state);
        assertChanges(next.changesAfter(0, 10, 10_000).orElseThrow(), all);
        next.apply(List.of(changes.epoch(4).set("c", "4")));
        assertThat(next.state().epochs()).containsExactly(new EpochStart(3, 1), new EpochStart(4, 4));
        next.close();
    }

    @Test
    void whatWasAbandonedIsThereWhenNobodyDied() {
        StreamFiles files = files(LIMITS);
        StreamFile file = files.create(STREAM, SLOT, 3);
        file.apply(List.of(changes.set("a", "1")));
        file.abandon();

        StreamFile again = opened(files, 3);

        assertThat(again.state().change()).isEqualTo(1);
        again.close();
    }

    @Test
    void anOpenFileIsNotOpenedTwice() {
        StreamFiles files = files(LIMITS);
        StreamFile file = files.create(STREAM, SLOT, 3);

        assertThat(files.open(STREAM, SLOT, 4)).isInstanceOf(Opened.Unavailable.class);
        file.apply(List.of(changes.set("a")));
        file.close();
        opened(files, 4).close();
    }

    @Test
    void aClosedFileAnswersNothing() {
        StreamFile file = files(LIMITS).create(STREAM, SLOT, 3);
        file.close();

        assertThatThrownBy(file::sync).isInstanceOf(StreamFileException.class);
        assertThatThrownBy(() -> file.get(1)).isInstanceOf(StreamFileException.class);
        file.abandon();
    }

    @Test
    void streamsOfOneSlotDoNotMeet() {
        StreamFiles files = files(LIMITS);
        List<StreamName> names = List.of(new StreamName("a"), new StreamName("a.b"), new StreamName("A"),
                new StreamName("a.b.c"),
                new StreamName("a-b"), new StreamName("x".repeat(500)), new StreamName("x".repeat(501)),
                new StreamName("con.%2e"));
        for (StreamName name : names) {
            StreamFile file = files.create(name, SLOT, 3);
            file.apply(List.of(new Changes(name, 3).set("k", name.value())));
            file.close();
        }

        for (StreamName name : names) {
            StreamFile file = ((Opened.File) files.open(name, SLOT, 4)).file();
            assertThat(file.get("k").orElseThrow().value()).isEqualTo(name.utf8());
            file.close();
        }
    }

    // ---- large values

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Staged stage(StreamFile file, String upload, int part, String data, long now) {
        return file.stage(upload, part, bytes(data), Crc32c.of(bytes(data)), now);
    }

    private static LargeValue large(String upload, String... parts) {
        byte[] whole = bytes(String.join("", parts));
        return new LargeValue(upload, whole.length, parts.length, Crc32c.of(whole));
    }

    private Change.Set setLarge(@Nullable String key, LargeValue large) {
        Change.Set set = changes.set(key, null);
        return new Change.Set(set.stream(), set.epoch(), set.number(), set.decidedAt(), set.seq(), set.time(),
                set.expires(), set.key(), set.msgId(), set.headers(), null, large);
    }

    @Test
    void anUploadIsTheSumOfItsPartsInWhateverOrderTheyCome() {
        StreamFile file = files(LIMITS).create(STREAM, SLOT, 3);

        assertThat(file.upload("u", 5)).isEqualTo(Uploaded.NOTHING);
        assertThat(stage(file, "u", 3, "cc", 10)).isEqualTo(Staged.KEPT);
        assertThat(file.upload("u", 10)).isEqualTo(new Uploaded(true, 1, 2, 1, 0));
        assertThat(stage(file, "u", 1, "aaaa", 11)).isEqualTo(Staged.KEPT);
        assertThat(file.upload("u", 11)).isEqualTo(new Uploaded(true, 2, 6, 2, Crc32c.of(bytes("aaaa"))));
        assertThat(stage(file, "u", 2, "b", 12)).isEqualTo(Staged.KEPT);
        assertThat(file.upload("u", 12)).isEqualTo(new Uploaded(true, 3, 7, 4, Crc32c.of(bytes("aaaabcc"))));
        assertThat(file.state()).isEqualTo(State.EMPTY);
        file.close();
    }

    @Test
    void aPartMayComeTwiceButNotWithOtherBytes() {
        StreamFile file = files(LIMITS).create(STREAM, SLOT, 3);
        stage(file, "u", 1, "a", 10);

        assertThat(stage(file, "u", 1, "a", 11)).isEqualTo(Staged.KEPT);
        assertThat(stage(file, "u", 1, "b", 12)).isEqualTo(Staged.DIFFERS);
        assertThat(file.part("u", 1).orElseThrow().data()).isEqualTo(bytes("a"));
        file.close();
    }

    @Test
    void aLargeValueIsItsPartsAndCountsWhole() {
        StreamFile file = files(LIMITS).create(STREAM, SLOT, 3);
        stage(file, "u", 1, "aaaa", 10);
        stage(file, "u", 2, "bb", 10);
        Change.Set set = setLarge("key", large("u", "aaaa", "bb"));
        file.apply(List.of(set, changes.set("x")));

        assertMessages(file.get("key").stream().toList(), set.message());
        assertThat(file.state().bytes()).isEqualTo(3 + 6 + 1);
        assertThat(file.part("u", 1).orElseThrow().crc32c()).isEqualTo(Crc32c.of(bytes("aaaa")));
        assertThat(file.part("u", 2).orElseThrow().data()).isEqualTo(bytes("bb"));
        assertThat(file.part("u", 3)).isEmpty();
        assertThat(file.part("v", 1)).isEmpty();
        assertChanges(file.changesAfter(0, 1, 1000).orElseThrow(), List.of(set));
        assertThat(file.oldestUnused()).isEqualTo(Long.MAX_VALUE);
        file.close();
    }

    @Test
    void anUploadThatIsAValueTakesNoMoreParts() {
        StreamFile file = files(LIMITS).create(STREAM, SLOT, 3);
        stage(file, "u", 1, "a", 10);
        file.apply(List.of(setLarge(null, large("u", "a"))));

        assertThat(stage(file, "u", 1, "a", 11)).isEqualTo(Staged.CLOSED);
        assertThat(stage(file, "u", 2, "b", 11)).isEqualTo(Staged.CLOSED);
        assertThat(file.upload("u", 12).open()).isFalse();
        file.close();
    }

    @Test
    void thePartsOfAValueThatIsGoneAreDeletedInSlices() {
        StreamFile file = files(LIMITS).create(STREAM, SLOT, 3);
        stage(file, "u", 1, "aaaa", 10);
        stage(file, "u", 2, "bbbb", 10);
        stage(file, "v", 1, "c", 10);
        Change.Set set = setLarge("k", large("u", "aaaa", "bbbb"));
        file.apply(List.of(set, setLarge("k", large("v", "c"))));

        assertThat(file.oldestUnused()).isZero();
        assertThat(stage(file, "u", 3, "x", 11)).isEqualTo(Staged.CLOSED);
        file.clean(0, Set.of(), 4);
        assertThat(file.part("u", 1)).isEmpty();
        assertThat(file.part("u", 2)).isPresent();
        assertThat(file.oldestUnused()).isZero();
        file.clean(0, Set.of(), 4);
        file.clean(0, Set.of(), 4);
        assertThat(file.part("u", 2)).isEmpty();
        assertThat(file.oldestUnused()).isEqualTo(Long.MAX_VALUE);
        assertThat(file.part("v", 1)).isPresent();
        assertChanges(file.changesAfter(0, 1, 1000).orElseThrow(), List.of(set));
        assertThat(stage(file, "u", 1, "new", 12)).isEqualTo(Staged.KEPT);
        file.close();
    }

    @Test
    void deletingALargeValueInAnyWayLetsGoOfItsParts() {
        StreamFile file = files(LIMITS).create(STREAM, SLOT, 3);
        List<String> uploads = List.of("u", "v", "w", "x");
        for (String upload : uploads) {
            stage(file, upload, 1, "aaaa", 10);
            file.apply(List.of(setLarge(null, large(upload, "aaaa"))));
        }
        file.apply(List.of(changes.delete(2L)));
        assertThat(file.state().bytes()).isEqualTo(12);
        file.apply(List.of(changes.deleteAll(3, null)));
        assertThat(file.state().bytes()).isEqualTo(4);
        file.apply(List.of(changes.destroy(null)));
        assertThat(file.state().bytes()).isZero();

        file.clean(0, Set.of(), 1000);

        assertThat(file.oldestUnused()).isEqualTo(Long.MAX_VALUE);
        assertThat(uploads).allSatisfy(upload -> assertThat(file.part(upload, 1)).isEmpty());
        file.close();
    }

    @Test
    void anUploadThatNobodyUsesIsDeletedOnceItIsOldUnlessItIsToBeKept() {
        StreamFile file = files(LIMITS).create(STREAM, SLOT, 3);
        stage(file, "old", 1, "a", 10);
        stage(file, "kept", 1, "a", 11);
        stage(file, "asked for", 1, "a", 12);
        stage(file, "young", 1, "a", 20);
        file.upload("asked for", 25);

        assertThat(file.oldestUnused()).isEqualTo(10);
        file.clean(20, Set.of("kept"), 1000);

        assertThat(file.part("old", 1)).isEmpty();
        assertThat(file.part("kept", 1)).isPresent();
        assertThat(file.part("asked for", 1)).isPresent();
        assertThat(file.part("young", 1)).isPresent();
        assertThat(file.oldestUnused()).isEqualTo(11);
        file.close();
    }

    @Test
    void partsOutliveTheirOwner() {
        StreamFiles files = files(LIMITS);
        StreamFile file = files.create(STREAM, SLOT, 3);
        stage(file, "u", 1, "a", 10);
        file.close();

        StreamFile next = opened(files, 4);

        assertThat(stage(next, "u", 2, "b", 11)).isEqualTo(Staged.KEPT);
        assertThat(next.upload("u", 12)).isEqualTo(new Uploaded(true, 2, 2, 3, Crc32c.of(bytes("ab"))));
        next.close();
    }

    @Test
    void aLargeValueTakesNoRoomInTheLogOrInAPage() {
        StreamFile file = files(LIMITS).create(STREAM, SLOT, 3);
        for (int i = 0; i < 4; i++) {
            file.apply(List.of(setLarge("key", new LargeValue("u" + i, 1 << 30, 1 << 10, 0))));
        }
        file.apply(List.of(setLarge(null, new LargeValue("v", 1 << 30, 1 << 10, 0))));

        assertThat(file.changesAfter(0, 100, 2_000).orElseThrow()).hasSize(5);
        assertThat(file.read(Range.seqs(1, 100), 100, 1_000).messages()).hasSize(2);
        assertThat(file.state().bytes()).isEqualTo(3 + (1L << 31));
        file.close();
    }

    // ---- limits, expiry and configuration

    @Test
    void theMessagesThatExpireComeSoonestFirst() {
        StreamFile file = filled(changes.set("never", "1"), Changes.expiring(500, changes.set("late", "2")),
                Changes.expiring(300, changes.set("three")), Changes.expiring(500, changes.set("4")),
                changes.set("5"));

        List<Expiring> all = List.of(new Expiring(300, 3, null, 5), new Expiring(500, 2, "late", 5),
                new Expiring(500, 4, null, 1));
        assertThat(file.expiring(10)).isEqualTo(all);
        assertThat(file.expiring(3)).isEqualTo(all);
        assertThat(file.expiring(2)).isEqualTo(all.subList(0, 2));
        file.close();
    }

    @Test
    void whereNothingExpiresNothingIsListed() {
        StreamFile file = files(LIMITS).create(STREAM, SLOT, 3);

        assertThat(file.expiring(10)).isEmpty();
        file.apply(List.of(changes.set("a", "1"), changes.set("2")));
        assertThat(file.expiring(10)).isEmpty();
        file.close();
    }

    @Test
    void aMessageExpiresAsItWasLastSet() {
        StreamFile file = filled(Changes.expiring(100, changes.set("kept", "1")),
                Changes.expiring(200, changes.set("sooner", "2")), Changes.expiring(300, changes.set("overwritten")));
        file.apply(List.of(changes.set("kept", "3"), Changes.expiring(50, changes.set("sooner", "4")),
                changes.at(3, null, null, Headers.NONE, bytes("5"))));

        assertThat(file.expiring(10)).containsExactly(new Expiring(50, 5, "sooner", 7));
        assertThat(file.get("sooner").orElseThrow().expires()).isEqualTo(50);
        assertThat(file.get("kept").orElseThrow().expires()).isZero();
        file.close();
    }

    @Test
    void whatIsGoneExpiresNoMore() {
        StreamFile file = files(LIMITS).create(STREAM, SLOT, 3);
        for (int i = 1; i <= 6; i++) {
            file.apply(List.of(Changes.expiring(10 * i, changes.set("k" + i, "v"))));
        }

        file.apply(List.of(changes.expire(1L, 2L)));
        assertThat(file.expiring(10)).extracting(Expiring::seq).containsExactly(3L, 4L, 5L, 6L);
        file.apply(List.of(changes.deleteKey("k4", 4, "i")));
        assertThat(file.expiring(10)).extracting(Expiring::seq).containsExactly(3L, 5L, 6L);
        file.apply(List.of(changes.evict(5)));
        assertThat(file.expiring(10)).extracting(Expiring::seq).containsExactly(6L);
        file.apply(List.of(changes.destroy(null)));
        assertThat(file.expiring(10)).isEmpty();
        file.close();
    }

    @Test
    void noMoreMessagesGoThanEachLimitNeeds() {
        StreamFile file = filled(changes.set("1"), changes.set("gone"), changes.set("k", "22"), changes.set("333"),
                changes.delete(2L), changes.set("4444"));
        assertThat(file.state().bytes()).isEqualTo(1 + 3 + 3 + 4);

        assertThat(file.evictable(4, 11, 0)).isEqualTo(new Evictable(0, 0, 0));
        assertThat(file.evictable(3, 11, 0)).isEqualTo(new Evictable(1, 1, 1));
        assertThat(file.evictable(2, 11, 0)).isEqualTo(new Evictable(3, 2, 4));
        assertThat(file.evictable(4, 10, 0)).isEqualTo(new Evictable(1, 1, 1));
        assertThat(file.evictable(4, 7, 0)).isEqualTo(new Evictable(3, 2, 4));
        assertThat(file.evictable(4, 6, 0)).isEqualTo(new Evictable(4, 3, 7));
        assertThat(file.evictable(3, 6, 0)).isEqualTo(new Evictable(4, 3, 7));
        assertThat(file.evictable(1, 10, 0)).isEqualTo(new Evictable(4, 3, 7));
        file.close();
    }

    @Test
    void aMessageThatIsTooLargeForTheLimitAloneGoesWithAllBeforeIt() {
        StreamFile file = filled(changes.set("1"), changes.set("22"), changes.set("333"));

        assertThat(file.evictable(Long.MAX_VALUE, 2, 0)).isEqualTo(new Evictable(3, 3, 6));
        file.close();
    }

    @Test
    void nothingGoesFromAStreamWithoutLimitsOrWithoutMessages() {
        StreamFile file = files(LIMITS).create(STREAM, SLOT, 3);

        assertThat(file.evictable(1, 1, Long.MAX_VALUE)).isEqualTo(new Evictable(0, 0, 0));
        file.apply(List.of(changes.set("1"), changes.set("2")));
        assertThat(file.evictable(Long.MAX_VALUE, Long.MAX_VALUE, Long.MIN_VALUE)).isEqualTo(new Evictable(0, 0, 0));
        file.close();
    }

    @Test
    void theFirstMessagesGoUpToTheOneThatIsNotTooOld() {
        Change.Set first = changes.set("1");
        Change.Set second = changes.later(100).set("22");
        Change.Set third = changes.later(100).set("333");
        StreamFile file = filled(first, second, third);

        assertThat(olderThan(file, first.time())).isEqualTo(new Evictable(0, 0, 0));
        assertThat(olderThan(file, first.time() + 1)).isEqualTo(new Evictable(1, 1, 1));
        assertThat(olderThan(file, second.time())).isEqualTo(new Evictable(1, 1, 1));
        assertThat(olderThan(file, second.time() + 1)).isEqualTo(new Evictable(2, 2, 3));
        assertThat(olderThan(file, third.time() + 1)).isEqualTo(new Evictable(3, 3, 6));
        file.close();
    }

    @Test
    void anOldMessageStaysAsLongAsTheOneBeforeIt() {
        Change.Set young = changes.set("young");
        Change.Set old = changes.at(2, null, null, Headers.NONE, bytes("old"));
        StreamFile file = filled(young, new Change.Set(old.stream(), old.epoch(), old.number(), old.decidedAt(), 2,
                young.time() - 100, 0, null, null, Headers.NONE, old.value()));

        assertThat(olderThan(file, young.time())).isEqualTo(new Evictable(0, 0, 0));
        assertThat(olderThan(file, young.time() + 1)).isEqualTo(new Evictable(2, 2, 8));
        file.close();
    }

    private static Evictable olderThan(StreamFile file, long oldest) {
        return file.evictable(Long.MAX_VALUE, Long.MAX_VALUE, oldest);
    }

    @Test
    void aKeySetAnewIsNoLongerAmongTheFirst() {
        StreamFile file = filled(changes.set("a", "1"), changes.set("b", "2"), changes.set("a", "3"));

        assertThat(file.evictable(1, 100, 0)).isEqualTo(new Evictable(2, 1, 2));
        file.close();
    }

    @Test
    void largeValuesCountWholeWhereTheyExpireAndWhereTheyMustGo() {
        StreamFile file = files(LIMITS).create(STREAM, SLOT, 3);
        stage(file, "u", 1, "aaaa", 10);
        stage(file, "u", 2, "bb", 10);
        file.apply(List.of(Changes.expiring(100, setLarge("key", large("u", "aaaa", "bb"))), changes.set("x")));

        assertThat(file.expiring(10)).containsExactly(new Expiring(100, 1, "key", 9));
        assertThat(file.evictable(2, 10, 0)).isEqualTo(new Evictable(0, 0, 0));
        assertThat(file.evictable(2, 9, 0)).isEqualTo(new Evictable(1, 1, 9));
        file.apply(List.of(changes.expire(1L)));
        assertThat(file.state().bytes()).isEqualTo(1);
        assertThat(file.oldestUnused()).isZero();
        file.close();
    }

    @Test
    void theNextOwnerFindsWhatExpiresAndWhatMustGo() {
        StreamFiles files = files(LIMITS);
        StreamFile file = files.create(STREAM, SLOT, 3);
        file.apply(List.of(Changes.expiring(300, changes.set("a", "1")), Changes.expiring(200, changes.set("22")),
                changes.set("333")));
        List<Expiring> expiring = file.expiring(10);
        Evictable evictable = file.evictable(1, 100, 0);
        assertThat(expiring).hasSize(2);
        assertThat(evictable).isEqualTo(new Evictable(2, 2, 4));
        file.close();

        StreamFile next = opened(files, 4);
        assertThat(next.expiring(10)).isEqualTo(expiring);
        assertThat(next.evictable(1, 100, 0)).isEqualTo(evictable);
        next.apply(List.of(changes.epoch(4).expire(2L)));
        next.abandon();

        StreamFile third = opened(files, 5);
        assertThat(third.expiring(10)).isEqualTo(expiring.subList(1, 2));
        assertThat(third.evictable(1, 100, 0)).isEqualTo(new Evictable(1, 1, 2));
        third.apply(List.of(changes.epoch(5).evict(1)));
        assertThat(third.state().firstSeq()).isEqualTo(3);
        assertThat(third.state().firstTime()).isEqualTo(third.get(3).orElseThrow().time());
        assertThat(third.state().bytes()).isEqualTo(3);
        third.close();
    }

    @Test
    void aConfigurationTakesThePlaceOfTheOneBefore() {
        StreamFile file = filled(changes.configure(FULL, "i1"), changes.set("a"));

        assertThat(file.state().config()).isEqualTo(FULL);
        assertThat(file.state().messages()).isEqualTo(1);
        assertThat(file.remembered("i1", 0)).contains(new Remembered(1, 3, 0));
        file.apply(List.of(changes.configure(StreamConfig.NONE.withTtl(9L), null)));
        assertThat(file.state().config()).isEqualTo(StreamConfig.NONE.withTtl(9L));
        file.apply(List.of(changes.configure(StreamConfig.NONE, null)));
        assertThat(file.state().config()).isEqualTo(StreamConfig.NONE);
        file.close();
    }

    @Test
    void theNextOwnerKnowsTheConfigurationAlsoWhenTheLogDoesNot() {
        StreamFiles files = files(LIMITS);
        StreamFile file = files.create(STREAM, SLOT, 3);
        file.apply(List.of(changes.configure(FULL, null)));
        file.close();

        StreamFile next = opened(files, 4);
        assertThat(next.state().config()).isEqualTo(FULL);
        changes.epoch(4);
        for (int i = 0; i < 25; i++) {
            next.apply(List.of(changes.set("key", "value " + i)));
        }
        assertThat(next.changesAfter(0, 100, 10_000)).isEmpty();
        assertThat(next.state().config()).isEqualTo(FULL);
        next.abandon();

        StreamFile third = opened(files, 5);
        assertThat(third.state().config()).isEqualTo(FULL);
        third.apply(List.of(changes.epoch(5).configure(StreamConfig.NONE, null)));
        third.close();
        StreamFile fourth = opened(files, 6);
        assertThat(fourth.state().config()).isEqualTo(StreamConfig.NONE);
        fourth.close();
    }

    @Test
    void aDestroyedStreamIsNoLongerConfigured() {
        StreamFiles files = files(LIMITS);
        StreamFile file = files.create(STREAM, SLOT, 3);
        file.apply(List.of(changes.configure(FULL, null), changes.set("a"), changes.destroy(null)));
        assertThat(file.state().config()).isEqualTo(StreamConfig.NONE);
        file.close();

        StreamFile next = opened(files, 4);
        assertThat(next.state().config()).isEqualTo(StreamConfig.NONE);
        next.apply(List.of(changes.configure(FULL, null)));
        assertThat(next.state().config()).isEqualTo(FULL);
        next.close();
    }

    @Test
    void theLogTellsWhyMessagesWentWhenTheyWouldHaveAndWhatWasConfigured() {
        StreamFiles files = files(new StreamFileLimits(100, 10_000, 60_000));
        StreamFile file = files.create(STREAM, SLOT, 3);
        List<Change> all = List.of(changes.configure(FULL, "i1"), Changes.expiring(300, changes.set("a", "1")),
                Changes.expiring(200, changes.set("2")), changes.expire(1L, 2L), changes.set("b", "3"),
                changes.evict(3), Changes.expiring(400, changes.set("c", "4")), changes.set("5"), changes.delete(5L),
                changes.configure(StreamConfig.NONE, null), changes.set("6"), changes.deleteAll(0, "i12"));
        file.apply(all);
        assertChanges(file.changesAfter(0, 100, 10_000).orElseThrow(), all);
        file.close();

        StreamFile next = opened(files, 4);

        for (int after = 0; after <= all.size(); after++) {
            assertChanges(next.changesAfter(after, 100, 10_000).orElseThrow(), all.subList(after, all.size()));
        }
        assertThat(next.changesAfter(0, 100, all.get(0).bytes() + all.get(1).bytes()).orElseThrow()).hasSize(2);
        assertThat(next.get(4).orElseThrow().expires()).isEqualTo(400);
        next.close();
    }

    private StreamFile filled(Change... all) {
        StreamFile file = files(LIMITS).create(STREAM, SLOT, 3);
        file.apply(List.of(all));
        return file;
    }

    static StreamFile opened(StreamFiles files, long epoch) {
        Opened opened = files.open(STREAM, SLOT, epoch);
        assertThat(opened).isInstanceOf(Opened.File.class);
        return ((Opened.File) opened).file();
    }

    static void assertChanges(List<Change> actual, List<Change> expected) {
        assertThat(actual).usingRecursiveFieldByFieldElementComparator(BY_CONTENT).isEqualTo(expected);
    }

    private static void assertMessages(List<Message> actual, Message... expected) {
        assertThat(actual).usingRecursiveFieldByFieldElementComparator(BY_CONTENT).containsExactly(expected);
    }
}
