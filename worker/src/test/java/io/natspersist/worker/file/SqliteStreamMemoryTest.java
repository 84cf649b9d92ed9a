// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import static io.natspersist.worker.file.Changes.STREAM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.natspersist.protocol.Crc32c;
import io.natspersist.protocol.StreamName;
import io.natspersist.worker.file.StreamFile.EpochStart;
import io.natspersist.worker.file.StreamFile.State;
import io.natspersist.worker.file.StreamFiles.Opened;
import io.natspersist.transport.Headers;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SqliteStreamMemoryTest extends StreamFilesContract {

    private final Changes changes = new Changes(3);
    private final SqliteStreamMemory memory = new SqliteStreamMemory();

    @Override
    StreamFiles files(StreamFileLimits limits) {
        return new SqliteStreamMemory(limits);
    }

    @Test
    void whatIsRemovedIsGoneAndGivesItsMemoryBack() {
        assertThat(memory.bytes()).isZero();
        StreamFile file = memory.create(STREAM, SLOT, 3);
        file.apply(List.of(changes.set("value")));
        file.close();
        assertThat(memory.bytes()).isPositive();

        memory.remove(STREAM, SLOT, 3);

        assertThat(memory.open(STREAM, SLOT, 3)).isEqualTo(new Opened.Absent());
        assertThat(memory.bytes()).isZero();
    }

    @Test
    void memoryGrowsWithWhatIsHeldAndShrinksWithWhatIsDeleted() {
        StreamFile file = memory.create(STREAM, SLOT, 3);
        long empty = memory.bytes();
        byte[] part = new byte[100_000];
        for (int i = 1; i <= 10; i++) {
            file.stage("u", i, part, Crc32c.of(part), 1);
        }
        assertThat(memory.bytes() - empty).isGreaterThan(1_000_000);

        file.clean(2, Set.of(), 10_000_000);

        assertThat(memory.bytes() - empty).isLessThan(100_000);
        file.close();
    }

    @Test
    void aStreamMadeAnewGoesOnFromTheNumbersItIsGiven() {
        Tombstone before = new Tombstone(List.of(new EpochStart(3, 1)), 40, 7, 1_000, List.of());

        StreamFile file = memory.create(STREAM, SLOT, 3, before);

        assertThat(file.state()).isEqualTo(before.state());
        assertThat(file.changesAfter(39, 10, 1_000).orElseThrow()).hasSize(1);
        assertThat(file.changesAfter(38, 10, 1_000)).isEmpty();
        file.close();
    }

    @Test
    void afterAFailureEverythingThatWasAppliedIsThere() {
        StreamFile file = memory.create(STREAM, SLOT, 3);
        file.apply(List.of(changes.set("one")));
        State applied = file.state();
        Database database = memory.database(STREAM);
        fill(database);

        assertThatThrownBy(() -> file.apply(List.of(changes.at(2, null, null, Headers.NONE, incompressible(50_000)))))
                .isInstanceOf(StreamFileException.class);
        file.abandon();

        StreamFile again = opened(memory, 3);
        assertThat(again.state()).isEqualTo(applied);
        assertThat(again.last().orElseThrow().change()).isEqualTo(1);
        again.close();
    }

    private static byte[] incompressible(int size) {
        byte[] bytes = new byte[size];
        new Random(1).nextBytes(bytes);
        return bytes;
    }

    /** From now on nothing more goes in. */
    private static void fill(Database database) {
        try {
            database.run("PRAGMA max_page_count=1");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void streamsDoNotShareAnything() {
        StreamFile file = memory.create(STREAM, SLOT, 3);
        StreamFile other = memory.create(new StreamName("other"), SLOT, 3);
        file.apply(List.of(changes.set("value")));

        assertThat(other.state()).isEqualTo(State.EMPTY);
        file.close();
        other.close();
    }
}
