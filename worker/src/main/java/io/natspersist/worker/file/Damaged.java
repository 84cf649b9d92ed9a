// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import java.sql.SQLException;

/** A file that SQLite can read, and whose rows contradict each other. */
final class Damaged extends SQLException {
    private static final long serialVersionUID = 1;

    Damaged(String why) {
        super(why);
    }
}
