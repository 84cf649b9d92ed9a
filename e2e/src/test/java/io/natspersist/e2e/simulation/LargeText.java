// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.simulation;

import io.natspersist.client.StreamMessage;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Values that go in parts. Each size is used once in a run, and says what the bytes must be: so the oracle knows such a
 * value by its size, whoever tells of it, and bytes that are not those of their size are a value that nobody wrote.
 */
final class LargeText {

    /** So large are the parts. */
    static final int PART_BYTES = 400;
    /** No small value is as large. */
    static final int LEAST = 1_000;

    private static final String PREFIX = "large ";

    private LargeText() {}

    /** What the oracle calls a value of that size. */
    static String ofSize(long size) {
        return PREFIX + size;
    }

    static boolean isLarge(@Nullable String value) {
        return value != null && value.startsWith(PREFIX);
    }

    /** What a client writes for what the oracle calls so. */
    static byte[] bytes(String value) {
        return isLarge(value)
                ? content(Integer.parseInt(value.substring(PREFIX.length())))
                : value.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] content(int size) {
        byte[] content = new byte[size];
        for (int i = 0; i < size; i++) {
            content[i] = (byte) ('a' + (i * 7 + i / 26 + size) % 26);
        }
        return content;
    }

    /** What the oracle calls the value of a message, whether it came along or not. */
    static @Nullable String of(StreamMessage message) {
        byte[] value = message.value();
        if (value == null) {
            return message.large() ? ofSize(message.size()) : null;
        }
        if (value.length < LEAST) {
            return new String(value, StandardCharsets.UTF_8);
        }
        return Arrays.equals(value, content(value.length)) ? ofSize(value.length) : "torn " + value.length;
    }
}
