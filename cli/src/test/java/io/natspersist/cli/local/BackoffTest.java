// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.local;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BackoffTest {

    @Test
    void whoDiesYoungAgainAndAgainWaitsTwiceAsLongEachTimeUpToTenSeconds() {
        Backoff backoff = Backoff.NONE;
        long[] delays = new long[8];
        for (int i = 0; i < delays.length; i++) {
            backoff = backoff.afterLife(100);
            delays[i] = backoff.delayMillis();
        }
        assertThat(delays).containsExactly(250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000);
    }

    @Test
    void whoLivedForAWhileIsStartedAtOnce() {
        assertThat(new Backoff(8_000).afterLife(5_000).delayMillis()).isZero();
    }
}
