// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import io.natspersist.protocol.table.Heartbeat;
import java.util.function.LongSupplier;

/** How busy a worker was lately, from what only ever grows. Confined to its loop. */
final class LoadMeter {

    /** Over less than that a rate says little: the system counts CPU time in steps of 10 ms. */
    private static final long LEAST_NANOS = 500_000_000;

    private final LongSupplier arrived;
    private final LongSupplier cpuNanos;
    private long since;
    private long arrivedBefore;
    private long cpuBefore;
    private double messagesPerSecond;
    private double cpu;

    /**
     * @param arrived requests so far
     * @param cpuNanos CPU time of the process so far
     */
    LoadMeter(LongSupplier arrived, LongSupplier cpuNanos) {
        this.arrived = arrived;
        this.cpuNanos = cpuNanos;
    }

    void begin(long nanos) {
        since = nanos;
        arrivedBefore = arrived.getAsLong();
        cpuBefore = cpuNanos.getAsLong();
    }

    Heartbeat.Load at(long nanos, long openStreams) {
        long passed = nanos - since;
        if (passed >= LEAST_NANOS) {
            messagesPerSecond = (arrived.getAsLong() - arrivedBefore) * 1e9 / passed;
            cpu = (double) (cpuNanos.getAsLong() - cpuBefore) / passed;
            begin(nanos);
        }
        return new Heartbeat.Load(openStreams, messagesPerSecond, cpu);
    }
}
