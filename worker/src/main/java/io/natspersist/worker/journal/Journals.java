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
        for (String name : disk.list("journals")) {
            try {
                found.add(Incarnation.parse(name));
            } catch (IllegalArgumentException notAJournal) {
                // somebody else's folder
            }
        }
        return found;
    }

    /** Whether somebody has told the journal's owner to halt, or has sealed it. */
    public static boolean isFenced(Disk disk, Incarnation journal) throws IOException {
        String folder = "journals/" + journal + "/";
        List<String> names = disk.list("journals/" + journal);
        if (names.contains("release") && size(disk, folder + "release") > 0) {
            return true;
        }
        List<String> segments = names.stream().filter(name -> name.endsWith(".log")).toList();
        return !segments.isEmpty() && size(disk, folder + segments.getLast()) == 0;
    }

    private static long size(Disk disk, String path) throws IOException {
        try (DiskFile file = disk.open(path)) {
            return file.size();
        } catch (NoSuchFileException gone) {
            return 0;
        }
    }
}
