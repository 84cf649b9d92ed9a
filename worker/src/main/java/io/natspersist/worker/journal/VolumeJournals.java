// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.journal;

import io.natspersist.protocol.table.Incarnation;
import io.natspersist.protocol.table.Numbers;
import io.natspersist.worker.disk.Disk;
import java.io.IOException;
import java.util.List;

/** The journals on a volume that all workers have. */
public record VolumeJournals(Disk disk) implements SharedJournals {

    @Override
    public Sealing.Result seal(Incarnation dead, boolean takeOver) throws IOException {
        return Sealing.seal(disk, dead, takeOver);
    }

    @Override
    public void read(Incarnation journal, EntryVisitor visitor) throws IOException {
        JournalReader.read(disk, journal, visitor);
    }

    @Override
    public List<Incarnation> list() throws IOException {
        return Journals.list(disk);
    }

    /** Looking at a locked segment drops the lock: that is why nobody asks about his own. */
    @Override
    public boolean isFenced(Incarnation journal) throws IOException {
        return Journals.isFenced(disk, journal);
    }

    @Override
    public void delete(Incarnation dead, Numbers givenOut) throws IOException {
        Journals.delete(disk, dead, givenOut);
    }

    @Override
    public Numbers highest() throws IOException {
        return HighestNumbers.read(disk);
    }

    @Override
    public Numbers reserve(Numbers givenOut, long margin) throws IOException {
        return HighestNumbers.reserve(disk, givenOut, margin);
    }
}
