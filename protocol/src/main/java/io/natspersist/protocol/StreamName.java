// SPDX-License-Identifier: Apache-2.0
package io.natspersist.protocol;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * A stream's name: a NATS subject without wildcards, such as {@code projects.42.notes}. At most 512 bytes of UTF-8 and 32
 * tokens; no empty token, no control character, no space, no {@code *} or {@code >}.
 */
public record StreamName(String value) implements Comparable<StreamName> {

    public static final int MAX_BYTES = 512;
    public static final int MAX_TOKENS = 32;

    /** @throws IllegalArgumentException when the name is not legal; the message says why */
    public StreamName {
        String problem = problemOf(value);
        if (problem != null) {
            throw new IllegalArgumentException("stream name " + problem);
        }
    }

    private static @org.jspecify.annotations.Nullable String problemOf(String value) {
        if (value.isEmpty()) {
            return "is empty";
        }
        int tokens = 1;
        int tokenLength = 0;
        int bytes = 0;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '.') {
                if (tokenLength == 0) {
                    return "has an empty token at position " + i;
                }
                tokens++;
                tokenLength = 0;
                bytes++;
                continue;
            }
            tokenLength++;
            if (c == '*' || c == '>') {
                return "has a wildcard '" + c + "' at position " + i;
            }
            if (c <= ' ' || c == 0x7f || Character.isISOControl(c) || Character.isWhitespace(c)) {
                return "has a control character or space at position " + i;
            }
            if (Character.isHighSurrogate(c) && i + 1 < value.length()
                    && Character.isLowSurrogate(value.charAt(i + 1))) {
                bytes += 4;
                i++;
            } else if (Character.isSurrogate(c) || c == 0xFFFD) {
                return "is not valid UTF-8 at position " + i;
            } else {
                bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
            }
        }
        if (tokenLength == 0) {
            return "ends with an empty token";
        }
        if (tokens > MAX_TOKENS) {
            return "has " + tokens + " tokens, more than " + MAX_TOKENS;
        }
        if (bytes > MAX_BYTES) {
            return "has " + bytes + " bytes, more than " + MAX_BYTES;
        }
        return null;
    }

    public byte[] utf8() {
        return value.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * The slot that this stream belongs to: CRC-32C of the name's UTF-8 bytes, unsigned, modulo the number of slots. Pinned by
     * {@code slot-vectors.json}; it never changes.
     */
    public int slot(int slots) {
        CRC32C crc = new CRC32C();
        crc.update(utf8());
        return (int) (crc.getValue() % slots);
    }

    @Override
    public int compareTo(StreamName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
