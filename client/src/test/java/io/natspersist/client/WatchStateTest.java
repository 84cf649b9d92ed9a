// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.transport.Headers;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WatchStateTest {

    private final StrictListener listener = new StrictListener();

    @Test
    void aNoticeThatFollowsIsToldAtOnce() {
        WatchState watch = caughtUpAt(new Position(3, 10));
        watch.noticed(set(3, 11));
        assertThat(listener.changes).containsExactly(set(3, 11));
        assertThat(watch.question()).isNull();
    }

    @Test
    void aNoticeThatCameBeforeIsDropped() {
        WatchState watch = caughtUpAt(new Position(3, 10));
        watch.noticed(set(3, 11));
        watch.noticed(set(3, 11));
        watch.noticed(set(3, 7));
        assertThat(listener.changes).hasSize(1);
        assertThat(watch.stats().duplicates()).isEqualTo(2);
        assertThat(watch.question()).isNull();
    }

    @Test
    void aGapIsAskedForAndWhatCameMeanwhileFollowsIt() {
        WatchState watch = caughtUpAt(new Position(3, 10));
        watch.noticed(set(3, 13));
        assertThat(listener.changes).isEmpty();
        assertThat(watch.question()).isEqualTo(new Question.WhatDidIMiss(new Position(3, 10)));
        watch.noticed(set(3, 14));
        answer(watch, new Answer.Changes(3, 12, List.of(set(3, 11), set(3, 12))));
        assertThat(numbers()).containsExactly(11L, 12L, 13L, 14L);
        assertThat(watch.question()).isNull();
    }

    @Test
    void aLostLastNoticeIsNoticedByTheTrailingNumber() {
        WatchState watch = caughtUpAt(new Position(3, 10));
        watch.heardOf(new Position(3, 11));
        assertThat(watch.question()).isEqualTo(new Question.WhatDidIMiss(new Position(3, 10)));
    }

    @Test
    void aHigherEpochIsNotTrustedBeforeItsOwnerHasBeenAsked() {
        WatchState watch = caughtUpAt(new Position(3, 10));
        watch.noticed(set(4, 11));
        assertThat(listener.changes).isEmpty();
        answer(watch, new Answer.MustReset(4, 2));
        assertThat(watch.question()).isEqualTo(new Question.WhatIsThere(1));
        answer(watch, new Answer.Messages(4, 11, List.of(message(1, 1)), 0));
        assertThat(listener.resets).containsExactly(new Reset(Reset.Reason.CHANGES_LOST, 2, new Position(3, 10)));
        assertThat(watch.position()).isEqualTo(new Position(4, 11));
        assertThat(watch.question()).isNull();
    }

    @Test
    void aNumberKnownAlreadyButOfAHigherEpochIsNotADuplicate() {
        WatchState watch = caughtUpAt(new Position(3, 10));
        watch.noticed(set(4, 9));
        assertThat(watch.question()).isEqualTo(new Question.WhatDidIMiss(new Position(3, 10)));
    }

    @Test
    void anOwnerThatHasASuccessorIsNotBelieved() {
        WatchState watch = caughtUpAt(new Position(3, 10));
        watch.heardOfOwner(4);
        Question question = question(watch);
        assertThat(watch.answered(question, new Answer.Changes(3, 11, List.of(set(3, 11))))).isFalse();
        assertThat(listener.changes).isEmpty();
        assertThat(watch.question()).isEqualTo(question);
        answer(watch, new Answer.Changes(4, 11, List.of(set(4, 11))));
        assertThat(numbers()).containsExactly(11L);
    }

    @Test
    void anOwnerWhoseSuccessorNeverCameIsBelievedAgain() {
        WatchState watch = caughtUpAt(new Position(3, 10));
        watch.heardOfOwner(4);
        watch.noticed(set(3, 11));
        assertThat(listener.changes).isEmpty();
        watch.heardOfOwner(3);
        assertThat(watch.answered(question(watch), new Answer.Changes(3, 11, List.of(set(3, 11))))).isTrue();
        watch.noticed(set(3, 12));
        assertThat(numbers()).containsExactly(11L, 12L);
        assertThat(watch.question()).isNull();
    }

    @Test
    void anOwnerWhoseSuccessorHasSpokenIsNotBelievedWhateverATableSays() {
        WatchState watch = caughtUpAt(new Position(3, 10));
        watch.heardOf(new Position(4, 10));
        watch.heardOfOwner(3);
        assertThat(watch.answered(question(watch), new Answer.Changes(3, 11, List.of(set(3, 11))))).isFalse();
        assertThat(listener.changes).isEmpty();
    }

    @Test
    void aMessageThatChangesWhileTheSnapshotIsReadComesAsAChangeOnly() {
        WatchState watch = new WatchState(WatchFrom.beginning(), 100, listener);
        answer(watch, new Answer.Messages(3, 5, List.of(message(1, 1)), 2));
        watch.noticed(set(3, 6));
        answer(watch, new Answer.Messages(3, 6, List.of(message(2, 2), message(6, 6)), 0));
        assertThat(listener.messages).containsOnlyKeys(1L, 2L, 6L);
        assertThat(numbers()).containsExactly(6L);
        assertThat(watch.question()).isNull();
    }

    @Test
    void whatThePagesKnowAndNoNoticeToldIsAskedFor() {
        WatchState watch = new WatchState(WatchFrom.beginning(), 100, listener);
        answer(watch, new Answer.Messages(3, 5, List.of(message(1, 1)), 2));
        answer(watch, new Answer.Messages(3, 6, List.of(message(6, 6)), 0));
        assertThat(watch.question()).isEqualTo(new Question.WhatDidIMiss(new Position(3, 5)));
        assertThat(listener.snapshots).isZero();
        assertThat(watch.position()).isEqualTo(Position.START);
        answer(watch, new Answer.Changes(3, 6, List.of(set(3, 6))));
        assertThat(listener.snapshots).isEqualTo(1);
        assertThat(watch.position()).isEqualTo(new Position(3, 6));
    }

    @Test
    void aSnapshotBeginsAgainWhenItsPagesMayShowWhatTheNewOwnerNeverHeardOf() {
        WatchState watch = new WatchState(WatchFrom.beginning(), 100, listener);
        answer(watch, new Answer.Messages(3, 5, List.of(message(1, 1)), 2));
        answer(watch, new Answer.Messages(3, 6, List.of(), 0)); // change 6 deleted what else there was, and is lost
        answer(watch, new Answer.Changes(4, 5, List.of()));
        answer(watch, new Answer.Messages(4, 5, List.of(message(1, 1), message(2, 2)), 0));
        assertThat(listener.messages).containsOnlyKeys(1L, 2L);
        assertThat(listener.snapshots).isEqualTo(1);
    }

    @Test
    void aSnapshotBeginsAgainWhenTheStreamMoves() {
        WatchState watch = new WatchState(WatchFrom.beginning(), 100, listener);
        answer(watch, new Answer.Messages(3, 5, List.of(message(1, 1)), 2));
        answer(watch, new Answer.Messages(4, 5, List.of(message(2, 2)), 0));
        assertThat(watch.question()).isEqualTo(new Question.WhatIsThere(1));
        answer(watch, new Answer.Messages(4, 5, List.of(message(1, 1), message(2, 2)), 0));
        assertThat(listener.resets).extracting(Reset::reason).containsExactly(Reset.Reason.BEGINNING,
                Reset.Reason.MOVED);
        assertThat(listener.messages).containsOnlyKeys(1L, 2L);
    }

    @Test
    void aDisturbanceWhileAQuestionIsOpenIsNotForgotten() {
        WatchState watch = caughtUpAt(new Position(3, 10));
        watch.disturbed();
        watch.disturbed();
        answer(watch, new Answer.Changes(3, 10, List.of()));
        assertThat(watch.question()).isNotNull();
        answer(watch, new Answer.Changes(3, 10, List.of()));
        assertThat(watch.question()).isNull();
    }

    @Test
    void whatDoesNotFitTheBufferIsAskedForAgain() {
        WatchState watch = new WatchState(WatchFrom.after(new Position(3, 10)), 2, listener);
        for (long n = 12; n <= 20; n++) {
            watch.noticed(set(3, n));
        }
        assertThat(watch.buffered()).isEqualTo(2);
        answer(watch, new Answer.Changes(3, 11, List.of(set(3, 11))));
        assertThat(numbers()).containsExactly(11L, 12L, 13L);
        assertThat(watch.question()).isEqualTo(new Question.WhatDidIMiss(new Position(3, 13)));
    }

    @Test
    void aPositionFromAFutureThatNeverCameEndsInAReset() {
        WatchState watch = new WatchState(WatchFrom.after(new Position(99, 500)), 10, listener);
        answer(watch, new Answer.MustReset(3, 490));
        answer(watch, new Answer.Messages(3, 10, List.of(), 0));
        assertThat(watch.question()).isNull();
        assertThat(watch.position()).isEqualTo(new Position(3, 10));
    }

    @Test
    void whateverHappensEveryChangeIsToldOnceAndInOrderOrElseAReset() {
        long first = Long.getLong("seed", System.nanoTime());
        int runs = Integer.getInteger("runs", 3_000);
        long changes = 0;
        long resumes = 0;
        long resets = 0;
        long lost = 0;
        for (long seed = first; seed < first + runs; seed++) {
            RandomHistory run = new RandomHistory(seed);
            try {
                run.run();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
            WatchStats stats = run.watch.stats();
            changes += stats.changes();
            resumes += stats.resumes();
            resets += stats.resets();
            lost += stats.lostChanges();
        }
        System.out.println("watch: seeds " + first + " and on, " + runs + " histories, " + changes + " changes told, "
                + resumes + " resumes, " + resets + " resets, " + lost + " changes reported lost");
        assertThat(List.of(changes, resumes, resets, lost)).doesNotContain(0L);
    }

    private WatchState caughtUpAt(Position position) {
        WatchState watch = new WatchState(WatchFrom.now(), 100, listener);
        answer(watch, new Answer.Info(position.epoch(), position.change()));
        return watch;
    }

    private static void answer(WatchState watch, Answer answer) {
        assertThat(watch.answered(question(watch), answer)).isTrue();
    }

    private static Question question(WatchState watch) {
        return java.util.Objects.requireNonNull(watch.question());
    }

    private List<Long> numbers() {
        return listener.changes.stream().map(c -> c.position().change()).toList();
    }

    private static Change set(long epoch, long number) {
        return new Change.Set(new Position(epoch, number), message(number, number));
    }

    private static StreamMessage message(long seq, long change) {
        return new StreamMessage(seq, 1, 0, change, null, null, Headers.NONE, null);
    }

    /** A stream with owners that come and go, a network that loses, repeats and reorders, and one watch. */
    private static final class RandomHistory {
        private final Random random;
        private final double noticeLoss;
        private final int reorder;
        private final boolean losesChanges;
        private final StrictListener listener = new StrictListener();
        private final WatchState watch;
        private final List<Runnable> under = new ArrayList<>();
        private final ModelStream stream;
        private @Nullable ModelStream zombie;
        private @Nullable Question asked;
        private @Nullable Answer coming;

        RandomHistory(long seed) {
            random = new Random(seed);
            noticeLoss = random.nextInt(3) * 0.15;
            reorder = 1 + random.nextInt(6);
            losesChanges = random.nextBoolean();
            stream = new ModelStream(1, 1 + random.nextInt(5), 5 + random.nextInt(40));
            for (int i = random.nextInt(30); i > 0; i--) {
                write();
            }
            under.clear();
            List<WatchFrom> starts = List.of(WatchFrom.beginning(), WatchFrom.now(), WatchFrom.after(Position.START),
                    WatchFrom.after(new Position(1, random.nextInt((int) stream.position().change() + 1))));
            WatchFrom from = starts.get(random.nextInt(starts.size()));
            watch = new WatchState(from, 1 + random.nextInt(20), listener);
            if (from instanceof WatchFrom.After after) {
                listener.messages = stream.messagesAfter(after.position().change());
            }
        }

        void run() {
            for (int i = 20 + random.nextInt(300); i > 0; i--) {
                step();
            }
            comeToRest();
            check();
        }

        private void step() {
            int what = random.nextInt(100);
            if (what < 35) {
                write();
            } else if (what < 65) {
                deliver();
            } else if (what < 92) {
                talk();
            } else if (what < 94) {
                watch.disturbed();
            } else if (what < 96) {
                takeover();
            } else if (what < 98) {
                watch.heardOfOwner(stream.position().epoch());
            } else {
                trail();
            }
        }

        private void write() {
            Change change;
            int what = random.nextInt(10);
            if (what == 0) {
                change = stream.delete(List.of(1 + (long) random.nextInt((int) stream.lastSeq() + 1)));
            } else if (what == 1 && random.nextInt(4) == 0) {
                change = stream.deleteAll(random.nextInt((int) stream.lastSeq() + 1));
            } else {
                String key = random.nextBoolean() ? null : "k" + random.nextInt(5);
                change = stream.set(key, "v" + random.nextInt());
            }
            send(() -> watch.noticed(change));
        }

        private void trail() {
            Position at = stream.position();
            send(() -> watch.heardOf(at));
        }

        private void send(Runnable delivery) {
            if (random.nextDouble() >= noticeLoss) {
                under.add(delivery);
            }
            if (random.nextInt(10) == 0) {
                under.add(delivery);
            }
        }

        private void deliver() {
            if (!under.isEmpty()) {
                int index = random.nextInt(Math.min(reorder, under.size()));
                under.remove(index).run();
            }
        }

        /** Asks, is answered (now and then by the owner of before) and hears the answer, each at its own time. */
        private void talk() {
            if (coming != null && asked != null) {
                Answer answer = coming;
                Question question = asked;
                coming = null;
                asked = null;
                if (random.nextInt(10) > 0) {
                    watch.answered(question, answer);
                }
            } else if (asked != null) {
                coming = (zombie != null && random.nextInt(4) == 0 ? zombie : stream).answer(asked);
            } else {
                asked = watch.question();
            }
        }

        private void takeover() {
            zombie = stream.frozen();
            int lost = losesChanges ? random.nextInt(Math.min(4, (int) stream.position().change() + 1)) : 0;
            stream.takeover(stream.position().epoch() + 1 + random.nextInt(3), lost);
        }

        private void comeToRest() {
            zombie = null;
            coming = null;
            asked = null;
            while (!under.isEmpty()) {
                deliver();
            }
            watch.heardOf(stream.position());
            for (int i = 0; watch.question() != null; i++) {
                assertThat(i).as("comes to rest").isLessThan(1_000);
                watch.answered(question(watch), stream.answer(question(watch)));
            }
        }

        private void check() {
            assertThat(watch.position()).isEqualTo(stream.position());
            for (Change told : listener.changes) {
                Change real = stream.change(told.position().change());
                assertThat(withoutEpoch(told)).isEqualTo(withoutEpoch(real));
            }
            if (listener.messages != null) {
                assertThat(listener.messages).isEqualTo(stream.messages());
            }
            if (!losesChanges) {
                assertThat(listener.lost).isZero();
            }
        }

        private static Object withoutEpoch(Change change) {
            if (change instanceof Change.Set set) {
                return set.message();
            }
            if (change instanceof Change.Destroy destroy) {
                return "destroyed at " + destroy.lastSeq();
            }
            return change instanceof Change.Delete delete ? delete.seqs() : ((Change.DeleteAll) change).endSeq();
        }
    }
}
