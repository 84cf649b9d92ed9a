// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import io.natspersist.protocol.StreamName;
import io.natspersist.worker.file.StreamFileException.Kind;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Streams' files as SQLite databases in memory, with the tables that files on the volume have. */
public final class SqliteStreamMemory implements StreamMemory {

    /** What a database takes beside its pages: its connection, its statements, what SQLite knows of its tables. */
    private static final long OVERHEAD = 64 << 10;

    /** What is gone, and kept for watchers that missed it, is not to take the memory of what is there. */
    private static final StreamFileLimits LIMITS = new StreamFileLimits(1_000, 256 << 10,
            StreamFileLimits.DEFAULT.idMillis());

    /** What does not last is not archived. */
    private static final Path NOWHERE = Path.of("/dev/null");

    private final StreamFileLimits limits;
    private final Map<StreamName, Kept> kept = new ConcurrentHashMap<>();
    private final AtomicLong bytes = new AtomicLong();

    public SqliteStreamMemory() {
        this(LIMITS);
    }

    public SqliteStreamMemory(StreamFileLimits limits) {
        this.limits = limits;
    }

    @Override
    public Opened open(StreamName stream, int slot, long epoch) {
        Kept there = kept.get(stream);
        if (there == null) {
            return new Opened.Absent();
        }
        if (there.inUse) {
            return new Opened.Unavailable("it is open already");
        }
        try {
            return new Opened.File(there.file());
        } catch (SQLException | WrongFile e) {
            return new Opened.Unavailable(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public StreamFile create(StreamName stream, int slot, long epoch, @Nullable Tombstone before) {
        if (kept.containsKey(stream)) {
            throw unavailable(stream, "it is in memory already", null);
        }
        try {
            Kept made = new Kept(stream, Schema.inMemory(stream, before));
            kept.put(stream, made);
            made.committed(made.database);
            return made.file();
        } catch (SQLException | WrongFile e) {
            throw unavailable(stream, String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public void remove(StreamName stream, int slot, long epoch) {
        Kept gone = kept.remove(stream);
        if (gone != null) {
            bytes.addAndGet(-gone.counted);
            gone.database.abandon();
        }
    }

    @Override
    public long bytes() {
        return bytes.get();
    }

    /** Of a stream that is here. */
    Database database(StreamName stream) {
        return java.util.Objects.requireNonNull(kept.get(stream)).database;
    }

    private static StreamFileException unavailable(StreamName stream, String why, @Nullable Throwable cause) {
        return new StreamFileException(Kind.UNAVAILABLE, stream, why, cause);
    }

    /** A database, which outlives those who close it, and those who fail. Used by one thread at a time. */
    private final class Kept implements Holding {
        private final StreamName stream;
        private final Database database;
        private long counted;
        private boolean inUse;

        Kept(StreamName stream, Database database) {
            this.stream = stream;
            this.database = database;
        }

        StreamFile file() throws SQLException, WrongFile {
            StreamFile file = new SqliteStreamFile(this, database, Meta.read(stream, database), limits,
                    new Suspicions(), NOWHERE);
            inUse = true;
            return file;
        }

        @Override
        public StreamName stream() {
            return stream;
        }

        @Override
        public void committed(Database same) throws SQLException {
            long now = OVERHEAD + same.size();
            bytes.addAndGet(now - counted);
            counted = now;
        }

        @Override
        public void force() {
            // It is as durable as it will ever be.
        }

        @Override
        public void close(Database same) {
            inUse = false;
        }

        @Override
        public void abandon(Database same) {
            inUse = false;
            try {
                same.rollback();
            } catch (SQLException e) {
                // Whoever opens it next is told.
            }
        }
    }
}
