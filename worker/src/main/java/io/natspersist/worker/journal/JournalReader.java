// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.journal;

import io.natspersist.protocol.table.Incarnation;
import io.natspersist.worker.disk.Disk;
import java.io.IOException;

/** Reads a sealed journal, which nobody writes any more, without locks. Blocking. */
public final class JournalReader {

    private JournalReader() {
    }

    /**
     * Tells the visitor everything that was forced, and what else was written whole before the first group that was not.
     *
     * @throws CorruptJournal when something that was forced cannot be read; the visitor has been told all before it
     * @throws IllegalStateException when the journal is not sealed
     */
    public static Summary read(Disk disk, Incarnation journal, EntryVisitor visitor) throws IOException {
        if (disk.list("journals/" + journal).isEmpty()) {
            throw new IllegalStateException(journal + " is not sealed");
        }
        throw new UnsupportedOperationException("not yet");
    }

    /**
     * What was read.
     *
     * @param segments how many segments, the seal not counted
     * @param lastGroup the number of the last whole group; 0: none
     * @param bytes the segments' bytes that were read
     * @param end why reading ended there
     */
    public record Summary(int segments, long lastGroup, long changes, long bytes, String end) {
    }
}
