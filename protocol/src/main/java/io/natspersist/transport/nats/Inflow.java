// SPDX-License-Identifier: Apache-2.0
package io.natspersist.transport.nats;

import io.nats.client.Dispatcher;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what was read and not yet handled small: while there is too much of it the socket is not read, and the server, then
 * whoever publishes, is slowed down. jnats alone would read on, and drop messages when its queue is full.
 */
final class Inflow {

    /** Far below the 64 MiB and 524,288 messages from which on jnats drops. */
    static final long MAX_BYTES = 8 << 20;
    static final long MAX_MESSAGES = 65_536;

    /** Beyond this the server is heard all the same: its pings must not wait for a handler that is stuck. */
    private static final long PATIENCE_MILLIS = 1_000;

    private volatile @Nullable Dispatcher handling;

    void into(Dispatcher dispatcher) {
        handling = dispatcher;
    }

    /** Returns once there is room for more, or after a second. */
    void awaitRoom() {
        Dispatcher now = handling;
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
        while (now != null && isFull(now) && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(200));
        }
    }

    private static boolean isFull(Dispatcher dispatcher) {
        return dispatcher.isActive() && (dispatcher.getPendingByteCount() > MAX_BYTES
                || dispatcher.getPendingMessageCount() > MAX_MESSAGES);
    }
}
