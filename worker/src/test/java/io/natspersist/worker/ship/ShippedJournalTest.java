// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.ship;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.natspersist.protocol.table.Incarnation;
import io.natspersist.protocol.table.Numbers;
import io.natspersist.worker.cold.MemoryObjectStore;
import io.natspersist.worker.cold.ObjectStore;
import io.natspersist.worker.cold.ObjectStoreException.Kind;
import io.natspersist.worker.journal.CorruptJournal;
import io.natspersist.worker.journal.NotSealed;
import io.natspersist.worker.journal.Sealing;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ShippedJournalTest {

    private static List<Long> upTo(long last) {
        return LongStream.rangeClosed(1, last).boxed().toList();
    }

    /** A journal with seven objects: an empty one, then six of one change each. */
    private static ShippingRun sixChanges() {
        ShippingRun run = new ShippingRun(1).open();
        for (int i = 0; i < 6; i++) {
            run.onLoop(() -> run.append(300));
            run.time.runFor(100);
        }
        assertThat(run.shipped).isEqualTo(upTo(6));
        return run;
    }

    @Test
    void aSuccessorReadsWhatWasShippedInItsOrder() throws IOException {
        ShippingRun run = sixChanges();
        run.onLoop(run::appendQuietly);

        assertThat(run.readBySuccessor()).isEqualTo(upTo(6));
    }

    @Test
    void whatIsNotShippedKeepsItsSegments() {
        ShippingRun run = new ShippingRun(1).open();
        run.bucket.away(true);
        for (int i = 0; i < 10; i++) {
            run.onLoop(() -> run.append(300));
            run.time.runFor(100);
        }
        run.onLoop(() -> run.positions.forEach(run.journal::release));
        run.time.runFor(1_000);
        assertThat(run.disk.names("journals/w0.7")).contains("0000000001.log");

        run.bucket.heal();
        run.time.runFor(20_000);
        assertThat(run.shipped).isEqualTo(upTo(10));
        assertThat(run.disk.names("journals/w0.7")).doesNotContain("0000000001.log");
    }

    @Test
    void objectsGoOnceAllTheirChangesAreInColdCopies() throws IOException {
        ShippingRun run = sixChanges();
        run.onLoop(() -> run.journal.releaseShipped(run.positions.get(3)));
        assertThat(run.objects()).isEqualTo(List.of(2L, 3L, 4L, 5L, 6L, 7L));

        run.onLoop(() -> run.append(10));
        run.time.runFor(1_000);

        assertThat(run.objects()).isEqualTo(List.of(5L, 6L, 7L, 8L));
        assertThat(run.readBySuccessor()).isEqualTo(List.of(4L, 5L, 6L, 7L));
    }

    @Test
    void whatIsReleasedBecauseItWasCopiedForwardStaysUntilTheCopyIsShipped() {
        ShippingRun run = sixChanges();
        run.bucket.away(true);
        run.onLoop(() -> {
            run.append(10);
            run.journal.releaseShipped(run.positions.getLast());
        });
        run.time.runFor(5_000);
        assertThat(run.objects()).contains(2L, 7L);

        run.bucket.heal();
        run.time.runFor(10_000);
        run.onLoop(() -> run.append(10));
        run.time.runFor(1_000);
        assertThat(run.objects()).isEqualTo(List.of(8L, 9L));
    }

    @Test
    void whereNothingIsWrittenManyUnneededObjectsGoAllTheSame() {
        ShippingRun run = new ShippingRun(1).open();
        for (int i = 0; i < Shipper.UNNEEDED_OBJECTS + 20; i++) {
            run.onLoop(() -> run.append(10));
            run.time.runFor(20);
        }
        run.onLoop(() -> run.journal.releaseShipped(run.journal.end()));
        run.time.runFor(1_000);

        assertThat(run.objects()).hasSize(1);
    }

    @Test
    void anObjectThatIsMissingAndNeededIsFound() throws IOException {
        for (long missing : List.of(4L, 7L)) {
            ShippingRun run = sixChanges();
            run.journals.seal(ShippingRun.ID, true);
            run.bucket.remove(Keys.of(ShippingRun.ID, missing));

            assertThatThrownBy(run::readBySuccessor).isInstanceOf(CorruptJournal.class)
                    .hasMessageContaining(Keys.of(ShippingRun.ID, missing) + ": it is missing");
        }
    }

    /** Whatever bit is turned over, wherever an object is cut: it is found, or what is read is what was written. */
    @Test
    void damageIsNeverPassedOver() throws IOException {
        ShippingRun run = sixChanges();
        String key = Keys.of(ShippingRun.ID, 4);
        byte[] good = run.bucket.get(key, 1 << 20).orElseThrow().bytes();
        for (int at = 0; at < good.length; at++) {
            run.bucket.alter(key, at);
            assertThatThrownBy(run::readBySuccessor).as("byte %d", at).isInstanceOf(CorruptJournal.class);
            run.bucket.replace(key, good);
        }
        for (int length = 0; length < good.length; length++) {
            run.bucket.truncate(key, length);
            assertThatThrownBy(run::readBySuccessor).as("length %d", length).isInstanceOf(CorruptJournal.class);
            run.bucket.replace(key, good);
        }
        assertThat(run.readBySuccessor()).isEqualTo(upTo(6));
    }

    @Test
    void anotherJournalsObjectIsFound() {
        ShippingRun run = sixChanges();
        String key = Keys.of(ShippingRun.ID, 4);
        run.bucket.replace(key, run.bucket.get(Keys.of(ShippingRun.ID, 5), 1 << 20).orElseThrow().bytes());

        assertThatThrownBy(run::readBySuccessor).isInstanceOf(CorruptJournal.class)
                .hasMessageContaining("it is object 5 of journal w0.7");
    }

    /** A coordinator that has lost its table wants to know what epochs there were. */
    @Test
    void ofAJournalThatIsNotSealedWhatThereIsIsToldAndThatItMayNotBeAll() {
        ShippingRun run = sixChanges();
        List<Long> told = new ArrayList<>();

        assertThatThrownBy(() -> run.journals.read(ShippingRun.ID, change -> told.add(change.number())))
                .isInstanceOf(NotSealed.class);
        assertThat(told).isEqualTo(upTo(6));
    }

    /** As when a worker of a cluster whose workers share a volume dies: its changes are elsewhere, and not none. */
    @Test
    void aJournalThatWasNeverShippedIsNotTakenForAnEmptyOne() throws IOException {
        ShippingRun run = new ShippingRun(1);
        run.journals.seal(ShippingRun.ID, true);

        assertThatThrownBy(() -> run.journals.read(ShippingRun.ID, change -> {}))
                .hasMessageContaining("was never shipped");
    }

    @Test
    void aBucketThatReplacesWhatItMustNotIsFoundAtOnce() {
        ShippingRun run = new ShippingRun(1, store -> {
            SealsBeforePut replaces = new SealsBeforePut(2);
            replaces.store = store;
            replaces.instead = () -> ((MemoryObjectStore) store).remove(Keys.of(ShippingRun.ID, 1));
            return replaces;
        }).open();

        assertThat(run.opened).isFalse();
        assertThat(run.faults).singleElement().asString().contains("If-None-Match");
    }

    @Test
    void aStoreThatIsAwayIsNoJournalThatIsGone() {
        ShippingRun run = sixChanges();
        run.bucket.away(true);

        assertThatThrownBy(() -> run.journals.seal(ShippingRun.ID, true)).isInstanceOf(IOException.class)
                .isNotInstanceOf(CorruptJournal.class);
        assertThatThrownBy(() -> run.journals.read(ShippingRun.ID, change -> {})).isInstanceOf(IOException.class)
                .isNotInstanceOfAny(CorruptJournal.class, NotSealed.class);
        assertThatThrownBy(run.journals::list).isInstanceOf(IOException.class);
    }

    @Test
    void anOwnerThatIsSealedBeforeItsFirstObjectNeverOpens() throws IOException {
        ShippingRun run = new ShippingRun(1);
        assertThat(run.journals.seal(ShippingRun.ID, true)).isEqualTo(new Sealing.Result.Sealed());
        run.open();

        assertThat(run.sealed).isTrue();
        assertThat(run.opened).isFalse();
    }

    /** A successor seals before each of the owner's uploads in turn, and between an upload and its answer. */
    @Test
    void whereverASealComesEverythingCalledShippedLiesBeforeIt() throws IOException {
        for (int at = 2; at <= 9; at++) {
            for (boolean answerLost : List.of(false, true)) {
                SealsBeforePut seals = new SealsBeforePut(at);
                ShippingRun run = new ShippingRun(at, store -> {
                    seals.store = store;
                    return seals;
                });
                if (answerLost) {
                    seals.loseAnswerBefore = run.bucket;
                }
                run.open();
                for (int i = 0; i < 6 && !run.sealed; i++) {
                    run.onLoop(() -> run.append(100));
                    run.time.runFor(500);
                }
                run.time.runFor(5_000);

                assertThat(run.sealed || at == 9).as("seal before put %d", at).isTrue();
                assertThat(run.faults).isEmpty();
                assertThat(run.readBySuccessor()).as("seal before put %d", at).containsAll(run.shipped);
            }
        }
    }

    @Test
    void aSealIsMadeAgainByAnyoneWithoutHarm() throws IOException {
        ShippingRun run = sixChanges();
        run.bucket.loseAnswer(2);
        assertThatThrownBy(() -> run.journals.seal(ShippingRun.ID, true)).isInstanceOf(IOException.class);

        assertThat(run.journals.seal(ShippingRun.ID, true)).isEqualTo(new Sealing.Result.Sealed());
        assertThat(new ShippedJournals(run.bucket, Runnable::run, new SplittableRandom(9), () -> 0).seal(ShippingRun.ID,
                true))
                .isEqualTo(new Sealing.Result.Sealed());
        assertThat(run.objects()).endsWith(7L, 8L).doesNotContain(9L);
    }

    @Test
    void whoMayLiveIsSealedOnlyByWhoTakesOver() throws IOException {
        ShippingRun run = sixChanges();
        for (int i = 0; i < 10; i++) {
            assertThat(run.journals.seal(ShippingRun.ID, false)).isEqualTo(new Sealing.Result.StillLocked());
            run.onLoop(() -> run.journal.prove(() -> {}));
            run.time.runFor(1_000);
        }
        run.node.crash();
        assertThat(run.journals.seal(ShippingRun.ID, false)).isEqualTo(new Sealing.Result.StillLocked());
        run.time.runFor(6_000);
        assertThat(run.journals.seal(ShippingRun.ID, false)).isEqualTo(new Sealing.Result.Sealed());
    }

    @Test
    void ofADeletedJournalTheSealStaysSoThatALateUploadFindsItsNumberTaken() throws IOException {
        ShippingRun run = sixChanges();
        run.journals.seal(ShippingRun.ID, true);
        run.journals.delete(ShippingRun.ID, new Numbers(4, 3, 7));
        run.onLoop(() -> run.append(10));
        run.time.runFor(5_000);

        assertThat(run.objects()).containsExactly(8L);
        assertThat(run.sealed).isTrue();
        assertThat(run.shipped).isEqualTo(upTo(6));
        assertThat(run.journals.list()).isEmpty();
        assertThat(run.journals.highest()).isEqualTo(new Numbers(4, 3, 7));
    }

    @Test
    void journalsAreListedAlsoWhereThereAreManyObjects() throws IOException {
        ShippingRun run = new ShippingRun(1);
        List<Incarnation> all = new ArrayList<>();
        for (int i = 1; i <= 3; i++) {
            Incarnation journal = new Incarnation("w" + i, i);
            all.add(journal);
            for (long n = 1; n <= 1_500; n++) {
                run.bucket.replace(Keys.of(journal, n), new byte[200]);
            }
            run.bucket.replace(Keys.of(new Incarnation("w" + i, 100 + i), 9), new byte[ObjectHeader.BYTES]);
        }

        assertThat(run.journals.list()).isEqualTo(all);
        assertThat(run.journals.isFenced(all.getFirst())).isFalse();
        assertThat(run.journals.isFenced(new Incarnation("w1", 101))).isTrue();
    }

    @Test
    void noTwoReserveTheSameNumbersThoughAnAnswerIsLost() throws IOException {
        ShippingRun run = new ShippingRun(1);
        Numbers first = run.journals.reserve(new Numbers(1, 1, 1), 10);
        run.bucket.loseAnswer(2);
        assertThatThrownBy(() -> run.journals.reserve(new Numbers(1, 1, 1), 10)).isInstanceOf(IOException.class);
        Numbers third = run.journals.reserve(Numbers.NONE, 10);

        assertThat(first).isEqualTo(new Numbers(11, 11, 11));
        assertThat(third).isEqualTo(new Numbers(31, 31, 31));
    }

    @Test
    void aProcessThatStartsAgainShipsWhatItsPredecessorHadForced() throws IOException {
        ShippingRun run = sixChanges();
        run.bucket.away(true);
        for (int i = 0; i < 5; i++) {
            run.onLoop(run::appendQuietly);
        }
        run.node.crash();
        run.disk.kill("w0");
        run.bucket.heal();

        FormerJournals.shipRest(run.disk.mount("again"), run.bucket, new SplittableRandom(5));
        FormerJournals.shipRest(run.disk.mount("again"), run.bucket, new SplittableRandom(6));

        assertThat(run.readBySuccessor()).isEqualTo(upTo(11));
    }

    @Test
    void whatWasTakenOverMeanwhileIsNotShippedAfterwards() throws IOException {
        ShippingRun run = sixChanges();
        run.onLoop(run::appendQuietly);
        run.node.crash();
        run.disk.kill("w0");
        assertThat(run.readBySuccessor()).isEqualTo(upTo(6));

        FormerJournals.shipRest(run.disk.mount("again"), run.bucket, new SplittableRandom(5));

        assertThat(run.readBySuccessor()).isEqualTo(upTo(6));
    }

    @Test
    void anUploadThatArrivesAfterItsProcessDiedIsNoTakeover() throws IOException {
        ShippingRun run = sixChanges();
        run.onLoop(() -> run.append(10));
        run.onLoop(run::appendQuietly);
        run.node.crash();
        run.disk.kill("w0");
        String last = Keys.of(ShippingRun.ID, run.objects().getLast());
        byte[] late = run.bucket.get(last, 1 << 20).orElseThrow().bytes();
        run.bucket.remove(last);
        SealsBeforePut arrives = new SealsBeforePut(1);
        arrives.store = run.bucket;
        arrives.instead = () -> run.bucket.replace(last, late);

        FormerJournals.shipRest(run.disk.mount("again"), arrives, new SplittableRandom(5));

        assertThat(run.readBySuccessor()).isEqualTo(upTo(8));
    }

    /** Everything at once, at random: failures, lost answers, releases, and the machine's death. */
    @Test
    void nothingCalledShippedIsLostWhateverHappens() throws IOException {
        for (long seed = 1; seed <= 200; seed++) {
            ShippingRun run = new ShippingRun(seed).open();
            SplittableRandom random = new SplittableRandom(seed);
            int released = 0;
            for (int i = 0; i < 40; i++) {
                switch (random.nextInt(8)) {
                    case 0 -> run.bucket.fail(1 + random.nextInt(3), Kind.UNAVAILABLE);
                    case 1 -> run.bucket.loseAnswer(1 + random.nextInt(3));
                    case 2 -> {
                        if (!run.shipped.isEmpty()) {
                            released = random.nextInt(released, run.shipped.size() + 1);
                            int upTo = released;
                            run.onLoop(() -> run.journal.releaseShipped(upTo == run.positions.size()
                                    ? run.journal.end()
                                    : run.positions.get(upTo)));
                        }
                    }
                    case 3 -> run.onLoop(() -> run.journal.prove(() -> {}));
                    case 4 -> run.onLoop(run::appendQuietly);
                    default -> run.onLoop(() -> run.append(random.nextInt(400)));
                }
                run.time.runFor(random.nextInt(300));
            }
            run.node.crash();
            run.disk.loseUnforced("w0");
            run.bucket.heal();

            List<Long> found = run.readBySuccessor();
            assertThat(run.sealed).as("seed %d", seed).isFalse();
            assertThat(run.faults).as("seed %d", seed).isEmpty();
            assertThat(found).as("seed %d", seed)
                    .containsAll(run.shipped.subList(Math.min(released, run.shipped.size()), run.shipped.size()))
                    .isSorted().doesNotHaveDuplicates();
        }
    }

    /** Lets a successor seal right before the owner's nth upload. */
    private static final class SealsBeforePut implements ObjectStore {
        private final int at;
        private int puts;
        @Nullable
        ObjectStore store;
        io.natspersist.worker.cold.@Nullable MemoryObjectStore loseAnswerBefore;
        @Nullable
        Runnable instead;

        SealsBeforePut(int at) {
            this.at = at;
        }

        private ObjectStore store() {
            return java.util.Objects.requireNonNull(store);
        }

        @Override
        public String put(String key, ByteBuffer bytes, Condition condition) {
            puts++;
            if (loseAnswerBefore != null && puts == at - 1) {
                loseAnswerBefore.loseAnswer(1);
            }
            if (puts == at) {
                if (instead != null) {
                    instead.run();
                } else {
                    seal();
                }
            }
            return store().put(key, bytes, condition);
        }

        private void seal() {
            try {
                new ShippedJournals(store(), Runnable::run, new SplittableRandom(at), () -> 0).seal(ShippingRun.ID,
                        true);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public Optional<Stored> get(String key, long maxBytes) {
            return store().get(key, maxBytes);
        }

        @Override
        public Optional<byte[]> get(String key, long position, int length) {
            return store().get(key, position, length);
        }

        @Override
        public void delete(Collection<String> keys) {
            store().delete(keys);
        }

        @Override
        public List<Found> list(String keyPrefix, @Nullable String after) {
            return store().list(keyPrefix, after);
        }
    }
}
