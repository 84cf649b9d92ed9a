// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import java.sql.SQLException;

/** Whether a file that looked damaged is: SQLite's own check, and whether its counters count what is there. Reads all of it. */
final class FileCheck {
    private static final String MESSAGES = "SELECT count(*) || ' messages of ' || ifnull(sum(size), 0) FROM messages";
    private static final String LOG = "SELECT count(*) || ' logged changes of ' || ifnull(sum(size), 0) FROM log";
    private static final String CHANGES = """
            SELECT (SELECT count(*) FROM messages WHERE change > meta.log_floor) + meta.log_changes FROM meta""";

    private FileCheck() {}

    /** @throws SQLException when the file is damaged, or cannot be read */
    static void run(Database database, Meta meta) throws SQLException {
        expect("ok", database.text("PRAGMA quick_check(1)"));
        expect(meta.messages + " messages of " + meta.bytes, database.text(MESSAGES));
        expect(meta.logChanges + " logged changes of " + meta.logBytes, database.text(LOG));
        if (meta.change > 0) {
            expect(Long.toString(meta.change - meta.logFloor), database.text(CHANGES));
        }
    }

    private static void expect(String expected, String found) throws Damaged {
        if (!expected.equals(found)) {
            throw new Damaged("it should say \"" + expected + "\", and says \"" + found + "\"");
        }
    }
}
