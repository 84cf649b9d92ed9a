// SPDX-License-Identifier: Apache-2.0
package io.natspersist.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.natspersist.metrics.Listen;
import io.natspersist.transport.nats.NatsTls;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CoordinatorOptionsTest {

    @Test
    void onlyTheTablesFileMustBeSaid() {
        assertThat(CoordinatorOptions.parse(List.of("--table", "/data/table.json"), Map.of("PATH", "/bin")))
                .isEqualTo(new CoordinatorOptions(CoordinatorConfig.of("persist.default"), Path.of("/data/table.json"),
                        "nats://127.0.0.1:4222", null, null, null));
    }

    @Test
    void everyKeyCanBeGivenByFlagOrEnvironmentAndTheFlagWins() {
        CoordinatorOptions options = CoordinatorOptions.parse(
                List.of("--prefix=p.q", "--table=t", "--nats", "nats://h:1", "--credentials", "c", "--slots=64",
                        "--tls-ca=ca", "--tls-cert=crt", "--tls-key=key",
                        "--metrics=0.0.0.0:9464"),
                Map.of("PERSIST_COORDINATOR_SLOTS", "32", "PERSIST_COORDINATOR_HEARTBEAT_MILLIS", "100",
                        "PERSIST_COORDINATOR_DEAD_AFTER_MILLIS", "600", "PERSIST_COORDINATOR_HANDOVER_BATCH", "3",
                        "PERSIST_COORDINATOR_REBUILD_GRACE_MILLIS", "700"));

        assertThat(options)
                .isEqualTo(new CoordinatorOptions(new CoordinatorConfig("p.q", 64, 100, 600, 3, 700, Map.of()),
                        Path.of("t"), "nats://h:1", Path.of("c"),
                        new NatsTls(Path.of("ca"), Path.of("crt"), Path.of("key")), new Listen("0.0.0.0", 9464)));
    }

    @Test
    void allMistakesAreReportedTogether() {
        assertThatThrownBy(() -> CoordinatorOptions.parse(
                List.of("--slot", "--slots=many", "--tls-key=k", "--metrics=here", "--dead-after-millis=5", "--cluster",
                        "a b",
                        "--nats"),
                Map.of("PERSIST_COORDINATOR_TABEL", "x", "PERSIST_LOG_FORMAT", "xml")))
                .hasMessageContainingAll("there is no --slot\n", "--tls-cert and --tls-key: ", "--metrics 'here'",
                        "PERSIST_LOG_FORMAT 'xml'",
                        "--slots must be a number, not 'many'", "there is no PERSIST_COORDINATOR_TABEL",
                        "--table is missing", "--nats needs a value", "has a control character or space");
    }

    @Test
    void aConfigurationNamesAllThatIsWrongWithIt() {
        assertThatThrownBy(() -> new CoordinatorConfig("a..b", 0, 1_000, 2_999, 0, 1_999, Map.of("w", 0)))
                .hasMessageContainingAll("prefix 'a..b'", "slots must", "deadAfterMillis must", "handoverBatch must",
                        "rebuildGraceMillis must", "weight of w must");
    }
}
