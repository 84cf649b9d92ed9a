// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.measure;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/** How long each of many took. */
public final class Latency {

    private final long[] nanos;

    /** @param nanos of each, in any order; at least one */
    public Latency(long[] nanos) {
        this.nanos = nanos.clone();
        Arrays.sort(this.nanos);
    }

    /** One request at a time. */
    public static Latency oneAtATime(Request request, int count) {
        long[] nanos = new long[count];
        for (int i = 0; i < count; i++) {
            long start = System.nanoTime();
            request.start(i).join();
            nanos[i] = System.nanoTime() - start;
        }
        return new Latency(nanos);
    }

    /** Microseconds. */
    public double p50() {
        return micros(nanos[nanos.length / 2]);
    }

    public double p99() {
        return micros(nanos[(int) (nanos.length * 99L / 100)]);
    }

    public double max() {
        return micros(nanos[nanos.length - 1]);
    }

    public Map<Metric, Double> values() {
        return new EnumMap<>(Map.of(Metric.P50, p50(), Metric.P99, p99(), Metric.MAX, max()));
    }

    private static double micros(long of) {
        return of / 1e3;
    }
}
