// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import io.natspersist.protocol.StreamName;
import io.natspersist.worker.file.FileName.Part;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Looks at streams' files without changing them: a database is copied, with its log, and the copy is checked. While nobody
 * has a file open, or on a copy of a volume.
 */
public final class StreamFileInspection {

    private static final String APPLICATION_ID = "PRAGMA application_id";
    private static final String USER_VERSION = "PRAGMA user_version";
    private static final String STREAM = "SELECT ifnull((SELECT stream FROM meta), '')";

    /** "Prsc". */
    private static final long CATALOG_ID = 0x50727363;
    private static final String ENTRIES = """
            SELECT name, change, destroyed IS NOT NULL, archived IS NOT NULL FROM streams ORDER BY name""";
    private static final String ENTRIES_WITHOUT_COPIES = """
            SELECT name, change, destroyed IS NOT NULL, 0 FROM streams ORDER BY name""";

    private final Path work;

    /** @param work an empty folder of one's own, for one copy at a time */
    public StreamFileInspection(Path work) {
        this.work = work;
    }

    /**
     * What the files of one stream are like.
     *
     * @param database the name of the one that counts; null: there is none
     * @param older databases that a fenced owner left; they are never read
     * @param unfinished databases that were being made, which are of no meaning
     * @param emptyLogs logs without a database, which are of no meaning either
     * @param setAside damaged databases
     * @param damage why the names make no sense together; null: they do
     */
    public record Found(@Nullable String database, List<String> older, List<String> unfinished,
            List<String> emptyLogs, List<String> setAside,
            @Nullable String damage) {}

    /**
     * What a database holds.
     *
     * @param stream null where nothing was ever applied
     * @param change the last one applied
     */
    public record Contents(@Nullable StreamName stream, long change) {}

    /**
     * What a slot's catalog says of a stream.
     *
     * @param change the number of its last change when this was written
     * @param cold whether there is a copy elsewhere from which its file comes back
     */
    public record Entry(StreamName stream, long change, boolean destroyed, boolean cold) {}

    /** A database that is not as it must be; the message says how. */
    public static final class NotSound extends Exception {
        private static final long serialVersionUID = 1;

        NotSound(String why, @Nullable Throwable cause) {
            super(why, cause);
        }
    }

    /** By the last component of a stream's path: its files, of those that lie in one folder. Other names are under "". */
    public static Map<String, List<String>> byToken(List<String> names) {
        Map<String, List<String>> groups = new TreeMap<>();
        for (String name : names) {
            String token = FileName.parse(name).map(FileName::token).orElse("");
            groups.computeIfAbsent(token, t -> new ArrayList<>()).add(name);
        }
        return groups;
    }

    /** @param names those of one stream */
    public Found look(Path folder, List<String> names) throws IOException {
        FoundFiles found = FoundFiles.of(names);
        Optional<FileName> database = found.database();
        List<String> emptyLogs = new ArrayList<>();
        String damage = null;
        try {
            Optional<FileName> log = found.log();
            if (database.isEmpty() && log.isPresent()) {
                if (Files.size(folder.resolve(log.get().toString())) == 0) {
                    emptyLogs.add(log.get().toString());
                } else {
                    damage = "it is a log that has no database";
                }
            }
        } catch (IOException e) {
            damage = String.valueOf(e.getMessage());
        }
        List<String> older = ofPart(found, Part.DATABASE).stream()
                .filter(name -> !name.equals(database.map(FileName::toString).orElse(""))).toList();
        return new Found(database.map(FileName::toString).orElse(null), older, ofPart(found, Part.UNFINISHED),
                emptyLogs, ofPart(found, Part.CORRUPT), damage);
    }

    private static List<String> ofPart(FoundFiles found, Part part) {
        return found.names().stream().filter(n -> n.part() == part).map(FileName::toString).toList();
    }

    /**
     * Reads all of a stream's database, and its log.
     *
     * @param expected what stream it must be; null: that cannot be told from its path
     * @throws NotSound when it is damaged, or that of another stream
     * @throws IOException when it cannot be read
     */
    public Contents read(Path folder, List<String> names, @Nullable StreamName expected)
            throws IOException, NotSound {
        return onCopy(folder, names, database -> {
            expect(database, APPLICATION_ID, Schema.APPLICATION_ID,
                    id -> "it is no stream's file: its application id is " + id);
            expect(database, USER_VERSION, Schema.VERSION, StreamFileInspection::newer);
            String stream = database.text(STREAM);
            StreamName name = stream.isEmpty() ? expected : new StreamName(stream);
            if (expected != null && !expected.equals(name)) {
                throw new NotSound("it is the file of the stream " + stream, null);
            }
            if (name == null) {
                return new Contents(null, 0);
            }
            Meta meta = Meta.read(name, database);
            FileCheck.run(database, meta);
            return new Contents(stream.isEmpty() ? null : name, meta.change);
        });
    }

    /**
     * Reads all of a slot's catalog.
     *
     * @throws NotSound when it is damaged
     * @throws IOException when it cannot be read
     */
    public List<Entry> readCatalog(Path folder, List<String> names) throws IOException, NotSound {
        return onCopy(folder, names, database -> {
            expect(database, APPLICATION_ID, CATALOG_ID, id -> "it is no catalog: its application id is " + id);
            long version = database.number(USER_VERSION);
            if (version > CatalogSchema.VERSION) {
                throw new NotSound(newer(version), null);
            }
            String check = database.text("PRAGMA quick_check(1)");
            if (!check.equals("ok")) {
                throw new Damaged(check);
            }
            List<Entry> entries = new ArrayList<>();
            try (ResultSet rows = database.prepared(
                    version < CatalogSchema.VERSION ? ENTRIES_WITHOUT_COPIES : ENTRIES).executeQuery()) {
                while (rows.next()) {
                    entries.add(new Entry(new StreamName(rows.getString(1)), rows.getLong(2), rows.getBoolean(3),
                            rows.getBoolean(4)));
                }
            }
            return entries;
        });
    }

    private static String newer(long version) {
        return "its version is " + version + ", which only a newer program can read";
    }

    private interface Reading<T> {
        T of(Database database) throws SQLException, WrongFile, NotSound;
    }

    private <T> T onCopy(Path folder, List<String> names, Reading<T> reading) throws IOException, NotSound {
        FoundFiles found = FoundFiles.of(names);
        FileName database = found.database().orElseThrow(() -> new IOException("there is no database"));
        Path copy = work.resolve("copy.db");
        Path log = work.resolve("copy.db-wal");
        try {
            Files.copy(folder.resolve(database.toString()), copy, StandardCopyOption.REPLACE_EXISTING);
            Optional<FileName> foundLog = found.log();
            if (foundLog.isPresent()) {
                Files.copy(folder.resolve(foundLog.get().toString()), log, StandardCopyOption.REPLACE_EXISTING);
            }
            return read(copy, reading);
        } finally {
            Files.deleteIfExists(copy);
            Files.deleteIfExists(log);
        }
    }

    private static <T> T read(Path copy, Reading<T> reading) throws NotSound {
        Database database = null;
        try {
            database = Database.connect(copy);
            return reading.of(database);
        } catch (SQLException | WrongFile | IllegalArgumentException e) {
            throw new NotSound("it is damaged: " + e.getMessage(), e);
        } finally {
            if (database != null) {
                database.abandon();
            }
        }
    }

    private static void expect(Database database, String question, long expected, LongFunction<String> otherwise)
            throws SQLException, NotSound {
        long found = database.number(question);
        if (found != expected) {
            throw new NotSound(otherwise.apply(found), null);
        }
    }
}
