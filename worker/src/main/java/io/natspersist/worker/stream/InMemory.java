// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

import io.natspersist.protocol.ErrorCode;
import io.natspersist.worker.file.CatalogEntry;
import io.natspersist.worker.file.StreamFile.EpochStart;
import io.natspersist.worker.file.StreamFileException;
import io.natspersist.worker.file.StreamMemory;
import io.natspersist.worker.file.Tombstone;
import io.natspersist.worker.journal.ChangeJournal;
import io.natspersist.worker.stream.Result.Refused;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Nothing but memory, for the ephemeral streams of one slot under one owner. Of all that have ended it keeps one number: none of
 * their changes had a higher one. A stream that begins, or begins again, begins as one that was destroyed by the next, so that
 * whoever has seen another stream under its name notices.
 */
final class InMemory implements Backing, SlotCatalog {

    private static final long FULL_RETRY_MILLIS = 1_000;

    private final long epoch;
    private final ChangeJournal journal;
    private final StreamMemory files;
    private final long maxBytes;
    private long highestEnded;

    /** @param maxBytes while the files take more, nothing is stored */
    InMemory(long epoch, ChangeJournal journal, StreamMemory files, long maxBytes) {
        this.epoch = epoch;
        this.journal = journal;
        this.files = files;
        this.maxBytes = maxBytes;
    }

    @Override
    public ChangeJournal journal() {
        return journal;
    }

    @Override
    public StreamMemory files() {
        return files;
    }

    @Override
    public SlotCatalog catalog() {
        return this;
    }

    @Override
    public boolean lasts() {
        return false;
    }

    @Override
    public @Nullable Refused refusal(Operation op) {
        return op.stores() && files.bytes() > maxBytes
                ? new Refused(ErrorCode.OVERLOADED, "ephemeral streams take all the memory that they may",
                        FULL_RETRY_MILLIS)
                : null;
    }

    @Override
    public void put(CatalogEntry entry, boolean urgently, Runnable forced, Consumer<StreamFileException> failed) {
        refresh(entry);
        forced.run();
    }

    @Override
    public void refresh(CatalogEntry entry) {
        if (entry.tombstone() != null) {
            highestEnded = Math.max(highestEnded, entry.change());
        }
    }

    /**
     * What a stream begins with.
     *
     * @param buried what the volume keeps of a stream of that name that was destroyed; null: nothing
     * @param now ms since the epoch
     */
    @Nullable
    Tombstone before(@Nullable Tombstone buried, long now) {
        long change = buried == null ? 0 : buried.change();
        if (highestEnded == 0 || change > highestEnded) {
            return buried;
        }
        long anew = highestEnded + 1;
        List<EpochStart> owners = new ArrayList<>(buried == null ? List.of() : buried.epochs());
        if (owners.isEmpty() || owners.getLast().epoch() < epoch) {
            owners.add(new EpochStart(epoch, change + 1));
        }
        return buried == null
                ? new Tombstone(owners, anew, 0, now, List.of())
                : new Tombstone(owners, anew, buried.lastSeq(), buried.at(), buried.ids());
    }
}
