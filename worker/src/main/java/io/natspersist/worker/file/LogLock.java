// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The POSIX lock on a database's log that makes this process the file's only writer, also after its machine lost touch with
 * the volume: SQLite's own lock is on the database alone, and who had lost that would go on writing into the log.
 *
 * <p>Such a lock is gone as soon as any descriptor of the same file is closed in this process, so this is the only one
 * beside SQLite's, and it is closed after SQLite's.
 */
final class LogLock implements Closeable {
    private final FileChannel log;

    private LogLock(FileChannel log) {
        this.log = log;
    }

    /**
     * Asks once.
     *
     * @return null when another process holds it
     * @throws java.nio.file.NoSuchFileException when there is no such file, or another has got its name meanwhile
     */
    static @Nullable LogLock tryLock(Path file) throws IOException {
        Object before = identity(file);
        return tryLock(FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE), file, before);
    }

    /** Makes the file, which must not exist. */
    static @Nullable LogLock create(Path file) throws IOException {
        FileChannel log = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE,
                StandardOpenOption.CREATE_NEW);
        return tryLock(log, file, null);
    }

    private static @Nullable LogLock tryLock(FileChannel log, Path file, @Nullable Object expected) throws IOException {
        boolean locked = false;
        try {
            locked = log.tryLock() != null;
            if (locked && expected != null && !identity(file).equals(expected)) {
                locked = false;
                throw new java.nio.file.NoSuchFileException(file.toString(), null, "another file has got its name");
            }
            return locked ? new LogLock(log) : null;
        } catch (OverlappingFileLockException e) {
            return null;
        } finally {
            if (!locked) {
                log.close();
            }
        }
    }

    private static Object identity(Path file) throws IOException {
        Object inode = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        return Objects.requireNonNull(inode, "the volume has no inodes");
    }

    /**
     * Makes everything written to the log durable, whichever descriptor it was written through, and fails when the lock is lost.
     * A force with nothing to write would notice nothing, so the last byte is written again as it is; past the last frame it
     * means nothing to SQLite, and no other thread writes meanwhile.
     */
    void force() throws IOException {
        ByteBuffer last = ByteBuffer.allocate(1);
        long at = Math.max(0, log.size() - 1);
        log.read(last, at);
        last.clear();
        log.write(last, at);
        log.force(false);
    }

    @Override
    public void close() throws IOException {
        log.close();
    }
}
