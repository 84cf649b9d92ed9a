// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator.scaling;

import io.natspersist.operator.crd.Reason;
import java.util.Map;

/**
 * How many workers the load of one moment asks for, within the bounds.
 *
 * @param reason {@link Reason#AS_EXPECTED}, or what keeps the load from deciding
 */
record Wish(int count, Reason reason, String message) {

    /** As much as the load may differ from what the workers are meant for before their number is questioned. */
    private static final double TOLERANCE = 0.1;
    private static final double ROUNDING = 1e-9;

    static Wish of(ScalingRules rules, Sample sample) {
        int now = sample.replicas();
        int count = 0;
        String decides = "the load";
        for (Map.Entry<Measure, Double> target : rules.targets().entrySet()) {
            int asked = count(sample.load().getOrDefault(target.getKey(), 0.0) / target.getValue(), now);
            if (asked > count) {
                count = asked;
                decides = target.getKey().word();
            }
        }
        if (sample.reporting() < now && count <= now) {
            return new Wish(now, Reason.LOAD_UNKNOWN, "not all workers say how busy they are");
        }
        if (count > rules.max()) {
            return new Wish(rules.max(), Reason.AT_MAX_REPLICAS, decides + " asks for more workers than maxReplicas");
        }
        return count < rules.min()
                ? new Wish(rules.min(), Reason.AS_EXPECTED, "the load asks for no more workers than minReplicas")
                : new Wish(count, Reason.AS_EXPECTED, decides + " asks for " + count + " workers");
    }

    /** @param share of what one worker may have */
    private static int count(double share, int now) {
        return Math.abs(share - now) <= TOLERANCE * now + ROUNDING ? now : (int) Math.ceil(share);
    }
}
