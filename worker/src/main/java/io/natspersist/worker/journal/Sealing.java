// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.journal;

import io.natspersist.protocol.table.Incarnation;
import io.natspersist.worker.disk.Disk;
import java.io.IOException;

/** Ends another's journal, for good: once it is sealed its writer can acknowledge nothing more. Blocking. */
public final class Sealing {

    private Sealing() {
    }

    /**
     * Tries once. Does no harm when called again, by anyone, at any time: a seal stays until the folder goes.
     *
     * @param writeRelease first tell the owner, by its file {@code release}, to halt
     */
    public static Result seal(Disk disk, Incarnation journal, boolean writeRelease) throws IOException {
        if (disk.list("journals/" + journal).isEmpty()) {
            return new Result.Gone();
        }
        throw new UnsupportedOperationException("not yet");
    }

    /** Deletes a journal with its folder, the seal last. It may be called again after a failure. */
    public static void delete(Disk disk, Incarnation journal) throws IOException {
        if (!disk.list("journals/" + journal).isEmpty()) {
            throw new UnsupportedOperationException("not yet");
        }
    }

    public sealed interface Result {
        /** It can be read. */
        record Sealed() implements Result {
        }

        /** Its owner, or that owner's machine, lives on; or someone else is sealing it. Ask again soon. */
        record StillLocked() implements Result {
        }

        /** There is no such journal: it was deleted, or never begun. */
        record Gone() implements Result {
        }
    }
}
