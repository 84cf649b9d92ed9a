// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.journal;

import io.natspersist.protocol.table.Incarnation;
import io.natspersist.worker.disk.Disk;
import io.natspersist.worker.disk.Disk.DiskFile;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Looks at one journal without changing it. Never in a process that writes one: looking drops its lock. Blocking. */
public final class JournalInspection {

    private JournalInspection() {}

    /**
     * What a journal is like.
     *
     * @param changes how many could be read
     * @param end where and why reading ended
     * @param damage null: all that was forced could be read
     * @param unfinished names of segments that were being made; of no meaning once their maker is gone
     * @param strange names that no journal has
     */
    public record Report(boolean sealed, int segments, long changes, String end, @Nullable String damage,
            List<String> unfinished, List<String> strange) {}

    /** Whether a process is writing it, or about to read it for good. */
    public static boolean isLocked(Disk disk, Incarnation journal) throws IOException {
        JournalFolder folder = JournalFolder.of(journal);
        List<Long> segments = JournalFolder.segments(disk.list(folder.path()));
        for (int i = segments.size() - 1; i >= Math.max(0, segments.size() - 2); i--) {
            try (DiskFile segment = disk.open(folder.segment(segments.get(i)))) {
                if (!segment.tryLock()) {
                    return true;
                }
            }
        }
        return false;
    }

    /** @param visitor is told of everything that can be read, also of a damaged journal */
    public static Report look(Disk disk, Incarnation journal, EntryVisitor visitor) throws IOException {
        JournalFolder folder = JournalFolder.of(journal);
        List<String> names = disk.list(folder.path());
        List<String> unfinished = names.stream().filter(name -> name.matches("[0-9]{10,18}\\.new")).toList();
        List<String> strange = names.stream().filter(name -> !JournalFolder.isSegment(name)
                && !unfinished.contains(name) && !name.equals("release") && !name.equals("ballast")).toList();
        long[] changes = {0};
        try {
            JournalScan.Result result = new JournalScan(disk, folder, JournalScan.entries(entry -> {
                switch (entry) {
                    case Entry.Changed(var change) -> {
                        changes[0]++;
                        visitor.change(change);
                    }
                    case Entry.Applied(var stream, var change) -> visitor.applied(stream, change);
                }
            })).of(journal).run();
            return new Report(result.sealed(), result.segments(), changes[0], result.end(), null, unfinished, strange);
        } catch (CorruptJournal e) {
            return new Report(false, 0, changes[0], "", String.valueOf(e.getMessage()), unfinished, strange);
        }
    }
}
