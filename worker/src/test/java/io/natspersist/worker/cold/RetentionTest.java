// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.worker.cold.ColdTier.Copy;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RetentionTest {
    private static final long MINUTE = Duration.ofMinutes(1).toMillis();
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;
    private static final long START = 20_000 * DAY;

    private static List<Long> kept(long retainMillis, long... times) {
        return new Retention(retainMillis)
                .kept(LongStream.of(times).mapToObj(at -> Version.of(new Copy(1, at, START + at, 0), 1, List.of()))
                        .toList())
                .stream().map(version -> version.copy().at() - START).toList();
    }

    @Test
    void withoutRetentionTheNewestIsKeptAlone() {
        assertThat(kept(0, 1, 2, 3)).containsExactly(3L);
        assertThat(kept(0, 1, 1)).containsExactly(1L);
    }

    @Test
    void whatWasTheNewestWithinTheRetentionIsKeptHoweverOldItIs() {
        assertThat(kept(7 * DAY, 0, DAY, 99 * DAY, 100 * DAY)).containsExactly(DAY, 99 * DAY, 100 * DAY);
    }

    @Test
    void afterAnHourOneOfEachHourIsKeptAndAfterADayOneOfEachDay() {
        long[] every10Minutes = LongStream.rangeClosed(0, 3 * 144).map(i -> i * 10 * MINUTE).toArray();

        List<Long> kept = kept(30 * DAY, every10Minutes);

        assertThat(kept).startsWith(DAY - 10 * MINUTE, 2 * DAY - 10 * MINUTE).endsWith(3 * DAY)
                .contains(3 * DAY - 2 * HOUR - 10 * MINUTE).doesNotContain(3 * DAY - 2 * HOUR - 20 * MINUTE)
                .contains(3 * DAY - 20 * MINUTE).hasSizeBetween(28, 34);
    }
}
