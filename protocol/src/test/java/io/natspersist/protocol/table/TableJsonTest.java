// SPDX-License-Identifier: Apache-2.0
package io.natspersist.protocol.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.natspersist.protocol.BadMessage;
import io.natspersist.protocol.Json;
import io.natspersist.protocol.table.Heartbeat.Adopted;
import io.natspersist.protocol.table.Heartbeat.Load;
import io.natspersist.protocol.table.Heartbeat.Released;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class TableJsonTest {

    private static final Incarnation W0 = new Incarnation("w0", 3);
    private static final Incarnation W1 = new Incarnation("w1", 2);
    private static final AssignmentTable TABLE = new AssignmentTable(7, 3, 9, List.of(SlotAssignment.NONE,
            new SlotAssignment(W0, 8, W1, List.of()),
            new SlotAssignment(W0, 9, null, List.of(new Incarnation("w1", 1)))));

    @Test
    void aTableReadsAsTheProtocolSays() {
        String json = new String(Json.write(TABLE), StandardCharsets.UTF_8);
        assertThat(json).startsWith("{\"version\":7,\"incarnations\":3,\"epochs\":9,")
                .endsWith("\"slots\":[{\"epoch\":0},{\"owner\":\"w0.3\",\"epoch\":8,\"awaits\":\"w1.2\"},"
                        + "{\"owner\":\"w0.3\",\"epoch\":9,\"adopt\":[\"w1.1\"]}]}");
        assertThat(Json.read(Json.write(TABLE), AssignmentTable.class)).isEqualTo(TABLE);
    }

    @Test
    void heartbeatsAndTheirRepliesAreReadAsTheyWereWritten() {
        Heartbeat first = new Heartbeat("w0", 0, "x", false, false, 0, 0, 0, List.of(), List.of(), List.of(),
                List.of(), List.of(), Load.NONE, null);
        Heartbeat later = new Heartbeat("w0", 3, "x", true, true, 7, 5, 100, List.of(new Released(1, 8)),
                List.of(new Adopted(2, 9, W1)), List.of(W1), List.of(4, 6), List.of(5), new Load(5, 1.5, 0.25), null);
        assertThat(Json.read(Json.write(first), Heartbeat.class)).isEqualTo(first);
        assertThat(Json.read(Json.write(later), Heartbeat.class)).isEqualTo(later);
        HeartbeatReply bare = new HeartbeatReply(3, false, 7, null, false, List.of(), List.of());
        HeartbeatReply full = new HeartbeatReply(3, true, 7, TABLE, true, List.of(W1), List.of(W0));
        assertThat(Json.read(Json.write(bare), HeartbeatReply.class)).isEqualTo(bare);
        assertThat(Json.read(Json.write(full), HeartbeatReply.class)).isEqualTo(full);
    }

    @Test
    void aTableThatContradictsItselfIsRefused() {
        String awaitsAndAdopts = "{\"version\":1,\"incarnations\":3,\"epochs\":9,\"slots\":[{\"epoch\":0},"
                + "{\"owner\":\"w0.3\",\"epoch\":8,\"awaits\":\"w1.2\",\"adopt\":[\"w1.1\"]}]}";
        assertThatThrownBy(() -> Json.read(awaitsAndAdopts.getBytes(StandardCharsets.UTF_8), AssignmentTable.class))
                .isInstanceOf(BadMessage.class)
                .hasMessageContaining("slots[1]");
    }
}
