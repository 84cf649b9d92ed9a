// SPDX-License-Identifier: Apache-2.0
package io.natspersist.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamNameTest {

    private record Vector(String stream, long crc32c, int slots1024, int slots7) {}

    @Test
    void slotsAreWhatTheVectorsSay() {
        assertThat(Vectors.read("slot-vectors.json", Vector[].class)).hasSizeGreaterThan(20).allSatisfy(v -> {
            StreamName name = new StreamName(v.stream());
            assertThat(name.slot(1024)).isEqualTo(v.slots1024()).isEqualTo((int) (v.crc32c() % 1024));
            assertThat(name.slot(7)).isEqualTo(v.slots7());
        });
    }

    @Test
    void theLongestNamesAreLegalAndLongerOnesAreNot() {
        assertThat(new StreamName("ü".repeat(256)).utf8()).hasSize(512);
        assertThatThrownBy(() -> new StreamName("ü".repeat(256) + "x")).hasMessageContaining("513 bytes");
        String tokens = "a.".repeat(31) + "a";
        assertThat(new StreamName(tokens).toString()).isEqualTo(tokens);
        assertThatThrownBy(() -> new StreamName(tokens + ".a")).hasMessageContaining("33 tokens");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "a.", ".a", "a..b", "..", "a.*", "*", "a>", ">", "a b", "a\tb", "a\nb", "a\u0000b",
            "a\u007f", "a\u0085b", "a\u2028b", "\ud800", "a\udc00b", "a\ufffd"})
    void aNameThatNatsOrAPathCouldMistakeIsRefused(String name) {
        assertThatThrownBy(() -> new StreamName(name)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("stream name ");
    }
}
