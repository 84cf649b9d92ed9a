// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import io.natspersist.protocol.BadMessage;
import io.natspersist.protocol.Json;
import io.natspersist.transport.Headers;
import io.natspersist.worker.change.Change;
import io.natspersist.worker.change.LargeValue;
import io.natspersist.worker.change.Message;
import io.natspersist.worker.file.StreamFile.Counted;
import io.natspersist.worker.file.StreamFile.Evictable;
import io.natspersist.worker.file.StreamFile.Expiring;
import io.natspersist.worker.file.StreamFile.KeySeq;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The table {@code messages}. */
final class MessageRows {
    private static final String COLUMNS = """
            SELECT seq, time, ifnull(expires, 0), change, key, msg_id, headers, value, zstd, large FROM messages
            """;
    private static final String BY_SEQ = COLUMNS + "WHERE seq = ?";
    private static final String BY_KEY = COLUMNS + "WHERE key = ?";
    private static final String LAST = COLUMNS + "ORDER BY seq DESC LIMIT 1";
    private static final String SINCE = COLUMNS + "WHERE time >= ? ORDER BY seq LIMIT 1";
    private static final String OF_MSG_ID = COLUMNS + "WHERE msg_id = ? AND time >= ? ORDER BY seq DESC LIMIT 1";
    private static final String RANGE = COLUMNS + "WHERE seq BETWEEN ? AND ? ORDER BY seq";
    private static final String RANGE_NEWEST_FIRST = RANGE + " DESC";
    private static final String NTH_NEWEST = """
            SELECT seq FROM messages WHERE seq BETWEEN ? AND ? AND time BETWEEN ? AND ?
            ORDER BY seq DESC LIMIT 1 OFFSET ?""";
    private static final String COUNT = "SELECT count(*), ifnull(sum(size), 0) FROM messages WHERE seq <= ?";
    private static final String KEYS = """
            SELECT key, seq FROM messages WHERE key IS NOT NULL AND key > ? ORDER BY key LIMIT ?""";
    private static final String FIRST_KEYS = "SELECT key, seq FROM messages WHERE key IS NOT NULL ORDER BY key LIMIT ?";
    private static final String FIRST = "SELECT seq, time, size FROM messages ORDER BY seq";
    private static final String EXPIRING = """
            SELECT expires, seq, key, size FROM messages WHERE expires IS NOT NULL ORDER BY expires, seq LIMIT ?""";
    private static final String SEQ_OF_KEY = "SELECT seq FROM messages WHERE key = ?";
    private static final String STORED = "SELECT change, size, large FROM messages WHERE seq = ?";
    private static final String ADD = """
            INSERT INTO messages (seq, time, expires, change, decided, key, msg_id, headers, size, value, zstd, large)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""";
    private static final String REMOVE = "DELETE FROM messages WHERE seq = ?";
    private static final String REMOVE_UP_TO = "DELETE FROM messages WHERE seq <= ?";
    private static final String REMOVE_ALL = "DELETE FROM messages";

    /** How many rows of other times a read passes over before it says where to go on. */
    private static final int MOST_PASSED_OVER = 50_000;

    private final Database database;

    MessageRows(Database database) {
        this.database = database;
    }

    Optional<Message> get(long seq) throws SQLException {
        PreparedStatement get = database.prepared(BY_SEQ);
        get.setLong(1, seq);
        return first(get);
    }

    Optional<Message> get(String key) throws SQLException {
        PreparedStatement get = database.prepared(BY_KEY);
        get.setString(1, key);
        return first(get);
    }

    Optional<Message> last() throws SQLException {
        return first(database.prepared(LAST));
    }

    Optional<Message> firstSince(long time) throws SQLException {
        PreparedStatement get = database.prepared(SINCE);
        get.setLong(1, time);
        return first(get);
    }

    private static Optional<Message> first(PreparedStatement query) throws SQLException {
        try (ResultSet row = query.executeQuery()) {
            return row.next() ? Optional.of(message(row)) : Optional.empty();
        }
    }

    Optional<Message> ofMsgId(String msgId, long since) throws SQLException {
        PreparedStatement get = database.prepared(OF_MSG_ID);
        get.setString(1, msgId);
        get.setLong(2, since);
        return first(get);
    }

    StreamFile.Slice read(StreamFile.Range range, int limit, long maxBytes) throws SQLException {
        PreparedStatement get = database.prepared(range.newestFirst() ? RANGE_NEWEST_FIRST : RANGE);
        get.setLong(1, range.fromSeq());
        get.setLong(2, range.toSeq());
        List<Message> read = new ArrayList<>();
        long bytes = 0;
        int passedOver = 0;
        try (ResultSet rows = get.executeQuery()) {
            while (rows.next()) {
                if (read.size() == limit || passedOver == MOST_PASSED_OVER) {
                    return new StreamFile.Slice(read, rows.getLong(1));
                }
                if (!range.includesTime(rows.getLong(2))) {
                    passedOver++;
                    continue;
                }
                Message message = message(rows);
                bytes += message.heldBytes();
                if (bytes > maxBytes && !read.isEmpty()) {
                    return new StreamFile.Slice(read, message.seq());
                }
                read.add(message);
            }
        }
        return new StreamFile.Slice(read, 0);
    }

