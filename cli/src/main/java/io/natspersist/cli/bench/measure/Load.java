// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.measure;

import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** As many requests as go, with so many under way at once. Fails with what the first failing request failed with. */
public final class Load {

    private static final long MOST_SECONDS_FOR_AN_ANSWER = 120;

    private final int inFlight;
    private final Semaphore room;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    private Load(int inFlight) {
        this.inFlight = inFlight;
        this.room = new Semaphore(inFlight);
    }

    /**
     * What was done.
     *
     * @param answered how many requests
     * @param nanos until the last of them was answered
     */
    public record Done(int answered, long nanos) {
        public double perSecond() {
            return answered * 1e9 / nanos;
        }
    }

    /** Starts requests for so long, and waits for all of them. */
    public static Done seconds(Request request, int inFlight, double seconds) throws InterruptedException {
        long end = System.nanoTime() + (long) (seconds * 1e9);
        return new Load(inFlight).run(request, sent -> System.nanoTime() < end);
    }

    /** Makes so many requests, and waits for all of them. */
    public static Done count(Request request, int inFlight, int count) throws InterruptedException {
        return new Load(inFlight).run(request, sent -> sent < count);
    }

    private Done run(Request request, IntPredicate more) throws InterruptedException {
        long start = System.nanoTime();
        int sent = 0;
        while (more.test(sent) && failure.get() == null) {
            room.acquire();
            request.start(sent++).whenComplete((done, failed) -> {
                if (failed != null) {
                    failure.compareAndSet(null, failed);
                }
                room.release();
            });
        }
        if (!room.tryAcquire(inFlight, MOST_SECONDS_FOR_AN_ANSWER, TimeUnit.SECONDS)) {
            throw new IllegalStateException("requests are not answered within " + MOST_SECONDS_FOR_AN_ANSWER + " s");
        }
        long nanos = System.nanoTime() - start;
        Throwable failed = failure.get();
        if (failed != null) {
            throw new CompletionException(failed);
        }
        return new Done(sent, nanos);
    }
}
