// SPDX-License-Identifier: Apache-2.0
package io.natspersist.metrics;

import io.natspersist.metrics.Metric.Sample;
import io.natspersist.metrics.Times.Distribution;
import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A histogram that was counted elsewhere. Micrometer's own timers cost more than a request may. */
final class HistogramSource<S> implements Collector {

    private final Metric<S> metric;
    private final Labels common;
    private List<Sample> samples = List.of();

    HistogramSource(Metric<S> metric, Map<String, String> tags) {
        this.metric = metric;
        Labels.Builder labels = Labels.builder();
        tags.forEach(labels::label);
        this.common = labels.build();
    }

    void take(S moment) {
        samples = metric.read().apply(moment);
    }

    @Override
    public @Nullable MetricSnapshot collect() {
        HistogramSnapshot.Builder histogram = HistogramSnapshot.builder().name(metric.name()).help(metric.help());
        for (Sample sample : samples) {
            Distribution times = ((Sample.Histogram) sample).times();
            List<Double> bounds = new ArrayList<>(Times.bounds());
            bounds.add(Double.POSITIVE_INFINITY);
            histogram.dataPoint(HistogramDataPointSnapshot.builder()
                    .labels(labels(sample.labels()))
                    .classicHistogramBuckets(
                            ClassicHistogramBuckets.of(bounds, times.counts()))
                    .sum(times.sumSeconds()).build());
        }
        return histogram.build();
    }

    private Labels labels(List<String> values) {
        Labels.Builder own = Labels.builder();
        for (int i = 0; i < values.size(); i++) {
            own.label(metric.labels().get(i), values.get(i));
        }
        return common.merge(own.build());
    }
}
