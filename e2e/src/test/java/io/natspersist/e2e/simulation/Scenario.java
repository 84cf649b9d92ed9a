// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.simulation;

import io.natspersist.protocol.StreamConfig;
import io.natspersist.worker.cold.ColdMistake;
import io.natspersist.worker.journal.Durability;
import io.natspersist.worker.journal.JournalMistake;
import io.natspersist.worker.stream.StreamDefaults;
import io.natspersist.worker.stream.StreamMistake;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What one run is like; all of it follows from the seed, but for the planted mistakes.
 *
 * @param workers how many there are at first
 * @param relaxed whether workers answer changes before they are forced, where a stream has no say
 * @param kept what the first streams are configured to, one after the other; the others, as empty ones: to nothing
 * @param segmentBytes after so many bytes the journal rolls
 * @param logChanges how many changes a file's log keeps
 * @param faultMillis for how long things go wrong, virtual milliseconds
 * @param pauseMillis the longest pause between two operations of one writer
 * @param faultEveryMillis about how often something goes wrong
 * @param cold null: there is no cold tier
 */
record Scenario(long seed, int workers, int slots, int streams, int clients, boolean relaxed,
        List<Optional<StreamConfig.Durability>> kept, long segmentBytes, int logChanges, long applyMillis,
        long syncMillis, long idleMillis, int openFiles, long faultMillis,
        long pauseMillis,
        long faultEveryMillis, Set<FaultKind> faults, Set<JournalMistake> journalMistakes,
        Set<StreamMistake> streamMistakes, @Nullable Cold cold) {

    /**
     * What workers are told of a cold tier.
     *
     * @param archiveAfterMillis virtual milliseconds, as {@code evictAfterMillis}
     * @param threads that talk to it, in each worker
     */
    record Cold(long archiveAfterMillis, long evictAfterMillis, int threads, Set<ColdMistake> mistakes) {

        private static Cold of(SplittableRandom random) {
            return new Cold(200L << random.nextInt(5), 500L << random.nextInt(5), 1 + random.nextInt(4), Set.of());
        }

        private Cold withMistake(ColdMistake mistake) {
            return new Cold(archiveAfterMillis, evictAfterMillis, threads, Set.of(mistake));
        }
    }

    static Scenario of(long seed) {
        return withoutTier(seed).withAnyTier();
    }

    static Scenario withoutTier(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        EnumSet<FaultKind> faults = EnumSet.noneOf(FaultKind.class);
        int wanted = 1 + random.nextInt(6);
        for (int i = 0; i < wanted; i++) {
            faults.add(FaultKind.ANYWHERE.get(random.nextInt(FaultKind.ANYWHERE.size())));
        }
        return new Scenario(seed, 1 + random.nextInt(3), 1 + random.nextInt(8), 1 + random.nextInt(4),
                1 + random.nextInt(2), random.nextInt(3) == 0, anyKept(seed), 512L << random.nextInt(6),
                random.nextInt(4) == 0 ? 5 + random.nextInt(20) : 10_000, 100L << random.nextInt(4),
                500L << random.nextInt(5), 1_000L << random.nextInt(6), 1 + random.nextInt(4),
                random.nextLong(10_000, 40_000), 60L << random.nextInt(5), random.nextLong(1_000, 8_000), faults,
                Set.of(),
                Set.of(), null);
    }

    /** In three runs of four there is a cold tier, which fails in some ways. */
    private Scenario withAnyTier() {
        SplittableRandom random = new SplittableRandom(seed * 31 + 7);
        if (random.nextInt(4) == 0) {
            return this;
        }
        EnumSet<FaultKind> more = EnumSet.copyOf(faults);
        for (int i = random.nextInt(5); i > 0; i--) {
            more.add(FaultKind.OF_TIER.get(random.nextInt(FaultKind.OF_TIER.size())));
        }
        return with(Cold.of(random)).withOnly(more);
    }

    /** The same with another cold tier, or without one. */
    private Scenario with(@Nullable Cold other) {
        return new Scenario(seed, workers, slots, streams, clients, relaxed, kept, segmentBytes, logChanges,
                applyMillis, syncMillis, other == null ? idleMillis : Math.min(idleMillis, 4_000), openFiles,
                faultMillis, pauseMillis, faultEveryMillis, faults, journalMistakes, streamMistakes, other);
    }

    private Scenario withOnly(Set<FaultKind> kinds) {
        return new Scenario(seed, workers, slots, streams, clients, relaxed, kept, segmentBytes, logChanges,
                applyMillis, syncMillis, idleMillis, openFiles, faultMillis, pauseMillis, faultEveryMillis, kinds,
                journalMistakes, streamMistakes, cold);
    }

    /** A cold tier that is hurried, and clients that leave streams alone for a while. */
    Scenario withTier() {
        return with(Cold.of(new SplittableRandom(seed)));
    }

    Scenario withMistake(ColdMistake mistake) {
        return with(Objects.requireNonNull(cold).withMistake(mistake));
    }

    /** In one run of two the streams differ. */
    private static List<Optional<StreamConfig.Durability>> anyKept(long seed) {
        SplittableRandom random = new SplittableRandom(~seed);
        List<Optional<StreamConfig.Durability>> kept = new ArrayList<>();
        for (int i = random.nextBoolean() ? 4 : 0; i > 0; i--) {
            int kind = random.nextInt(4);
            kept.add(kind == 0 ? Optional.empty() : Optional.of(StreamConfig.Durability.values()[kind - 1]));
        }
        return List.copyOf(kept);
    }

    /** What workers say of streams that say nothing themselves. */
    StreamDefaults defaults() {
        List<StreamDefaults.Rule> rules = new ArrayList<>();
        for (int i = 0; i < Math.min(kept.size(), streams); i++) {
            String name = names().get(i);
            kept.get(i).ifPresent(
                    how -> rules.add(new StreamDefaults.Rule(name, StreamConfig.NONE.withDurability(how))));
        }
        return new StreamDefaults(rules);
    }

    /** Of the streams. */
    List<String> names() {
        return IntStream.rangeClosed(1, streams).mapToObj(i -> "s" + i).toList();
    }

    /** How changes of a stream are kept. */
    StreamConfig.Durability kept(String stream) {
        int number = names().indexOf(stream);
        Optional<StreamConfig.Durability> said = number < kept.size() ? kept.get(number) : Optional.empty();
        return said.orElse(relaxed ? StreamConfig.Durability.RELAXED : StreamConfig.Durability.SYNC);
    }

    Durability durability() {
        return relaxed ? Durability.RELAXED : Durability.SYNC;
    }

    Scenario withMistake(JournalMistake mistake) {
        return new Scenario(seed, workers, slots, streams, clients, relaxed, kept, segmentBytes, logChanges,
                applyMillis,
                syncMillis, idleMillis, openFiles, faultMillis, pauseMillis, faultEveryMillis, faults, Set.of(mistake),
                streamMistakes, cold);
    }

    Scenario withMistake(StreamMistake mistake) {
        return new Scenario(seed, workers, slots, streams, clients, relaxed, kept, segmentBytes, logChanges,
                applyMillis,
                syncMillis, idleMillis, openFiles, faultMillis, pauseMillis, faultEveryMillis, faults, journalMistakes,
                Set.of(mistake), cold);
    }

    Scenario inSync() {
        return new Scenario(seed, workers, slots, streams, clients, false, List.of(), segmentBytes, logChanges,
                applyMillis,
                syncMillis, idleMillis, openFiles, faultMillis, pauseMillis, faultEveryMillis, faults, journalMistakes,
                streamMistakes, cold);
    }

    /** Workers answer before they force, but for all streams, which ask for more. */
    Scenario inSyncByConfiguration() {
        return new Scenario(seed, workers, slots, streams, clients, true,
                Collections.nCopies(streams, Optional.of(StreamConfig.Durability.SYNC)), segmentBytes, logChanges,
                applyMillis, syncMillis, idleMillis, openFiles, faultMillis, pauseMillis, faultEveryMillis, faults,
                journalMistakes, streamMistakes, cold);
    }

    /** All streams are ephemeral, and end whenever nobody asks for them for a second. */
    Scenario ephemeral() {
        return new Scenario(seed, workers, slots, 4, clients, relaxed,
                Collections.nCopies(4, Optional.of(StreamConfig.Durability.EPHEMERAL)), segmentBytes, logChanges,
                applyMillis, syncMillis, 1_000, openFiles, faultMillis, pauseMillis, faultEveryMillis, faults,
                journalMistakes, streamMistakes, cold);
    }

    /** Two clients that write all the time, to few streams, while something goes wrong every few seconds. */
    Scenario dense() {
        return new Scenario(seed, workers, Math.min(slots, 3), 2, 2, relaxed, kept, segmentBytes, logChanges,
                applyMillis,
                syncMillis,
                idleMillis, openFiles, Math.max(faultMillis, 30_000), 40, Math.min(faultEveryMillis, 3_000), faults,
                journalMistakes,
                streamMistakes, cold);
    }

    /** Streams that change only now and then, so that what was missed once is not made good by the next change. */
    Scenario sparse() {
        return new Scenario(seed, workers, slots, 4, 2, relaxed, kept, segmentBytes, logChanges, 100, 500, idleMillis,
                openFiles,
                faultMillis, 1_500, Math.min(faultEveryMillis, 3_000), faults, journalMistakes, streamMistakes, cold);
    }

    /** These kinds of faults, and no others; more workers than one, so that somebody can take over. */
    Scenario withFaults(Set<FaultKind> kinds) {
        return new Scenario(seed, Math.max(2, workers), slots, streams, clients, relaxed, kept, segmentBytes,
                logChanges,
                applyMillis, syncMillis, idleMillis, openFiles, faultMillis, pauseMillis, faultEveryMillis, kinds,
                journalMistakes, streamMistakes, cold);
    }
}
