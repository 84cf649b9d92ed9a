// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.protocol.table.AssignmentTable;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.protocol.table.SlotAssignment;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class TableInWordsTest {

    private static final Incarnation W0 = new Incarnation("w0", 3);
    private static final Incarnation W1 = new Incarnation("w1", 4);
    private static final Incarnation DEAD = new Incarnation("w0", 1);

    private static TableInWords words(SlotAssignment... slots) {
        return new TableInWords(new AssignmentTable(17, 4, 21, List.of(slots)));
    }

    private static SlotAssignment served(Incarnation by) {
        return new SlotAssignment(by, 5, null, List.of());
    }

    @Test
    void aSettledTableSaysWhoServesHowMuch() {
        assertThat(words(served(W0), served(W0), served(W0), served(W1)).lines()).containsExactly(
                "version 17, 4 slots, epochs up to 21, incarnations up to 4",
                "w0.3         3 slots, 75.0 %",
                "w1.4         1 slot, 25.0 %",
                "every slot is served");
    }

    @Test
    void movesAndTakeoversAreSaid() {
        TableInWords words = words(served(W0), new SlotAssignment(W1, 6, W0, List.of()),
                new SlotAssignment(W1, 7, null, List.of(DEAD)), new SlotAssignment(W1, 7, null, List.of(DEAD)));

        assertThat(words.lines()).endsWith("moving: 1 slot from w0.3 to w1.4",
                "taking over: 2 slots, by w1.4 from the journal of w0.1",
                "every slot has an owner; those above answer 'try again' for a moment");
        assertThat(words.slotLines()).containsExactly("0\tw0.3\t5", "1\tw1.4\t6\tawaits w0.3",
                "2\tw1.4\t7\tadopts w0.1",
                "3\tw1.4\t7\tadopts w0.1");
    }

    @Test
    void slotsThatNobodyServesAreSaid() {
        AssignmentTable table = new AssignmentTable(0, 0, 0, Collections.nCopies(1_024, SlotAssignment.NONE));

        assertThat(new TableInWords(table).lines()).containsExactly(
                "version 0, 1,024 slots, epochs up to 0, incarnations up to 0", "no worker is registered",
                "1,024 slots served by nobody");
    }
}
