// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import static io.natspersist.worker.cold.FileOfBytes.restored;
import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.protocol.StreamName;
import io.natspersist.worker.cold.ColdTier.Copy;
import io.natspersist.worker.cold.ObjectStoreException.Kind;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Something goes wrong at every single call of archive, restore and delete: the copy is the old or the new one, whole; the same
 * thing done again succeeds; and nothing is left over.
 */
class ColdFaultPointsTest {
    private static final StreamName STREAM = new StreamName("projects.42");
    private static final int SLOT = 7;

    enum Trouble {
        AWAY, ANSWER_LOST, CONFLICT, DAMAGED, REFUSED;

        void at(long call, MemoryObjectStore store) {
            if (this == ANSWER_LOST) {
                store.loseAnswer(call);
            } else {
                store.fail(call, this == AWAY ? Kind.UNAVAILABLE : Kind.valueOf(name()));
            }
        }
    }

    /** What an owner was about to do. */
    enum Situation {
        FIRST_ARCHIVE(0, 3), ARCHIVE(1, 3), ARCHIVE_THAT_COMPACTS(archivesBeforeCompaction(), 3),
        ARCHIVE_OF_A_SUCCESSOR(2, 4);

        private final int archivedBefore;
        private final long epoch;

        Situation(int archivedBefore, long epoch) {
            this.archivedBefore = archivedBefore;
            this.epoch = epoch;
        }
    }

    /** A store, and what was archived there. */
    private static final class Run {
        final MemoryObjectStore store = new MemoryObjectStore();
        final FileOfBytes file = new FileOfBytes(1, 40);
        final Optional<Copy> old;
        final byte[] oldBytes;
        private long tokens = 10;

        Run(int archives) {
            ColdCopies copies = copies(_ -> {});
            Copy last = null;
            for (int i = 0; i < archives; i++) {
                last = copies.archive(STREAM, SLOT, 3, file.changePages(2).at(1_000 + i));
            }
            old = Optional.ofNullable(last);
            oldBytes = file.bytes();
            file.changePages(12);
        }

        ColdCopies copies(Consumer<ColdStep> after) {
            return new ColdCopies(store, 0, ColdCopiesTest.SIZES, new Random(tokens++), after);
        }

        /** The copy is the old or the new one, whole. */
        void check() {
            store.heal();
            ColdCopies copies = copies(_ -> {});
            Optional<Copy> there = copies.newest(STREAM, SLOT);
            if (!there.equals(old)) {
                assertThat(there).map(Copy::change).contains(file.change());
            }
            there.ifPresent(copy -> assertThat(restored(copies, STREAM, SLOT, copy))
                    .isEqualTo(copy.change() == file.change() ? file.bytes() : oldBytes));
        }

        void checkTidy() {
            ColdKeys keys = ColdKeys.of(STREAM, SLOT);
            List<String> named = new ArrayList<>(List.of(keys.head()));
            new Heads(store, new PackStore(store)).read(STREAM, keys).head().packs()
                    .forEach(pack -> named.add(keys.pack(pack.name())));
            assertThat(store.keys()).containsExactlyInAnyOrderElementsOf(named);
        }
    }

    @ParameterizedTest
    @EnumSource(Trouble.class)
    void anArchiveInTroubleLeavesTheOldCopyOrTheNewOne(Trouble trouble) {
        int points = 0;
        for (Situation situation : Situation.values()) {
            long calls = callsOfAnArchive(situation);
            for (long call = 1; call <= calls; call++) {
                Run run = new Run(situation.archivedBefore);
                ColdCopies copies = run.copies(_ -> {});
                trouble.at(call, run.store);
                attempt(() -> copies.archive(STREAM, SLOT, situation.epoch, run.file.at(9_000)));
                run.check();

                copies.archive(STREAM, SLOT, situation.epoch, run.file.at(9_001));

                assertThat(copies.newest(STREAM, SLOT)).map(Copy::change).contains(run.file.change());
                run.check();
                if (run.old.isPresent()) {
                    run.checkTidy();
                }
                points++;
            }
        }
        System.out.println(trouble + ": " + points + " fault points of archives");
        assertThat(points).isGreaterThan(15);
    }

    @ParameterizedTest
    @EnumSource(Situation.class)
    void anOwnerThatDiesInAnArchiveLeavesTheOldCopyOrTheNewOne(Situation situation) {
        List<ColdStep> steps = new ArrayList<>();
        Run whole = new Run(situation.archivedBefore);
        whole.copies(steps::add).archive(STREAM, SLOT, situation.epoch, whole.file.at(9_000));
        for (int step = 1; step <= steps.size(); step++) {
            Run run = new Run(situation.archivedBefore);
            int[] left = {step};
            ColdCopies copies = run.copies(_ -> {
                if (--left[0] == 0) {
                    throw new IllegalStateException("killed");
                }
            });
            attempt(() -> copies.archive(STREAM, SLOT, situation.epoch, run.file.at(9_000)));
            assertThat(left[0]).isZero();
            run.check();

            ColdCopies successor = run.copies(_ -> {});
            run.file.changePages(1);
            successor.archive(STREAM, SLOT, 5, run.file.at(9_001));

            run.check();
            if (run.old.isPresent() || steps.get(step - 1) == ColdStep.HEAD_STORED) {
                run.checkTidy();
            }
        }
        System.out.println(situation + ": " + steps);
        assertThat(steps).contains(ColdStep.HEAD_READ, ColdStep.SCANNED, ColdStep.PACK_STORED, ColdStep.HEAD_STORED);
    }

