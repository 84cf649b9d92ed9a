// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import io.natspersist.transport.Headers;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A message as a stream holds it. Equal to another when all is equal, the bytes of the value too.
 *
 * @param seq its sequence number
 * @param time milliseconds since the epoch, as the writer or the worker set it
 * @param expires when it goes by itself, milliseconds since the epoch; 0: never
 * @param change the number of the change that stored it
 * @param key null: it has none
 * @param msgId null: it has none
 * @param headers the application's own headers
 * @param value null: it has no value, which differs from an empty one; or a large one. Not copied: treat it as read-only
 * @param size of the value in bytes, also where a large one is not here: see {@link #large()}
 */
public record StreamMessage(long seq, long time, long expires, long change, @Nullable String key,
        @Nullable String msgId, Headers headers, byte @Nullable [] value, long size) {

    /** A message with its value, or without any. */
    public StreamMessage(long seq, long time, long expires, long change, @Nullable String key,
            @Nullable String msgId, Headers headers, byte @Nullable [] value) {
        this(seq, time, expires, change, key, msgId, headers, value, value == null ? 0 : value.length);
    }

    /** Whether the message has a value, here or elsewhere; an empty one too. */
    public boolean hasValue() {
        return value != null || size > 0;
    }

    /** Whether the message has a value that did not come with it, because it is large: open it to read it. */
    public boolean large() {
        return value == null && size > 0;
    }

    /**
     * The value as UTF-8 text; "" where there is none.
     *
     * @throws IllegalStateException where it is not here
     */
    public String text() {
        if (large()) {
            throw new IllegalStateException("the value of " + seq + " has " + size + " bytes, and is not here");
        }
        return value == null ? "" : new String(value, StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return o instanceof StreamMessage other && seq == other.seq && time == other.time
                && expires == other.expires && change == other.change
                && Objects.equals(key, other.key) && Objects.equals(msgId, other.msgId) && headers.equals(other.headers)
                && Arrays.equals(value, other.value) && size == other.size;
    }

    @Override
    public int hashCode() {
        return Objects.hash(seq, change, key, Arrays.hashCode(value));
    }

    @Override
    public String toString() {
        return "StreamMessage[seq=" + seq + ", change=" + change + (key == null ? "" : ", key=" + key)
                + (value == null && size == 0 ? ", no value]" : ", " + size + " bytes]");
    }
}
