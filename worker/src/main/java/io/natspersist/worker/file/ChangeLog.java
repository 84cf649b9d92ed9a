// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import io.natspersist.protocol.Cause;
import io.natspersist.protocol.Json;
import io.natspersist.protocol.StreamConfig;
import io.natspersist.worker.change.Change;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The changes of a stream, in order: live messages stand for those that stored them, and the table {@code log} holds the
 * others, as far back as its limits allow.
 */
final class ChangeLog {
    private static final String ADD_REMOVED = """
            INSERT INTO log (change, op, seq, time, expires, decided, key, msg_id, headers, size, value, zstd, large)
            SELECT change, 'set', seq, time, expires, decided, key, msg_id, headers, size + ? - ifnull(large ->> '$.size', 0),
                   value, zstd, large FROM messages
            """;
    private static final String ADD_REMOVED_ONE = ADD_REMOVED + "WHERE seq = ?";
    private static final String ADD_REMOVED_RANGE = ADD_REMOVED + "WHERE change > ? AND seq <= ?";
    private static final String ADD = """
            INSERT INTO log (change, op, seq, seqs, decided, key, msg_id, size, value)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""";
    private static final String NEWEST_UP_TO = """
            SELECT change, size - ifnull(large ->> '$.size', 0) FROM messages
            WHERE change > ? AND +seq <= ? ORDER BY change DESC""";
    private static final String LAST_DECIDED = "SELECT ifnull((SELECT decided FROM log ORDER BY change DESC LIMIT 1), 0)";
    private static final String CUT_ALL = "DELETE FROM log";
    private static final String OLDEST = "SELECT change, size FROM log ORDER BY change";
    private static final String COUNT_UP_TO = "SELECT count(*), ifnull(sum(size), 0) FROM log WHERE change <= ?";
    private static final String CUT = "DELETE FROM log WHERE change <= ?";
    private static final String LIVE_AFTER = """
            SELECT change, 'set', seq, NULL, time, ifnull(expires, 0), decided, key, msg_id, headers, value, zstd, large FROM messages
            WHERE change > ? ORDER BY change LIMIT ?""";
    private static final String LOGGED_AFTER = """
            SELECT change, op, seq, seqs, time, ifnull(expires, 0), decided, key, msg_id, headers, value, zstd, large FROM log
            WHERE change > ? ORDER BY change LIMIT ?""";

    private final Database database;
    private final Meta meta;
    private final StreamFileLimits limits;

    ChangeLog(Database database, Meta meta, StreamFileLimits limits) {
        this.database = database;
        this.meta = meta;
        this.limits = limits;
    }

    /** Keeps the change of a message that is about to be removed. */
    void keep(long seq, MessageRows.Stored message) throws SQLException {
        if (message.change() > meta.logFloor) {
            PreparedStatement add = database.prepared(ADD_REMOVED_ONE);
            add.setLong(1, Change.OVERHEAD);
            add.setLong(2, seq);
            add.executeUpdate();
            meta.logged(message.heldBytes() + Change.OVERHEAD);
        }
    }

    /** Keeps the newest of the messages up to a seq, all of which are about to be removed, as far as the limits allow. */
    void keepUpTo(long seq) throws SQLException {
        PreparedStatement newest = database.prepared(NEWEST_UP_TO);
        newest.setLong(1, meta.logFloor);
        newest.setLong(2, seq);
        long kept = 0;
        long bytes = 0;
        try (ResultSet rows = newest.executeQuery()) {
            while (rows.next()) {
                long size = rows.getLong(2) + Change.OVERHEAD;
                if (kept == limits.logChanges() || bytes + size > limits.logBytes()) {
                    cut(rows.getLong(1));
                    break;
                }
                kept++;
                bytes += size;
            }
        }
        PreparedStatement add = database.prepared(ADD_REMOVED_RANGE);
        add.setLong(1, Change.OVERHEAD);
        add.setLong(2, meta.logFloor);
        add.setLong(3, seq);
        add.executeUpdate();
        meta.logChanges += kept;
        meta.logBytes += bytes;
    }

    void add(Change.Delete delete) throws SQLException {
        PreparedStatement add = database.prepared(ADD);
        add.setString(2, delete.cause() == Cause.EXPIRED ? "expire" : "delete");
        add.setObject(3, null);
        add.setString(4, new String(Json.write(delete.seqs()), StandardCharsets.UTF_8));
        add.setString(6, delete.key());
        add.setBytes(9, null);
        add(add, delete, delete.msgId());
    }

    void add(Change.DeleteAll all) throws SQLException {
        PreparedStatement add = database.prepared(ADD);
        add.setString(2, all.cause() == Cause.EVICTED ? "evict" : "deleteAll");
        add.setLong(3, all.upToSeq());
        add.setObject(4, null);
        add.setObject(6, null);
        add.setBytes(9, null);
        add(add, all, all.msgId());
    }

    /** Lets go of everything before the change that destroys the stream. */
    void beginAnew(Change.Destroy destroy) throws SQLException {
        database.prepared(CUT_ALL).executeUpdate();
        meta.cutFromLog(destroy.number() - 1, meta.logChanges, meta.logBytes);
        PreparedStatement add = database.prepared(ADD);
        add.setString(2, "destroy");
        add.setLong(3, destroy.lastSeq());
        add.setObject(4, null);
        add.setObject(6, null);
        add.setBytes(9, null);
        add(add, destroy, destroy.msgId());
    }

