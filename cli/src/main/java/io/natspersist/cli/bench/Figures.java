// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench;

import io.natspersist.cli.bench.Load.Latency;
import io.natspersist.cli.bench.Load.Rate;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What was measured in one run. */
record Figures(String durability, Rates rates, Latency echoLatency, Latency setLatency) {

    /** Measured one right after the other. */
    record Rates(Rate echo, Rate oneStream, Rate many, Rate spread) {

        double oneStreamRatio() {
            return oneStream.perSecond() / echo.perSecond();
        }

        /** Of single sets on the same stream. */
        double manyRatio() {
            return many.perSecond() / oneStream.perSecond();
        }

        double spreadRatio() {
            return spread.perSecond() / echo.perSecond();
        }

        /** The round in the middle, by how the many streams compare with the echo. */
        static Rates median(List<Rates> rounds) {
            ToDoubleFunction<Rates> ratio = Rates::spreadRatio;
            return rounds.stream().sorted(Comparator.comparingDouble(ratio)).toList().get(rounds.size() / 2);
        }
    }

    /** Ratios first: they mean something on any machine. */
    String text(int streams) {
        return String.format("""
                %s
                  of the echo's rate  %.2f on one stream, %.2f over %,d streams
                  of its latency      %.1f times at the median, %.1f times at p99
                  setMany, 100 each   %.1f times the single sets' rate on one stream
                  sets/s              %,.0f on one stream, %,.0f over %,d streams; echo %,.0f
                  one at a time       %,.0f us median, %,.0f us p99; echo %,.0f and %,.0f""", durability,
                rates.oneStreamRatio(), rates.spreadRatio(), streams, setLatency.p50() / echoLatency.p50(),
                setLatency.p99() / echoLatency.p99(), rates.manyRatio(), rates.oneStream().perSecond(),
                rates.spread().perSecond(),
                streams,
                rates.echo().perSecond(), setLatency.p50(), setLatency.p99(), echoLatency.p50(), echoLatency.p99());
    }
}
