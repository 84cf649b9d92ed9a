// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import static io.natspersist.worker.file.Changes.STREAM;
import static io.natspersist.worker.file.StreamFilesContract.SLOT;
import static io.natspersist.worker.file.StreamFilesContract.assertChanges;
import static io.natspersist.worker.file.StreamFilesContract.opened;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.natspersist.worker.change.Change;
import io.natspersist.worker.file.StreamFiles.Opened;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names and locks of real files, and deaths between any two of the operations on names. */
class SqliteTakeoverTest {
    private static final int LISTED = 1000;

    @TempDir
    Path root;

    private final Changes changes = new Changes(3);
    private final List<Change> all = List.of(changes.set("a", "1"), changes.set("b", "2"), changes.set("a", "3"));
    private Path folder = Path.of(".");
    private StreamFiles files = new FakeStreamFiles(() -> 0).mount("none");

    @BeforeEach
    void aVolume() throws IOException {
        files = new SqliteStreamFiles(root);
        folder = root.resolve("streams/" + SLOT + "/projects/42");
    }

    @Test
    void anOpenFileHasALogAndNoSharedMemory() throws IOException {
        StreamFile file = files.create(STREAM, SLOT, 3);
        file.apply(all);

        assertThat(names()).containsExactly("+notes.3.db", "+notes.3.db-wal");
        file.close();
        file = opened(files, 3);
        file.apply(List.of(changes.set("more")));
        assertThat(names()).containsExactly("+notes.3.db", "+notes.3.db-wal");
        file.close();
    }

    @Test
    void aClosedFileHoldsEverythingByItself() throws IOException {
        StreamFile file = files.create(STREAM, SLOT, 3);
        file.apply(all);
        file.close();

        assertThat(names()).containsExactly("+notes.3.db", "+notes.3.lock");
        assertThat(Files.size(folder.resolve("+notes.3.lock"))).isZero();
        Files.delete(folder.resolve("+notes.3.lock"));
        StreamFile copy = opened(new SqliteStreamFiles(root), 3);
        assertChanges(copy.changesAfter(0, 10, 1000).orElseThrow(), all);
        copy.close();
    }

    @Test
    void theLogIsOneFileThroughoutItsLife() throws IOException {
        StreamFile file = files.create(STREAM, SLOT, 3);
        Object inode = Files.getAttribute(folder.resolve("+notes.3.db-wal"), "unix:ino");
        file.apply(all);
        file.close();
        file = opened(files, 4);
        file.apply(List.of(changes.epoch(4).set("more")));
        file.abandon();
        opened(files, 5).close();

        assertThat(names()).containsExactly("+notes.5.db", "+notes.5.lock");
        assertThat(Files.getAttribute(folder.resolve("+notes.5.lock"), "unix:ino")).isEqualTo(inode);
    }

    @Test
    void anAbandonedFileKeepsItsLogAsItIs() throws IOException {
        StreamFile file = files.create(STREAM, SLOT, 3);
        file.apply(all);
        byte[] database = Files.readAllBytes(folder.resolve("+notes.3.db"));
        file.abandon();

        assertThat(Files.readAllBytes(folder.resolve("+notes.3.db"))).isEqualTo(database);
        assertThat(Files.size(folder.resolve("+notes.3.db-wal"))).isPositive();
    }

    @Test
    void whoIsKilledBetweenAnyTwoOperationsLeavesAFileThatTheNextOwnerOpens() throws IOException {
        int operations = 0;
        for (boolean done = false; !done; operations++) {
            Path volumeRoot = Files.createDirectory(root.resolve("v" + operations));
            DyingVolume volume = new DyingVolume();
            StreamFiles mortal = new SqliteStreamFiles(volumeRoot, StreamFileLimits.DEFAULT, volume, LISTED);
            volume.left = operations;
            done = livesThroughEverything(mortal, volume);

            // What was made, taken over or closed until then is there, whoever comes.
            StreamFiles next = new SqliteStreamFiles(volumeRoot);
            Opened opened = next.open(STREAM, SLOT, 6);
            if (volume.applied.isEmpty() && opened instanceof Opened.Absent) {
                next.create(STREAM, SLOT, 6).close();
                continue;
            }
            StreamFile file = ((Opened.File) opened).file();
            assertChanges(file.changesAfter(0, 10, 1000).orElseThrow(), volume.applied);
            file.close();
        }
        System.out.println("died at each of " + operations + " operations");
        assertThat(operations).isGreaterThan(12);
    }

    private boolean livesThroughEverything(StreamFiles mortal, DyingVolume volume) {
        Changes mine = new Changes(3);
        StreamFile file = null;
        try {
            file = mortal.create(STREAM, SLOT, 3);
            volume.apply(file, mine.set("a", "1"));
            file.close();
            file = opened(mortal, 4);
            volume.apply(file, mine.epoch(4).set("a", "2"));
            file.abandon();
            file = opened(mortal, 5);
            volume.apply(file, mine.epoch(5).set("a", "3"));
            file.close();
            return true;
        } catch (StreamFileException | AssertionError e) {
            assertThat(volume.left).isNegative();
            if (file != null) {
                file.abandon();
            }
            return false;
        }
    }

    /** Fails an operation and all after it. */
    private static final class DyingVolume extends Volume {
        private final List<Change> applied = new ArrayList<>();
        private int left = Integer.MAX_VALUE;

