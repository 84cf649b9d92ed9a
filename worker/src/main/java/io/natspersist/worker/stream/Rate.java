// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

/**
 * So many units a second, and at most those of one second at once. What is larger than that alone passes when nothing was
 * taken for a second, and takes its time afterwards.
 */
final class Rate {

    private static final long SECOND = 1_000_000_000;

    /** When everything that was taken has been earned. */
    private long paidAtNanos;
    private boolean used;

    /** How long until so many units more fit, ns; 0: they do. */
    long waitNanos(long units, long perSecond, long nowNanos) {
        if (!used || paidAtNanos - nowNanos <= 0) {
            return 0;
        }
        long debt = paidAtNanos - nowNanos;
        return Math.max(0, Math.min(debt, debt + cost(units, perSecond) - SECOND));
    }

    void take(long units, long perSecond, long nowNanos) {
        long from = used && paidAtNanos - nowNanos > 0 ? paidAtNanos : nowNanos;
        paidAtNanos = from + cost(units, perSecond);
        used = true;
    }

    private static long cost(long units, long perSecond) {
        return (long) Math.min((double) units * SECOND / perSecond, 3_600e9);
    }
}
