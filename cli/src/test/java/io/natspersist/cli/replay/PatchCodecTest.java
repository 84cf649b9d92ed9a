// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.replay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PatchCodecTest {

    private static final List<Patch> PATCHES = List.of(new Patch(17, 0, "ö🐦\n\""), new Patch(0, 3, ""));

    @Test
    void writesSmallJson() {
        assertThat(new String(PatchCodec.write(PATCHES), UTF_8)).isEqualTo("[[17,0,\"ö🐦\\n\\\"\"],[0,3,\"\"]]");
    }

    @Test
    void readsWhatItWrote() {
        assertThat(PatchCodec.read(PatchCodec.write(PATCHES))).isEqualTo(PATCHES);
        assertThat(PatchCodec.read(PatchCodec.write(List.of()))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "[1]", "[[1,2]]", "[[1,2,3]]", "[[-1,0,\"a\"]]", "[[1,0,\"a\",2]]",
            "[[1,0,\"a\"]", "hello"})
    void refusesAnythingElse(String value) {
        assertThatThrownBy(() -> PatchCodec.read(value.getBytes(UTF_8))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not patches");
    }
}
