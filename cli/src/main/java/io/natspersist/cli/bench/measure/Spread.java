// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.measure;

import java.util.List;

/** Numbers of the same thing: the one in the middle, and how far they lie apart. */
public record Spread(double median, double least, double most) {

    /** @param values at least one */
    public static Spread of(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int half = sorted.size() / 2;
        double median = sorted.size() % 2 == 1 ? sorted.get(half) : (sorted.get(half - 1) + sorted.get(half)) / 2;
        return new Spread(median, sorted.getFirst(), sorted.getLast());
    }
}
