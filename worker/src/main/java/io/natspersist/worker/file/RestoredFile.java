// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import io.natspersist.worker.change.LargeValue;
import io.natspersist.worker.file.FileName.Part;
import io.natspersist.worker.file.StreamFile.State;
import io.natspersist.worker.file.StreamFileException.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** A database that comes back, under a name of no meaning until it is kept. */
final class RestoredFile implements Incoming {
    private static final String FORGET_LOG = "DELETE FROM log";
    private static final String SKIP = """
            UPDATE meta SET change = ?1, last_seq = max(last_seq, ?2), log_floor = ?1, log_changes = 0, log_bytes = 0""";
    private static final String BEGIN_EPOCH = "INSERT OR IGNORE INTO epochs (epoch, first_change) VALUES (?, ?)";

    private final Names names;
    private final StreamPlace place;
    private final FileName unfinished;
    private final FileChannel file;
    private @Nullable Database open;
    private boolean kept;

    private RestoredFile(Names names, StreamPlace place, FileName unfinished, FileChannel file) {
        this.names = names;
        this.place = place;
        this.unfinished = unfinished;
        this.file = file;
    }

    static RestoredFile begin(Names names, StreamPlace place, long epoch) throws IOException {
        FileName unfinished = place.name(epoch, Part.UNFINISHED);
        FileChannel file = FileChannel.open(names.path(place, unfinished), StandardOpenOption.CREATE,
                StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
        names.added(place, unfinished);
        return new RestoredFile(names, place, unfinished, file);
    }

    /** Something that may fail as files do. */
    private interface Step<T> {
        T run() throws SQLException, IOException, WrongFile;
    }

    private <T> T perform(Step<T> step) {
        try {
            return step.run();
        } catch (SQLException e) {
            throw failed(SqliteStreamFile.isDamage(e) ? Kind.CORRUPT : Kind.UNAVAILABLE, e);
        } catch (WrongFile e) {
            throw failed(Kind.CORRUPT, e);
        } catch (IOException e) {
            names.distrust(place);
            throw failed(Kind.UNAVAILABLE, e);
        }
    }

    private StreamFileException failed(Kind kind, Exception e) {
        return new StreamFileException(kind, place.stream(), "its cold copy: " + e.getMessage(), e);
    }

    @Override
    public void write(ByteBuffer bytes) {
        perform(() -> {
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
            return true;
        });
    }

    @Override
    public State written() {
        return perform(() -> CopiedDatabase.checked(place.stream(), opened()).state());
    }

    private Database opened() throws SQLException, IOException, WrongFile {
        Database before = open;
        if (before != null) {
            return before;
        }
        Database database = CopiedDatabase.open(file, names.path(place, unfinished));
        open = database;
        return database;
    }

    @Override
    public boolean has(LargeValue value) {
        return perform(() -> new UploadRows(opened()).upload(value.upload(), 0).isWhole(value));
    }

    @Override
    public void skipTo(long change, long lastSeq, long epoch) {
        perform(() -> {
            Database database = opened();
            database.begin();
            database.run(FORGET_LOG);
            PreparedStatement skip = database.prepared(SKIP);
            skip.setLong(1, change);
            skip.setLong(2, lastSeq);
            skip.executeUpdate();
            PreparedStatement begin = database.prepared(BEGIN_EPOCH);
            begin.setLong(1, epoch);
            begin.setLong(2, change);
            begin.executeUpdate();
            database.commit();
            return true;
        });
    }

    @Override
    public void keep() {
        perform(() -> {
            closeDatabase();
            CopiedDatabase.beginLog(file);
            file.force(true);
            names.rename(place, unfinished, unfinished.as(Part.DATABASE));
            kept = true;
            names.force(place);
            return true;
        });
    }

    private void closeDatabase() throws SQLException {
        Database database = open;
        open = null;
        if (database != null) {
            database.close();
        }
    }

    @Override
    public void close() {
        perform(() -> {
            closeDatabase();
            file.close();
            if (!kept) {
                names.takeBack(place, unfinished);
            }
            return true;
        });
    }
}
