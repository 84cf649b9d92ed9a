// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import io.natspersist.worker.change.Change;
import io.natspersist.worker.file.StreamFile.Remembered;
import io.natspersist.worker.file.Tombstone.UsedId;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The table {@code ids}: message ids used lately. */
final class MessageIds {
    private static final String PUT = "INSERT OR REPLACE INTO ids (change, id, seq, at) VALUES (?, ?, ?, ?)";
    private static final String PUT_SETS = """
            INSERT OR REPLACE INTO ids (change, id, seq, at)
            SELECT change, msg_id, seq, ifnull(decided, time) FROM messages
            WHERE change BETWEEN ? AND ? AND msg_id IS NOT NULL ORDER BY change""";
    private static final String GET = "SELECT change, seq FROM ids WHERE id = ? AND at >= ?";
    private static final String SINCE = "SELECT id FROM ids WHERE at >= ? ORDER BY change";
    private static final String ALL = "SELECT id, change, seq, at FROM ids ORDER BY change";
    private static final String OLDEST = "SELECT change, at FROM ids ORDER BY change";
    private static final String FORGET = "DELETE FROM ids WHERE change <= ?";

    private final Database database;
    private final Meta meta;
    private final long keepMillis;
    /** No id is older than this, ms since the epoch: until it is too old nothing is looked for. */
    private long oldest = Long.MIN_VALUE;
    /** The first and the last of consecutive sets whose messages are there and whose ids are still to be put; 0: none. */
    private long firstSet;
    private long lastSet;

    MessageIds(Database database, Meta meta, long keepMillis) {
        this.database = database;
        this.meta = meta;
        this.keepMillis = keepMillis;
    }

    void remember(@Nullable String id, Change change, long seq) throws SQLException {
        if (id != null) {
            PreparedStatement put = database.prepared(PUT);
            put.setLong(1, change.number());
            put.setString(2, id);
            put.setLong(3, seq);
            put.setLong(4, change.decidedAt());
            put.executeUpdate();
            oldest = Math.min(oldest, change.decidedAt());
        }
    }

    /** Like {@link #remember}, of a set whose message was just added; done together with others by {@link #putSets}. */
    void rememberSet(Change.Set set) {
        if (set.msgId() != null) {
            firstSet = firstSet == 0 ? set.number() : firstSet;
            lastSet = set.number();
            oldest = Math.min(oldest, set.decidedAt());
        }
    }

    /** To be called before a message goes that was stored by this change, or by a later one. */
    void beforeRemovalFrom(long change) throws SQLException {
        if (change <= lastSet) {
            putSets();
        }
    }

    /** Puts the ids of sets all at once: one statement costs less than one for each. */
    void putSets() throws SQLException {
        if (firstSet > 0) {
            PreparedStatement put = database.prepared(PUT_SETS);
            put.setLong(1, firstSet);
            put.setLong(2, lastSet);
            firstSet = 0;
            lastSet = 0;
            put.executeUpdate();
        }
    }

    Optional<Remembered> get(String id, long since) throws SQLException {
        PreparedStatement get = database.prepared(GET);
        get.setString(1, id);
        get.setLong(2, since);
        try (ResultSet row = get.executeQuery()) {
            return row.next()
                    ? Optional.of(new Remembered(row.getLong(1), meta.epochOf(row.getLong(1)), row.getLong(2)))
                    : Optional.empty();
        }
    }

    List<String> since(long since) throws SQLException {
        PreparedStatement get = database.prepared(SINCE);
        get.setLong(1, since);
        List<String> ids = new ArrayList<>();
        try (ResultSet rows = get.executeQuery()) {
            while (rows.next()) {
                ids.add(rows.getString(1));
            }
        }
        return ids;
    }

    List<UsedId> all() throws SQLException {
        List<UsedId> ids = new ArrayList<>();
        try (ResultSet rows = database.prepared(ALL).executeQuery()) {
            while (rows.next()) {
                ids.add(new UsedId(rows.getString(1), rows.getLong(2), rows.getLong(3), rows.getLong(4)));
            }
        }
        return ids;
    }

    /** Forgets the oldest, up to the first that is young enough, once the first of them is older than it need be by a tenth. */
    void prune(long now) throws SQLException {
        if (oldest >= now - keepMillis - keepMillis / 10) {
            return;
        }
        long tooOld = 0;
        oldest = now;
        try (ResultSet rows = database.prepared(OLDEST).executeQuery()) {
            while (rows.next()) {
                if (rows.getLong(2) >= now - keepMillis) {
                    oldest = rows.getLong(2);
                    break;
                }
                tooOld = rows.getLong(1);
            }
        }
        PreparedStatement forget = database.prepared(FORGET);
        forget.setLong(1, tooOld);
        forget.executeUpdate();
    }
}
