// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator.scaling;

import io.natspersist.operator.crd.AutoscalingSpec;
import io.natspersist.operator.crd.Reason;

/**
 * Decides how many workers a cluster should have. For each target the load of all workers together is divided by what one may have;
 * the largest result counts. More workers come when the load has asked for more during the whole time for scaling up, as many as
 * it asked for all along. They go one by one, when it has asked for fewer during the whole time for scaling down and no worker
 * drains and no slot is on its way. Never fewer than the least, never more than the most; but no workers at all are left at that.
 *
 * <p>A number that somebody else has set counts as what the load asked for at that moment, and so does the first one that is
 * seen: an operator that has just started scales nothing before it has seen the load for long enough.
 */
public final class Autoscaler {

    private final Recommendations recent = new Recommendations();
    private int expected;

    /** @param at milliseconds; where they go backwards it begins anew */
    public Advice advise(AutoscalingSpec spec, Sample sample, long at) {
        ScalingRules rules = ScalingRules.of(spec);
        int now = sample.replicas();
        if (now == 0) {
            recent.clear();
            return new Advice(0, 0, Reason.SCALED_TO_ZERO, "no workers were asked for, and so it stays");
        }
        Wish wish = Wish.of(rules, sample);
        remember(rules, now, wish.count(), at);
        if (now != rules.within(now)) {
            return change(now, rules.within(now), wish,
                    now < rules.min() ? "minReplicas asks for it" : "maxReplicas asks for it");
        }
        int up = recent.since(at - rules.upMillis()).min().orElse(now);
        int down = recent.since(at - rules.downMillis()).max().orElse(now);
        if (up > now) {
            return change(now, up, wish, wish.message());
        }
        if (down < now && !sample.moving()) {
            return change(now, now - 1, wish, wish.message());
        }
        return stay(now, wish, down < now, rules);
    }

    /** The number of workers has been made what was advised: it is not somebody else's doing. */
    public void followed(Advice advice) {
        expected = advice.replicas();
    }

    private void remember(ScalingRules rules, int now, int wanted, long at) {
        recent.forget(at - Math.max(rules.upMillis(), rules.downMillis()), at);
        if (recent.isEmpty() || now != expected) {
            recent.add(at, now);
            expected = now;
        }
        recent.addNews(at, wanted);
    }

    private static Advice change(int from, int to, Wish wish, String why) {
        return new Advice(to, wish.count(), to > from ? Reason.SCALED_UP : Reason.SCALED_DOWN,
                "from " + from + " to " + to + " workers: " + why);
    }

    private static Advice stay(int now, Wish wish, boolean couldGo, ScalingRules rules) {
        if (wish.count() == now) {
            return new Advice(now, now, wish.reason(), wish.message());
        }
        if (couldGo) {
            return new Advice(now, wish.count(), Reason.SLOTS_MOVING,
                    wish.message() + "; the next goes when no slot is on its way");
        }
        long seconds = (wish.count() > now ? rules.upMillis() : rules.downMillis()) / 1_000;
        return new Advice(now, wish.count(), Reason.STABILIZING,
                wish.message() + ", and is followed when it has been so for " + seconds + " s");
    }
}
