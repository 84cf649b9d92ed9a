// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import static io.natspersist.worker.file.Changes.STREAM;
import static io.natspersist.worker.file.StreamFilesContract.SLOT;
import static io.natspersist.worker.file.StreamFilesContract.assertChanges;
import static io.natspersist.worker.file.StreamFilesContract.opened;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdInputStream;
import io.natspersist.transport.Headers;
import io.natspersist.worker.change.Change;
import io.natspersist.worker.file.StreamFile.Range;
import io.natspersist.worker.file.StreamFileException.Kind;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of values on their way into a file and out of it. */
class StoredValuesTest {

    @TempDir
    Path root;

    private final Changes changes = new Changes(3);
    private final List<Change> applied = new ArrayList<>();

    private long add(byte @Nullable [] value) {
        Change.Set set = changes.at(changes.seq() + 1, null, null, Headers.NONE, value);
        applied.add(set);
        return set.seq();
    }

    private static byte[] text(int length) {
        return "the same words again, ".repeat(length / 22 + 1).substring(0, length)
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] noise(int length) {
        byte[] noise = new byte[length];
        new SplittableRandom(length).nextBytes(noise);
        return noise;
    }

    private StreamFile filled() throws IOException {
        StreamFile file = new SqliteStreamFiles(root).create(STREAM, SLOT, 3);
        file.apply(applied);
        return file;
    }

    private Connection copy() throws SQLException {
        return DriverManager
                .getConnection("jdbc:sqlite:" + root.resolve("streams/" + SLOT + "/projects/42/+notes.3.db"));
    }

    @Test
    void whatShrinksByAnEighthIsCompressedAndNothingElse() throws SQLException, IOException {
        add(null);
        add(new byte[0]);
        add(text(1_024));
        add(text(1_025));
        add(noise(5_000));
        add(text(1_000_000));
        filled().close();

        List<String> kinds = new ArrayList<>();
        try (Connection copy = copy();
                ResultSet rows = copy.createStatement()
                        .executeQuery("SELECT zstd, length(value), size FROM messages ORDER BY seq")) {
            while (rows.next()) {
                Object zstd = rows.getObject(1);
                kinds.add(zstd == null ? "plain " + rows.getObject(2) : "frame of " + zstd);
                assertThat(rows.getLong(2)).isLessThanOrEqualTo(rows.getLong(3));
            }
        }
        assertThat(kinds).containsExactly("plain null", "plain 0", "plain 1024", "frame of 1025", "plain 5000",
                "frame of 1000000");
    }

    @Test
    void whateverIsStoredComesBackAsItWasAlsoFromTheLog() throws IOException {
        for (int i = 0; i < 40; i++) {
            add(i % 2 == 0 ? text(i * 300) : noise(i * 300));
        }
        StreamFile file = filled();
        for (int seq = 1; seq <= 40; seq++) {
            assertThat(file.get(seq).orElseThrow().value()).isEqualTo(((Change.Set) applied.get(seq - 1)).value());
        }
        file.apply(List.of(changes.deleteAll(40, null)));

        List<Change> log = file.changesAfter(0, 100, Long.MAX_VALUE).orElseThrow();
        assertChanges(log.subList(0, 40), applied);
        file.close();
    }

    /** As docs/schema.md says: a frame is read by whatever reads zstd. */
    @Test
    void aFrameIsReadByAnyProgramThatKnowsZstd() throws SQLException, IOException {
        add(text(30_000));
        filled().close();

        try (Connection copy = copy();
                ResultSet row = copy.createStatement().executeQuery("SELECT value FROM messages WHERE zstd NOT NULL");
                ZstdInputStream plain = new ZstdInputStream(new ByteArrayInputStream(row.getBytes(1)))) {
            assertThat(plain.readAllBytes()).isEqualTo(text(30_000));
        }
    }

    @Test
    void aFrameThatIsDamagedIsSaidToBe() throws SQLException, IOException {
        for (String damage : List.of("zstd = 29999", "zstd = 2147483648", "value = x'00'", "value = x''",
                "value = substr(value, 1, length(value) - 5) || x'0011223344'")) {
            applied.clear();
            Changes other = new Changes(3);
            applied.add(other.at(1, null, null, Headers.NONE, text(30_000)));
            Path folder = Files.createDirectory(root.resolve("n" + damage.hashCode()));
            StreamFile made = new SqliteStreamFiles(folder).create(STREAM, SLOT, 3);
            made.apply(applied);
            made.close();
            try (Connection closed = DriverManager
                    .getConnection("jdbc:sqlite:" + folder.resolve("streams/" + SLOT + "/projects/42/+notes.3.db"))) {
                closed.createStatement().executeUpdate("UPDATE messages SET " + damage);
            }

            StreamFile file = opened(new SqliteStreamFiles(folder), 3);
            assertThatThrownBy(() -> file.read(Range.ALL, 10, 100_000)).as(damage).isInstanceOfSatisfying(
                    StreamFileException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CORRUPT));
            file.abandon();
        }
    }
}
