// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.replay;

import io.natspersist.cli.local.LocalCluster;
import io.natspersist.client.PersistException;
import io.natspersist.client.StreamHandle;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * Kills, now and then, the worker that serves a stream: kill -9. The time until the next one begins when something was
 * written after the last, so that a slow machine is not kept from ever recovering. On a thread of its own.
 */
final class Killer implements AutoCloseable {

    private final LocalCluster cluster;
    private final StreamHandle stream;
    private final long everyMillis;
    private final long firstAt;
    private final LongSupplier progress;
    private final Thread thread;
    private final AtomicInteger kills = new AtomicInteger();

    /**
     * @param progress how many messages have been written
     * @param firstAt lets the first kill come earlier than {@code everyMillis}: at this progress
     */
    Killer(LocalCluster cluster, StreamHandle stream, long everyMillis, LongSupplier progress, long firstAt) {
        this.cluster = cluster;
        this.stream = stream;
        this.everyMillis = everyMillis;
        this.progress = progress;
        this.firstAt = firstAt;
        this.thread = Thread.ofPlatform().daemon().name("killer").start(this::run);
    }

    int kills() {
        return kills.get();
    }

    private void run() {
        try {
            awaitFirst();
            while (true) {
                if (killOwner().isPresent()) {
                    kills.incrementAndGet();
                }
                long before = progress.getAsLong();
                awaitProgress(before);
                TimeUnit.MILLISECONDS.sleep(everyMillis);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private void awaitFirst() throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(everyMillis);
        while (System.nanoTime() < end && progress.getAsLong() < firstAt) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    private void awaitProgress(long before) throws InterruptedException {
        while (progress.getAsLong() <= before) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    private Optional<Long> killOwner() {
        try {
            String owner = stream.locate().owner();
            return cluster.kill(owner.substring(0, owner.lastIndexOf('.')));
        } catch (PersistException e) {
            return Optional.empty(); // nobody owns it just now: nobody to kill
        }
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
