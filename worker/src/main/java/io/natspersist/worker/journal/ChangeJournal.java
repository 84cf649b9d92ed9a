// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.journal;

import io.natspersist.protocol.StreamName;
import io.natspersist.worker.change.Change;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where changes are until they are in their streams' files. Confined to the loop, but for {@link #read}. */
public interface ChangeJournal {

    /** Takes a change in. */
    Position append(Change change);

    /** Takes changes in that are kept together or not at all. */
    List<Position> append(List<? extends Change> together);

    /** Notes that the stream's file holds everything up to this change, forced: who adopts this journal skips that. */
    void noteApplied(StreamName stream, long change);

    /**
     * Whether the worker's disk is its own: then only what is in cold copies, or was shipped, lasts beyond its life, and
     * {@link #noteApplied} and {@link #releaseShipped} speak of cold copies, not of files.
     */
    default boolean isShipped() {
        return false;
    }

    /** What no cold copy holds, where that matters to who adopts this journal; null: it {@link #isShipped is not shipped}. */
    default @Nullable ColdLedger ledger() {
        return null;
    }

    /** Where the next entry will lie. */
    Position end();

    /** Who adopts this journal does without everything that lies before: it is in cold copies. Never less than was said before. */
    default void releaseShipped(Position before) {}

    /** What counts as journaled where nothing else is asked for. */
    Durability durability();

    /**
     * Runs {@code then} once everything appended so far is that durable, whatever is configured; at once where it is already. In the
     * order of the calls that ask for the same; those that ask for less first.
     */
    void whenDurable(Durability asked, Runnable then);

    /** Runs {@code then} once everything appended so far is forced; starts a force where one is needed. */
    void whenForced(Runnable then);

    /** The entry is needed no longer: its change is in a synced file, or a copy of it further on in this journal was forced. */
    void release(Position position);

    /**
     * Whether the entry keeps the oldest segment from going though much of the journal is needed no longer: then it is worth
     * appending it once more and letting go of it here.
     */
    boolean isHeldUpBy(Position position);

    /** Reads back an entry that is durable and not released. Blocking; from any thread, which must not be interrupted. */
    Change read(Position position) throws IOException;
}
