// SPDX-License-Identifier: Apache-2.0
package io.natspersist.metrics;

import io.natspersist.metrics.Times.Distribution;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * A metric: what it is called, what it says, and how it is read from a moment of the process.
 *
 * @param <S> such a moment
 * @param name as Prometheus has it: ends with its unit, and with {@code _total} where it only grows; not with what the format
 *        itself appends
 * @param labels the names of its labels, in order
 * @param read its values
 */
public record Metric<S>(String name, Kind kind, String help, List<String> labels, Function<S, List<Sample>> read) {

    /** What becomes of its value over time. */
    public enum Kind {
        /** Only grows, and begins at 0 with the process. */
        COUNTER,
        /** Goes up and down. */
        GAUGE,
        /** How often something took how long, since the process began; in seconds. */
        HISTOGRAM
    }

    /** Values for one set of labels; what they are called, the metric says. */
    public sealed interface Sample {

        List<String> labels();

        record Number(List<String> labels, double value) implements Sample {}

        record Histogram(List<String> labels, Distribution times) implements Sample {}
    }

    public Metric {
        if (!name.matches("persist_[a-z][a-z_]*[a-z]") || name.matches(".*_(info|created|bucket|count|sum)")
                || name.endsWith("_total") != (kind == Kind.COUNTER)
                || (kind == Kind.HISTOGRAM && !name.endsWith("_seconds"))) {
            throw new IllegalArgumentException(name + " is no name for a " + kind);
        }
        labels = List.copyOf(labels);
    }

    public static <S> Metric<S> gauge(String name, String help, ToDoubleFunction<S> value) {
        return single(name, Kind.GAUGE, help, value);
    }

    public static <S> Metric<S> counter(String name, String help, ToDoubleFunction<S> value) {
        return single(name, Kind.COUNTER, help, value);
    }

    private static <S> Metric<S> single(String name, Kind kind, String help, ToDoubleFunction<S> value) {
        return new Metric<>(name, kind, help, List.of(),
                s -> List.of(new Sample.Number(List.of(), value.applyAsDouble(s))));
    }

    /** One value for each value of one label. */
    public static <S> Metric<S> gauges(String name, String help, String label,
            Function<S, ? extends Map<String, ? extends java.lang.Number>> values) {
        return new Metric<>(name, Kind.GAUGE, help, List.of(label), s -> values.apply(s).entrySet().stream()
                .<Sample>map(e -> new Sample.Number(List.of(e.getKey()), e.getValue().doubleValue())).toList());
    }

    public static <S> Metric<S> histogram(String name, String help, Function<S, Distribution> times) {
        return new Metric<>(name, Kind.HISTOGRAM, help, List.of(),
                s -> List.of(new Sample.Histogram(List.of(), times.apply(s))));
    }
}
