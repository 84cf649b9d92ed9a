// SPDX-License-Identifier: Apache-2.0
package io.natspersist.coordinator;

import io.natspersist.protocol.table.AssignmentTable;
import java.io.IOException;
import java.util.Optional;

/** Where the assignment table outlives its coordinator. Blocking: called on an executor for it, one call at a time. */
public interface TableStore {

    /**
     * The table as stored last; empty where none ever was, or where it was lost.
     *
     * @throws IOException when it cannot be read, or is damaged; the message says what to do
     */
    Optional<AssignmentTable> load() throws IOException;

    /**
     * Replaces the table of version {@code expectedVersion} (0: there must be none). Once this returned {@code Stored} the
     * table outlives a crash of the machine.
     *
     * @throws IOException when it is not known whether the table was stored
     */
    Outcome store(AssignmentTable next, long expectedVersion) throws IOException;

    /** What became of a table. */
    sealed interface Outcome {
        record Stored() implements Outcome {}

        /** Someone else stored a table meanwhile; nothing was changed. {@code actualVersion}: theirs, 0 for none. */
        record Conflict(long actualVersion) implements Outcome {}
    }
}
