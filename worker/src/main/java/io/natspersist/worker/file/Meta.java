// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import io.natspersist.protocol.StreamName;
import io.natspersist.worker.file.StreamFile.EpochStart;
import io.natspersist.worker.file.StreamFile.State;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** The counters of one file, in the tables {@code meta} and {@code epochs} and here; a transaction changes both. */
final class Meta {
    private static final String READ = """
            SELECT stream, change, last_seq, messages, bytes, log_floor, log_changes, log_bytes FROM meta""";
    private static final String WRITE = """
            INSERT OR REPLACE INTO meta (one, stream, change, last_seq, messages, bytes, log_floor, log_changes, log_bytes)
            VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?)""";
    private static final String EPOCHS = "SELECT epoch, first_change FROM epochs ORDER BY epoch";
    private static final String ADD_EPOCH = "INSERT INTO epochs (epoch, first_change) VALUES (?, ?)";
    private static final String DESTROYED = """
            SELECT count(*) FROM log, meta WHERE log.change = meta.change AND log.op = 'destroy'""";
    private static final String FIRST_SEQ = "SELECT ifnull(min(seq), 0) FROM messages";

    final StreamName stream;
    private final Database database;
    private List<EpochStart> epochs = List.of();
    private long firstSeq;
    private boolean firstSeqIsStale;

    long change;
    boolean destroyed;
    long lastSeq;
    long messages;
    long bytes;
    long logFloor;
    long logChanges;
    long logBytes;

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
            }
        }
        List<EpochStart> epochs = new ArrayList<>();
        try (ResultSet rows = database.prepared(EPOCHS).executeQuery()) {
            while (rows.next()) {
                epochs.add(new EpochStart(rows.getLong(1), rows.getLong(2)));
            }
        }
        meta.epochs = List.copyOf(epochs);
        meta.firstSeq = database.number(FIRST_SEQ);
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
        write.executeUpdate();
        if (firstSeqIsStale) {
            firstSeq = database.number(FIRST_SEQ);
            firstSeqIsStale = false;
        }
        return state();
    }

    State state() {
        return new State(epochs, change, lastSeq, firstSeq, messages, bytes, destroyed);
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

    void messageAdded(long seq, long size) {
        firstSeq = messages == 0 ? seq : Math.min(firstSeq, seq);
        firstSeqIsStale &= messages > 0;
        lastSeq = Math.max(lastSeq, seq);
        messages++;
        bytes += size;
    }

    void messageRemoved(long seq, long size) {
        messages--;
        bytes -= size;
        firstSeqIsStale |= seq == firstSeq;
    }

    void messagesRemoved(long count, long size) {
        messages -= count;
        bytes -= size;
        firstSeqIsStale = true;
    }

    void allRemoved() {
        messages = 0;
        bytes = 0;
        firstSeqIsStale = true;
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
