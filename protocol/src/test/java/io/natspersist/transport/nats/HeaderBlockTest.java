// SPDX-License-Identifier: Apache-2.0
package io.natspersist.transport.nats;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.transport.Headers;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Random;
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

    @Test
    void whateverBytesComeTheyAreHeadersOrNone() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        byte[] good = HeaderBlock.encode(Headers.of("Persist-Key", "k\u00e4", "Nats-Msg-Id", "1", "X", ""));
        int read = 0;
        for (int i = 0; i < 300_000; i++) {
            byte[] bytes = good.clone();
            for (int times = random.nextInt(4); times >= 0; times--) {
                bytes[random.nextInt(bytes.length)] = random.nextBoolean()
                        ? (byte) random.nextInt()
                        : (byte) "\r\n: \0N1".charAt(random.nextInt(7));
            }
            int length = random.nextInt(4) > 0 ? bytes.length : random.nextInt(bytes.length + 1);
            Optional<HeaderBlock> block = HeaderBlock.parse(bytes, length);
            if (block.isPresent()) {
                read++;
                Headers headers = block.get().headers();
                byte[] again = HeaderBlock.encode(headers);
                assertThat(HeaderBlock.parse(again, again.length).orElseThrow().headers()).isEqualTo(headers);
            }
        }
        assertThat(read).isBetween(1_000, 299_000);
    }
}
