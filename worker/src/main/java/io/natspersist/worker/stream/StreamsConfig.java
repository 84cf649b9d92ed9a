// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What open streams may take, and when their changes go into the files.
 *
 * @param maxOpenStreams beyond this the least recently used are closed; beyond twice this, requests for others are refused
 * @param maxOpenFiles beyond this the least recently used files are closed; catalogs count, but leave half of it to streams
 * @param tailBytes beyond this, values of tails are let go of and read back from the journal; where that is not enough, and
 *        half as much again is held, writers wait for the files
 * @param applyAfterMillis how old the oldest change of a tail may grow before the tail goes into the file
 * @param applyAboveBytes how large a tail may grow before that
 * @param syncAfterMillis how long after it was applied to a change is synced, so that the journal can let go of it
 * @param journalSyncBytes a journal larger than this has files synced without waiting
 * @param journalMaxBytes while the journal is larger than this, writers wait
 * @param idleMillis a stream that nobody asked for so long is closed
 * @param trailingMillis how long after the last change of a burst its number is told once more
 * @param idWindowMillis how long message ids are remembered at least
 * @param ephemeralBytes about how much memory ephemeral streams may take, outside Java's heap; beyond this they take nothing more, and those
 *        end that were used least recently
 * @param ephemeralIdleMillis an ephemeral stream that nobody asked for so long ends
 * @param defaults what streams are configured to where they say nothing themselves
 * @param mistakes planted by tests of the tests, empty otherwise
 */
public record StreamsConfig(int maxOpenStreams, int maxOpenFiles, long tailBytes, long applyAfterMillis,
        long applyAboveBytes, long syncAfterMillis, long journalSyncBytes, long journalMaxBytes, long idleMillis,
        long trailingMillis, long idWindowMillis, long ephemeralBytes, long ephemeralIdleMillis,
        StreamDefaults defaults, Set<StreamMistake> mistakes) {

    private static final long MIB = 1 << 20;

    public static final StreamsConfig DEFAULT = new StreamsConfig(20_000,
            filesIn(totalMemory() - Runtime.getRuntime().maxMemory()), Runtime.getRuntime().maxMemory() / 4, 1_000, MIB,
            15_000, 64 * MIB, 256 * MIB, 60_000, 2_000, 120_000, 256 * MIB, 600_000, StreamDefaults.NONE, Set.of());

    /**
     * How many files may be open where so much memory is not the heap's. Each takes up to 150 KiB of it, all together at most a
     * third: the JVM needs the rest.
     */
    static int filesIn(long bytesBesideTheHeap) {
        return Math.clamp(bytesBesideTheHeap / 3 / (150 << 10), 100, 6_000);
    }

    /** The container's, where there is one. */
    private static long totalMemory() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
    }

    public StreamsConfig {
        if (maxOpenStreams < 1 || maxOpenFiles < 1) {
            throw new IllegalArgumentException("at least one stream and one file must be allowed to be open");
        }
        if (journalSyncBytes >= journalMaxBytes) {
            throw new IllegalArgumentException("journalSyncBytes must be below journalMaxBytes");
        }
        mistakes = Set.copyOf(mistakes);
    }

    public StreamsConfig withMistakes(Set<StreamMistake> planted) {
        return with(c -> c.mistakes = planted);
    }

    /** How many streams, and how many of their files, may be open. */
    public StreamsConfig withOpen(int streams, int files) {
        return with(c -> {
            c.maxOpenStreams = streams;
            c.maxOpenFiles = files;
        });
    }

    /** After how long without use a stream is closed, ms. */
    public StreamsConfig withIdle(long millis) {
        return with(c -> c.idleMillis = millis);
    }

    /** Caps on what is open, for tests and small machines. */
    public StreamsConfig withCaps(int openStreams, int openFiles, long tails) {
        return withOpen(openStreams, openFiles).with(c -> c.tailBytes = tails);
    }

    /** When changes go into files, and idle streams are closed, ms. */
    public StreamsConfig withTimes(long apply, long sync, long idle) {
        return with(c -> {
            c.applyAfterMillis = apply;
            c.syncAfterMillis = sync;
            c.idleMillis = idle;
        });
    }

    /** How large the journal may grow, bytes. */
    public StreamsConfig withJournal(long syncAbove, long max) {
        return with(c -> {
            c.journalSyncBytes = syncAbove;
            c.journalMaxBytes = max;
        });
    }

    /** How much memory ephemeral streams may take, bytes, and how long one is kept that nobody asks for, ms. */
    public StreamsConfig withEphemeral(long bytes, long idle) {
        return with(c -> {
            c.ephemeralBytes = bytes;
            c.ephemeralIdleMillis = idle;
        });
    }

    public StreamsConfig withDefaults(StreamDefaults given) {
        return with(c -> c.defaults = given);
    }

    /** The same but for what {@code change} sets. */
    private StreamsConfig with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.config();
    }

    private static final class Draft {
        int maxOpenStreams;
        int maxOpenFiles;
        long tailBytes;
        long applyAfterMillis;
        long applyAboveBytes;
        long syncAfterMillis;
        long journalSyncBytes;
        long journalMaxBytes;
        long idleMillis;
        long trailingMillis;
        long idWindowMillis;
        long ephemeralBytes;
        long ephemeralIdleMillis;
        StreamDefaults defaults;
        Set<StreamMistake> mistakes;

        Draft(StreamsConfig of) {
            maxOpenStreams = of.maxOpenStreams;
            maxOpenFiles = of.maxOpenFiles;
            tailBytes = of.tailBytes;
            applyAfterMillis = of.applyAfterMillis;
            applyAboveBytes = of.applyAboveBytes;
            syncAfterMillis = of.syncAfterMillis;
            journalSyncBytes = of.journalSyncBytes;
            journalMaxBytes = of.journalMaxBytes;
            idleMillis = of.idleMillis;
            trailingMillis = of.trailingMillis;
            idWindowMillis = of.idWindowMillis;
            ephemeralBytes = of.ephemeralBytes;
            ephemeralIdleMillis = of.ephemeralIdleMillis;
            defaults = of.defaults;
            mistakes = of.mistakes;
        }

        StreamsConfig config() {
            return new StreamsConfig(maxOpenStreams, maxOpenFiles, tailBytes, applyAfterMillis, applyAboveBytes,
                    syncAfterMillis, journalSyncBytes, journalMaxBytes, idleMillis, trailingMillis, idWindowMillis,
                    ephemeralBytes, ephemeralIdleMillis, defaults, mistakes);
        }
    }
}
