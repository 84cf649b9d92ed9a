// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import io.natspersist.protocol.StreamName;

/** The volume as streams need it: their files, shared with other workers, and the catalogs of these. */
public interface StreamVolume extends StreamFiles {

    /**
     * {@inheritDoc} The slot's catalog holds a tombstone, forced, that this owner has written: any file of a lower epoch that turns up
     * later is of no meaning.
     */
    @Override
    void remove(StreamName stream, int slot, long epoch);

    /** Begins to bring back the file of a stream that has none (as {@link #open} has said). It has no name before {@link Incoming#keep}. */
    Incoming restore(StreamName stream, int slot, long epoch);

    /** Begins a file for a copy of what a stream was: not on the volume, but near this process. */
    ScratchFile scratch(StreamName stream);

    /** Which streams there are. */
    Catalogs catalogs();

    /** The slot was lost: another owner may make and rename its files from now on, so nothing known about them may be trusted. */
    void forgetSlot(int slot);

    /**
     * What lies here of a slot that others owned meanwhile, on a disk that is this worker's alone, says nothing any more: it goes, its catalog too. No
     * stream of the slot is open.
     *
     * @throws StreamFileException when that fails; it is to be done again then
     */
    void discardSlot(int slot);

    /** How many damaged files were set aside here. From any thread. */
    long setAside();
}
