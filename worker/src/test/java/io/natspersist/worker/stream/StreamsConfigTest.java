// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StreamsConfigTest {

    private static final long GIB = 1L << 30;

    @Test
    void asManyFilesAreOpenAsFitBesideTheHeap() {
        assertThat(StreamsConfig.filesIn(GIB / 2)).isEqualTo(1_165);
        assertThat(StreamsConfig.filesIn(100 * GIB)).isEqualTo(6_000);
        assertThat(StreamsConfig.filesIn(-GIB)).isEqualTo(100);
    }
}