        private void apply(StreamFile file, Change change) {
            file.apply(List.of(change));
            applied.add(change);
        }

        private void live() throws IOException {
            if (left-- <= 0) {
                throw new IOException("dead");
            }
        }

        @Override
        void makeFolder(Path made) throws IOException {
            live();
            super.makeFolder(made);
        }

        @Override
        void rename(Path from, Path to) throws IOException {
            live();
            super.rename(from, to);
        }

        @Override
        void write(Path file, byte[] bytes) throws IOException {
            live();
            super.write(file, Arrays.copyOf(bytes, bytes.length / 2));
            live();
            super.write(file, bytes);
        }

        @Override
        void forceFolder(Path forced) throws IOException {
            live();
            super.forceFolder(forced);
        }
    }

    @Test
    void aFencedOwnerTouchesNothingOfItsSuccessor() throws IOException {
        StreamFile old = files.create(STREAM, SLOT, 3);
        old.apply(all);
        old.sync();
        // Its lease ended: another machine has renamed the files, as it does once it holds the lock.
        Files.move(folder.resolve("+notes.3.db-wal"), folder.resolve("+notes.4.db-wal"));
        Files.move(folder.resolve("+notes.3.db"), folder.resolve("+notes.4.db"));
        long log = Files.size(folder.resolve("+notes.4.db-wal"));

        assertThatThrownBy(old::close).isInstanceOf(StreamFileException.class);
        old.abandon();

        assertThat(names()).containsExactly("+notes.4.db", "+notes.4.db-wal");
        assertThat(Files.size(folder.resolve("+notes.4.db-wal"))).isEqualTo(log);
    }

    @Test
    void whatALateOwnerOfALowerEpochMadeIsNotRead() throws IOException {
        StreamFile file = files.create(STREAM, SLOT, 5);
        file.apply(List.of(new Changes(5).set("x")));
        file.close();
        Files.copy(folder.resolve("+notes.5.db"), folder.resolve("+notes.4.db"));
        Files.createFile(folder.resolve("+notes.4.db-wal"));

        StreamFile next = opened(new SqliteStreamFiles(root), 6);

        assertThat(next.state().epochs().getFirst().epoch()).isEqualTo(5);
        assertThat(names()).containsExactly("+notes.4.db", "+notes.4.db-wal", "+notes.6.db", "+notes.6.db-wal");
        next.close();
    }

    @Test
    void nobodyGuessesWhichOfTwoFilesIsTheLog() throws IOException {
        files.create(STREAM, SLOT, 3).close();
        Files.move(folder.resolve("+notes.3.lock"), folder.resolve("+notes.4.db-wal"));
        Files.createFile(folder.resolve("+notes.5.db-wal"));

        assertThat(new SqliteStreamFiles(root).open(STREAM, SLOT, 6)).isInstanceOf(Opened.Unavailable.class);
        Files.delete(folder.resolve("+notes.5.db-wal"));
        opened(new SqliteStreamFiles(root), 6).close();
    }

    @Test
    void aFileThatAnotherProgramPutOutOfWalModeIsPutBack() throws Exception {
        StreamFile file = files.create(STREAM, SLOT, 3);
        file.apply(all);
        file.close();
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("+notes.3.db"));
                var statement = connection.createStatement()) {
            statement.executeQuery("PRAGMA journal_mode=DELETE").close();
        }

        StreamFile again = opened(new SqliteStreamFiles(root), 3);

        again.apply(List.of(changes.set("more")));
        assertThat(names()).containsExactly("+notes.3.db", "+notes.3.db-wal");
        again.close();
    }

    @Test
    void aLogIsCheckpointedBeforeItGrowsLong() throws IOException {
        StreamFile file = files.create(STREAM, SLOT, 3);
        Changes many = new Changes(3);
        for (int i = 0; i < 400; i++) {
            file.apply(List.of(many.set("key", "x".repeat(20_000))));
        }

        assertThat(Files.size(folder.resolve("+notes.3.db-wal"))).isLessThan(8 << 20);
        file.close();
    }

    @Test
    void aFileKeepsThreeDescriptorsOpen() throws IOException {
        StreamFile file = files.create(STREAM, SLOT, 3);
        file.apply(all);

        assertThat(descriptorsBelow(root)).isEqualTo(3);
        file.close();
        assertThat(descriptorsBelow(root)).isZero();
        file = opened(files, 3);
        file.abandon();
        assertThat(descriptorsBelow(root)).isZero();
    }

    static long descriptorsBelow(Path folder) throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.filter(d -> {
                try {
                    return Files.readSymbolicLink(d).startsWith(folder.toRealPath());
                } catch (IOException e) {
                    return false;
                }
            }).count();
        }
    }

    @Test
    void aLockThatThisProcessHoldsElsewhereKeepsOthersOut() throws IOException {
        files.create(STREAM, SLOT, 3).close();
        try (FileChannel other = FileChannel.open(folder.resolve("+notes.3.lock"), StandardOpenOption.WRITE)) {
            other.lock();

            assertThat(new SqliteStreamFiles(root).open(STREAM, SLOT, 4)).isInstanceOf(Opened.Unavailable.class);
        }
        assertThat(names()).containsExactly("+notes.3.db", "+notes.3.lock");
    }

    private List<String> names() throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(e -> e.getFileName().toString()).sorted().toList();
        }
    }
}
