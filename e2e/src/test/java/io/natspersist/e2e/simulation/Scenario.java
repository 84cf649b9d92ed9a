// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.simulation;

import io.natspersist.protocol.StreamConfig;
import io.natspersist.worker.journal.Durability;
import io.natspersist.worker.journal.JournalMistake;
import io.natspersist.worker.stream.StreamDefaults;
import io.natspersist.worker.stream.StreamMistake;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

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
 */
record Scenario(long seed, int workers, int slots, int streams, int clients, boolean relaxed,
        List<Optional<StreamConfig.Durability>> kept, long segmentBytes, int logChanges, long applyMillis,
        long syncMillis, long idleMillis, int openFiles, long faultMillis,
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
                1 + random.nextInt(2), random.nextInt(3) == 0, anyKept(seed), 512L << random.nextInt(6),
                random.nextInt(4) == 0 ? 5 + random.nextInt(20) : 10_000, 100L << random.nextInt(4),
                500L << random.nextInt(5), 1_000L << random.nextInt(6), 1 + random.nextInt(4),
                random.nextLong(10_000, 40_000), 60L << random.nextInt(5), random.nextLong(1_000, 8_000), faults,
                Set.of(),
                Set.of());
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
                streamMistakes);
    }

    Scenario withMistake(StreamMistake mistake) {
        return new Scenario(seed, workers, slots, streams, clients, relaxed, kept, segmentBytes, logChanges,
                applyMillis,
                syncMillis, idleMillis, openFiles, faultMillis, pauseMillis, faultEveryMillis, faults, journalMistakes,
                Set.of(mistake));
    }

    Scenario inSync() {
        return new Scenario(seed, workers, slots, streams, clients, false, List.of(), segmentBytes, logChanges,
                applyMillis,
                syncMillis, idleMillis, openFiles, faultMillis, pauseMillis, faultEveryMillis, faults, journalMistakes,
                streamMistakes);
    }

    /** Workers answer before they force, but for all streams, which ask for more. */
    Scenario inSyncByConfiguration() {
        return new Scenario(seed, workers, slots, streams, clients, true,
                Collections.nCopies(streams, Optional.of(StreamConfig.Durability.SYNC)), segmentBytes, logChanges,
                applyMillis, syncMillis, idleMillis, openFiles, faultMillis, pauseMillis, faultEveryMillis, faults,
                journalMistakes, streamMistakes);
    }

    /** All streams are ephemeral, and end whenever nobody asks for them for a second. */
    Scenario ephemeral() {
        return new Scenario(seed, workers, slots, 4, clients, relaxed,
                Collections.nCopies(4, Optional.of(StreamConfig.Durability.EPHEMERAL)), segmentBytes, logChanges,
                applyMillis, syncMillis, 1_000, openFiles, faultMillis, pauseMillis, faultEveryMillis, faults,
                journalMistakes, streamMistakes);
    }

    /** Two clients that write all the time, to few streams, while something goes wrong every few seconds. */
    Scenario dense() {
        return new Scenario(seed, workers, Math.min(slots, 3), 2, 2, relaxed, kept, segmentBytes, logChanges,
                applyMillis,
                syncMillis,
                idleMillis, openFiles, Math.max(faultMillis, 30_000), 40, Math.min(faultEveryMillis, 3_000), faults,
                journalMistakes,
                streamMistakes);
    }

    /** Streams that change only now and then, so that what was missed once is not made good by the next change. */
    Scenario sparse() {
        return new Scenario(seed, workers, slots, 4, 2, relaxed, kept, segmentBytes, logChanges, 100, 500, idleMillis,
                openFiles,
                faultMillis, 1_500, Math.min(faultEveryMillis, 3_000), faults, journalMistakes, streamMistakes);
    }

    /** These kinds of faults, and no others; more workers than one, so that somebody can take over. */
    Scenario withFaults(Set<FaultKind> kinds) {
        return new Scenario(seed, Math.max(2, workers), slots, streams, clients, relaxed, kept, segmentBytes,
                logChanges,
                applyMillis, syncMillis, idleMillis, openFiles, faultMillis, pauseMillis, faultEveryMillis, kinds,
                journalMistakes, streamMistakes);
    }
}
