// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import io.natspersist.protocol.BadMessage;
import io.natspersist.protocol.StreamConfig;
import io.natspersist.protocol.StreamName;
import io.natspersist.worker.file.StreamFile.EpochStart;
import io.natspersist.worker.file.StreamFile.State;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The counters of one file, in the tables {@code meta} and {@code epochs} and here; a transaction changes both. */
final class Meta {
    private static final String READ = """
            SELECT stream, change, last_seq, messages, bytes, log_floor, log_changes, log_bytes, config FROM meta""";
    private static final String WRITE = """
            INSERT OR REPLACE INTO meta (one, stream, change, last_seq, messages, bytes, log_floor, log_changes, log_bytes, config)
            VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?)""";
    private static final String EPOCHS = "SELECT epoch, first_change FROM epochs ORDER BY epoch";
    private static final String ADD_EPOCH = "INSERT INTO epochs (epoch, first_change) VALUES (?, ?)";
    private static final String DESTROYED = """
            SELECT count(*) FROM log, meta WHERE log.change = meta.change AND log.op = 'destroy'""";
    private static final String FIRST = "SELECT seq, time FROM messages ORDER BY seq LIMIT 1";

    final StreamName stream;
    private final Database database;
    private List<EpochStart> epochs = List.of();
    private long firstSeq;
    private long firstTime;
    private boolean firstIsStale;

    long change;
    boolean destroyed;
    long lastSeq;
    long messages;
    long bytes;
    long logFloor;
    long logChanges;
    long logBytes;
    StreamConfig config = StreamConfig.NONE;

    private Meta(StreamName stream, Database database) {
        this.stream = stream;
        this.database = database;
    }

    /** @throws WrongFile when it is another stream's file */
    static Meta read(StreamName stream, Database database) throws SQLException, WrongFile {
        Meta meta = new Meta(stream, database);
        try (ResultSet row = database.prepared(READ).executeQuery()) {
            if (row.next()) {
                if (!row.getString(1).equals(stream.value())) {
                    throw new WrongFile("it is the file of the stream " + row.getString(1));
                }
                meta.change = row.getLong(2);
                meta.lastSeq = row.getLong(3);
                meta.messages = row.getLong(4);
                meta.bytes = row.getLong(5);
                meta.logFloor = row.getLong(6);
                meta.logChanges = row.getLong(7);
                meta.logBytes = row.getLong(8);
                meta.config = config(row.getString(9));
            }
        }
        List<EpochStart> epochs = new ArrayList<>();
        try (ResultSet rows = database.prepared(EPOCHS).executeQuery()) {
            while (rows.next()) {
                epochs.add(new EpochStart(rows.getLong(1), rows.getLong(2)));
            }
        }
        meta.epochs = List.copyOf(epochs);
        meta.readFirst();
        meta.destroyed = database.number(DESTROYED) > 0;
        return meta;
    }

    /** Ends a transaction: the counters go into the file. */
    State write() throws SQLException {
        PreparedStatement write = database.prepared(WRITE);
        write.setString(1, stream.value());
        write.setLong(2, change);
        write.setLong(3, lastSeq);
        write.setLong(4, messages);
        write.setLong(5, bytes);
        write.setLong(6, logFloor);
        write.setLong(7, logChanges);
        write.setLong(8, logBytes);
        write.setString(9, config.equals(StreamConfig.NONE)
                ? null
                : new String(config.json(), StandardCharsets.UTF_8));
        write.executeUpdate();
        if (firstIsStale) {
            readFirst();
        }
        return state();
    }

    private void readFirst() throws SQLException {
        try (ResultSet row = database.prepared(FIRST).executeQuery()) {
            boolean any = row.next();
            firstSeq = any ? row.getLong(1) : 0;
            firstTime = any ? row.getLong(2) : 0;
        }
        firstIsStale = false;
    }

    private static StreamConfig config(@Nullable String json) throws Damaged {
        try {
            return json == null ? StreamConfig.NONE : StreamConfig.read(json.getBytes(StandardCharsets.UTF_8));
        } catch (BadMessage e) {
            throw new Damaged("a configuration that is none: " + e.getMessage());
        }
    }

    State state() {
        return new State(epochs, change, lastSeq, firstSeq, firstTime, messages, bytes, config, destroyed);
    }

    void decidedBy(long epoch, long changeNumber) throws SQLException {
        long last = epochs.isEmpty() ? -1 : epochs.getLast().epoch();
        if (epoch < last) {
            throw new IllegalArgumentException(
                    "change " + changeNumber + " of epoch " + epoch + " after one of " + last);
        }
        if (epoch > last) {
            PreparedStatement add = database.prepared(ADD_EPOCH);
            add.setLong(1, epoch);
            add.setLong(2, changeNumber);
            add.executeUpdate();
            List<EpochStart> more = new ArrayList<>(epochs);
            more.add(new EpochStart(epoch, changeNumber));
            epochs = List.copyOf(more);
        }
    }

    /** The epoch of the owner that decided a change. */
    long epochOf(long changeNumber) throws Damaged {
        for (int i = epochs.size() - 1; i >= 0; i--) {
            if (epochs.get(i).firstChange() <= changeNumber) {
                return epochs.get(i).epoch();
            }
        }
        throw new Damaged("no owner decided change " + changeNumber);
    }

    void messageAdded(long seq, long time, long size) {
        if (messages == 0 || seq < firstSeq) {
            firstIsStale &= messages > 0;
            firstSeq = seq;
            firstTime = time;
        }
        lastSeq = Math.max(lastSeq, seq);
        messages++;
        bytes += size;
    }

    void messageRemoved(long seq, long size) {
        messages--;
        bytes -= size;
        firstIsStale |= seq == firstSeq;
    }

    void messagesRemoved(long count, long size) {
        messages -= count;
        bytes -= size;
        firstIsStale = true;
    }

    void allRemoved() {
        messages = 0;
        bytes = 0;
        config = StreamConfig.NONE;
        firstIsStale = true;
    }

    void logged(long size) {
        logChanges++;
        logBytes += size;
    }

    void cutFromLog(long upTo, long count, long size) {
        logFloor = Math.max(logFloor, upTo);
        logChanges -= count;
        logBytes -= size;
    }
}
