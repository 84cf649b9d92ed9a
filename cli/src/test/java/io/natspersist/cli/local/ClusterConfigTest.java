// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClusterConfigTest {

    @Test
    void allMistakesAreReportedTogether() {
        assertThatThrownBy(() -> new ClusterConfig(Path.of("x"), "a b", 0, null, 70_000, Durability.SYNC, "much"))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("cluster 'a b'")
                .hasMessageContaining("workers").hasMessageContaining("port").hasMessageContaining("much");
    }

    @Test
    void workersWithDisksOfTheirOwnNeedABucketAndShippedNeedsThem() {
        assertThatThrownBy(() -> new ClusterConfig(Path.of("x"), "a", 1, null, 0, Durability.SYNC, "1g", 0, List.of(),
                true)).hasMessageContaining("need a bucket");
        assertThatThrownBy(() -> new ClusterConfig(Path.of("x"), "a", 1, null, 0, Durability.SHIPPED, "1g"))
                .hasMessageContaining("durability shipped needs workers with disks of their own");
    }

    @Test
    void workersWithDisksOfTheirOwnHaveAFolderEach() {
        ClusterConfig config = new ClusterConfig(Path.of("/x"), "a", 2, null, 0, Durability.SHIPPED, "1g", 0,
                List.of("--s3", "s3://bucket"), true);

        assertThat(config.root("w0")).isEqualTo(Path.of("/x/disks/w0"));
        assertThat(config.root("w1")).isEqualTo(Path.of("/x/disks/w1"));
    }
}
