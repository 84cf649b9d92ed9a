// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.journal;

import java.util.Set;
import java.util.function.Consumer;

/**
 * How a journal is written.
 *
 * @param durability {@code SYNC}: each group is forced as it is written; {@code RELAXED}: now and then, or when somebody asks
 * @param segmentBytes a segment that has grown to this size is followed by a new one
 * @param reserveBytes with less free space on the volume, {@link JournalWriter#spaceLow()} is true
 * @param ballastBytes size of a file that takes up space, to be given back when others have used up the reserve; 0: none
 * @param relaxedForceMillis in {@code RELAXED}, a force begins at most this long after the first change it covers
 * @param relaxedForceLimitMillis what is only written does not count as durable while a force takes longer than this
 * @param mistakes planted by tests of the tests, empty otherwise
 */
public record JournalConfig(Durability durability, long segmentBytes, long reserveBytes,
        long ballastBytes,
        long relaxedForceMillis, long relaxedForceLimitMillis, Set<JournalMistake> mistakes) {

    private static final long MIB = 1 << 20;

    public static final JournalConfig DEFAULT = new JournalConfig(Durability.SYNC, 16 * MIB, 256 * MIB,
            32 * MIB, 500, 2000, Set.of());

    public JournalConfig {
        if (segmentBytes < 1 || segmentBytes > Integer.MAX_VALUE / 2) {
            throw new IllegalArgumentException("segmentBytes " + segmentBytes + " must be 1 to 1 GiB");
        }
        if (ballastBytes < 0 || ballastBytes > reserveBytes) {
            throw new IllegalArgumentException(
                    "ballastBytes " + ballastBytes + " must be 0 to reserveBytes " + reserveBytes);
        }
        if (relaxedForceMillis < 1 || relaxedForceLimitMillis < 1) {
            throw new IllegalArgumentException("times must be positive");
        }
        mistakes = Set.copyOf(mistakes);
    }

    public JournalConfig withDurability(Durability d) {
        return with(c -> c.durability = d);
    }

    public JournalConfig withSegmentBytes(long bytes) {
        return with(c -> c.segmentBytes = bytes);
    }

    public JournalConfig withSpace(long reserve, long ballast) {
        return with(c -> {
            c.reserveBytes = reserve;
            c.ballastBytes = ballast;
        });
    }

    /** How soon {@code RELAXED} forces, and how long that may take, ms. */
    public JournalConfig withRelaxedForce(long millis, long limitMillis) {
        return with(c -> {
            c.relaxedForceMillis = millis;
            c.relaxedForceLimitMillis = limitMillis;
        });
    }

    public JournalConfig withMistakes(Set<JournalMistake> planted) {
        return with(c -> c.mistakes = planted);
    }

    /** The same but for what {@code change} sets. */
    private JournalConfig with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.config();
    }

    private static final class Draft {
        Durability durability;
        long segmentBytes;
        long reserveBytes;
        long ballastBytes;
        long relaxedForceMillis;
        long relaxedForceLimitMillis;
        Set<JournalMistake> mistakes;

        Draft(JournalConfig of) {
            durability = of.durability;
            segmentBytes = of.segmentBytes;
            reserveBytes = of.reserveBytes;
            ballastBytes = of.ballastBytes;
            relaxedForceMillis = of.relaxedForceMillis;
            relaxedForceLimitMillis = of.relaxedForceLimitMillis;
            mistakes = of.mistakes;
        }

        JournalConfig config() {
            return new JournalConfig(durability, segmentBytes, reserveBytes, ballastBytes, relaxedForceMillis,
                    relaxedForceLimitMillis, mistakes);
        }
    }
}
