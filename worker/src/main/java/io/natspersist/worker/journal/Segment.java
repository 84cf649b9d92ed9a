// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.journal;

import io.natspersist.protocol.table.Incarnation;
import io.natspersist.worker.disk.Disk;
import io.natspersist.worker.disk.Disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;

/**
 * The segment that is written: one descriptor that is locked, written, read and forced. Blocking. After an {@link IOException}
 * nothing may be done with it any more: the force after a failed one returns success, and so does locking it anew.
 */
final class Segment {

    private final Disk disk;
    private final JournalFolder folder;
    private final long number;
    private final int salt;
    private final Set<JournalMistake> mistakes;
    private DiskFile file;

    private Segment(Disk disk, JournalFolder folder, long number, int salt, Set<JournalMistake> mistakes,
            DiskFile file) {
        this.disk = disk;
        this.folder = folder;
        this.number = number;
        this.salt = salt;
        this.mistakes = mistakes;
        this.file = file;
    }

    /**
     * Makes the segment under a temporary name, locks and forces it, and only then gives it its own name, durable. Made under its
     * own name it could be sealed by a successor before it is locked, and the lock be granted once that one has gone.
     *
     * @throws Disk.NameExists when a successor has sealed the journal
     */
    static Segment create(Disk disk, JournalFolder folder, SegmentHeader header, Set<JournalMistake> mistakes)
            throws IOException {
        String temporary = folder.temporary(header.segment());
        DiskFile file = disk.createNew(temporary);
        boolean late = mistakes.contains(JournalMistake.LOCK_AFTER_LINK);
        if (!late && !mistakes.contains(JournalMistake.LOCK_SKIPPED)) {
            lock(file, temporary);
        }
        byte[] bytes = header.bytes();
        file.append(ByteBuffer.wrap(bytes));
        file.force();
        disk.link(temporary, folder.segment(header.segment()));
        disk.forceFolder(folder.path());
        if (late) {
            lock(file, temporary);
        }
        return new Segment(disk, folder, header.segment(), SegmentHeader.salt(bytes), mistakes, file);
    }

    /** Forces this one and makes the next, locked, before it lets go of this one's lock. */
    Segment roll(Incarnation journal, long firstGroup) throws IOException {
        force();
        return create(disk, folder, new SegmentHeader(journal, number + 1, firstGroup), mistakes);
    }

    long number() {
        return number;
    }

    int salt() {
        return salt;
    }

    DiskFile file() {
        return file;
    }

    void append(ByteBuffer group) throws IOException {
        try {
            file.append(group);
        } catch (IOException e) {
            group.rewind();
            afterError(e, group);
        }
    }

    void force() throws IOException {
        if (mistakes.contains(JournalMistake.FORCE_SKIPPED)) {
            return;
        }
        try {
            file.force();
        } catch (IOException e) {
            afterError(e, ByteBuffer.allocate(0));
        }
    }

    /** Lets go of the lock, and of the temporary name. */
    void close() throws IOException {
        file.close();
        disk.delete(folder.temporary(number));
    }

    /** The first error is final. What else there is here are mistakes to be found. */
    private void afterError(IOException error, ByteBuffer again) throws IOException {
        if (mistakes.contains(JournalMistake.REOPENED_AFTER_ERROR)) {
            file.close();
            file = disk.open(folder.segment(number));
            lock(file, folder.segment(number));
        } else if (!mistakes.contains(JournalMistake.SECOND_FORCE_TRUSTED)) {
            throw error;
        }
        file.append(again);
        file.force();
    }

    private static void lock(DiskFile file, String name) throws IOException {
        if (!file.tryLock()) {
            throw new IOException(name + " is locked by someone else");
        }
    }
}
