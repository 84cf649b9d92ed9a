// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import io.natspersist.protocol.StreamName;
import io.natspersist.worker.change.Change;
import io.natspersist.worker.file.StreamFile.EpochStart;
import io.natspersist.worker.file.Tombstone.UsedId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** The rows with which the file of a stream begins that is made anew: as if the old one had just been destroyed. */
final class Revival implements NewDatabase.Content {
    private static final String META = """
            INSERT INTO meta (one, stream, change, last_seq, messages, bytes, log_floor, log_changes, log_bytes)
            VALUES (1, ?, ?, ?, 0, 0, ?, 1, ?)""";
    private static final String LOG = "INSERT INTO log (change, op, seq, decided, size) VALUES (?, 'destroy', ?, ?, ?)";
    private static final String EPOCH = "INSERT INTO epochs (epoch, first_change) VALUES (?, ?)";
    private static final String ID = "INSERT INTO ids (change, id, seq, at) VALUES (?, ?, ?, ?)";

    private final StreamName stream;
    private final Tombstone before;

    Revival(StreamName stream, Tombstone before) {
        this.stream = stream;
        this.before = before;
    }

    @Override
    public void fill(Connection database) throws SQLException {
        insert(database, META, stream.value(), before.change(), before.lastSeq(), before.change() - 1, Change.OVERHEAD);
        insert(database, LOG, before.change(), before.lastSeq(), before.at(), Change.OVERHEAD);
        for (EpochStart owner : before.epochs()) {
            insert(database, EPOCH, owner.epoch(), owner.firstChange());
        }
        for (UsedId used : before.ids()) {
            insert(database, ID, used.change(), used.id(), used.seq(), used.at());
        }
    }

    private static void insert(Connection database, String row, Object... values) throws SQLException {
        try (PreparedStatement insert = database.prepareStatement(row)) {
            for (int i = 0; i < values.length; i++) {
                insert.setObject(i + 1, values[i]);
            }
            insert.executeUpdate();
        }
    }
}
