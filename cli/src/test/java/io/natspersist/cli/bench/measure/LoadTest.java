// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LoadTest {

    @Test
    void noMoreAreUnderWayThanAllowedAndAllAreAnswered() throws Exception {
        AtomicInteger underWay = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        try (ExecutorService answers = Executors.newSingleThreadExecutor()) {
            Load.Done done = Load.count(n -> {
                most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
                return CompletableFuture.runAsync(underWay::decrementAndGet, answers);
            }, 7, 1_000);
            assertThat(done.answered()).isEqualTo(1_000);
        }
        assertThat(underWay).hasValue(0);
        assertThat(most.get()).isBetween(1, 7);
    }

    @Test
    void theFirstFailureEndsIt() {
        List<Integer> started = new ArrayList<>();
        assertThatThrownBy(() -> Load.count(n -> {
            started.add(n);
            return n == 3
                    ? CompletableFuture.failedFuture(new IllegalStateException("refused"))
                    : CompletableFuture.completedFuture(null);
        }, 5, 1_000)).hasRootCauseMessage("refused");
        assertThat(started).containsExactly(0, 1, 2, 3);
    }

    @Test
    void aRequestThatCouldNotBeSentInTimeHasWaitedSinceItWasDue() throws Exception {
        Latency latency = Paced.run(n -> {
            if (n == 0) {
                spin(50_000_000);
            }
            return CompletableFuture.completedFuture(null);
        }, 1_000, 20);
        assertThat(latency.p50()).isGreaterThan(10_000);
    }

    private static void spin(long nanos) {
        long end = System.nanoTime() + nanos;
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }

    @Test
    void percentilesAreThoseOfTheSortedTimes() {
        long[] nanos = new long[1_000];
        for (int i = 0; i < nanos.length; i++) {
            nanos[i] = 1_000L * (nanos.length - i);
        }
        Latency latency = new Latency(nanos);
        assertThat(List.of(latency.p50(), latency.p99(), latency.max())).containsExactly(501.0, 991.0, 1_000.0);
    }
}
