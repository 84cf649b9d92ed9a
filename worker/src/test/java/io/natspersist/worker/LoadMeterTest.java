// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.protocol.table.Heartbeat;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LoadMeterTest {

    private final AtomicLong arrived = new AtomicLong(7);
    private final AtomicLong cpuNanos = new AtomicLong(1_000_000_000);
    private final LoadMeter meter = new LoadMeter(arrived::get, cpuNanos::get);

    @Test
    void ratesAreOfTheTimeSinceTheLastOnes() {
        meter.begin(0);
        arrived.addAndGet(300);
        cpuNanos.addAndGet(500_000_000);
        assertThat(meter.at(seconds(2), 5)).isEqualTo(new Heartbeat.Load(5, 150, 0.25));

        arrived.addAndGet(10);
        cpuNanos.addAndGet(1_500_000_000);
        assertThat(meter.at(seconds(3), 6)).isEqualTo(new Heartbeat.Load(6, 10, 1.5));
    }

    @Test
    void overAMomentNothingIsSaidAnew() {
        meter.begin(0);
        arrived.addAndGet(300);
        meter.at(seconds(1), 5);

        arrived.addAndGet(1);
        assertThat(meter.at(seconds(1) + 1_000_000, 6)).isEqualTo(new Heartbeat.Load(6, 300, 0));
    }

    private static long seconds(long count) {
        return TimeUnit.SECONDS.toNanos(count);
    }
}
