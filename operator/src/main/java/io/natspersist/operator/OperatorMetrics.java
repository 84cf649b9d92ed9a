// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator;

import io.natspersist.coordinator.CoordinatorMetrics;
import io.natspersist.coordinator.CoordinatorMoment;
import io.natspersist.metrics.Metric;
import io.natspersist.metrics.Metric.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Every metric of the operator: its own, and those of all coordinators, each with its cluster as a label. */
public final class OperatorMetrics {

    public static final List<Metric<OperatorMoment>> OWN = List.of(
            Metric.gauge("persist_operator_acting", "1 for the one of several operators that acts, else 0",
                    m -> m.acting() ? 1 : 0),
            Metric.gauge("persist_operator_watching", "1 while it hears what changes in Kubernetes, else 0",
                    m -> m.watching() ? 1 : 0),
            Metric.gauge("persist_operator_clusters", "clusters that it coordinates", m -> m.coordinators().size()));

    static final List<Metric<OperatorMoment>> ALL = Stream
            .concat(OWN.stream(), CoordinatorMetrics.ALL.stream().map(OperatorMetrics::ofEach)).toList();

    private OperatorMetrics() {}

    private static Metric<OperatorMoment> ofEach(Metric<CoordinatorMoment> metric) {
        return new Metric<>(metric.name(), metric.kind(), metric.help(), with("cluster", metric.labels()),
                m -> m.coordinators().entrySet().stream().flatMap(
                        e -> metric.read().apply(e.getValue()).stream().map(sample -> with(e.getKey(), sample)))
                        .toList());
    }

    private static Sample with(String cluster, Sample sample) {
        return switch (sample) {
            case Sample.Number(List<String> labels, double value) -> new Sample.Number(with(cluster, labels), value);
            case Sample.Histogram histogram ->
                new Sample.Histogram(with(cluster, histogram.labels()), histogram.times());
        };
    }

    private static List<String> with(String first, List<String> rest) {
        List<String> all = new ArrayList<>(List.of(first));
        all.addAll(rest);
        return all;
    }
}
