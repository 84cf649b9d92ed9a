// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import static io.natspersist.worker.file.Changes.STREAM;
import static io.natspersist.worker.file.StreamFilesContract.SLOT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.natspersist.worker.change.Change;
import io.natspersist.worker.file.StreamFile.Range;
import io.natspersist.worker.file.StreamFiles.Opened;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two processes and one file. */
class SqliteTwoProcessesIT {

    @TempDir
    Path root;

    @Test
    void aSecondProcessIsKeptOutWhileTheFirstWrites() throws Exception {
        try (FileHolder first = holder(3)) {
            assertThat(first.tell("set")).isEqualTo("ok");

            assertThat(open(4)).isInstanceOf(Opened.Unavailable.class);
            assertThat(first.tell("set")).isEqualTo("ok");
            assertThat(first.tell("close")).isEqualTo("ok");
            assertHolds(2, 4);
        }
    }

    @Test
    void whatAKilledProcessAppliedIsThere() throws Exception {
        try (FileHolder first = holder(3)) {
            for (int i = 0; i < 50; i++) {
                assertThat(first.tell("set")).isEqualTo("ok");
            }
            first.kill();

            assertHolds(50, 4);
        }
    }

    @Test
    void aPausedProcessKeepsItsLock() throws Exception {
        try (FileHolder first = holder(3)) {
            first.tell("set");
            first.signal("STOP");

            assertThat(open(4)).isInstanceOf(Opened.Unavailable.class);
            first.signal("CONT");
            assertThat(first.tell("set")).isEqualTo("ok");
        }
    }

    /**
     * Taking a lock from a living process needs an NFS server; what a successor does to the names once it has the lock is done
     * by hand here, on a copy, as the lock on the old file would keep it out.
     */
    @Test
    void whatAPausedProcessWritesAfterATakeoverIsReadByNobody() throws Exception {
        Path folder = root.resolve("streams/" + SLOT + "/projects/42");
        try (FileHolder first = holder(3)) {
            first.tell("set");
            first.signal("STOP");
            Files.copy(folder.resolve("+notes.3.db"), folder.resolve("copy"));
            Files.copy(folder.resolve("+notes.3.db-wal"), folder.resolve("copy-wal"));
            Files.delete(folder.resolve("+notes.3.db-wal"));
            Files.delete(folder.resolve("+notes.3.db"));
            Files.move(folder.resolve("copy-wal"), folder.resolve("+notes.4.db-wal"));
            Files.move(folder.resolve("copy"), folder.resolve("+notes.4.db"));
            StreamFile next = ((Opened.File) open(4)).file();

            first.send("set");
            first.send("close");
            first.signal("CONT");
            first.answer();

            assertThat(first.answer()).contains("NoSuchFileException");
            assertThat(next.state().change()).isEqualTo(1);
            next.apply(List.of(oneMore()));
            next.close();
            first.kill();
            assertHolds(2, 5);
        }
    }

    private static Change oneMore() {
        Changes changes = new Changes(4);
        changes.set("skipped");
        return changes.set("by the successor");
    }

    private FileHolder holder(long epoch) throws IOException {
        FileHolder holder = FileHolder.start(root, epoch);
        assertThat(holder.answer()).isEqualTo("ok");
        return holder;
    }

    private Opened open(long epoch) throws IOException {
        return new SqliteStreamFiles(root).open(STREAM, SLOT, epoch);
    }

    private void assertHolds(long changes, long epoch) {
        await().untilAsserted(() -> {
            Opened opened = open(epoch);
            assertThat(opened).isInstanceOf(Opened.File.class);
            StreamFile file = ((Opened.File) opened).file();
            assertThat(file.state().change()).isEqualTo(changes);
            assertThat(file.read(Range.seqs(1, 1000), 1000, 1_000_000).messages()).hasSize((int) changes);
            file.close();
        });
    }
}
