// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import io.natspersist.worker.cold.ColdTier;
import io.natspersist.worker.file.StreamFile.State;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;

/** A database's pages at one moment: in memory where they are few, else in a local file that nobody else can find. */
final class FileSnapshot {

    /** Larger ones are not kept in memory. */
    private static final long MOST_IN_MEMORY = 1 << 20;

    private FileSnapshot() {}

    static ColdTier.Snapshot of(Database database, State state, long at, Path scratch)
            throws SQLException, IOException {
        return database.size() <= MOST_IN_MEMORY
                ? new InMemory(state, at, database.serialized())
                : InFile.of(database, state, at, scratch);
    }

    private record InMemory(State state, long at, byte[] pages) implements ColdTier.Snapshot {

        @Override
        public long bytes() {
            return pages.length;
        }

        @Override
        public void read(long position, ByteBuffer into) {
            int length = Math.clamp(pages.length - position, 0, into.remaining());
            into.put(pages, (int) position, length);
        }

        @Override
        public void close() {
            // There is nothing but memory.
        }
    }

    private record InFile(State state, long at, FileChannel file, long bytes) implements ColdTier.Snapshot {

        static InFile of(Database database, State state, long at, Path scratch) throws SQLException, IOException {
            Path copy = Files.createTempFile(scratch, "persist-", ".snapshot");
            try {
                database.copyTo(copy);
                FileChannel file = FileChannel.open(copy, StandardOpenOption.READ);
                return new InFile(state, at, file, file.size());
            } finally {
                Files.delete(copy); // what is open stays
            }
        }

        @Override
        public void read(long position, ByteBuffer into) {
            try {
                long next = position;
                while (into.hasRemaining()) {
                    int read = file.read(into, next);
                    if (read < 0) {
                        return;
                    }
                    next += read;
                }
            } catch (IOException e) {
                throw new UncheckedIOException("a snapshot cannot be read", e);
            }
        }

        @Override
        public void close() {
            try {
                file.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
