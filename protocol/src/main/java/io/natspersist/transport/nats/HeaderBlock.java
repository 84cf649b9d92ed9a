// SPDX-License-Identifier: Apache-2.0
package io.natspersist.transport.nats;

import io.natspersist.transport.Headers;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Headers as NATS carries them: {@code NATS/1.0}, perhaps a status such as {@code 503}, then a line per header, then an empty
 * line. Values are UTF-8; spaces before and after a value do not travel.
 *
 * @param status 0: none
 */
record HeaderBlock(int status, Headers headers) {

    static final int NO_RESPONDERS = 503;

    private static final String VERSION = "NATS/1.0";
    private static final int STATUS_DIGITS = 3;

    static byte[] encode(Headers headers) {
        StringBuilder block = new StringBuilder(32 * (headers.size() + 1)).append(VERSION).append("\r\n");
        headers.forEach((name, value) -> block.append(name).append(": ").append(value).append("\r\n"));
        return block.append("\r\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Reads the first {@code length} bytes; empty: they are no header block. */
    static Optional<HeaderBlock> parse(byte[] bytes, int length) {
        int end = lineEnd(bytes, 0, length);
        if (end < VERSION.length() || !text(bytes, 0, VERSION.length()).equals(VERSION)) {
            return Optional.empty();
        }
        int status = status(text(bytes, VERSION.length(), end).trim());
        if (status < 0) {
            return Optional.empty();
        }
        Headers.Builder headers = Headers.builder();
        for (int start = end + 2; start < length; start = end + 2) {
            end = lineEnd(bytes, start, length);
            if (end == start && start + 2 == length) {
                return Optional.of(new HeaderBlock(status, headers.build()));
            }
            int colon = indexOf((byte) ':', bytes, start, end);
            if (end < 0 || colon <= start) {
                return Optional.empty();
            }
            String name = text(bytes, start, colon);
            String value = text(bytes, colon + 1, end).strip();
            if (!Headers.isName(name) || !Headers.isValue(value)) {
                return Optional.empty();
            }
            headers.add(name, value);
        }
        return Optional.empty();
    }

    private static int status(String text) {
        if (text.isEmpty()) {
            return 0;
        }
        try {
            return Integer.parseInt(text.substring(0, Math.min(STATUS_DIGITS, text.length())));
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /** Where the line's CR LF begins; -1: nowhere. */
    private static int lineEnd(byte[] bytes, int from, int to) {
        int end = indexOf((byte) '\r', bytes, from, to);
        return end >= 0 && end + 1 < to && bytes[end + 1] == '\n' ? end : -1;
    }

    private static int indexOf(byte wanted, byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] == wanted) {
                return i;
            }
        }
        return -1;
    }

    private static String text(byte[] bytes, int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.UTF_8);
    }
}
