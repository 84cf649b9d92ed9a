// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.change;

import io.natspersist.transport.Headers;
import org.jspecify.annotations.Nullable;

/**
 * A stored message.
 *
 * @param seq positive
 * @param time ms since the epoch
 * @param expires when it goes by itself, ms since the epoch; 0: never
 * @param change the number of the change that stored it
 * @param msgId the id that its writer gave it
 * @param value null: absent, which differs from empty; or large
 * @param large where the value is, if it came in parts
 */
public record Message(long seq, long time, long expires, long change, @Nullable String key, @Nullable String msgId,
        Headers headers, byte @Nullable [] value, @Nullable LargeValue large) {

    /** With its value, or without any. */
    public Message(long seq, long time, long expires, long change, @Nullable String key, @Nullable String msgId,
            Headers headers,
            byte @Nullable [] value) {
        this(seq, time, expires, change, key, msgId, headers, value, null);
    }

    /** What it counts for in limits: key, headers and the whole value, in bytes (of UTF-16 halves for text). */
    public long bytes() {
        return heldBytes() + (large == null ? 0 : large.size());
    }

    /** What it takes in memory and in answers: as {@link #bytes()}, but a large value is elsewhere. */
    public long heldBytes() {
        return Change.bytesOf(key, headers, value);
    }
}
