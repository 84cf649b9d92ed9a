// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import io.natspersist.protocol.table.Incarnation;
import io.natspersist.protocol.table.Numbers;
import io.natspersist.worker.journal.CorruptJournal;
import io.natspersist.worker.journal.NotSealed;
import io.natspersist.worker.journal.SharedJournals;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What stands on the volume, for a coordinator that has lost its table.
 *
 * @param journals all that there are
 * @param fenced those whose owners must halt: {@code release} or a seal stands there
 * @param reserved where a new table may begin to count, written down on the volume; {@link Numbers#NONE}: there is nothing that
 *        speaks for there ever having been a table
 */
record Survey(List<Incarnation> journals, List<Incarnation> fenced, Numbers reserved) {

    /**
     * What is found may be older than the newest table by as much. No coordinator gives out as many numbers before one of them
     * is found in a journal, or written down because a journal is deleted or a worker reports.
     */
    static final long MARGIN = 1L << 20;

    /**
     * Blocking.
     *
     * @param incarnation who asks, which it may learn meanwhile. Its journal is not looked into: a second descriptor of one's own
     *        journal, closed, drops its lock
     * @param known by the table of who asks
     */
    static Survey of(SharedJournals shared, Supplier<@Nullable Incarnation> incarnation, Numbers known)
            throws IOException {
        List<Incarnation> journals = shared.list();
        // Asked only now: whose journal is in the list has known its incarnation before.
        Incarnation self = incarnation.get();
        List<Incarnation> fenced = new ArrayList<>();
        Numbers highest = shared.highest().orHigher(known);
        for (Incarnation journal : journals) {
            highest = highest.orHigher(new Numbers(0, 0, journal.number()));
            if (!journal.equals(self)) {
                highest = highest.orHigher(new Numbers(0, highestEpoch(shared, journal), 0));
                if (isFenced(shared, journal)) {
                    fenced.add(journal);
                }
            }
        }
        Numbers reserved = highest.equals(Numbers.NONE)
                ? Numbers.NONE
                : shared.reserve(highest, MARGIN);
        return new Survey(journals, fenced, reserved);
    }

    /** As far as can be read: of a journal that is written to meanwhile, its owner tells the rest. */
    private static long highestEpoch(SharedJournals shared, Incarnation journal) throws IOException {
        long[] highest = {0};
        try {
            shared.read(journal, change -> highest[0] = Math.max(highest[0], change.epoch()));
        } catch (NotSealed stillWritten) {
            // what there is was read
        } catch (NoSuchFileException deleted) {
            // its owner goes on without this segment, or it is dead and all its changes are elsewhere
        } catch (CorruptJournal damaged) {
            // whoever adopts it says so
        }
        return highest[0];
    }

    private static boolean isFenced(SharedJournals shared, Incarnation journal) throws IOException {
        try {
            return shared.isFenced(journal);
        } catch (NoSuchFileException deleted) {
            return false;
        }
    }
}
