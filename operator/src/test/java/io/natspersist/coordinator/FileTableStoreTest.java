// SPDX-License-Identifier: Apache-2.0
package io.natspersist.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.natspersist.protocol.table.AssignmentTable;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.protocol.table.SlotAssignment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileTableStoreTest {

    private static final Incarnation A = new Incarnation("a", 1);
    private static final AssignmentTable FIRST = new AssignmentTable(1, 4, 9, List.of(A, new Incarnation("b", 2)),
            List.of(new SlotAssignment(A, 7, null, List.of(new Incarnation("c", 3))),
                    new SlotAssignment(A, 8, new Incarnation("b", 2), List.of()), SlotAssignment.NONE));

    @TempDir
    Path folder;
    private Path file;
    private FileTableStore store;

    @BeforeEach
    void open() {
        file = folder.resolve("control/table.json");
        store = new FileTableStore(file);
    }

    @Test
    void anAbsentTableIsNoError() throws IOException {
        assertThat(store.load()).isEmpty();
    }

    @Test
    void aStoredTableIsLoadedByAnother() throws IOException {
        assertThat(store.store(FIRST, 0)).isEqualTo(new TableStore.Outcome.Stored());

        assertThat(new FileTableStore(file).load()).contains(FIRST);
    }

    @Test
    void aTableIsStoredOnlyInPlaceOfTheExpectedOne() throws IOException {
        store.store(FIRST, 0);
        AssignmentTable second = new AssignmentTable(2, 4, 9, FIRST.living(), FIRST.slots());

        assertThat(store.store(second, 0)).isEqualTo(new TableStore.Outcome.Conflict(1));
        assertThat(store.store(second, 5)).isEqualTo(new TableStore.Outcome.Conflict(1));
        assertThat(store.load()).contains(FIRST);
        assertThat(store.store(second, 1)).isEqualTo(new TableStore.Outcome.Stored());
        assertThat(store.load()).contains(second);
    }

    @Test
    void whatACrashLeftOfTheNextTableDoesNoHarm() throws IOException {
        store.store(FIRST, 0);
        Files.writeString(folder.resolve("control/table.json.new"), "{\"version\":2,");

        assertThat(store.load()).contains(FIRST);
        assertThat(store.store(new AssignmentTable(2, 4, 9, FIRST.living(), FIRST.slots()), 1))
                .isEqualTo(new TableStore.Outcome.Stored());
    }

    @Test
    void everyFlippedBitIsNoticedAndTheErrorSaysWhatToDo() throws IOException {
        store.store(FIRST, 0);
        byte[] good = Files.readAllBytes(file);
        for (int bit = 0; bit < good.length * 8; bit++) {
            byte[] bad = good.clone();
            bad[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(file, bad);

            assertThatThrownBy(store::load).as("bit %d", bit).isInstanceOf(IOException.class)
                    .hasMessageContainingAll("is damaged", "move it away", file.toString());
        }
    }

    @Test
    void aTableCutShortAnywhereIsNoticed() throws IOException {
        store.store(FIRST, 0);
        byte[] good = Files.readAllBytes(file);
        for (int length = 0; length < good.length; length++) {
            Files.write(file, java.util.Arrays.copyOf(good, length));

            assertThatThrownBy(store::load).as("%d bytes", length).isInstanceOf(IOException.class);
        }
    }

    @Test
    void aDamagedTableIsNotWrittenOver() throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "nonsense");

        assertThatThrownBy(() -> store.store(FIRST, 0)).hasMessageContaining("is damaged");
        assertThat(file).hasContent("nonsense");
    }
}
