// SPDX-License-Identifier: Apache-2.0
package io.natspersist.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.natspersist.metrics.Metric.Sample;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Metrics as Prometheus reads them, with those of the JVM. One thread at a time.
 *
 * @param <S> a moment of the process
 */
final class PrometheusPage<S> implements AutoCloseable {

    private final List<Metric<S>> metrics;
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics gc = new JvmGcMetrics();
    private final Map<Series, Value> values = new HashMap<>();
    private final List<HistogramSource<S>> histograms = new ArrayList<>();

    private record Series(String name, List<String> labels) {}

    /** What the registry reads; touched only while {@link #render} runs. */
    private static final class Value {
        final Meter meter;
        double now;

        Value(Metric<?> metric, Tags tags, PrometheusMeterRegistry registry) {
            this.meter = metric.kind() == Metric.Kind.COUNTER
                    ? FunctionCounter.builder(metric.name(), this, v -> v.now).tags(tags).description(metric.help())
                            .register(registry)
                    : Gauge.builder(metric.name(), this, v -> v.now).tags(tags).description(metric.help())
                            .strongReference(true).register(registry);
        }
    }

    /** @param tags that every metric has: label -> value */
    PrometheusPage(List<Metric<S>> metrics, Map<String, String> tags) {
        this.metrics = List.copyOf(metrics);
        registry.config().commonTags(tags.entrySet().stream().map(t -> Tag.of(t.getKey(), t.getValue())).toList());
        for (Metric<S> metric : metrics) {
            if (metric.kind() == Metric.Kind.HISTOGRAM) {
                HistogramSource<S> source = new HistogramSource<>(metric, tags);
                histograms.add(source);
                registry.getPrometheusRegistry().register(source);
            }
        }
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ClassLoaderMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        gc.bindTo(registry);
    }

    /** The page for that moment. A series that it has no value for is gone from it. */
    String render(S moment) {
        Set<Series> seen = new HashSet<>();
        for (Metric<S> metric : metrics) {
            if (metric.kind() != Metric.Kind.HISTOGRAM) {
                metric.read().apply(moment).forEach(sample -> seen.add(set(metric, (Sample.Number) sample)));
            }
        }
        values.entrySet().removeIf(e -> {
            boolean gone = !seen.contains(e.getKey());
            if (gone) {
                registry.remove(e.getValue().meter);
            }
            return gone;
        });
        histograms.forEach(source -> source.take(moment));
        return registry.scrape();
    }

    private Series set(Metric<S> metric, Sample.Number sample) {
        Series series = new Series(metric.name(), sample.labels());
        values.computeIfAbsent(series, s -> new Value(metric, tags(metric, sample.labels()), registry)).now = sample
                .value();
        return series;
    }

    private static Tags tags(Metric<?> metric, List<String> labels) {
        Tags tags = Tags.empty();
        for (int i = 0; i < labels.size(); i++) {
            tags = tags.and(metric.labels().get(i), labels.get(i));
        }
        return tags;
    }

    @Override
    public void close() {
        gc.close();
        registry.close();
    }
}
