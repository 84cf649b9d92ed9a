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
 * @param value null: the key is there, without a value; or with a large one. Not copied: treat it as read-only
 * @param size of the value in bytes, also where a large one is not here: see {@link #large()}
 */
public record Entry(String key, long revision, long time, byte @Nullable [] value, long size) {

    /** An entry with its value, or without any. */
    public Entry(String key, long revision, long time, byte @Nullable [] value) {
        this(key, revision, time, value, value == null ? 0 : value.length);
    }

    /** Whether a watch tells of a value that did not come along, because it is large: {@link KeyValue#openValue open} it. */
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
            throw new IllegalStateException("the value of " + key + " has " + size + " bytes, and is not here");
        }
        return value == null ? "" : new String(value, StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return o instanceof Entry other && key.equals(other.key) && revision == other.revision && time == other.time
                && Arrays.equals(value, other.value) && size == other.size;
    }

    @Override
    public int hashCode() {
        return Objects.hash(key, revision, Arrays.hashCode(value));
    }

    @Override
    public String toString() {
        return "Entry[" + key + ", revision=" + revision
                + (value == null && size == 0 ? ", no value]" : ", " + size + " bytes]");
    }
}
