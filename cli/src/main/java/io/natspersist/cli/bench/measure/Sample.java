// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.measure;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * What one turn gave.
 *
 * @param values what was measured
 * @param cpuMicros what CPU time each kind of process took for each message; empty where the system does not say
 */
public record Sample(Map<Metric, Double> values, Map<String, Double> cpuMicros) {

    public Sample {
        values = Map.copyOf(values);
        cpuMicros = new LinkedHashMap<>(cpuMicros);
    }

    public static Sample of(Metric metric, double value) {
        return new Sample(Map.of(metric, value), Map.of());
    }

    /** Does something, and says how many messages a second it was. */
    public static Sample rate(Processes processes, Callable<Load.Done> work) throws Exception {
        return measured(processes, work, Load.Done::answered, done -> Map.of(Metric.RATE, done.perSecond()));
    }

    /** Does something, and says what CPU time it took for each of {@code count} messages. */
    public static <T> Sample measured(Processes processes, Callable<T> work, ToLongFunction<T> count,
            Function<T, Map<Metric, Double>> values) throws Exception {
        Map<String, Long> before = processes.cpuNanos();
        T done = work.call();
        Map<String, Long> after = processes.cpuNanos();
        Map<String, Double> each = new LinkedHashMap<>();
        after.forEach((what, nanos) -> each.put(what,
                (nanos - before.getOrDefault(what, 0L)) / 1e3 / Math.max(1, count.applyAsLong(done))));
        return new Sample(values.apply(done), each);
    }

    /** One of the values, with the CPU time, of a contender that has a single turn. */
    public Series series(String contender, Metric metric) {
        return new Series(contender, metric, List.of(values.getOrDefault(metric, 0.0)), cpuMicros);
    }
}
