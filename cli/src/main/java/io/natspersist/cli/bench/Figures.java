// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench;

import io.natspersist.cli.bench.Load.Latency;
import io.natspersist.cli.bench.Load.Rate;

/** What was measured in one run, close together in time. */
record Figures(String durability, Rate echo, Rate oneStream, Rate spread, Latency echoLatency, Latency setLatency) {

    /** Ratios first: they mean something on any machine. */
    String text(int streams) {
        return String.format("""
                %s
                  of the echo's rate  %.2f on one stream, %.2f over %,d streams
                  of its latency      %.1f times at the median, %.1f times at p99
                  sets/s              %,.0f on one stream, %,.0f over %,d streams; echo %,.0f
                  one at a time       %,.0f us median, %,.0f us p99; echo %,.0f and %,.0f""", durability,
                oneStream.perSecond() / echo.perSecond(), spread.perSecond() / echo.perSecond(), streams,
                setLatency.p50() / echoLatency.p50(), setLatency.p99() / echoLatency.p99(), oneStream.perSecond(),
                spread.perSecond(), streams, echo.perSecond(), setLatency.p50(), setLatency.p99(), echoLatency.p50(),
                echoLatency.p99());
    }
}