    long nthNewest(StreamFile.Range range, long n) throws SQLException {
        PreparedStatement get = database.prepared(NTH_NEWEST);
        get.setLong(1, range.fromSeq());
        get.setLong(2, range.toSeq());
        get.setLong(3, range.fromTime());
        get.setLong(4, range.toTime());
        get.setLong(5, n - 1);
        try (ResultSet row = get.executeQuery()) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    private static Message message(ResultSet row) throws SQLException {
        return new Message(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4), row.getString(5),
                row.getString(6), headers(row.getString(7)), ValueColumns.value(row, 8),
                LargeColumn.value(row.getString(10)));
    }

    Counted count(long upToSeq) throws SQLException {
        PreparedStatement count = database.prepared(COUNT);
        count.setLong(1, upToSeq);
        try (ResultSet row = count.executeQuery()) {
            row.next();
            return new Counted(row.getLong(1), row.getLong(2));
        }
    }

    List<KeySeq> keys(@Nullable String afterKey, int limit) throws SQLException {
        PreparedStatement get = database.prepared(afterKey == null ? FIRST_KEYS : KEYS);
        int parameter = 1;
        if (afterKey != null) {
            get.setString(parameter++, afterKey);
        }
        get.setLong(parameter, limit);
        List<KeySeq> keys = new ArrayList<>();
        try (ResultSet rows = get.executeQuery()) {
            while (rows.next()) {
                keys.add(new KeySeq(rows.getString(1), rows.getLong(2)));
            }
        }
        return keys;
    }

    /** @see StreamFile#evictable */
    Evictable evictable(long messages, long bytes, long maxMessages, long maxBytes, long oldest) throws SQLException {
        long upTo = 0;
        long gone = 0;
        long goneBytes = 0;
        try (ResultSet rows = database.prepared(FIRST).executeQuery()) {
            while (rows.next() && (messages - gone > maxMessages || bytes - goneBytes > maxBytes
                    || rows.getLong(2) < oldest)) {
                upTo = rows.getLong(1);
                gone++;
                goneBytes += rows.getLong(3);
            }
        }
        return new Evictable(upTo, gone, goneBytes);
    }

    List<Expiring> expiring(int limit) throws SQLException {
        PreparedStatement get = database.prepared(EXPIRING);
        get.setLong(1, limit);
        List<Expiring> expiring = new ArrayList<>();
        try (ResultSet rows = get.executeQuery()) {
            while (rows.next()) {
                expiring.add(new Expiring(rows.getLong(1), rows.getLong(2), rows.getString(3), rows.getLong(4)));
            }
        }
        return expiring;
    }

    Optional<Long> seqOf(String key) throws SQLException {
        PreparedStatement get = database.prepared(SEQ_OF_KEY);
        get.setString(1, key);
        try (ResultSet row = get.executeQuery()) {
            return row.next() ? Optional.of(row.getLong(1)) : Optional.empty();
        }
    }

    /** What removing a message needs to know of it; {@code size} is what it counts for. */
    record Stored(long change, long size, @Nullable LargeValue large) {

        /** As {@link Message#heldBytes()}. */
        long heldBytes() {
            return size - (large == null ? 0 : large.size());
        }
    }

    Optional<Stored> stored(long seq) throws SQLException {
        PreparedStatement get = database.prepared(STORED);
        get.setLong(1, seq);
        try (ResultSet row = get.executeQuery()) {
            return row.next()
                    ? Optional.of(new Stored(row.getLong(1), row.getLong(2), LargeColumn.value(row.getString(3))))
                    : Optional.empty();
        }
    }

    void add(Change.Set set, long size) throws SQLException {
        PreparedStatement add = database.prepared(ADD);
        add.setLong(1, set.seq());
        add.setLong(2, set.time());
        add.setObject(3, set.expires() == 0 ? null : set.expires());
        add.setLong(4, set.number());
        add.setObject(5, set.decidedAt() == set.time() ? null : set.decidedAt());
        add.setString(6, set.key());
        add.setString(7, set.msgId());
        add.setString(8, text(set.headers()));
        add.setLong(9, size);
        ValueColumns.set(add, 10, set.value());
        add.setString(12, LargeColumn.text(set.large()));
        add.executeUpdate();
    }

    void remove(long seq) throws SQLException {
        PreparedStatement remove = database.prepared(REMOVE);
        remove.setLong(1, seq);
        remove.executeUpdate();
    }

    void removeAll() throws SQLException {
        database.prepared(REMOVE_ALL).executeUpdate();
    }

    void removeUpTo(long seq) throws SQLException {
        PreparedStatement remove = database.prepared(REMOVE_UP_TO);
        remove.setLong(1, seq);
        remove.executeUpdate();
    }

    private static @Nullable String text(Headers headers) {
        if (headers.isEmpty()) {
            return null;
        }
        List<String> pairs = new ArrayList<>(2 * headers.size());
        headers.forEach((name, value) -> {
            pairs.add(name);
            pairs.add(value);
        });
        return new String(Json.write(pairs), StandardCharsets.UTF_8);
    }

    static Headers headers(@Nullable String text) throws Damaged {
        try {
            return text == null
                    ? Headers.NONE
                    : Headers.of(Json.read(text.getBytes(StandardCharsets.UTF_8), String[].class));
        } catch (BadMessage | IllegalArgumentException e) {
            throw new Damaged("headers that are none: " + e.getMessage());
        }
    }
}
