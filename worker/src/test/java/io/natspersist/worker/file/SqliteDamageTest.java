// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import static io.natspersist.worker.file.Changes.STREAM;
import static io.natspersist.worker.file.StreamFilesContract.SLOT;
import static io.natspersist.worker.file.StreamFilesContract.opened;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.natspersist.protocol.StreamName;
import io.natspersist.worker.change.Change;
import io.natspersist.worker.file.StreamFile.EpochStart;
import io.natspersist.worker.file.StreamFile.Range;
import io.natspersist.worker.file.StreamFileException.Kind;
import io.natspersist.worker.file.StreamFiles.Opened;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged files are set aside and reported; what only looks like damage is not. */
class SqliteDamageTest {

    @TempDir
    Path root;

    private Path folder = Path.of(".");
    private Path file = Path.of(".");

    @BeforeEach
    void aClosedFile() throws IOException {
        folder = root.resolve("streams/" + SLOT + "/projects/42");
        file = folder.resolve("+notes.3.db");
        Changes changes = new Changes(3);
        List<Change> many = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            many.add(changes.set("key" + i, "value".repeat(20)));
        }
        StreamFile made = new SqliteStreamFiles(root).create(STREAM, SLOT, 3);
        made.apply(many);
        made.close();
    }

    /** What was put into it is with a connection that is gone: the next one may not see an error that this one would have. */
    @Test
    void aCatalogLetGoOfAfterAFailureIsNotSyncedAnew() throws SQLException, IOException {
        SqliteStreamFiles files = new SqliteStreamFiles(root);
        StreamName gone = new StreamName("gone");
        Tombstone tombstone = new Tombstone(List.of(new EpochStart(2, 1)), 9, 5, 1_000, List.of());
        files.catalogs().put(SLOT, 3, List.of(CatalogEntry.of(gone, tombstone)));
        files.forgetSlot(SLOT);
        try (Connection connection = DriverManager.getConnection(
                "jdbc:sqlite:" + root.resolve("streams/" + SLOT + "/@catalog.3.db"));
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("UPDATE streams SET epochs = '[2'");
        }
        CatalogEntry entry = new CatalogEntry(STREAM, 1, 1, 1, 1, null);
        files.catalogs().put(SLOT, 3, List.of(entry));
        assertThatThrownBy(() -> files.catalogs().tombstone(SLOT, 3, gone)).isInstanceOf(StreamFileException.class);

        assertThatThrownBy(() -> files.catalogs().sync(SLOT, 3)).isInstanceOf(StreamFileException.class)
                .hasMessageContaining("may be lost");

        files.catalogs().put(SLOT, 3, List.of(entry));
        files.catalogs().sync(SLOT, 3);
        assertThat(files.catalogs().list(SLOT, 3, NameRange.ALL, 9)).containsExactly(entry);
    }

    @Test
    void aFileThatIsNoDatabaseIsSetAside() throws IOException {
        overwrite(0, 100);

        SqliteStreamFiles files = new SqliteStreamFiles(root);
        assertThat(files.open(STREAM, SLOT, 4)).isInstanceOf(Opened.Corrupt.class);
        assertThat(names()).containsExactly("+notes.4.corrupt", "+notes.4.corrupt-wal");
    }

    @Test
    void anEmptiedFileIsNoEmptyStream() throws IOException {
        Files.write(file, new byte[0]);

        assertThat(new SqliteStreamFiles(root).open(STREAM, SLOT, 4)).isInstanceOf(Opened.Corrupt.class);
    }

    @Test
    void aSetAsideFileIsNeverTakenForAbsentNorMadeAnew() throws IOException {
        overwrite(0, 100);
        SqliteStreamFiles files = new SqliteStreamFiles(root);
        files.open(STREAM, SLOT, 4);

        assertThat(files.open(STREAM, SLOT, 5)).isInstanceOf(Opened.Corrupt.class);
        assertThatThrownBy(() -> files.create(STREAM, SLOT, 5)).isInstanceOf(StreamFileException.class);
    }

    @Test
    void aRestoredFileIsOpenedAgain() throws IOException {
        byte[] good = Files.readAllBytes(file);
        overwrite(0, 100);
        SqliteStreamFiles files = new SqliteStreamFiles(root);
        files.open(STREAM, SLOT, 4);
        Files.write(folder.resolve("+notes.4.db"), good);

        StreamFile restored = opened(files, 5);
        assertThat(restored.state().change()).isEqualTo(200);
        restored.close();
    }

    @Test
    void aFileThatCameBackAndIsDamagedAgainIsSetAsideAgain() throws IOException {
        byte[] good = Files.readAllBytes(file);
        overwrite(0, 100);
        SqliteStreamFiles files = new SqliteStreamFiles(root);
        assertThat(files.open(STREAM, SLOT, 3)).isInstanceOf(Opened.Corrupt.class);
        try (Incoming back = files.restore(STREAM, SLOT, 3)) {
            back.write(ByteBuffer.wrap(good));
            assertThat(back.written().change()).isEqualTo(200);
            back.keep();
        }
        overwrite(0, 100);

        assertThat(files.open(STREAM, SLOT, 3)).isInstanceOf(Opened.Corrupt.class);

        assertThat(names()).containsExactly("+notes.3.corrupt", "+notes.3.corrupt-wal");
    }

    @Test
    void whatWasSetAsideOfAStreamThatWasDestroyedSinceDoesNotKeepItFromBeingMadeAnew() throws IOException {
        overwrite(0, 100);
        SqliteStreamFiles files = new SqliteStreamFiles(root);
        assertThat(files.open(STREAM, SLOT, 3)).isInstanceOf(Opened.Corrupt.class);
        Tombstone tombstone = new Tombstone(List.of(new EpochStart(3, 1)), 201, 200, 1_000, List.of());
        files.catalogs().put(SLOT, 3, List.of(CatalogEntry.of(STREAM, tombstone)));

        assertThat(files.open(STREAM, SLOT, 3)).isEqualTo(new Opened.Absent(tombstone));
        files.create(STREAM, SLOT, 3, tombstone).close();

        StreamFile anew = opened(files, 3);
        assertThat(anew.state().change()).isEqualTo(201);
        anew.close();
        assertThat(names()).contains("+notes.3.corrupt");
    }

    @Test
    void damageFoundWhileReadingIsSetAsideByTheNextToOpen() throws IOException {
        int size = (int) Files.size(file);
        overwrite(size / 2, size / 2);
        SqliteStreamFiles files = new SqliteStreamFiles(root);
        StreamFile opened = opened(files, 3);

        assertThatThrownBy(() -> opened.read(Range.seqs(1, 1000), 1000, 1_000_000).messages()).isInstanceOfSatisfying(
                StreamFileException.class,
                e -> assertThat(e.kind()).isEqualTo(Kind.CORRUPT));
        opened.abandon();
        assertThat(files.open(STREAM, SLOT, 3)).isInstanceOf(Opened.Corrupt.class);
        assertThat(names()).containsExactly("+notes.3.corrupt", "+notes.3.corrupt-wal");
    }

    @Test
    void whatLookedDamagedAndIsSoundIsOpened() throws IOException {
        int size = (int) Files.size(file);
        byte[] good = Files.readAllBytes(file);
        overwrite(size / 2, size / 2);
        SqliteStreamFiles files = new SqliteStreamFiles(root);
        StreamFile opened = opened(files, 3);
        assertThatThrownBy(() -> opened.read(Range.seqs(1, 1000), 1000, 1_000_000).messages())
                .isInstanceOf(StreamFileException.class);
        opened.abandon();
        Files.write(file, good);

        StreamFile again = opened(files, 3);
        assertThat(again.read(Range.seqs(1, 1000), 1000, 1_000_000).messages()).hasSize(200);
        again.close();
    }

    @Test
    void rowsThatContradictTheirCountersAreDamage() throws Exception {
        sql("DELETE FROM messages WHERE seq = 100");
        SqliteStreamFiles files = new SqliteStreamFiles(root);
        StreamFile opened = opened(files, 3);

        assertThatThrownBy(() -> opened.changesAfter(90, 100, 1_000_000)).hasMessageContaining("change 100 is missing");
        opened.abandon();
        assertThat(files.open(STREAM, SLOT, 3)).isInstanceOf(Opened.Corrupt.class);
    }

    @Test
    void headersThatAreNoneAreDamage() throws Exception {
        sql("UPDATE messages SET headers = '[\"a\"' WHERE seq = 100");
        StreamFile opened = opened(new SqliteStreamFiles(root), 3);

        assertThatThrownBy(() -> opened.get(100)).isInstanceOfSatisfying(StreamFileException.class,
                e -> assertThat(e.kind()).isEqualTo(Kind.CORRUPT));
        opened.abandon();
    }

    @Test
    void aFileOfANewerVersionIsRefusedAndLeftAlone() throws Exception {
        sql("PRAGMA user_version = 2");

        assertThat(new SqliteStreamFiles(root).open(STREAM, SLOT, 4))
                .isEqualTo(new Opened.Unavailable("its version is 2, and this program knows 1"));
        sql4("PRAGMA user_version = 1");
        opened(new SqliteStreamFiles(root), 5).close();
    }

    @Test
    void anotherProgramsDatabaseIsRefused() throws Exception {
        sql("PRAGMA application_id = 7");

        assertThat(new SqliteStreamFiles(root).open(STREAM, SLOT, 4)).isInstanceOf(Opened.Unavailable.class);
    }

    @Test
    void anotherStreamsFileIsRefused() throws IOException {
        Files.move(file, folder.resolve("other.3.db"));

        assertThat(new SqliteStreamFiles(root).open(new StreamName("projects.42.other"), SLOT, 4))
                .isEqualTo(new Opened.Unavailable("it is the file of the stream projects.42.Notes"));
    }

    private void overwrite(int from, int length) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        Arrays.fill(bytes, from, from + length, (byte) 0x5a);
        Files.write(file, bytes);
    }

    private void sql(String statement) throws Exception {
        sql(file, statement);
    }

    private void sql4(String statement) throws Exception {
        sql(folder.resolve("+notes.4.db"), statement);
    }

    private static void sql(Path database, String sql) throws Exception {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + database);
                var statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    private List<String> names() throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(e -> e.getFileName().toString()).sorted().toList();
        }
    }
}
