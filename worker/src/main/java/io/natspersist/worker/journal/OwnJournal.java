// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.journal;

import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The journal that a worker writes, from its first segment to its end. Confined to the loop, but for {@link #read}. */
public interface OwnJournal extends ChangeJournal {

    /** Makes the journal, so that others find it; then {@code opened}. Called once. */
    void open(Runnable opened);

    /** Writes something new, empty if need be, which proves that nobody has taken over; then {@code then}. */
    void prove(Runnable then);

    /** Looks whether a successor has told this worker to halt; then tells {@code found} on the loop. */
    void checkRelease(Executor probes, Consumer<Boolean> found);

    /** Makes what there is last, lets go of the journal, then {@code closed}. Nothing may be appended any more. */
    void close(Runnable closed);

    /** What the journal takes on the volume, with what is still to be written. */
    long bytes();

    /** Whether the volume had less free space than the reserve when last asked, once a second. */
    boolean spaceLow();

    /** For how long the oldest group that is not forced has been waiting, ms, at least 1; 0: there is none. */
    long oldestUnforcedMillis();

    /** How many groups were forced. */
    long forcedGroups();

    /** Why it takes no more changes for now, though the volume has space; null: it does. */
    default @Nullable String behind() {
        return null;
    }

    /** How it stands. */
    JournalCounts counts();
}
