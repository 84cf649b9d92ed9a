// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import io.natspersist.protocol.StreamName;
import io.natspersist.worker.file.StreamFileException.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** A copy in a local folder. Once it is open it has no name any more: what a process leaves when it is killed goes with it. */
final class LocalScratchFile implements ScratchFile, Holding {
    private final StreamName stream;
    private final Path folder;
    private final Path path;
    private final FileChannel file;
    private @Nullable Database open;

    private LocalScratchFile(StreamName stream, Path folder, Path path, FileChannel file) {
        this.stream = stream;
        this.folder = folder;
        this.path = path;
        this.file = file;
    }

    static LocalScratchFile begin(StreamName stream, Path folder) throws IOException {
        Path path = Files.createTempFile(folder, "persist-", ".version");
        return new LocalScratchFile(stream, folder, path, FileChannel.open(path, StandardOpenOption.WRITE));
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
            throw failed(Kind.UNAVAILABLE, e);
        }
    }

    private StreamFileException failed(Kind kind, Exception e) {
        return new StreamFileException(kind, stream, "a copy of what it was: " + e.getMessage(), e);
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
    public StreamFile opened() {
        return perform(() -> {
            Database database = CopiedDatabase.open(file, path);
            open = database;
            Meta meta = CopiedDatabase.checked(stream, database);
            database.run("PRAGMA query_only=1");
            Files.delete(path); // what is open stays
            return new SqliteStreamFile(this, database, meta, StreamFileLimits.DEFAULT, new Suspicions(),
                    folder);
        });
    }

    @Override
    public void close() {
        perform(() -> {
            Database database = open;
            open = null;
            if (database != null) {
                database.abandon();
            }
            file.close();
            Files.deleteIfExists(path);
            return true;
        });
    }

    @Override
    public StreamName stream() {
        return stream;
    }

    @Override
    public void committed(Database same) {
        throw new IllegalStateException("what a stream was does not change");
    }

    @Override
    public void force() {
        // There is nothing that would have to last.
    }

    @Override
    public void close(Database same) {
        close();
    }

    @Override
    public void abandon(Database same) {
        close();
    }
}
