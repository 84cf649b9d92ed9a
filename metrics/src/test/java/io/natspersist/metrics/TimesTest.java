// SPDX-License-Identifier: Apache-2.0
package io.natspersist.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimesTest {

    /** A bound belongs to its own bucket, as Prometheus has it. */
    @ParameterizedTest
    @CsvSource({"0,0", "-5,0", "1,0", "65536,0", "65537,1", "262144,1", "262145,2", "17179869184,9", "17179869185,10",
            "9000000000000000000,10"})
    void aTimeFallsIntoTheFirstBucketWhoseBoundItDoesNotExceed(long nanos, int bucket) {
        Times times = new Times();

        times.record(nanos);

        List<Long> counts = times.distribution().counts();
        assertThat(counts).hasSize(Times.bounds().size() + 1);
        assertThat(counts.indexOf(1L)).isEqualTo(bucket);
    }

    @Test
    void theSumIsInSeconds() {
        Times times = new Times();
        times.record(1_500_000_000);
        times.record(500_000_000);

        assertThat(times.distribution().sumSeconds()).isEqualTo(2.0);
        assertThat(times.distribution().count()).isEqualTo(2);
    }
}
