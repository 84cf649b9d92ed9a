// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench;

import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Makes requests and measures: as many as go in a time with so many under way, or one at a time. */
final class Load {

    private Load() {}

    /** Starts request {@code n}; the future is done when it is answered. */
    interface Request {
        CompletableFuture<?> start(int n);
    }

    /** @param perSecond requests answered */
    record Rate(double perSecond) {
        Rate times(int each) {
            return new Rate(perSecond * each);
        }
    }

    /** Microseconds. */
    record Latency(double p50, double p99) {}

    /** Throws what the first failing request failed with. */
    static Rate rate(Request request, int inFlight, double seconds) throws InterruptedException {
        Semaphore room = new Semaphore(inFlight);
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        long start = System.nanoTime();
        long end = start + (long) (seconds * 1e9);
        int sent = 0;
        while (System.nanoTime() < end && failure.get() == null) {
            room.acquire();
            request.start(sent++).whenComplete((done, failed) -> {
                if (failed != null) {
                    failure.compareAndSet(null, failed);
                }
                room.release();
            });
        }
        if (!room.tryAcquire(inFlight, 60, TimeUnit.SECONDS)) {
            throw new IllegalStateException("requests are not answered within 60 s");
        }
        Throwable failed = failure.get();
        if (failed != null) {
            throw new CompletionException(failed);
        }
        return new Rate(sent * 1e9 / (System.nanoTime() - start));
    }

    /** One request at a time. */
    static Latency latency(Request request, int count) {
        double[] micros = new double[count];
        for (int i = 0; i < count; i++) {
            long start = System.nanoTime();
            request.start(i).join();
            micros[i] = (System.nanoTime() - start) / 1e3;
        }
        Arrays.sort(micros);
        return new Latency(micros[count / 2], micros[count * 99 / 100]);
    }
}
