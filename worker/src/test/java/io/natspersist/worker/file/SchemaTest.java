// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import static io.natspersist.worker.file.Changes.STREAM;
import static io.natspersist.worker.file.StreamFilesContract.SLOT;
import static io.natspersist.worker.file.StreamFilesContract.assertChanges;
import static io.natspersist.worker.file.StreamFilesContract.opened;
import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.protocol.StreamName;
import io.natspersist.transport.Headers;
import io.natspersist.worker.change.Change;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The schema is what users read and what older files have. */
class SchemaTest {
    private static final String GOLDEN = "version-1.db";

    @TempDir
    Path root;

    @Test
    void theDocumentedTablesAreTheRealOnes() throws IOException {
        assertThat(Files.readString(document())).contains("```sql\n" + Schema.TABLES + "```\n")
                .contains("```sql\n" + Schema.LARGE_VALUES + "```\n")
                .contains("```sql\n" + CatalogSchema.TABLES + "```\n");
    }

    private static Path document() {
        Path module = Path.of("").toAbsolutePath();
        Path here = module.resolve("docs/schema.md");
        return Files.exists(here) ? here : module.resolveSibling("docs/schema.md");
    }

    @Test
    void aNewFileSaysWhatItIs() {
        byte[] file = Schema.emptyFile();

        assertThat(new String(file, 0, 15, StandardCharsets.US_ASCII)).isEqualTo("SQLite format 3");
        assertThat(ByteBuffer.wrap(file).getInt(60)).as("user_version").isEqualTo(1);
        assertThat(ByteBuffer.wrap(file).getInt(68)).as("application_id").isEqualTo(0x50727374);
    }

    /** The committed file is made with {@code -Dpersist.golden=write}, once for each version, and never again. */
    @Test
    void aFileOfVersionOneIsRead() throws IOException {
        if ("write".equals(System.getProperty("persist.golden"))) {
            write();
        }
        Path folder = Files.createDirectories(root.resolve("streams/" + SLOT + "/projects/42"));
        try (InputStream golden = SchemaTest.class.getResourceAsStream(GOLDEN)) {
            assertThat(golden).isNotNull();
            Files.copy(golden, folder.resolve("+notes.3.db"));
        }

        StreamFile file = opened(new SqliteStreamFiles(root), 4);

        assertChanges(file.changesAfter(0, 100, 10_000).orElseThrow(), changes());
        assertThat(file.rememberedIds(0)).containsExactly("id-1", "id-2");
        file.close();
    }

    @Test
    void aCatalogOfVersionOneIsBroughtUpToDate() throws IOException, SQLException {
        Path folder = Files.createDirectories(root.resolve("streams/" + SLOT));
        try (Connection old = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("@catalog.3.db"));
                Statement statement = old.createStatement()) {
            statement.executeUpdate("PRAGMA application_id=" + CatalogSchema.APPLICATION_ID);
            statement.executeUpdate("PRAGMA user_version=1");
            statement.executeUpdate(
                    """
                            CREATE TABLE streams (name TEXT NOT NULL, change INTEGER NOT NULL, last_seq INTEGER NOT NULL,
                                messages INTEGER NOT NULL, bytes INTEGER NOT NULL, destroyed INTEGER, epoch INTEGER, epochs TEXT);
                            CREATE UNIQUE INDEX streams_order ON streams (replace(name, '.', char(1)));
                            CREATE TABLE ids (name TEXT NOT NULL, change INTEGER NOT NULL, id TEXT NOT NULL,
                                seq INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (name, change)) WITHOUT ROWID;
                            INSERT INTO streams (name, change, last_seq, messages, bytes) VALUES ('a', 4, 3, 2, 100)""");
        }
        Catalogs catalogs = new SqliteStreamFiles(root).catalogs();
        StreamName name = new StreamName("a");

        catalogs.begin(SLOT, 4, 50);

        assertThat(catalogs.unarchived(SLOT, 4, 9)).containsExactly(name);
        catalogs.mark(SLOT, 4, List.of(new Archived(name, 4, 2)));
        assertThat(catalogs.evictable(SLOT, 4, 51, 9)).containsExactly(name);
        catalogs.close(SLOT);
        assertThat(new SqliteStreamFiles(root).catalogs().archived(SLOT, 5, name))
                .contains(new Archived(name, 4, 2));
    }

    private static List<Change> changes() {
        Changes changes = new Changes(2);
        return List.of(changes.at(5, "a", "id-1", Headers.of("H", "v"), new byte[]{1, 2}), changes.set("a", null),
                changes.set("b", ""), changes.epoch(3).deleteKey("b", 7, "id-2"), changes.set("c", "last"),
                changes.deleteAll(6, null));
    }

    private void write() throws IOException {
        StreamFile file = new SqliteStreamFiles(root.resolve(".")).create(STREAM, 1, 3);
        file.apply(changes());
        file.close();
        Files.copy(root.resolve("streams/1/projects/42/+notes.3.db"),
                Path.of("src/test/resources/io/natspersist/worker/file", GOLDEN));
    }
}
