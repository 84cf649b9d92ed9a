// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.simulation;

import io.natspersist.coordinator.TableStore;
import io.natspersist.protocol.table.AssignmentTable;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A table that outlives its coordinator, unless it is lost; a store may fail before or after it was done. */
final class MemoryTableStore implements TableStore {

    private @Nullable AssignmentTable table;
    private int failBefore;
    private int failAfter;

    @Override
    public Optional<AssignmentTable> load() {
        return Optional.ofNullable(table);
    }

    @Override
    public Outcome store(AssignmentTable next, long expectedVersion) throws IOException {
        long actual = table == null ? 0 : table.version();
        if (failBefore > 0) {
            failBefore--;
            throw new IOException("not stored");
        }
        if (actual != expectedVersion) {
            return new Outcome.Conflict(actual);
        }
        table = next;
        if (failAfter > 0) {
            failAfter--;
            throw new IOException("stored, but who knows");
        }
        return new Outcome.Stored();
    }

    /** The table is gone, with all its numbers. */
    void lose() {
        table = null;
    }

    /** The next store fails, with or without having been done. */
    void failNext(boolean done) {
        failBefore += done ? 0 : 1;
        failAfter += done ? 1 : 0;
    }
}
