// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.natspersist.cli.replay.EditTrace.Transaction;
import java.util.List;
import org.junit.jupiter.api.Test;

class PaceTest {

    private static final List<Transaction> TYPED = List.of(at(5_000), at(5_100), at(5_050), at(90_000));

    @Test
    void goesAsRecordedWithLongPausesCut() {
        assertThat(Pace.parse("1").schedule(TYPED)).containsExactly(0, 100_000_000L, 100_000_000L, 2_100_000_000L);
    }

    @Test
    void goesFaster() {
        assertThat(Pace.parse("10").schedule(TYPED)).containsExactly(0, 10_000_000L, 10_000_000L, 210_000_000L);
        assertThat(Pace.parse("max").schedule(TYPED)).containsExactly(0, 0, 0, 0);
    }

    @Test
    void refusesWhatIsNoSpeed() {
        for (String wrong : List.of("0", "-1", "NaN", "fast", "")) {
            assertThatThrownBy(() -> Pace.parse(wrong)).as(wrong).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("speed");
        }
    }

    private static Transaction at(long millis) {
        return new Transaction(millis, List.of());
    }
}
