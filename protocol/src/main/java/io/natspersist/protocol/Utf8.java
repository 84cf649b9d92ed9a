// SPDX-License-Identifier: Apache-2.0
package io.natspersist.protocol;

import java.nio.charset.StandardCharsets;

/**
 * Text as UTF-8 without an array in between, where it is ASCII, as most texts are; half a surrogate pair becomes a question
 * mark, as {@link String#getBytes} has it.
 */
public final class Utf8 {

    private Utf8() {}

    public static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }

    /** How many bytes the text takes. */
    public static int size(String text) {
        return isAscii(text) ? text.length() : text.getBytes(StandardCharsets.UTF_8).length;
    }

    /**
     * Writes the text, which has room.
     *
     * @return the position after it
     */
    public static int put(String text, byte[] to, int at) {
        int chars = text.length();
        for (int i = 0; i < chars; i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
                System.arraycopy(utf8, 0, to, at, utf8.length);
                return at + utf8.length;
            }
            to[at + i] = (byte) c;
        }
        return at + chars;
    }
}
