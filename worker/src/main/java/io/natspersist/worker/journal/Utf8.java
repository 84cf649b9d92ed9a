// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.journal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Text as UTF-8 without an array in between; half a surrogate pair becomes a question mark, as {@link String#getBytes} has it. */
final class Utf8 {

    private Utf8() {}

    /** How many bytes the text takes. */
    static int size(String text) {
        int chars = text.length();
        for (int i = 0; i < chars; i++) {
            if (text.charAt(i) >= 0x80) {
                return text.getBytes(StandardCharsets.UTF_8).length;
            }
        }
        return chars;
    }

    static void put(ByteBuffer to, String text) {
        int chars = text.length();
        byte[] array = to.array();
        int at = to.arrayOffset() + to.position();
        for (int i = 0; i < chars; i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                to.put(text.getBytes(StandardCharsets.UTF_8));
                return;
            }
            array[at + i] = (byte) c;
        }
        to.position(to.position() + chars);
    }
}
