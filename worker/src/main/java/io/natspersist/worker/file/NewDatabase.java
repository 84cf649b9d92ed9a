// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.sqlite.SQLiteConnection;

/** The bytes of a database that is yet to be made, in WAL mode. */
final class NewDatabase {
    private static final int WRITE_VERSION_OFFSET = 18;
    private static final int READ_VERSION_OFFSET = 19;
    private static final byte WAL = 2;

    private NewDatabase() {}

    /** What is put into it before anybody sees it. */
    interface Content {
        void fill(Connection database) throws SQLException;
    }

    static byte[] bytes(int pageSize, int applicationId, int version, String tables, Content content) {
        try (Connection memory = DriverManager.getConnection("jdbc:sqlite::memory:")) {
            fill(memory, pageSize, applicationId, version, tables, content);
            byte[] file = memory.unwrap(SQLiteConnection.class).serialize("main");
            file[WRITE_VERSION_OFFSET] = WAL;
            file[READ_VERSION_OFFSET] = WAL;
            return file;
        } catch (SQLException e) {
            throw new IllegalStateException("SQLite does not work here", e);
        }
    }

    /** Puts tables and content into a database that has neither. */
    static void fill(Connection empty, int pageSize, int applicationId, int version, String tables, Content content)
            throws SQLException {
        try (Statement statement = empty.createStatement()) {
            statement.executeUpdate("PRAGMA page_size=" + pageSize);
            statement.executeUpdate("PRAGMA application_id=" + applicationId);
            statement.executeUpdate("PRAGMA user_version=" + version);
            statement.executeUpdate(tables);
        }
        content.fill(empty);
    }
}
