// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.journal;

import io.natspersist.protocol.table.Incarnation;
import io.natspersist.worker.disk.Disk;
import io.natspersist.worker.disk.Disk.DiskFile;
import io.natspersist.worker.disk.Disk.NameExists;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Set;

/**
 * Ends another's journal, for good: once it is sealed, its writer can acknowledge nothing more. Blocking.
 *
 * <p>The writer holds a lock on its segment n, and goes on only to a segment that it has locked before it links it to the name
 * n+1. Who holds n's lock and has made the name n+1 itself has therefore ended the journal: the seal, an empty segment, stays until
 * the folder goes. Only making a name and a fresh listing tell whether a name exists; a look-up may be half a minute old.
 */
public final class Sealing {

    private static final byte[] HALT = "A successor takes over: halt.\n".getBytes(StandardCharsets.US_ASCII);

    private final Disk disk;
    private final JournalFolder folder;
    private final Set<JournalMistake> mistakes;

    private Sealing(Disk disk, Incarnation journal, Set<JournalMistake> mistakes) {
        this.disk = disk;
        this.folder = JournalFolder.of(journal);
        this.mistakes = mistakes;
    }

    /**
     * Tries once; the caller asks again. Does no harm when called again, by anyone, at any time, also where an earlier call died
     * half-way. An {@link IOException} means as much as {@link Result.StillLocked}.
     *
     * @param writeRelease first tell the owner, by its file {@code release}, to halt
     */
    public static Result seal(Disk disk, Incarnation journal, boolean writeRelease) throws IOException {
        return seal(disk, journal, writeRelease, Set.of());
    }

    /** @param mistakes planted by tests of the tests */
    public static Result seal(Disk disk, Incarnation journal, boolean writeRelease, Set<JournalMistake> mistakes)
            throws IOException {
        Sealing sealing = new Sealing(disk, journal, mistakes);
        try {
            if (writeRelease && !sealing.tellOwner()) {
                return new Result.StillLocked();
            }
            return sealing.seal();
        } catch (MissingFolder e) {
            return new Result.Gone();
        }
    }

    /**
     * Deletes the journal of an owner that is dead, with its folder: oldest segment first and the seal last, so that what a
     * crash leaves is still a journal. It may be called again after a failure.
     */
    public static void delete(Disk disk, Incarnation journal) throws IOException {
        JournalFolder folder = JournalFolder.of(journal);
        List<String> names = disk.list(folder.path());
        for (String name : names.stream().filter(JournalFolder::isSegment).toList()) {
            disk.delete(folder.file(name));
            disk.forceFolder(folder.path());
        }
        for (String name : names) {
            disk.delete(folder.file(name));
        }
        disk.deleteFolder(folder.path());
        disk.forceFolder(JournalFolder.JOURNALS);
    }

    public sealed interface Result {
        /** It can be read. */
        record Sealed() implements Result {}

        /** Its owner, or that owner's machine, lives on; or someone else is sealing it. Ask again soon. */
        record StillLocked() implements Result {}

        /** There is no such journal: it was deleted, or never begun. */
        record Gone() implements Result {}
    }

    /** @return whether it stands there now */
    private boolean tellOwner() throws IOException {
        DiskFile release;
        try {
            release = disk.open(folder.release());
        } catch (NoSuchFileException e) {
            try {
                release = create(folder.release());
            } catch (NameExists stale) {
                return false;
            }
        }
        try (DiskFile file = release) {
            if (file.size() == 0) {
                file.append(ByteBuffer.wrap(HALT));
            }
            file.force();
        }
        disk.forceFolder(folder.path());
        return true;
    }

    private Result seal() throws IOException {
        while (true) {
            List<Long> segments = JournalScan.numbers(disk, folder);
            if (segments.isEmpty()) {
                makeSeal(1);
                continue;
            }
            long last = segments.getLast();
            try (DiskFile file = disk.open(folder.segment(last))) {
                if (file.size() == 0) {
                    // Whoever made it may have died before it was durable.
                    disk.forceFolder(folder.path());
                    if (JournalScan.numbers(disk, folder).getLast() == last) {
                        return new Result.Sealed();
                    }
                } else if (!file.tryLock()) {
                    return new Result.StillLocked();
                } else if (mistakes.contains(JournalMistake.NAME_LOOKED_UP)) {
                    if (!found(last + 1)) {
                        return new Result.Sealed();
                    }
                } else {
                    makeSeal(last + 1);
                }
            } catch (NoSuchFileException e) {
                return new Result.StillLocked();
            }
        }
    }

    /**
     * Where the name is taken, the writer has rolled on. Where it is made, the writer may even have rolled further, and deleted this
     * segment and the one before. In both cases the next listing shows a higher one.
     */
    private void makeSeal(long number) throws IOException {
        try {
            create(folder.segment(number)).close();
            disk.forceFolder(folder.path());
        } catch (NameExists e) {
            // as above
        }
    }

    private boolean found(long number) throws IOException {
        try {
            disk.open(folder.segment(number)).close();
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private DiskFile create(String path) throws IOException {
        try {
            return disk.createNew(path);
        } catch (NoSuchFileException e) {
            throw new MissingFolder();
        }
    }

    private static final class MissingFolder extends IOException {
        private static final long serialVersionUID = 1;
    }
}
