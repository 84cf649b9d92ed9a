// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import io.natspersist.protocol.Crc32c;
import io.natspersist.worker.change.LargeValue;
import io.natspersist.worker.file.StreamFile.Part;
import io.natspersist.worker.file.StreamFile.Staged;
import io.natspersist.worker.file.StreamFile.Uploaded;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The tables {@code uploads} and {@code parts}, which a file has once a part has come. */
final class UploadRows {
    private static final String TABLES_EXIST = "SELECT count(*) FROM sqlite_schema WHERE name = 'uploads'";
    private static final String UPLOAD = "SELECT at, seq FROM uploads WHERE upload = ?";
    private static final String BEGIN = "INSERT INTO uploads (upload, at) VALUES (?, ?)";
    private static final String TOUCH = "UPDATE uploads SET at = ? WHERE upload = ? AND at < ?";
    private static final String USE = "INSERT OR REPLACE INTO uploads (upload, at, seq) VALUES (?, ?, ?)";
    private static final String DROP = "UPDATE uploads SET at = 0, seq = NULL WHERE upload = ?";
    private static final String DROP_UP_TO = "UPDATE uploads SET at = 0, seq = NULL WHERE seq <= ?";
    private static final String FORGET = "DELETE FROM uploads WHERE upload = ?";
    private static final String UNUSED = "SELECT upload FROM uploads WHERE seq IS NULL AND at < ? ORDER BY at";
    private static final String OLDEST_UNUSED = "SELECT min(at) FROM uploads WHERE seq IS NULL";
    private static final String PUT = "INSERT INTO parts (upload, part, crc32c, data) VALUES (?, ?, ?, ?)";
    private static final String CHECKSUM = "SELECT crc32c FROM parts WHERE upload = ? AND part = ?";
    private static final String GET = "SELECT data, crc32c FROM parts WHERE upload = ? AND part = ?";
    private static final String PARTS = """
            SELECT part, length(data), crc32c FROM parts WHERE upload = ? ORDER BY part""";
    private static final String REMOVE = "DELETE FROM parts WHERE upload = ? AND part = ?";

    private final Database database;
    private boolean exist;

    UploadRows(Database database) throws SQLException {
        this.database = database;
        this.exist = database.number(TABLES_EXIST) > 0;
    }

    private record Row(long at, boolean used) {
        boolean open() {
            return !used && at > 0;
        }
    }

    private Optional<Row> row(String upload) throws SQLException {
        PreparedStatement get = database.prepared(UPLOAD);
        get.setString(1, upload);
        try (ResultSet row = get.executeQuery()) {
            return row.next() ? Optional.of(new Row(row.getLong(1), row.getObject(2) != null)) : Optional.empty();
        }
    }

    /** @see StreamFile#stage */
    Staged stage(String upload, int part, byte[] data, int crc32c, long now) throws SQLException {
        makeTables();
        Optional<Row> row = row(upload);
        if (row.isPresent() && !row.get().open()) {
            return Staged.CLOSED;
        }
        PreparedStatement get = database.prepared(CHECKSUM);
        get.setString(1, upload);
        get.setInt(2, part);
        try (ResultSet there = get.executeQuery()) {
            if (there.next()) {
                return there.getInt(1) == crc32c ? Staged.KEPT : Staged.DIFFERS;
            }
        }
        if (row.isEmpty()) {
            PreparedStatement begin = database.prepared(BEGIN);
            begin.setString(1, upload);
            begin.setLong(2, Math.max(1, now));
            begin.executeUpdate();
        } else {
            touch(upload, now);
        }
        PreparedStatement put = database.prepared(PUT);
        put.setString(1, upload);
        put.setInt(2, part);
        put.setInt(3, crc32c);
        put.setBytes(4, data);
        put.executeUpdate();
        put.clearParameters();
        return Staged.KEPT;
    }

    private void makeTables() throws SQLException {
        if (!exist) {
            database.run(Schema.LARGE_VALUES);
            exist = true;
        }
    }

    private void touch(String upload, long now) throws SQLException {
        PreparedStatement touch = database.prepared(TOUCH);
        touch.setLong(1, now);
        touch.setString(2, upload);
        touch.setLong(3, now);
        touch.executeUpdate();
    }

