// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.journal;

import io.natspersist.protocol.table.Incarnation;
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

    /**
     * The highest epoch and incarnation that somebody wrote down here before a journal that showed them was deleted; zeros
     * where nobody did.
     */
    public static Numbers numbers(Disk disk) throws IOException {
        Numbers highest = new Numbers(0, 0);
        for (String name : disk.list(JournalFolder.JOURNALS)) {
            highest = highest.orHigher(Numbers.parse(name));
        }
        return highest;
    }

    /** Deletes a journal that nobody needs; the numbers given out so far stay known. It may be called again after a failure. */
    public static void delete(Disk disk, Incarnation journal, Numbers givenOut) throws IOException {
        Numbers highest = numbers(disk).orHigher(givenOut);
        disk.createFolders(JournalFolder.JOURNALS);
        try {
            disk.createNew(JournalFolder.JOURNALS + "/" + highest.name()).close();
        } catch (Disk.NameExists known) {
            // as it should be
        }
        disk.forceFolder(JournalFolder.JOURNALS);
        for (String name : disk.list(JournalFolder.JOURNALS)) {
            if (name.startsWith(Numbers.PREFIX) && !name.equals(highest.name())) {
                disk.delete(JournalFolder.JOURNALS + "/" + name);
            }
        }
        Sealing.delete(disk, journal);
    }

    /** The highest epoch and incarnation of a cluster. Kept as the name of an empty file. */
    public record Numbers(long epoch, long incarnation) {

        private static final String PREFIX = "highest-";

        private String name() {
            return PREFIX + epoch + "-" + incarnation;
        }

        private static Numbers parse(String name) {
            String[] parts = name.split("-", -1);
            return name.matches(PREFIX + "[0-9]{1,18}-[0-9]{1,18}")
                    ? new Numbers(Long.parseLong(parts[1]), Long.parseLong(parts[2]))
                    : new Numbers(0, 0);
        }

        private Numbers orHigher(Numbers other) {
            return new Numbers(Math.max(epoch, other.epoch), Math.max(incarnation, other.incarnation));
        }
    }

    private static long size(Disk disk, String path) throws IOException {
        try (DiskFile file = disk.open(path)) {
            return file.size();
        } catch (NoSuchFileException gone) {
            return 0;
        }
    }
}
