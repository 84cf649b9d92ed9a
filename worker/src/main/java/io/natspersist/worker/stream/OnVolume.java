// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

import io.natspersist.protocol.ErrorCode;
import io.natspersist.worker.file.StreamVolume;
import io.natspersist.worker.journal.OwnJournal;
import io.natspersist.worker.stream.Result.Refused;
import org.jspecify.annotations.Nullable;

/** The volume: the worker's journal, then the streams' files, and the slot's catalog. */
record OnVolume(OwnJournal journal, StreamVolume files, CatalogLane catalog) implements Backing {

    @Override
    public boolean lasts() {
        return true;
    }

    @Override
    public @Nullable Refused refusal(Operation op) {
        if (op instanceof Operation.Part && journal.isShipped()) {
            return new Refused(ErrorCode.TOO_LARGE,
                    "values in parts are not taken where workers have disks of their own:"
                            + " parts are in no journal, and would be lost with the disk");
        }
        if (journal.spaceLow()) {
            return new Refused(ErrorCode.NO_SPACE, "the volume is nearly full: free some space", 5_000);
        }
        String behind = journal.behind();
        return behind == null ? null : new Refused(ErrorCode.COLD_UNAVAILABLE, behind, 1_000);
    }
}