    /** @see StreamFile#upload */
    Uploaded upload(String upload, long now) throws SQLException {
        Optional<Row> row = exist ? row(upload) : Optional.empty();
        if (row.isEmpty()) {
            return Uploaded.NOTHING;
        }
        if (row.get().open()) {
            touch(upload, now);
        }
        int count = 0;
        int firstMissing = 1;
        long size = 0;
        int crc = 0;
        PreparedStatement get = database.prepared(PARTS);
        get.setString(1, upload);
        try (ResultSet parts = get.executeQuery()) {
            while (parts.next()) {
                count++;
                size += parts.getLong(2);
                if (parts.getInt(1) == firstMissing) {
                    firstMissing++;
                    crc = Crc32c.combine(crc, parts.getInt(3), parts.getLong(2));
                }
            }
        }
        return new Uploaded(row.get().open(), count, size, firstMissing, crc);
    }

    Optional<Part> part(String upload, int part) throws SQLException {
        if (!exist) {
            return Optional.empty();
        }
        PreparedStatement get = database.prepared(GET);
        get.setString(1, upload);
        get.setInt(2, part);
        try (ResultSet row = get.executeQuery()) {
            return row.next() ? Optional.of(new Part(row.getBytes(1), row.getInt(2))) : Optional.empty();
        }
    }

    /** The upload is the value of the message at {@code seq} now. */
    void use(LargeValue value, long seq, long now) throws SQLException {
        makeTables();
        PreparedStatement use = database.prepared(USE);
        use.setString(1, value.upload());
        use.setLong(2, Math.max(1, now));
        use.setLong(3, seq);
        use.executeUpdate();
    }

    /** No message has that value any more. */
    void drop(LargeValue value) throws SQLException {
        PreparedStatement drop = database.prepared(DROP);
        drop.setString(1, value.upload());
        drop.executeUpdate();
    }

    /** No message up to that seq is there any more. */
    void dropUpTo(long seq) throws SQLException {
        if (exist) {
            PreparedStatement drop = database.prepared(DROP_UP_TO);
            drop.setLong(1, seq);
            drop.executeUpdate();
        }
    }

    /** @see StreamFile#oldestUnused */
    long oldestUnused() throws SQLException {
        if (!exist) {
            return Long.MAX_VALUE;
        }
        try (ResultSet row = database.prepared(OLDEST_UNUSED).executeQuery()) {
            row.next();
            return row.getObject(1) == null ? Long.MAX_VALUE : row.getLong(1);
        }
    }

    /** @see StreamFile#clean */
    void clean(long unusedSince, Set<String> keep, long maxBytes) throws SQLException {
        long left = maxBytes;
        for (String upload : unused(unusedSince)) {
            if (!keep.contains(upload)) {
                left = remove(upload, left);
                if (left <= 0) {
                    return;
                }
            }
        }
    }

    private List<String> unused(long since) throws SQLException {
        List<String> unused = new ArrayList<>();
        if (exist) {
            PreparedStatement get = database.prepared(UNUSED);
            get.setLong(1, Math.max(1, since));
            try (ResultSet rows = get.executeQuery()) {
                while (rows.next()) {
                    unused.add(rows.getString(1));
                }
            }
        }
        return unused;
    }

    /** Returns how many bytes more may be deleted; what is not yet gone of the upload then is to be deleted next time. */
    private long remove(String upload, long maxBytes) throws SQLException {
        record Size(int part, long bytes) {}
        List<Size> sizes = new ArrayList<>();
        PreparedStatement get = database.prepared(PARTS);
        get.setString(1, upload);
        try (ResultSet rows = get.executeQuery()) {
            while (rows.next()) {
                sizes.add(new Size(rows.getInt(1), rows.getLong(2)));
            }
        }
        long left = maxBytes;
        PreparedStatement remove = database.prepared(REMOVE);
        for (Size size : sizes) {
            if (left <= 0) {
                PreparedStatement drop = database.prepared(DROP);
                drop.setString(1, upload);
                drop.executeUpdate();
                return 0;
            }
            remove.setString(1, upload);
            remove.setInt(2, size.part);
            remove.executeUpdate();
            left -= size.bytes;
        }
        PreparedStatement forget = database.prepared(FORGET);
        forget.setString(1, upload);
        forget.executeUpdate();
        return left;
    }
}
