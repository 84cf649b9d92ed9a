// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import io.natspersist.protocol.StreamName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.sql.SQLException;

/** A database whose bytes came from a cold copy. Its header does not speak of a log, so that SQLite makes none beside it. */
final class CopiedDatabase {
    private static final int VERSIONS_OFFSET = 18;
    /**
     * A larger one is not read a second time, which would take seconds for each 100 MiB while somebody waits: every chunk has been compared with the hash
     * that was taken from the file, so it is what SQLite had written. A file that was damaged before it was archived is found when it is used, as on a
     * volume.
     */
    private static final long MOST_TO_CHECK = 64 << 20;
    private static final byte[] PLAIN = {1, 1};
    private static final byte[] WAL = {2, 2};

    private CopiedDatabase() {}

    /** Opens what was written to a file, if it is a stream's. */
    static Database open(FileChannel file, Path path) throws SQLException, IOException, WrongFile {
        file.write(ByteBuffer.wrap(PLAIN), VERSIONS_OFFSET);
        Database database = Database.unfinished(path);
        boolean isOurs = false;
        try {
            SqliteStreamFiles.requireOurs(database);
            isOurs = true;
            return database;
        } finally {
            if (!isOurs) {
                database.abandon();
            }
        }
    }

    /** What it says of itself, which is true. */
    static Meta checked(StreamName stream, Database database) throws SQLException, WrongFile {
        Meta meta = Meta.read(stream, database);
        if (database.size() <= MOST_TO_CHECK) {
            FileCheck.run(database, meta);
        }
        return meta;
    }

    /** Has it speak of a log again, as files on a volume do. */
    static void beginLog(FileChannel file) throws IOException {
        file.write(ByteBuffer.wrap(WAL), VERSIONS_OFFSET);
    }
}
