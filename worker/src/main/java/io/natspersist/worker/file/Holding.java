// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import io.natspersist.protocol.StreamName;
import java.io.IOException;
import java.sql.SQLException;

/** One stream's database in the hands of its owner: where it is, and what it takes to keep what is put into it. */
interface Holding {

    StreamName stream();

    /** A transaction was committed. */
    void committed(Database database) throws SQLException, IOException;

    /** Makes everything committed durable, and proves that the database is still its owner's. */
    void force() throws IOException;

    /** Lets go of the database, which then holds everything by itself. */
    void close(Database database) throws SQLException, IOException;

    /** Lets go of the database after a failure: what was committed stays as it is, and nothing else does. */
    void abandon(Database database);
}
