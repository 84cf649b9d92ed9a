// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.protocol.HeaderNames;
import io.natspersist.protocol.MessagePage;
import io.natspersist.protocol.WireMessage;
import io.natspersist.transport.Headers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Wall clocks that are stepped, by hand or by somebody's time server. */
class WorkerClockTest {

    private static final long HOUR = 3_600_000;

    private final OneCluster cluster = new OneCluster(1);

    @BeforeEach
    void oneWorkerServesEverything() {
        cluster.start("w0");
        cluster.assign("w0", null);
    }

    private String set(String worker, String value, String id) {
        return new String(cluster.ask(worker, "set", "a", Headers.of(HeaderNames.MSG_ID, id), value).payload(),
                StandardCharsets.UTF_8);
    }

    private List<String> values(String worker) {
        return MessagePage.decode(cluster.ask(worker, "getAll", "a", Headers.NONE, "").payload()).messages().stream()
                .map(WireMessage::value).map(value -> new String(value, StandardCharsets.UTF_8)).toList();
    }

    @ParameterizedTest
    @ValueSource(longs = {-HOUR, HOUR})
    void aClockThatStepsUnderARunningWorkerLosesAndDoublesNothing(long step) {
        set("w0", "1", "i1");
        cluster.nodes.get("w0").jumpWallClock(step);

        assertThat(set("w0", "again", "i1")).contains("\"seq\":1", "\"duplicate\":true");
        assertThat(set("w0", "2", "i2")).contains("\"seq\":2,\"change\":2");
        cluster.ask("w0", "flush", "a", Headers.NONE, "");
        assertThat(set("w0", "again", "i2")).contains("\"seq\":2", "\"duplicate\":true");
        cluster.time.runFor(70_000);
        assertThat(cluster.workers.get("w0").streams().openStreams()).as("idle, and closed").isZero();
        assertThat(set("w0", "again", "i2")).contains("\"seq\":2", "\"duplicate\":true");
        assertThat(values("w0")).containsExactly("1", "2");
        assertThat(cluster.halts).isEmpty();
    }

    @Test
    void aSuccessorWhoseClockIsAnHourBehindLosesAndDoublesNothing() {
        set("w0", "1", "i1");
        cluster.ask("w0", "flush", "a", Headers.NONE, "");
        set("w0", "2", "i2");
        cluster.crash("w0");
        cluster.start("w1");
        cluster.nodes.get("w1").jumpWallClock(-HOUR);
        cluster.assign("w1", null, cluster.incarnations.get("w0"));
        cluster.time.runFor(1_000);

        assertThat(set("w1", "again", "i1")).contains("\"seq\":1", "\"duplicate\":true");
        assertThat(set("w1", "again", "i2")).contains("\"seq\":2", "\"duplicate\":true");
        assertThat(set("w1", "3", "i3")).contains("\"seq\":3,\"change\":3");
        cluster.time.runFor(70_000);
        assertThat(set("w1", "again", "i3")).contains("\"seq\":3", "\"duplicate\":true");
        assertThat(values("w1")).containsExactly("1", "2", "3");
    }
}
