// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.journal;

import io.natspersist.worker.disk.Disk;
import io.natspersist.worker.disk.Disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the volume's free space, and keeps a file that takes up some: when others have used up the reserve, the file goes, and
 * what it took is left for taking over and reading, which must go on when writes are refused. Blocking; one thread at a time.
 */
final class Ballast {

    private static final Logger log = LoggerFactory.getLogger(Ballast.class);
    private static final int STEP_BYTES = 1 << 20;

    private final Disk disk;
    private final JournalFolder folder;
    private final long reserve;
    private final long wanted;
    private long held;

    Ballast(Disk disk, JournalFolder folder, JournalConfig config) {
        this.disk = disk;
        this.folder = folder;
        this.reserve = config.reserveBytes();
        this.wanted = config.ballastBytes();
    }

    /** @return whether less than the reserve is free; also where the volume does not say */
    boolean check() {
        try {
            long usable = disk.usableBytes();
            adjust(usable);
            return usable < reserve;
        } catch (IOException e) {
            return true;
        }
    }

    private void adjust(long usable) {
        try {
            if (held > 0 && usable < Math.max(wanted, reserve / 4)) {
                drop();
            } else if (held < wanted && usable > reserve + 2 * wanted) {
                grow();
            }
        } catch (IOException e) {
            log.warn("the ballast file in {} cannot be changed", folder.path(), e);
        }
    }

    /** A little each time, so that groups need not wait for it. */
    private void grow() throws IOException {
        try (DiskFile file = open()) {
            file.append(ByteBuffer.allocate((int) Math.min(STEP_BYTES, wanted - held)));
            file.force();
            held = file.size();
        }
    }

    private DiskFile open() throws IOException {
        try {
            return disk.open(folder.ballast());
        } catch (NoSuchFileException e) {
            return disk.createNew(folder.ballast());
        }
    }

    private void drop() throws IOException {
        disk.delete(folder.ballast());
        disk.forceFolder(folder.path());
        held = 0;
    }
}
