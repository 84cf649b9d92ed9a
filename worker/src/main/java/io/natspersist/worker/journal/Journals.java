// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.journal;

import io.natspersist.protocol.table.Incarnation;
import io.natspersist.protocol.table.Numbers;
import io.natspersist.worker.disk.Disk;
import io.natspersist.worker.disk.Disk.DiskFile;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;

/** All the journals on a volume. Blocking. */
public final class Journals {

    private Journals() {}

    /** Every incarnation that has a journal; names that are no incarnation's are passed over. */
    public static List<Incarnation> list(Disk disk) throws IOException {
        List<Incarnation> found = new ArrayList<>();
        for (String name : disk.list(JournalFolder.JOURNALS)) {
            try {
                found.add(Incarnation.parse(name));
            } catch (IllegalArgumentException notAJournal) {
                // somebody else's folder
            }
        }
        return found;
    }

    /**
     * Whether somebody has told the journal's owner to halt, or has sealed it. Never to be asked in the process of that owner: looking
     * at a locked segment drops the lock.
     */
    public static boolean isFenced(Disk disk, Incarnation journal) throws IOException {
        JournalFolder folder = JournalFolder.of(journal);
        List<String> names = disk.list(folder.path());
        List<Long> segments = JournalFolder.segments(names);
        return size(disk, folder.release()) > 0
                || (!segments.isEmpty() && size(disk, folder.segment(segments.getLast())) == 0);
    }

    /** Deletes a journal that nobody needs; the numbers given out so far stay known. It may be called again after a failure. */
    public static void delete(Disk disk, Incarnation journal, Numbers givenOut) throws IOException {
        HighestNumbers.note(disk, givenOut);
        Sealing.delete(disk, journal);
    }

    private static long size(Disk disk, String path) throws IOException {
        try (DiskFile file = disk.open(path)) {
            return file.size();
        } catch (NoSuchFileException gone) {
            return 0;
        }
    }
}
