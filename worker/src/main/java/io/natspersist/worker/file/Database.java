// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteOpenMode;

/**
 * A connection to a database that is this process's own: in memory, or one whose log it has locked. Exclusive, so SQLite keeps the log's index on the heap and
 * shares no memory; checkpoints only when told, because SQLite swallows the errors of its automatic ones, and a file that
 * could not be forced once must not be trusted again.
 */
final class Database {
    private static final SQLiteConfig CONFIG = config();

    private final SQLiteConnection connection;
    private final Map<String, PreparedStatement> statements = new HashMap<>();

    private Database(SQLiteConnection connection) {
        this.connection = connection;
    }

    private static SQLiteConfig config() {
        SQLiteConfig config = new SQLiteConfig();
        config.resetOpenMode(SQLiteOpenMode.CREATE);
        config.setBusyTimeout(0);
        config.setOpenMode(SQLiteOpenMode.NOMUTEX); // one thread at a time uses it
        config.setGetGeneratedKeys(false); // they would be asked for after every row
        return config;
    }

    static Database connect(Path file) throws SQLException {
        Database database = new Database(CONFIG.createConnection("jdbc:sqlite:" + file).unwrap(SQLiteConnection.class));
        try {
            // First and alone: anything that touches the database before it would make SQLite map shared memory.
            database.run("PRAGMA locking_mode=EXCLUSIVE");
            database.run("PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=2;"
                    + "PRAGMA cache_spill=4096; PRAGMA temp_store=MEMORY");
            // Gives back the twenty pages that SQLite took before it was told to keep two: thousands are open at a time.
            database.run("PRAGMA shrink_memory");
            if (!database.text("PRAGMA journal_mode=WAL").equals("wal")) {
                throw new SQLException("it cannot be put into WAL mode");
            }
            return database;
        } catch (SQLException e) {
            database.abandon();
            throw e;
        }
    }

    /** One that nobody relies upon yet: what is written to it is neither journaled nor forced. */
    static Database unfinished(Path file) throws SQLException {
        Database database = new Database(CONFIG.createConnection("jdbc:sqlite:" + file).unwrap(SQLiteConnection.class));
        try {
            database.run("PRAGMA locking_mode=EXCLUSIVE; PRAGMA synchronous=OFF; PRAGMA temp_store=MEMORY");
            database.text("PRAGMA journal_mode=OFF");
            return database;
        } catch (SQLException e) {
            database.abandon();
            throw e;
        }
    }

    /** All pages as they are now, those in the log included. */
    byte[] serialized() throws SQLException {
        return connection.serialize("main");
    }

    /** The same into a file that is there and empty. */
    void copyTo(Path file) throws SQLException {
        int result = connection.getDatabase().backup("main", file.toString(), null, 0, 0, 1024);
        if (result != SQLiteErrorCode.SQLITE_OK.code) {
            throw new SQLException("a copy failed with SQLite's error " + result);
        }
    }

    /** A new one in memory. The room of what is deleted is given back with each transaction. */
    static Database inMemory(int pageSize, NewDatabase.Content content) throws SQLException {
        Database database = new Database(
                CONFIG.createConnection("jdbc:sqlite::memory:").unwrap(SQLiteConnection.class));
        try {
            database.run("PRAGMA page_size=" + pageSize + "; PRAGMA auto_vacuum=FULL; PRAGMA temp_store=MEMORY");
            content.fill(database.connection);
            return database;
        } catch (SQLException e) {
            database.abandon();
            throw e;
        }
    }

    /** Runs statements that answer nothing. */
    void run(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    /** The first column of the first row, which there must be. */
    String text(String sql) throws SQLException {
        try (Statement statement = connection.createStatement(); ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    long number(String sql) throws SQLException {
        return Long.parseLong(text(sql));
    }

    /** A statement that is kept for the next time. */
    PreparedStatement prepared(String sql) throws SQLException {
        PreparedStatement statement = statements.get(sql);
        if (statement == null) {
            statement = connection.prepareStatement(sql);
            statements.put(sql, statement);
        }
        return statement;
    }

    void begin() throws SQLException {
        connection.setAutoCommit(false);
    }

    void commit() throws SQLException {
        connection.setAutoCommit(true);
    }

    /** Takes back what was done since {@link #begin}, if that was not committed. */
    void rollback() throws SQLException {
        if (!connection.getAutoCommit()) {
            try {
                run("ROLLBACK");
            } catch (SQLException e) {
                // After some errors SQLite has done so by itself.
            }
            run("BEGIN");
            commit();
        }
    }

    /** Bytes of all pages. */
    long size() throws SQLException {
        return number("PRAGMA page_count") * number("PRAGMA page_size");
    }

    /** How many pages the log holds that were not yet put into the database. */
    int pagesInLog() throws SQLException {
        try (ResultSet row = prepared("PRAGMA wal_checkpoint(NOOP)").executeQuery()) {
            row.next();
            return row.getInt(2) - row.getInt(3);
        }
    }

    /** Forces the log, puts it into the database and forces that. */
    void checkpoint() throws SQLException {
        checkpoint("PASSIVE");
    }

    /** The same, and then empties the log. */
    void checkpointAndTruncate() throws SQLException {
        checkpoint("TRUNCATE");
    }

    private void checkpoint(String mode) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("PRAGMA wal_checkpoint(" + mode + ")")) {
            row.next();
            if (row.getInt(1) != 0 || row.getInt(2) != row.getInt(3)) {
                throw new SQLException(
                        "a checkpoint put " + row.getInt(3) + " of " + row.getInt(2) + " pages into the file");
            }
        }
    }

    /** Closes after everything was checkpointed. SQLite then removes the name that its log had when it was opened. */
    void close() throws SQLException {
        connection.close();
    }

    /**
     * Closes without a checkpoint: an interrupted connection stops that before the first page, and keeps the log. Only a log of
     * which nothing is left to put into the database loses its name, and it is of no more use to anyone.
     */
    void abandon() {
        try {
            connection.getDatabase().interrupt();
            connection.close();
        } catch (SQLException e) {
            // It is given up because of an error already; what this one adds nobody can act on.
        }
    }
}
