// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.protocol.StreamName;
import io.natspersist.protocol.table.AssignmentTable;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.protocol.table.SlotAssignment;
import java.util.List;
import org.junit.jupiter.api.Test;

class DirectoryTest {

    private static final StreamName STREAM = new StreamName("orders");
    private static final Incarnation OLD = new Incarnation("w1", 1);
    private static final Incarnation NEXT = new Incarnation("w2", 2);

    private final Directory directory = new Directory();

    @Test
    void whatOneAnswerSaysHoldsUntilATableKnowsIt() {
        directory.learn(table(1, 4, OLD, 4));
        assertThat(directory.learn(STREAM, NEXT, 5)).isTrue();
        assertThat(directory.owner(STREAM)).isEqualTo(new Owner(0, NEXT, 5));
        directory.learn(table(2, 6, NEXT, 6));
        assertThat(directory.owner(STREAM)).isEqualTo(new Owner(0, NEXT, 6));
    }

    @Test
    void aMoveThatWasLostWithItsTableIsForgotten() {
        directory.learn(table(1, 4, OLD, 4));
        directory.learn(STREAM, NEXT, 5);
        directory.learn(table(1_000, 1_004, OLD, 4));
        assertThat(directory.owner(STREAM)).isEqualTo(new Owner(0, OLD, 4));
    }

    private static AssignmentTable table(long version, long epochs, Incarnation owner, long epoch) {
        return new AssignmentTable(version, 2, epochs, List.of(new SlotAssignment(owner, epoch, null, List.of())));
    }
}
