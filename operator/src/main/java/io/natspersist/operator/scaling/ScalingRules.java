// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator.scaling;

import io.natspersist.operator.crd.AutoscalingSpec;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a person wants of autoscaling.
 *
 * @param targets per worker; at least one
 * @param upMillis for how long the load must ask for more workers before there are more
 * @param downMillis for how long it must ask for fewer before there are fewer
 */
record ScalingRules(int min, int max, Map<Measure, Double> targets, long upMillis, long downMillis) {

    static ScalingRules of(AutoscalingSpec spec) {
        Map<Measure, Double> targets = new EnumMap<>(Measure.class);
        AutoscalingSpec.Targets given = spec.targets();
        if (given.openStreams() != null) {
            targets.put(Measure.OPEN_STREAMS, given.openStreams().doubleValue());
        }
        if (given.messagesPerSecond() != null) {
            targets.put(Measure.MESSAGES_PER_SECOND, given.messagesPerSecond().doubleValue());
        }
        if (given.cpu() != null) {
            targets.put(Measure.CPU, given.cpu().getNumericalAmount().doubleValue());
        }
        return new ScalingRules(Objects.requireNonNull(spec.minReplicas()), Objects.requireNonNull(spec.maxReplicas()),
                targets,
                millis(spec.scaleUpStabilizationSeconds()), millis(spec.scaleDownStabilizationSeconds()));
    }

    private static long millis(@Nullable Integer seconds) {
        return TimeUnit.SECONDS.toMillis(Objects.requireNonNull(seconds));
    }

    int within(int count) {
        return Math.clamp(count, min, max);
    }
}
