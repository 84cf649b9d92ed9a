// SPDX-License-Identifier: Apache-2.0
package io.natspersist.metrics;

import java.util.List;
import java.util.stream.IntStream;

/**
 * How long things took: a histogram in plain fields, for one thread. Recording costs a few nanoseconds.
 */
public final class Times {

    /** The first bound is 2^16 ns; each is four times the one before, up to 2^34 ns (17 s). */
    private static final int FIRST = 16;
    private static final int BOUNDS = 10;

    private final long[] counts = new long[BOUNDS + 1];
    private long nanos;

    public void record(long took) {
        counts[bucket(took)]++;
        nanos += took;
    }

    private static int bucket(long took) {
        int bits = Long.SIZE - Long.numberOfLeadingZeros(Math.max(took, 1) - 1);
        return Math.clamp((bits - FIRST + 1) / 2, 0, BOUNDS);
    }

    /** All of them together, ns. */
    public long nanos() {
        return nanos;
    }

    public Distribution distribution() {
        return new Distribution(IntStream.rangeClosed(0, BOUNDS).mapToObj(i -> counts[i]).toList(), nanos / 1e9);
    }

    /** The upper bounds of all buckets but the last, which has none, in seconds. */
    static List<Double> bounds() {
        return IntStream.range(0, BOUNDS).mapToObj(i -> (1L << (FIRST + 2 * i)) / 1e9).toList();
    }

    /**
     * What was recorded so far.
     *
     * @param counts how many fell into each bucket; the last has no upper bound
     */
    public record Distribution(List<Long> counts, double sumSeconds) {

        public Distribution {
            counts = List.copyOf(counts);
        }

        public static Distribution none() {
            return new Times().distribution();
        }

        public long count() {
            return counts.stream().mapToLong(Long::longValue).sum();
        }
    }
}
