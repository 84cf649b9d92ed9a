// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.measure;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is to be reached, and what was.
 *
 * @param what compared with what
 * @param atLeast whether more is better
 * @param wanted the number to reach: a ratio, unless {@code unit} says what
 * @param unit empty: a ratio
 * @param got what was reached
 * @param undecided why this machine or this run cannot show it; null: it can
 */
public record Goal(String what, boolean atLeast, double wanted, String unit, Spread got, @Nullable String undecided) {

    /** That {@code ours} is at least so many times {@code theirs}. */
    public static Goal atLeast(double times, Series ours, Series theirs) {
        return ratio(true, times, ours, theirs);
    }

    /** That {@code ours} is at most so many times {@code theirs}. */
    public static Goal atMost(double times, Series ours, Series theirs) {
        return ratio(false, times, ours, theirs);
    }

    /** That {@code ours} is at most so much, in its metric's unit. */
    public static Goal atMost(double most, Series ours) {
        return new Goal(ours.contender() + ", " + ours.metric(), false, most, ours.metric().unit(), ours.spread(),
                null);
    }

    private static Goal ratio(boolean atLeast, double times, Series ours, Series theirs) {
        return new Goal(ours.contender() + " / " + theirs.contender(), atLeast, times, "", ours.ratioTo(theirs), null);
    }

    public Goal named(String name) {
        return new Goal(name, atLeast, wanted, unit, got, undecided);
    }

    /** The same where it cannot be shown. */
    public Goal undecided(String why) {
        return new Goal(what, atLeast, wanted, unit, got, why);
    }

    /** Empty: it cannot be shown here. */
    public Optional<Boolean> met() {
        if (undecided != null) {
            return Optional.empty();
        }
        return Optional.of(atLeast ? got.median() >= wanted : got.median() <= wanted);
    }
}
