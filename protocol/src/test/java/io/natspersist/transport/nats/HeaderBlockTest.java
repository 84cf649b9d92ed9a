// SPDX-License-Identifier: Apache-2.0
package io.natspersist.transport.nats;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.transport.Headers;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderBlockTest {

    private static Optional<HeaderBlock> parse(String block) {
        byte[] bytes = block.getBytes(StandardCharsets.UTF_8);
        return HeaderBlock.parse(bytes, bytes.length);
    }

    @Test
    void headersAreWrittenAsNatsDoes() {
        assertThat(new String(HeaderBlock.encode(Headers.of("A", "ü", "b", "")), StandardCharsets.UTF_8))
                .isEqualTo("NATS/1.0\r\nA: ü\r\nb: \r\n\r\n");
    }

    @Test
    void headersAreReadAsAnyClientWritesThem() {
        assertThat(parse("NATS/1.0\r\nA:x\r\nb:  y z  \r\nA: \r\nc:d:e\r\n\r\n"))
                .contains(new HeaderBlock(0, Headers.of("A", "x", "b", "y z", "A", "", "c", "d:e")));
    }

    @Test
    void aStatusMayComeWithATextAndHeaders() {
        assertThat(parse("NATS/1.0 503\r\n\r\n")).contains(new HeaderBlock(503, Headers.NONE));
        assertThat(parse("NATS/1.0 100 Idle Heartbeat\r\nA: b\r\n\r\n"))
                .contains(new HeaderBlock(100, Headers.of("A", "b")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\r\n\r\n", "NATS/1.0", "NATS/1.0\r\n", "NATS/1.0\r\na: b\r\n",
            "NATS/1.0\r\na: b\r\n\r\nx",
            "NATS/2.0\r\n\r\n", "NATS/1.0 x\r\n\r\n", "NATS/1.0\r\nab\r\n\r\n", "NATS/1.0\r\n:b\r\n\r\n",
            "NATS/1.0\r\na b:c\r\n\r\n", "NATS/1.0\r\n\r\na: b\r\n\r\n", "NATS/1.0\r\na: b\nc\r\n\r\n",
            "NATS/1.0\r\nä: b\r\n\r\n"})
    void whatIsNoHeaderBlockIsRefused(String block) {
        assertThat(parse(block)).isEmpty();
    }
}