    @ParameterizedTest
    @EnumSource(Trouble.class)
    void aDeleteInTroubleIsDoneTheSecondTime(Trouble trouble) {
        Run whole = new Run(6);
        long before = whole.store.calls();
        whole.copies(_ -> {}).delete(STREAM, SLOT, 4);
        long calls = whole.store.calls() - before;
        for (long call = 1; call <= calls; call++) {
            Run run = new Run(6);
            ColdCopies copies = run.copies(_ -> {});
            trouble.at(call, run.store);
            attempt(() -> copies.delete(STREAM, SLOT, 4));
            run.store.heal();
            copies.newest(STREAM, SLOT)
                    .ifPresent(copy -> assertThat(restored(copies, STREAM, SLOT, copy)).isEqualTo(run.oldBytes));

            copies.delete(STREAM, SLOT, 4);

            assertThat(copies.newest(STREAM, SLOT)).isEmpty();
            assertThat(run.store.keys()).hasSize(1);
        }
        assertThat(calls).isGreaterThan(3);
    }

    @ParameterizedTest
    @EnumSource(value = Trouble.class, names = {"AWAY", "DAMAGED", "REFUSED"})
    void aRestoreInTroubleGivesOutNothingWrongAndSucceedsTheSecondTime(Trouble trouble) {
        Run whole = new Run(6);
        long before = whole.store.calls();
        restored(whole.copies(_ -> {}), STREAM, SLOT, whole.old.orElseThrow());
        long calls = whole.store.calls() - before;
        for (long call = 1; call <= calls; call++) {
            Run run = new Run(6);
            ColdCopies copies = run.copies(_ -> {});
            trouble.at(call, run.store);
            ByteArrayOutputStream first = new ByteArrayOutputStream();
            attempt(() -> copies.restore(STREAM, SLOT, run.old.orElseThrow(), bytes -> {
                while (bytes.hasRemaining()) {
                    first.write(bytes.get());
                }
            }));

            assertThat(first.toByteArray()).isEqualTo(Arrays.copyOf(run.oldBytes, first.size()));
            assertThat(restored(copies, STREAM, SLOT, run.old.orElseThrow())).isEqualTo(run.oldBytes);
        }
        assertThat(calls).isGreaterThan(3);
    }

    /** At every step of one owner another one, earlier or later, archives or deletes. */
    @Test
    void ofTwoOwnersAtOnceTheLaterOneWins() {
        int races = 0;
        for (long other : new long[]{3, 5}) {
            for (boolean deletes : new boolean[]{false, true}) {
                for (int step = 1;; step++) {
                    Run run = new Run(6);
                    FileOfBytes others = run.file.fork();
                    others.changePages(7);
                    int[] left = {step};
                    boolean[] fenced = new boolean[2];
                    ColdCopies ofOther = run.copies(_ -> {});
                    ColdCopies copies = run.copies(_ -> {
                        if (--left[0] == 0) {
                            fenced[1] = isFenced(() -> {
                                if (deletes) {
                                    ofOther.delete(STREAM, SLOT, other);
                                } else {
                                    ofOther.archive(STREAM, SLOT, other, others.at(9_000));
                                }
                            });
                        }
                    });
                    fenced[0] = isFenced(() -> copies.archive(STREAM, SLOT, 4, run.file.at(9_001)));
                    if (left[0] > 0) {
                        break;
                    }
                    Optional<Copy> newest = copies.newest(STREAM, SLOT);
                    boolean laterDeleted = deletes && other == 5;
                    assertThat(newest.isEmpty()).isEqualTo(laterDeleted);
                    newest.ifPresent(copy -> {
                        assertThat(copy.epoch()).isEqualTo(deletes ? 4 : Math.max(4, other));
                        assertThat(restored(copies, STREAM, SLOT, copy))
                                .isEqualTo(copy.epoch() == 4 ? run.file.bytes() : others.bytes());
                    });
                    assertThat(fenced[0] && fenced[1]).isFalse();
                    races++;
                }
            }
        }
        System.out.println(races + " races");
        assertThat(races).isGreaterThan(20);
    }

    /** The same owner's archive lists packs where it leaves some, and then only. */
    private static int archivesBeforeCompaction() {
        for (int archives = 1; archives < 100; archives++) {
            Run run = new Run(archives);
            long others = run.store.calls() - run.store.puts();
            run.copies(_ -> {}).archive(STREAM, SLOT, 3, run.file.at(9_000));
            if (run.store.calls() - run.store.puts() - others == 3) {
                return archives;
            }
        }
        throw new AssertionError("no archive compacts");
    }

    private static long callsOfAnArchive(Situation situation) {
        Run run = new Run(situation.archivedBefore);
        long before = run.store.calls();
        run.copies(_ -> {}).archive(STREAM, SLOT, situation.epoch, run.file.at(9_000));
        return run.store.calls() - before;
    }

    private static void attempt(Runnable what) {
        try {
            what.run();
        } catch (ObjectStoreException | IllegalStateException e) {
            assertThat(e.getMessage()).containsAnyOf("told to fail", "killed", "again", "refused");
        }
    }

    private static boolean isFenced(Runnable what) {
        try {
            what.run();
            return false;
        } catch (ColdTier.Fenced e) {
            return true;
        }
    }
}
