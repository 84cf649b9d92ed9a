// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import io.natspersist.protocol.StreamName;
import io.natspersist.worker.file.FileName.Part;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * A stream's files in the hands of one owner: its log is locked, and both bear its epoch. Names of lower epochs lead nowhere
 * then, so whatever a former owner's SQLite does by name meets nothing.
 *
 * <p>Why forcing the log is enough: with synchronous=NORMAL a checkpoint forces the log, writes its pages into the database, forces
 * that, and only then may the log begin anew; so at any time all that was ever committed is in the forced database or in the
 * log. That order also keeps the file sound when the power fails at any moment.
 */
final class Claim implements Holding {
    /** Pages in the log at which it is put into the database: 4 MiB at most, read again by whoever opens it after a crash. */
    private static final int CHECKPOINT_PAGES = (4 << 20) / Schema.PAGE_SIZE;

    private final Names names;
    private final StreamPlace place;
    private final LogLock lock;
    private final Runnable letGo;
    private final FileName database;
    private FileName log;

    private Claim(Names names, StreamPlace place, long epoch, LogLock lock, FileName log, Runnable letGo) {
        this.names = names;
        this.place = place;
        this.lock = lock;
        this.log = log;
        this.letGo = letGo;
        this.database = place.name(epoch, Part.DATABASE);
    }

    /**
     * Locks the log of an existing database, and only then renames both to the new epoch.
     *
     * @return null when another process holds the lock
     */
    static @Nullable Claim take(Names names, StreamPlace place, FoundFiles found, long epoch, Runnable letGo)
            throws IOException {
        FileName oldDatabase = found.database().orElseThrow();
        FileName oldLog = found.log().orElse(null);
        if (oldLog == null) {
            oldLog = place.name(epoch, Part.LOG);
        }
        LogLock lock = found.has(oldLog)
                ? LogLock.tryLock(names.path(place, oldLog))
                : createMissingLog(names, place, oldLog);
        if (lock == null) {
            return null;
        }
        try {
            Claim claim = new Claim(names, place, epoch, lock, oldLog, letGo);
            claim.wake();
            if (!oldDatabase.equals(claim.database)) {
                names.rename(place, oldDatabase, claim.database);
            }
            if (oldDatabase.epoch() != epoch || oldLog.epoch() != epoch) {
                // Or after a power failure the files might have the names back that a former owner still uses.
                names.force(place);
            }
            return claim;
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /** Somebody copied the database here without its log, or used it with another program. */
    private static @Nullable LogLock createMissingLog(Names names, StreamPlace place, FileName log) throws IOException {
        LogLock lock = LogLock.create(names.path(place, log));
        names.distrust(place);
        FoundFiles now = FoundFiles.of(names.of(place));
        if (now.log().filter(log::equals).isEmpty() && lock != null) {
            names.takeBack(place, log);
            lock.close();
            throw new IOException("the log was being renamed");
        }
        return lock;
    }

    /** Makes and locks the log of a database that is yet to be made. */
    static @Nullable Claim makeNew(Names names, StreamPlace place, FoundFiles found, long epoch, Runnable letGo)
            throws IOException {
        FileName log = place.name(epoch, Part.LOG);
        Path path = names.path(place, log);
        LogLock lock = found.has(log) ? LogLock.tryLock(path) : LogLock.create(path);
        names.added(place, log);
        return lock == null ? null : new Claim(names, place, epoch, lock, log, letGo);
    }

    /** Makes the database, whole and durable before it has its name. */
    void write(byte[] emptyDatabase) throws IOException {
        FileName unfinished = database.as(Part.UNFINISHED);
        names.write(place, unfinished, emptyDatabase);
        names.rename(place, unfinished, database);
        names.force(place);
    }

    StreamPlace place() {
        return place;
    }

    Path database() {
        return names.path(place, database);
    }

    LogLock lock() {
        return lock;
    }

    /** Gives the log the name under which SQLite looks for it. */
    void wake() throws IOException {
        renameLog(Part.LOG);
    }

    /** Takes the log out of SQLite's reach. It fails when another owner has taken the files over meanwhile. */
    void rest() throws IOException {
        renameLog(Part.RESTING_LOG);
    }

    private void renameLog(Part part) throws IOException {
        FileName to = database.as(part);
        if (!log.equals(to)) {
            names.rename(place, log, to);
            log = to;
        }
    }

    /**
     * Gives the damaged database and its log other names. They take the place of those that this owner has set aside before: the stream has come
     * back from elsewhere since.
     */
    void setAside() throws IOException {
        FileName corrupt = database.as(Part.CORRUPT);
        names.distrust(place);
        names.rename(place, database, corrupt);
        names.rename(place, log, database.as(Part.CORRUPT_LOG));
        names.force(place);
    }

    @Override
    public StreamName stream() {
        return place.stream();
    }

    @Override
    public void committed(Database open) throws SQLException, IOException {
        if (open.pagesInLog() >= CHECKPOINT_PAGES) {
            lock.force();
            open.checkpoint();
        }
    }

    @Override
    public void force() throws IOException {
        lock.force();
    }

    @Override
    public void close(Database open) throws SQLException, IOException {
        // The order matters: all is in the forced database; the lock is proven to be held; the log goes out of reach of
        // SQLite's close, which no one can do who was taken over; only then is it emptied.
        open.checkpoint();
        lock.force();
        rest();
        open.checkpointAndTruncate();
        open.close();
        letGo();
    }

    @Override
    public void abandon(Database open) {
        open.abandon();
        abandon();
    }

    /** Unlocks. SQLite's connection must be closed by now. */
    void letGo() {
        try {
            lock.close();
        } catch (IOException e) {
            // Closing wrote nothing; the lock goes with the descriptor.
        } finally {
            letGo.run();
        }
    }

    /** The same, after a failure: what is known of the names may be wrong. */
    void abandon() {
        names.distrust(place);
        letGo();
    }
}
