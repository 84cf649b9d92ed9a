// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import io.natspersist.protocol.table.Incarnation;
import io.natspersist.worker.disk.Disk;
import io.natspersist.worker.journal.CorruptJournal;
import io.natspersist.worker.journal.JournalReader;
import io.natspersist.worker.journal.Journals;
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
 * @param highestEpoch the highest epoch in any of their changes, or written down
 * @param highestIncarnation the highest of them, or written down
 */
record Survey(List<Incarnation> journals, List<Incarnation> fenced, long highestEpoch, long highestIncarnation) {

    /**
     * Blocking.
     *
     * @param incarnation who asks, which it may learn meanwhile. Its journal is not looked into: a second descriptor of one's own
     *        journal, closed, drops its lock
     */
    static Survey of(Disk disk, Supplier<@Nullable Incarnation> incarnation) throws IOException {
        List<Incarnation> journals = Journals.list(disk);
        // Asked only now: whose journal is in the list has known its incarnation before.
        Incarnation self = incarnation.get();
        List<Incarnation> fenced = new ArrayList<>();
        Journals.Numbers noted = Journals.numbers(disk);
        long highestEpoch = noted.epoch();
        long highestIncarnation = noted.incarnation();
        for (Incarnation journal : journals) {
            highestIncarnation = Math.max(highestIncarnation, journal.number());
            if (!journal.equals(self)) {
                highestEpoch = Math.max(highestEpoch, highestEpoch(disk, journal));
                if (isFenced(disk, journal)) {
                    fenced.add(journal);
                }
            }
        }
        return new Survey(journals, fenced, highestEpoch, highestIncarnation);
    }

    /** As far as can be read: of a journal that is written to meanwhile, its owner tells the rest. */
    private static long highestEpoch(Disk disk, Incarnation journal) throws IOException {
        long[] highest = {0};
        try {
            JournalReader.read(disk, journal, change -> highest[0] = Math.max(highest[0], change.epoch()));
        } catch (IllegalStateException notSealed) {
            // what there is was read
        } catch (NoSuchFileException deleted) {
            // its owner goes on without this segment, or it is dead and all its changes are elsewhere
        } catch (CorruptJournal damaged) {
            // whoever adopts it says so
        }
        return highest[0];
    }

    private static boolean isFenced(Disk disk, Incarnation journal) throws IOException {
        try {
            return Journals.isFenced(disk, journal);
        } catch (NoSuchFileException deleted) {
            return false;
        }
    }
}
