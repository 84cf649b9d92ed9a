// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.natspersist.metrics.Listen;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OperatorSettingsTest {

    @Test
    void onlyANameAndTheLeasesNamespaceMustBeSaid() {
        assertThat(OperatorSettings.parse(
                Map.of("PATH", "/bin", "PERSIST_OPERATOR_NAME", "a", "PERSIST_OPERATOR_LEASE_NAMESPACE", "ops")))
                .isEqualTo(new OperatorSettings("a", "ops", Set.of(), null, null));
    }

    @Test
    void everySettingIsUnderstood() {
        assertThat(OperatorSettings.parse(Map.of("PERSIST_OPERATOR_NAME", "a", "PERSIST_OPERATOR_LEASE_NAMESPACE",
                "ops", "PERSIST_OPERATOR_NAMESPACES", "one, two,", "PERSIST_OPERATOR_WORKER_IMAGE", "persist:1",
                "PERSIST_OPERATOR_METRICS", "0.0.0.0:9464")))
                .isEqualTo(new OperatorSettings("a", "ops", Set.of("one", "two"), "persist:1",
                        new Listen("0.0.0.0", 9464)));
    }

    @Test
    void allMistakesAreReportedTogether() {
        assertThatThrownBy(() -> OperatorSettings.parse(Map.of("PERSIST_OPERATOR_NAMSPACES", "x",
                "PERSIST_OPERATOR_METRICS", "nowhere", "PERSIST_LOG_LEVEL", "loud")))
                .hasMessageContainingAll("there is no PERSIST_OPERATOR_NAMSPACES",
                        "PERSIST_OPERATOR_NAME is missing", "PERSIST_OPERATOR_LEASE_NAMESPACE is missing",
                        "PERSIST_OPERATOR_METRICS 'nowhere'", "PERSIST_LOG_LEVEL 'loud'");
    }
}
