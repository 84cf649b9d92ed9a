// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.replay;

import io.natspersist.cli.replay.EditTrace.Transaction;
import java.util.List;

/**
 * When each transaction is due: as recorded, divided by the speed, with long pauses cut short.
 *
 * @param speed 1: as recorded; infinite: at once
 */
public record Pace(double speed) {

    public static final Pace FASTEST = new Pace(Double.POSITIVE_INFINITY);

    /** People stop and think; nobody wants to watch that. */
    private static final long LONGEST_PAUSE_MILLIS = 2_000;

    public Pace {
        if (!(speed > 0)) {
            throw new IllegalArgumentException("speed must be above 0, or max, not " + speed);
        }
    }

    /** @throws IllegalArgumentException when the text is no speed */
    static Pace parse(String text) {
        if (text.equals("max")) {
            return FASTEST;
        }
        try {
            return new Pace(Double.parseDouble(text));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("speed '" + text + "' is neither a number nor max", e);
        }
    }

    /** For each transaction, in nanoseconds since the start. */
    public long[] schedule(List<Transaction> transactions) {
        long[] due = new long[transactions.size()];
        if (Double.isInfinite(speed)) {
            return due;
        }
        double at = 0;
        for (int i = 1; i < due.length; i++) {
            long pause = transactions.get(i).time() - transactions.get(i - 1).time();
            at += Math.clamp(pause, 0, LONGEST_PAUSE_MILLIS) * 1e6 / speed;
            due[i] = (long) at;
        }
        return due;
    }
}
