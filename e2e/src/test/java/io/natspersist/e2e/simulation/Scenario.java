// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.simulation;

import io.natspersist.worker.journal.Durability;
import io.natspersist.worker.journal.JournalMistake;
import io.natspersist.worker.stream.StreamMistake;
import java.util.EnumSet;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * What one run is like; all of it follows from the seed, but for the planted mistakes.
 *
 * @param workers how many there are at first
 * @param relaxed whether changes are answered before they are forced
 * @param segmentBytes after so many bytes the journal rolls
 * @param logChanges how many changes a file's log keeps
 * @param faultMillis for how long things go wrong, virtual milliseconds
 * @param pauseMillis the longest pause between two operations of one writer
 * @param faultEveryMillis about how often something goes wrong
 */
record Scenario(long seed, int workers, int slots, int streams, int clients, boolean relaxed, long segmentBytes,
        int logChanges, long applyMillis, long syncMillis, long idleMillis, int openFiles, long faultMillis,
        long pauseMillis,
        long faultEveryMillis, Set<FaultKind> faults, Set<JournalMistake> journalMistakes,
        Set<StreamMistake> streamMistakes) {

    static Scenario of(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        EnumSet<FaultKind> faults = EnumSet.noneOf(FaultKind.class);
        int wanted = 1 + random.nextInt(6);
        for (int i = 0; i < wanted; i++) {
            faults.add(FaultKind.values()[random.nextInt(FaultKind.values().length)]);
        }
        return new Scenario(seed, 1 + random.nextInt(3), 1 + random.nextInt(8), 1 + random.nextInt(4),
                1 + random.nextInt(2), random.nextInt(3) == 0, 512L << random.nextInt(6),
                random.nextInt(4) == 0 ? 5 + random.nextInt(20) : 10_000, 100L << random.nextInt(4),
                500L << random.nextInt(5), 1_000L << random.nextInt(6), 1 + random.nextInt(4),
                random.nextLong(10_000, 40_000), 60L << random.nextInt(5), random.nextLong(1_000, 8_000), faults,
                Set.of(),
                Set.of());
    }

    Durability durability() {
        return relaxed ? Durability.RELAXED : Durability.SYNC;
    }

    Scenario withMistake(JournalMistake mistake) {
        return new Scenario(seed, workers, slots, streams, clients, relaxed, segmentBytes, logChanges, applyMillis,
                syncMillis, idleMillis, openFiles, faultMillis, pauseMillis, faultEveryMillis, faults, Set.of(mistake),
                streamMistakes);
    }

    Scenario withMistake(StreamMistake mistake) {
        return new Scenario(seed, workers, slots, streams, clients, relaxed, segmentBytes, logChanges, applyMillis,
                syncMillis, idleMillis, openFiles, faultMillis, pauseMillis, faultEveryMillis, faults, journalMistakes,
                Set.of(mistake));
    }

    Scenario inSync() {
        return new Scenario(seed, workers, slots, streams, clients, false, segmentBytes, logChanges, applyMillis,
                syncMillis, idleMillis, openFiles, faultMillis, pauseMillis, faultEveryMillis, faults, journalMistakes,
                streamMistakes);
    }

    /** Two clients that write all the time, to few streams, while something goes wrong every few seconds. */
    Scenario dense() {
        return new Scenario(seed, workers, Math.min(slots, 3), 2, 2, relaxed, segmentBytes, logChanges, applyMillis,
                syncMillis,
                idleMillis, openFiles, Math.max(faultMillis, 30_000), 40, Math.min(faultEveryMillis, 3_000), faults,
                journalMistakes,
                streamMistakes);
    }

    /** Streams that change only now and then, so that what was missed once is not made good by the next change. */
    Scenario sparse() {
        return new Scenario(seed, workers, slots, 4, 2, relaxed, segmentBytes, logChanges, 100, 500, idleMillis,
                openFiles,
                faultMillis, 1_500, Math.min(faultEveryMillis, 3_000), faults, journalMistakes, streamMistakes);
    }

    /** These kinds of faults, and no others; more workers than one, so that somebody can take over. */
    Scenario withFaults(Set<FaultKind> kinds) {
        return new Scenario(seed, Math.max(2, workers), slots, streams, clients, relaxed, segmentBytes, logChanges,
                applyMillis, syncMillis, idleMillis, openFiles, faultMillis, pauseMillis, faultEveryMillis, kinds,
                journalMistakes, streamMistakes);
    }
}
