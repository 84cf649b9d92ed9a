// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.measure;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;

/** Measures contenders one after the other, again and again: A B A B, as other work on the machine comes and goes. */
public final class Turns {

    private final Map<String, Callable<Sample>> contenders = new LinkedHashMap<>();

    /** @param turn what it does in its turn */
    public Turns add(String contender, Callable<Sample> turn) {
        contenders.put(contender, turn);
        return this;
    }

    /** @param rounds how many turns each has */
    public List<Series> run(int rounds) throws Exception {
        Map<String, List<Sample>> samples = new LinkedHashMap<>();
        for (int round = 0; round < rounds; round++) {
            for (Map.Entry<String, Callable<Sample>> each : contenders.entrySet()) {
                samples.computeIfAbsent(each.getKey(), key -> new ArrayList<>()).add(each.getValue().call());
            }
        }
        List<Series> series = new ArrayList<>();
        samples.forEach((contender, its) -> series.addAll(series(contender, its)));
        return series;
    }

    private static List<Series> series(String contender, List<Sample> samples) {
        Map<Metric, List<Double>> values = new EnumMap<>(Metric.class);
        samples.forEach(sample -> sample.values()
                .forEach((metric, value) -> values.computeIfAbsent(metric, key -> new ArrayList<>()).add(value)));
        List<Series> series = new ArrayList<>();
        values.forEach((metric, its) -> series
                .add(new Series(contender, metric, its, series.isEmpty() ? cpu(samples) : Map.of())));
        return series;
    }

    private static Map<String, Double> cpu(List<Sample> samples) {
        Set<String> kinds = new LinkedHashSet<>();
        samples.forEach(sample -> kinds.addAll(sample.cpuMicros().keySet()));
        Map<String, Double> medians = new LinkedHashMap<>();
        kinds.forEach(kind -> medians.put(kind,
                Spread.of(samples.stream().map(sample -> sample.cpuMicros().getOrDefault(kind, 0.0)).toList())
                        .median()));
        return medians;
    }
}
