// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.measure;

import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Requests at a given rate, however quickly they are answered. A late one counts from when it was due. */
public final class Paced {

    private static final long MOST_SECONDS_FOR_THE_LAST = 120;

    private Paced() {}

    /** Fails with what the first failing request failed with. */
    public static Latency run(Request request, int perSecond, int count) throws InterruptedException {
        long[] nanos = new long[count];
        CountDownLatch left = new CountDownLatch(count);
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            long due = start + i * 1_000_000_000L / perSecond;
            await(due);
            int which = i;
            request.start(i).whenComplete((done, failed) -> {
                if (failed != null) {
                    failure.compareAndSet(null, failed);
                }
                nanos[which] = System.nanoTime() - due;
                left.countDown();
            });
        }
        if (!left.await(MOST_SECONDS_FOR_THE_LAST, TimeUnit.SECONDS)) {
            throw new IllegalStateException(left.getCount() + " requests of " + count + " are not answered");
        }
        Throwable failed = failure.get();
        if (failed != null) {
            throw new CompletionException(failed);
        }
        return new Latency(nanos);
    }

    private static void await(long due) {
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
