// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.measure;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;

/**
 * What one contender came to, turn by turn.
 *
 * @param values one of each turn
 * @param cpuMicros what CPU time each kind of process took for each message, the median; empty where nobody says
 */
public record Series(String contender, Metric metric, List<Double> values, Map<String, Double> cpuMicros) {

    public Series {
        values = List.copyOf(values);
        cpuMicros = new LinkedHashMap<>(cpuMicros);
    }

    public Series(String contender, Metric metric, List<Double> values) {
        this(contender, metric, values, Map.of());
    }

    public Spread spread() {
        return Spread.of(values);
    }

    /** This by another, turn by turn: what else ran on the machine in a turn ran beside both. */
    public Spread ratioTo(Series other) {
        return Spread.of(paired(other, (mine, its) -> mine / its));
    }

    /** The sum of two, turn by turn. */
    public Series plus(Series other) {
        return new Series(contender + " + " + other.contender, metric, paired(other, Double::sum));
    }

    private List<Double> paired(Series other, DoubleBinaryOperator both) {
        List<Double> pairs = new ArrayList<>();
        for (int i = 0; i < Math.min(values.size(), other.values.size()); i++) {
            pairs.add(both.applyAsDouble(values.get(i), other.values.get(i)));
        }
        return pairs;
    }
}
