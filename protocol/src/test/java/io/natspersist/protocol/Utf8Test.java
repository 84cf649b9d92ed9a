// SPDX-License-Identifier: Apache-2.0
package io.natspersist.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Utf8Test {

    @ParameterizedTest
    @ValueSource(strings = {"", "plain", "é", "mixed ü and \uD83D\uDE00", "half \uD83D", "\uDE00", "\0\u007f\u0080"})
    void textIsWrittenAsStringsWriteIt(String text) {
        byte[] expected = text.getBytes(StandardCharsets.UTF_8);
        byte[] room = new byte[64];
        int end = Utf8.put(text, room, 3);
        assertThat(Arrays.copyOfRange(room, 3, end)).isEqualTo(expected);
        assertThat(Utf8.size(text)).isEqualTo(expected.length);
        assertThat(Utf8.isAscii(text)).isEqualTo(expected.length == text.length() && !text.endsWith("\uD83D")
                && !text.equals("\uDE00"));
    }
}
