// SPDX-License-Identifier: Apache-2.0
package io.natspersist.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeadersTest {

    @Test
    void headersKeepTheirOrder() {
        Headers headers = Headers.builder().add("b", 2).addIfPresent("none", null).add("a", "1").add("b", "").build();
        assertThat(headers).isEqualTo(Headers.of("b", "2", "a", "1", "b", "")).hasToString("[b, 2, a, 1, b, ]");
        assertThat(headers.first("b")).isEqualTo("2");
        assertThat(headers.first("B")).isNull();
        assertThat(headers.filter("b"::equals)).isEqualTo(Headers.of("b", "2", "b", ""));
        assertThat(Headers.of("x", "y").and(headers).size()).isEqualTo(4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a:", "ä", "a\r\nb", "a\u007f"})
    void aNameIsVisibleAsciiWithoutAColon(String name) {
        assertThatThrownBy(() -> Headers.of(name, "v")).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\rb", "a\nb", "\n"})
    void aValueHasNoLineBreak(String value) {
        assertThatThrownBy(() -> Headers.of("name", value)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("name");
    }
}
