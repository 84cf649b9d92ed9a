// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import io.natspersist.worker.file.StreamFile.Range;
import static io.natspersist.worker.file.Changes.STREAM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.natspersist.protocol.StreamName;
import io.natspersist.transport.Headers;
import io.natspersist.worker.change.Change;
import io.natspersist.worker.change.Message;
import io.natspersist.worker.file.StreamFile.Counted;
import io.natspersist.worker.file.StreamFile.EpochStart;
import io.natspersist.worker.file.StreamFile.KeySeq;
import io.natspersist.worker.file.StreamFile.Remembered;
import io.natspersist.worker.file.StreamFile.State;
import io.natspersist.worker.file.StreamFiles.Opened;
import java.util.List;
import java.util.stream.LongStream;
import org.assertj.core.api.recursive.comparison.RecursiveComparisonConfiguration;
import org.junit.jupiter.api.Test;

/** What every volume of stream files does. */
abstract class StreamFilesContract {
    static final int SLOT = 7;
    private static final StreamFileLimits LIMITS = new StreamFileLimits(10, 2_000, 60_000);

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
                .isEqualTo(new State(List.of(new EpochStart(3, 1), new EpochStart(4, 3)), 4, 3, 2, 2, 4 + 2));
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

        assertThat(file.state()).isEqualTo(new State(List.of(new EpochStart(3, 1)), 31, 30, 29, 2, 6));
        assertThat(file.changesAfter(18, 100, 10_000)).isEmpty();
        assertThat(file.changesAfter(19, 100, 10_000).orElseThrow()).hasSize(12);
        file.close();
    }

    @Test
    void seqsGoOnAfterEverythingWasDeleted() {
        StreamFile file = filled(changes.set("a"), changes.set("b"), changes.deleteAll(2, null));

        assertThat(file.state()).isEqualTo(new State(List.of(new EpochStart(3, 1)), 3, 2, 0, 0, 0));
    }

    @Test
    void aDestroyedStreamKeepsNothingButItsNumbers() {
        Change.Destroy destroy;
        StreamFile file = filled(changes.set("a", "i1", "1"), changes.set("b", "2"), changes.deleteAll(1, null),
                destroy = changes.destroy("i4"));

        assertThat(file.state()).isEqualTo(new State(List.of(new EpochStart(3, 1)), 4, 2, 0, 0, 0, true));
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

        assertThat(again.state()).isEqualTo(new State(List.of(new EpochStart(3, 1)), 3, 2, 2, 1, 2));
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
    void anOwnerOfALowerEpochIsKeptOut() {
        StreamFiles files = files(LIMITS);
        files.create(STREAM, SLOT, 5).close();

        assertThat(files.open(STREAM, SLOT, 4)).isInstanceOf(Opened.Unavailable.class);
        opened(files, 5).close();
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

    @Test
    void aForgottenSlotIsLookedAtAgain() {
        StreamFiles files = files(LIMITS);
        assertThat(files.open(STREAM, SLOT, 3)).isEqualTo(new Opened.Absent());
        files.forgetSlot(SLOT);
        files.create(STREAM, SLOT, 3).close();
        files.forgetSlot(SLOT);

        opened(files, 3).close();
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
