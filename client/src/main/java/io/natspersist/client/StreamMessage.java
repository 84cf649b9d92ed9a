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
 * @param change the number of the change that stored it
 * @param key null: it has none
 * @param msgId null: it has none
 * @param headers the application's own headers
 * @param value null: it has no value, which differs from an empty one. Not copied: treat it as read-only
 */
public record StreamMessage(long seq, long time, long change, @Nullable String key, @Nullable String msgId,
        Headers headers, byte @Nullable [] value) {

    /** The value as UTF-8 text; "" where there is none. */
    public String text() {
        return value == null ? "" : new String(value, StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return o instanceof StreamMessage other && seq == other.seq && time == other.time && change == other.change
                && Objects.equals(key, other.key) && Objects.equals(msgId, other.msgId) && headers.equals(other.headers)
                && Arrays.equals(value, other.value);
    }

    @Override
    public int hashCode() {
        return Objects.hash(seq, change, key, Arrays.hashCode(value));
    }

    @Override
    public String toString() {
        return "StreamMessage[seq=" + seq + ", change=" + change + (key == null ? "" : ", key=" + key)
                + (value == null ? ", no value]" : ", " + value.length + " bytes]");
    }
}
