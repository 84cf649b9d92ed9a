// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.local;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ClusterConfigTest {

    @Test
    void allMistakesAreReportedTogether() {
        assertThatThrownBy(() -> new ClusterConfig(Path.of("x"), "a b", 0, null, 70_000, Durability.SYNC, "much"))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("cluster 'a b'")
                .hasMessageContaining("workers").hasMessageContaining("port").hasMessageContaining("much");
    }
}
