// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Looks at a number four times a second while something goes on. */
public final class Watcher implements AutoCloseable {

    private static final long EVERY_MILLIS = 250;

    private final ScheduledExecutorService thread = Executors
            .newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name("bench-watcher").factory());
    private final List<Long> seen = new ArrayList<>(); // guarded by itself

    public Watcher(LongSupplier number) {
        thread.scheduleAtFixedRate(() -> note(number.getAsLong()), 0, EVERY_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void note(long number) {
        synchronized (seen) {
            seen.add(number);
        }
    }

    /** What was seen in one of so many equal parts of the time, counted from 0: the highest. */
    public double highest(int part, int of) {
        synchronized (seen) {
            int from = seen.size() * part / of;
            int to = Math.max(from + 1, seen.size() * (part + 1) / of);
            return seen.subList(Math.min(from, seen.size()), Math.min(to, seen.size())).stream()
                    .mapToLong(Long::longValue).max().orElse(0);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