    void add(Change.Config config) throws SQLException {
        PreparedStatement add = database.prepared(ADD);
        add.setString(2, "config");
        add.setObject(3, null);
        add.setObject(4, null);
        add.setObject(6, null);
        add.setBytes(9, config.config().json());
        add(add, config, config.msgId());
    }

    private void add(PreparedStatement add, Change change, @Nullable String msgId) throws SQLException {
        add.setLong(1, change.number());
        add.setLong(5, change.decidedAt());
        add.setString(7, msgId);
        add.setLong(8, change.bytes());
        add.executeUpdate();
        meta.logged(change.bytes());
    }

    /** When the newest of the changes kept here was decided, ms since the epoch. */
    long lastDecided() throws SQLException {
        return database.number(LAST_DECIDED);
    }

    /** Lets the oldest go until the limits hold. */
    void trim() throws SQLException {
        long tooMany = meta.logChanges - limits.logChanges();
        long tooBig = meta.logBytes - limits.logBytes();
        if (tooMany <= 0 && (tooBig <= 0 || meta.logChanges == 1)) {
            return;
        }
        long upTo = 0;
        long left = meta.logChanges;
        try (ResultSet rows = database.prepared(OLDEST).executeQuery()) {
            while ((tooMany > 0 || tooBig > 0) && left > 1 && rows.next()) {
                upTo = rows.getLong(1);
                tooBig -= rows.getLong(2);
                tooMany--;
                left--;
            }
        }
        cut(upTo);
    }

    private void cut(long upTo) throws SQLException {
        long count;
        long bytes;
        PreparedStatement gone = database.prepared(COUNT_UP_TO);
        gone.setLong(1, upTo);
        try (ResultSet row = gone.executeQuery()) {
            row.next();
            count = row.getLong(1);
            bytes = row.getLong(2);
        }
        PreparedStatement cut = database.prepared(CUT);
        cut.setLong(1, upTo);
        cut.executeUpdate();
        meta.cutFromLog(upTo, count, bytes);
    }

    /** @see StreamFile#changesAfter */
    Optional<List<Change>> after(long after, int limit, long maxBytes) throws SQLException {
        if (after < meta.logFloor) {
            return Optional.empty();
        }
        List<Change> changes = new ArrayList<>();
        long bytes = 0;
        try (ResultSet live = rowsAfter(LIVE_AFTER, after, limit);
                ResultSet logged = rowsAfter(LOGGED_AFTER, after, limit)) {
            boolean hasLive = live.next();
            boolean hasLogged = logged.next();
            while (changes.size() < limit && (hasLive || hasLogged)) {
                boolean takeLive = hasLive && (!hasLogged || live.getLong(1) < logged.getLong(1));
                Change change = change(takeLive ? live : logged);
                if (change.number() != after + changes.size() + 1) {
                    throw new Damaged("change " + (after + changes.size() + 1) + " is missing");
                }
                bytes += change.bytes();
                if (bytes > maxBytes && !changes.isEmpty()) {
                    break;
                }
                changes.add(change);
                hasLive = takeLive ? live.next() : hasLive;
                hasLogged = takeLive ? hasLogged : logged.next();
            }
        }
        return Optional.of(changes);
    }

    private ResultSet rowsAfter(String query, long after, int limit) throws SQLException {
        PreparedStatement get = database.prepared(query);
        get.setLong(1, after);
        get.setLong(2, limit);
        return get.executeQuery();
    }

    private Change change(ResultSet row) throws SQLException {
        long number = row.getLong(1);
        long epoch = meta.epochOf(number);
        long time = row.getLong(5);
        Object decided = row.getObject(7);
        long decidedAt = decided == null ? time : ((Number) decided).longValue();
        return switch (row.getString(2)) {
            case "set" -> new Change.Set(meta.stream, epoch, number, decidedAt, row.getLong(3), time, row.getLong(6),
                    row.getString(8), row.getString(9), MessageRows.headers(row.getString(10)),
                    ValueColumns.value(row, 11),
                    LargeColumn.value(row.getString(13)));
            case "delete", "expire" -> new Change.Delete(meta.stream, epoch, number, decidedAt, seqs(row.getString(4)),
                    row.getString(2).equals("expire") ? Cause.EXPIRED : Cause.ASKED, row.getString(8),
                    row.getString(9));
            case "deleteAll", "evict" -> new Change.DeleteAll(meta.stream, epoch, number, decidedAt, row.getLong(3),
                    row.getString(2).equals("evict") ? Cause.EVICTED : Cause.ASKED, row.getString(9));
            case "config" -> new Change.Config(meta.stream, epoch, number, decidedAt,
                    StreamConfig.read(row.getBytes(11)), row.getString(9));
            case "destroy" ->
                new Change.Destroy(meta.stream, epoch, number, decidedAt, row.getLong(3), row.getString(9));
            default -> throw new Damaged("change " + number + " is a " + row.getString(2));
        };
    }

    private static List<Long> seqs(String json) {
        return List.of(Json.read(json.getBytes(StandardCharsets.UTF_8), Long[].class));
    }
}
