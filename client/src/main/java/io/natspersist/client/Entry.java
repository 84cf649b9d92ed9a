// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a key-value store holds under a key.
 *
 * @param revision grows with every value of the store; names this value in {@link KeyValue#update}
 * @param time milliseconds since the epoch
 * @param value null: the key is there, without a value. Not copied: treat it as read-only
 */
public record Entry(String key, long revision, long time, byte @Nullable [] value) {

    /** The value as UTF-8 text; "" where there is none. */
    public String text() {
        return value == null ? "" : new String(value, StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return o instanceof Entry other && key.equals(other.key) && revision == other.revision && time == other.time
                && Arrays.equals(value, other.value);
    }

    @Override
    public int hashCode() {
        return Objects.hash(key, revision, Arrays.hashCode(value));
    }

    @Override
    public String toString() {
        return "Entry[" + key + ", revision=" + revision
                + (value == null ? ", no value]" : ", " + value.length + " bytes]");
    }
}
