// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import io.natspersist.protocol.Json;
import io.natspersist.protocol.StreamName;
import io.natspersist.protocol.StreamPath;
import io.natspersist.worker.file.StreamFile.EpochStart;
import io.natspersist.worker.file.Tombstone.UsedId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One slot's catalog, open and locked. What holds for a stream's file holds here too: a batch is a transaction, the log is forced by
 * {@link #sync}, and the first error is final. One thread at a time.
 */
final class SqliteCatalog {
    private static final int CHECKPOINT_PAGES = (4 << 20) / CatalogSchema.PAGE_SIZE;

    private static final String ORDER = "replace(name, '.', char(1))";
    private static final String PUT = """
            INSERT INTO streams (name, change, last_seq, messages, bytes, destroyed, epoch, epochs, used, cold)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (replace(name, '.', char(1))) DO UPDATE SET change = excluded.change,
                last_seq = excluded.last_seq, messages = excluded.messages, bytes = excluded.bytes,
                destroyed = excluded.destroyed, epoch = excluded.epoch, epochs = excluded.epochs,
                used = coalesce(excluded.used, used), cold = excluded.cold""";
    private static final String ADD_IF_UNKNOWN = """
            INSERT INTO streams (name, change, last_seq, messages, bytes) VALUES (?, 0, 0, 0, 0)
            ON CONFLICT (replace(name, '.', char(1))) DO NOTHING""";
    private static final String REMOVE = "DELETE FROM streams WHERE destroyed IS NULL AND " + ORDER + " = ?";
    private static final String FORGET_IDS = "DELETE FROM ids WHERE name = ?";
    private static final String FORGET_OLD_IDS = "DELETE FROM ids WHERE at < ?";
    private static final String ADD_ID = "INSERT OR REPLACE INTO ids (name, change, id, seq, at) VALUES (?, ?, ?, ?, ?)";
    private static final String TOMBSTONE = """
            SELECT change, last_seq, destroyed, epochs, epoch FROM streams
            WHERE destroyed IS NOT NULL AND replace(name, '.', char(1)) = ?""";
    private static final String IDS = "SELECT id, change, seq, at FROM ids WHERE name = ? ORDER BY change";
    private static final String LIST = """
            SELECT name, change, last_seq, messages, bytes FROM streams WHERE destroyed IS NULL AND
            """ + ORDER + " >= ? AND " + ORDER + " < ? ORDER BY " + ORDER + " LIMIT ?";
    private static final String MARK = """
            UPDATE streams SET change = max(change, ifnull(?1, 0)), archived = ?1, archived_epoch = ?2
            WHERE replace(name, '.', char(1)) = ?3""";
    private static final String ENTRY = """
            SELECT change, last_seq, messages, bytes, ifnull(used, 0), cold, ifnull(epoch, 0), archived, archived_epoch
            FROM streams WHERE destroyed IS NULL AND replace(name, '.', char(1)) = ?""";
    private static final String BEGIN = "UPDATE streams SET used = ? WHERE used IS NULL AND destroyed IS NULL";
    private static final String UNARCHIVED = """
            SELECT name FROM streams
            WHERE used IS NOT NULL AND destroyed IS NULL AND cold = 0 AND archived IS NOT change ORDER BY used LIMIT ?""";
    private static final String EVICTABLE = """
            SELECT name FROM streams WHERE used IS NOT NULL AND destroyed IS NULL AND cold = 0 AND archived IS change
            AND used < ? ORDER BY used LIMIT ?""";
    private static final String LEFT = "SELECT name FROM streams WHERE cold = 2 AND used < ? ORDER BY used LIMIT ?";
    private static final String SURELY_GONE = "UPDATE streams SET cold = 1 WHERE cold = 2 AND " + ORDER + " = ?";
    private static final String MAY_BE_THERE = "UPDATE streams SET cold = 2 WHERE cold = 1 AND " + ORDER + " = ?";
    private static final String COPIES_LEFT = """
            SELECT name FROM streams WHERE destroyed IS NOT NULL AND archived IS NOT NULL ORDER BY destroyed LIMIT ?""";
    /** What has neither a file nor a copy. */
    private static final String GONE = "SELECT " + ORDER + """
            FROM streams WHERE destroyed IS NULL AND archived IS NULL AND cold = 0""";
    private static final String WARM_AGAIN = "UPDATE streams SET cold = 0, epoch = NULL WHERE cold > 0 AND " + ORDER
            + " = ?";
    private static final String NAMES = "SELECT " + ORDER + " FROM streams WHERE destroyed IS NULL AND " + ORDER
            + " >= ? AND " + ORDER + " < ? ORDER BY " + ORDER + " LIMIT ?";
    /** Above every text. */
    private static final byte[] END = {-1};

    private final Claim claim;
    private final Database database;
    private final long idMillis;
    final long epoch;

    SqliteCatalog(Claim claim, Database database, long epoch, long idMillis) {
        this.claim = claim;
        this.database = database;
        this.epoch = epoch;
        this.idMillis = idMillis;
    }

    void put(List<CatalogEntry> entries) throws SQLException, IOException {
        database.begin();
        for (CatalogEntry entry : entries) {
            Tombstone tombstone = entry.tombstone();
            PreparedStatement put = database.prepared(PUT);
            put.setString(1, entry.name().value());
            put.setLong(2, entry.change());
            put.setLong(3, entry.lastSeq());
            put.setLong(4, entry.messages());
            put.setLong(5, entry.bytes());
            put.setObject(6, tombstone == null ? null : tombstone.at());
            put.setObject(7, tombstone == null && !entry.cold() ? null : epoch);
            put.setString(8, tombstone == null ? null : text(tombstone.epochs()));
            put.setObject(9, entry.used() == 0 ? null : entry.used());
            put.setInt(10, entry.cold() ? 2 : 0);
            put.executeUpdate();
            putIds(entry.name(), tombstone);
        }
        database.commit();
        checkpointIfLarge();
    }

    private void putIds(StreamName name, @Nullable Tombstone tombstone) throws SQLException {
        PreparedStatement forget = database.prepared(FORGET_IDS);
        forget.setString(1, name.value());
        forget.executeUpdate();
        if (tombstone == null) {
            return;
        }
        for (UsedId used : tombstone.ids()) {
            PreparedStatement add = database.prepared(ADD_ID);
            add.setString(1, name.value());
            add.setLong(2, used.change());
            add.setString(3, used.id());
            add.setLong(4, used.seq());
            add.setLong(5, used.at());
            add.executeUpdate();
        }
        PreparedStatement old = database.prepared(FORGET_OLD_IDS);
        old.setLong(1, tombstone.at() - idMillis);
        old.executeUpdate();
    }

    private void checkpointIfLarge() throws SQLException, IOException {
        if (database.pagesInLog() >= CHECKPOINT_PAGES) {
            claim.lock().force();
            database.checkpoint();
        }
    }

    void sync() throws IOException {
        claim.lock().force();
    }

    /** A tombstone, and the epoch of the owner that wrote it. */
    record Buried(Tombstone tombstone, long by) {}

    Optional<Buried> tombstone(StreamName stream) throws SQLException {
        PreparedStatement get = database.prepared(TOMBSTONE);
        get.setString(1, NameRange.sortable(stream));
        try (ResultSet row = get.executeQuery()) {
            return row.next()
                    ? Optional.of(new Buried(new Tombstone(epochs(row.getString(4)), row.getLong(1), row.getLong(2),
                            row.getLong(3), ids(stream)), row.getLong(5)))
                    : Optional.empty();
        }
    }

    private List<UsedId> ids(StreamName stream) throws SQLException {
        PreparedStatement get = database.prepared(IDS);
        get.setString(1, stream.value());
        List<UsedId> ids = new ArrayList<>();
        try (ResultSet rows = get.executeQuery()) {
            while (rows.next()) {
                ids.add(new UsedId(rows.getString(1), rows.getLong(2), rows.getLong(3), rows.getLong(4)));
            }
        }
        return ids;
    }

    List<CatalogEntry> list(NameRange range, int limit) throws SQLException {
        List<CatalogEntry> found = new ArrayList<>();
        try (ResultSet rows = ranged(LIST, range, limit)) {
            while (rows.next()) {
                found.add(new CatalogEntry(new StreamName(rows.getString(1)), rows.getLong(2), rows.getLong(3),
                        rows.getLong(4), rows.getLong(5), null));
            }
        }
        return found;
    }

    List<Branch> branches(NameRange range, @Nullable StreamName upTo, Branches branches) throws SQLException {
        String last = upTo == null ? null : NameRange.sortable(upTo);
        try (ResultSet rows = ranged(NAMES, range, Integer.MAX_VALUE)) {
            while (rows.next()) {
                String name = rows.getString(1);
                boolean beyond = last != null && StreamFile.KEY_ORDER.compare(name, last) > 0
                        && !NameRange.isAtOrBelow(name, last);
                if (beyond || !branches.add(name)) {
                    break;
                }
            }
        }
        return branches.counted();
    }

    /** What the catalog says of a stream that is there. */
    record Row(CatalogEntry entry, long by, @Nullable Archived archived) {}

    Optional<Row> row(StreamName stream) throws SQLException {
        PreparedStatement get = database.prepared(ENTRY);
        get.setString(1, NameRange.sortable(stream));
        try (ResultSet row = get.executeQuery()) {
            if (!row.next()) {
                return Optional.empty();
            }
            CatalogEntry entry = new CatalogEntry(stream, row.getLong(1), row.getLong(2), row.getLong(3),
                    row.getLong(4), null, row.getLong(5), row.getInt(6) > 0);
            long by = row.getLong(7);
            long archived = row.getLong(8);
            return Optional.of(new Row(entry, by,
                    row.wasNull() ? null : new Archived(stream, archived, row.getLong(9))));
        }
    }

    void mark(List<Archived> marks) throws SQLException, IOException {
        database.begin();
        for (Archived mark : marks) {
            PreparedStatement put = database.prepared(MARK);
            put.setObject(1, mark.change() == 0 ? null : mark.change());
            put.setObject(2, mark.change() == 0 ? null : mark.decidedBy());
            put.setString(3, NameRange.sortable(mark.name()));
            put.executeUpdate();
        }
        database.commit();
        checkpointIfLarge();
    }

    void begin(long now) throws SQLException, IOException {
        database.begin();
        PreparedStatement begin = database.prepared(BEGIN);
        begin.setLong(1, now);
        begin.executeUpdate();
        database.commit();
        checkpointIfLarge();
    }

    List<StreamName> unarchived(int limit) throws SQLException {
        return names(UNARCHIVED, limit);
    }

    List<StreamName> evictable(long usedBefore, int limit) throws SQLException {
        List<StreamName> found = names(EVICTABLE, usedBefore, limit);
        if (found.size() < limit) {
            found.addAll(names(LEFT, usedBefore, limit - found.size()));
        }
        return found;
    }

    void surelyGone(List<StreamName> streams) throws SQLException, IOException {
        database.begin();
        for (StreamName stream : streams) {
            update(SURELY_GONE, stream);
        }
        database.commit();
        checkpointIfLarge();
    }

    void mayBeThere(StreamName stream) throws SQLException {
        database.begin();
        update(MAY_BE_THERE, stream);
        database.commit();
    }

    private void update(String statement, StreamName stream) throws SQLException {
        PreparedStatement update = database.prepared(statement);
        update.setString(1, NameRange.sortable(stream));
        update.executeUpdate();
    }

    List<StreamName> destroyedWithCopies(int limit) throws SQLException {
        return names(COPIES_LEFT, limit);
    }

    private List<StreamName> names(String query, long... bounds) throws SQLException {
        PreparedStatement get = database.prepared(query);
        for (int i = 0; i < bounds.length; i++) {
            get.setLong(i + 1, bounds[i]);
        }
        List<StreamName> found = new ArrayList<>();
        try (ResultSet rows = get.executeQuery()) {
            while (rows.next()) {
                found.add(new StreamName(rows.getString(1)));
            }
        }
        return found;
    }

    private List<StreamName> withoutCopies() throws SQLException {
        List<StreamName> found = new ArrayList<>();
        try (ResultSet rows = database.prepared(GONE).executeQuery()) {
            while (rows.next()) {
                found.add(NameRange.fromSortable(rows.getString(1)));
            }
        }
        return found;
    }

    private ResultSet ranged(String query, NameRange range, int limit) throws SQLException {
        PreparedStatement get = database.prepared(query);
        get.setString(1, range.from());
        String below = range.below();
        if (below == null) {
            get.setBytes(2, END);
        } else {
            get.setString(2, below);
        }
        get.setInt(3, limit);
        return get.executeQuery();
    }

    /** Enters what has a file and no row, and strikes off what has a row, and neither a file nor a cold copy. */
    Catalogs.Reindexed reindex(Set<StreamName> withFile) throws SQLException, IOException {
        List<StreamName> gone = withoutCopies();
        gone.removeIf(name -> withFile.contains(name) || StreamPath.isAbbreviated(name));
        long added = 0;
        database.begin();
        for (StreamName name : withFile) {
            PreparedStatement add = database.prepared(ADD_IF_UNKNOWN);
            add.setString(1, name.value());
            added += add.executeUpdate();
            PreparedStatement warm = database.prepared(WARM_AGAIN);
            warm.setString(1, NameRange.sortable(name));
            warm.executeUpdate();
        }
        for (StreamName name : gone) {
            PreparedStatement remove = database.prepared(REMOVE);
            remove.setString(1, NameRange.sortable(name));
            remove.executeUpdate();
        }
        database.commit();
        claim.lock().force();
        checkpointIfLarge();
        return new Catalogs.Reindexed(database.number("SELECT count(*) FROM streams WHERE destroyed IS NULL"), added,
                gone.size());
    }

    /** As a stream's file is closed. */
    void close() throws SQLException, IOException {
        claim.close(database);
    }

    void abandon() {
        claim.abandon(database);
    }

    private static String text(List<EpochStart> epochs) {
        List<Long> flat = new ArrayList<>();
        epochs.forEach(e -> {
            flat.add(e.epoch());
            flat.add(e.firstChange());
        });
        return new String(Json.write(flat), StandardCharsets.UTF_8);
    }

    private static List<EpochStart> epochs(String json) {
        Long[] flat = Json.read(json.getBytes(StandardCharsets.UTF_8), Long[].class);
        List<EpochStart> epochs = new ArrayList<>();
        for (int i = 0; i + 1 < flat.length; i += 2) {
            epochs.add(new EpochStart(flat[i], flat[i + 1]));
        }
        return epochs;
    }
}
