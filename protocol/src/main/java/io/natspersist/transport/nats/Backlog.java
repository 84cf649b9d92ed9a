// SPDX-License-Identifier: Apache-2.0
package io.natspersist.transport.nats;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * How many bytes of messages wait to be written to the socket. Keeps memory bounded, and publishers from waiting for long,
 * while the server takes nothing: jnats alone bounds the number of messages, whatever their size.
 */
final class Backlog {

    /** A wait that took longer was this process's being stopped, and nobody wrote meanwhile either. */
    private static final long LONGEST_NANOS = 5_000_000;

    private final long limit;
    private final long patienceMillis;
    private final AtomicLong bytes = new AtomicLong();
    /** Nothing was written since somebody's patience ended. */
    private volatile boolean stalled;

    Backlog(long limit, long patienceMillis) {
        this.limit = limit;
        this.patienceMillis = patienceMillis;
    }

    /**
     * Counts a message, once there is room for it.
     *
     * @return false: there was no room in time, the message must be dropped
     */
    boolean add(long size) {
        if (bytes.get() > limit && !awaitRoom()) {
            return false;
        }
        bytes.addAndGet(size);
        return true;
    }

    /** What was counted was written, or dropped after all. */
    void remove(long size) {
        bytes.updateAndGet(now -> Math.max(0, now - size));
        stalled = false;
    }

    /** The connection is lost, and with it most of what waited. */
    void clear() {
        bytes.set(0);
        stalled = false;
    }

    /** Once somebody waited in vain, nobody else waits until something was written. */
    private boolean awaitRoom() {
        long left = TimeUnit.MILLISECONDS.toNanos(patienceMillis);
        long before = System.nanoTime();
        while (bytes.get() > limit) {
            if (stalled || left <= 0) {
                stalled = true;
                return false;
            }
            LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(200));
            long now = System.nanoTime();
            left -= Math.min(now - before, LONGEST_NANOS);
            before = now;
        }
        return true;
    }

    /** What a message takes on the wire. */
    static long sizeOf(String subject, int replyLength, int headerLength, int payloadLength) {
        int controlLine = "PUB ".length() + subject.length() + 1 + (replyLength > 0 ? replyLength + 1 : 0)
                + (headerLength > 0 ? 2 + digits(headerLength) : 0) + digits(headerLength + payloadLength) + 2;
        return (long) controlLine + headerLength + payloadLength + 2;
    }

    private static int digits(int number) {
        int digits = 1;
        for (int rest = number / 10; rest > 0; rest /= 10) {
            digits++;
        }
        return digits;
    }
}
