// SPDX-License-Identifier: Apache-2.0
package io.natspersist.transport.nats;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HeaderShieldTest {

    private final HeaderShield shield = new HeaderShield();

    private String pass(String from) {
        byte[] in = from.getBytes(StandardCharsets.ISO_8859_1);
        byte[] out = new byte[in.length];
        int given = shield.pass(in, 0, in.length, out, 0, out.length);
        assertThat(shield.taken()).isEqualTo(in.length);
        return new String(out, 0, given, StandardCharsets.ISO_8859_1);
    }

    @Test
    void headersBecomeTheBeginningOfThePayload() {
        assertThat(pass("HMSG a.b 7 12 17\r\nNATS/1.0\r\n\r\nhello\r\n"))
                .isEqualTo("MSG 12\u0001a.b 7 17\r\nNATS/1.0\r\n\r\nhello\r\n");
        assertThat(pass("HMSG a.b 7 reply.1 12 12\r\nNATS/1.0\r\n\r\n\r\n"))
                .isEqualTo("MSG 12\u0001a.b 7 reply.1 12\r\nNATS/1.0\r\n\r\n\r\n");
    }

    @Test
    void everythingElsePassesUnchanged() {
        String others = "INFO {\"HMSG\":1}\r\nPING\r\n+OK\r\n-ERR 'x'\r\nMSG a 1 12\r\nHMSG a 1 1 1\r\n\r\nMSG a 1 r 0\r\n\r\n";
        assertThat(pass(others)).isEqualTo(others);
    }

    @Test
    void howTheBytesAreCutMakesNoDifference() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        StringBuilder stream = new StringBuilder();
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 2_000; i++) {
            String payload = "\r\nMSG x 1 5\r\n".repeat(random.nextInt(3)) + "p".repeat(random.nextInt(50));
            String reply = random.nextBoolean() ? "" : "_INBOX." + i + " ";
            String subject = "s" + "x".repeat(random.nextInt(20));
            if (random.nextBoolean()) {
                String block = "NATS/1.0\r\nA: " + "v".repeat(random.nextInt(200)) + "\r\n\r\n";
                int total = block.length() + payload.length();
                stream.append(
                        "HMSG %s %d %s%d %d\r\n%s%s\r\n".formatted(subject, i, reply, block.length(), total, block,
                                payload));
                expected.append("MSG %d\u0001%s %d %s%d\r\n%s%s\r\n".formatted(block.length(), subject, i, reply, total,
                        block, payload));
            } else {
                String plain = "MSG %s %d %s%d\r\n%s\r\n".formatted(subject, i, reply, payload.length(), payload);
                stream.append(plain);
                expected.append(plain);
            }
        }
        assertThat(passInPieces(stream.toString(), random)).isEqualTo(expected.toString());
    }

    private String passInPieces(String stream, Random random) {
        byte[] in = stream.getBytes(StandardCharsets.ISO_8859_1);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        int start = 0;
        int end = 0;
        while (true) {
            byte[] out = new byte[1 + random.nextInt(100)];
            int given = shield.pass(in, start, end - start, out, 0, out.length);
            start += shield.taken();
            all.write(out, 0, given);
            if (given == 0 && start == in.length) {
                return all.toString(StandardCharsets.ISO_8859_1);
            }
            if (given == 0) {
                end = Math.min(in.length, start + 1 + random.nextInt(100));
            }
        }
    }
}
