// SPDX-License-Identifier: Apache-2.0
package io.natspersist.coordinator;

import io.natspersist.protocol.table.AssignmentTable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Keeps every table that was ever stored, and fails when told. */
final class MemoryTableStore implements TableStore {

    final List<AssignmentTable> history = new ArrayList<>();
    private @Nullable AssignmentTable stored;
    /** How a call to store fails. */
    Failure failure = Failure.NONE;

    enum Failure {
        NONE, BEFORE_STORING, AFTER_STORING
    }

    void lose() {
        stored = null;
    }

    /** Somebody else stores a table. */
    void overwrite(AssignmentTable table) {
        stored = table;
    }

    @Override
    public Optional<AssignmentTable> load() {
        return Optional.ofNullable(stored);
    }

    @Override
    public Outcome store(AssignmentTable next, long expectedVersion) throws IOException {
        if (failure == Failure.BEFORE_STORING) {
            throw new IOException("the disk is full");
        }
        long actual = stored == null ? 0 : stored.version();
        if (actual != expectedVersion) {
            return new Outcome.Conflict(actual);
        }
        stored = next;
        history.add(next);
        if (failure == Failure.AFTER_STORING) {
            throw new IOException("the answer was lost");
        }
        return new Outcome.Stored();
    }
}
