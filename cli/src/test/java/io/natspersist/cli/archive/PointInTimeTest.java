// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PointInTimeTest {

    private static final Instant NOW = Instant.parse("2026-07-10T12:00:00Z");
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    @ParameterizedTest
    @CsvSource({"90s,2026-07-10T11:58:30Z", "15m,2026-07-10T11:45:00Z", "2h,2026-07-10T10:00:00Z",
            "0s,2026-07-10T12:00:00Z",
            "3d,2026-07-07T12:00:00Z", "1w,2026-07-03T12:00:00Z", "2026-07-09T08:00:00Z,2026-07-09T08:00:00Z",
            "2026-07-09T08:00:00.125+02:00,2026-07-09T06:00:00.125Z", "2026-07-09T08:00,2026-07-09T06:00:00Z",
            "2026-07-09 08:00:30,2026-07-09T06:00:30Z", "2026-01-09,2026-01-08T23:00:00Z",
            "1783684800000,2026-07-10T12:00:00Z"})
    void aTimeIsWrittenInManyWays(String text, Instant time) {
        assertThat(PointInTime.parse(text, NOW, BERLIN)).isEqualTo(time);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "yesterday", "2x", "-2h", "2.5h", "h", "2026-13-01", "25:00", "12345678901h"})
    void whatIsNoneIsRefusedWithTheWaysThereAre(String text) {
        assertThatThrownBy(() -> PointInTime.parse(text, NOW, BERLIN)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2026-01-31T12:00:00Z").hasMessageContaining("2h");
    }
}
