// SPDX-License-Identifier: Apache-2.0
package io.natspersist.transport.nats;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BacklogTest {

    private final Backlog backlog = new Backlog(100, 20);

    @Test
    void thereIsRoomUntilTheLimitIsPassed() {
        assertThat(backlog.add(90)).isTrue();
        assertThat(backlog.add(90)).isTrue();
        assertThat(backlog.add(1)).isFalse();
        backlog.remove(90);
        assertThat(backlog.add(1)).isTrue();
    }

    @Test
    void afterOneWaitInVainNobodyWaitsUntilSomethingWasWritten() {
        backlog.add(1_000);
        assertThat(backlog.add(1)).isFalse();
        long start = System.nanoTime();
        for (int i = 0; i < 1_000; i++) {
            assertThat(backlog.add(1)).isFalse();
        }
        assertThat(System.nanoTime() - start).isLessThan(10_000_000_000L); // 20 s if each waited
        backlog.remove(950);
        assertThat(backlog.add(1)).isTrue();
    }

    @Test
    void aLostConnectionLeavesNothingWaiting() {
        backlog.add(1_000);
        backlog.clear();
        assertThat(backlog.add(1)).isTrue();
        backlog.remove(5_000);
        assertThat(backlog.add(1)).isTrue();
    }

    @Test
    void sizesAreThoseOfTheWire() {
        assertThat(Backlog.sizeOf("a.b", 0, 0, 5)).isEqualTo("PUB a.b 5\r\nhello\r\n".length());
        assertThat(Backlog.sizeOf("a.b", 5, 12, 5))
                .isEqualTo("HPUB a.b reply 12 17\r\nNATS/1.0\r\n\r\nhello\r\n".length());
    }
}
