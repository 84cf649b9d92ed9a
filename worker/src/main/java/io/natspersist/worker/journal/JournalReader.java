// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.journal;

import io.natspersist.protocol.table.Incarnation;
import io.natspersist.worker.disk.Disk;
import java.io.IOException;

/** Reads a sealed journal, which nobody writes any more, without locks. Blocking. */
public final class JournalReader {

    private JournalReader() {}

    /**
     * Tells the visitor everything that was forced, and what else was written whole before the first group that was not.
     *
     * @throws CorruptJournal when something that was forced cannot be read; the visitor has been told what lies before it
     * @throws NotSealed when the journal is not sealed, or not any more; the visitor may have been told a part
     */
    public static Summary read(Disk disk, Incarnation journal, EntryVisitor visitor) throws IOException {
        JournalScan.Result result = new JournalScan(disk, JournalFolder.of(journal), JournalScan.entries(entry -> {
            switch (entry) {
                case Entry.Changed(var change) -> visitor.change(change);
                case Entry.Applied(var stream, var change) -> visitor.applied(stream, change);
            }
        })).of(journal).run();
        if (!result.sealed()) {
            throw new NotSealed(journal);
        }
        return new Summary(result.segments(), result.lastGroup(), result.changes(), result.bytes(), result.end());
    }

    /**
     * What was read.
     *
     * @param segments how many segments, the seal not counted
     * @param lastGroup the number of the last whole group; 0: none
     * @param bytes the segments' bytes that were read
     * @param end where and why reading ended
     */
    public record Summary(int segments, long lastGroup, long changes, long bytes, String end) {}
}
