// SPDX-License-Identifier: Apache-2.0
package io.natspersist.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Crc32cTest {

    @Test
    void theChecksumIsTheOneThatEverybodyKnows() {
        assertThat(Crc32c.of("123456789".getBytes(StandardCharsets.US_ASCII))).isEqualTo(0xE3069283);
        assertThat(Crc32c.of(new byte[0])).isZero();
    }

    @Test
    void theChecksumsOfPiecesMakeThatOfTheWhole() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 500; i++) {
            byte[] whole = new byte[random.nextInt(5_000)];
            random.nextBytes(whole);
            int cut = random.nextInt(whole.length + 1);
            byte[] second = Arrays.copyOfRange(whole, cut, whole.length);

            int combined = Crc32c.combine(Crc32c.of(Arrays.copyOf(whole, cut)), Crc32c.of(second), second.length);

            assertThat(combined).isEqualTo(Crc32c.of(whole));
        }
    }
}
