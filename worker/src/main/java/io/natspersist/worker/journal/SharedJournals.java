// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.journal;

import io.natspersist.protocol.table.Incarnation;
import io.natspersist.protocol.table.Numbers;
import java.io.IOException;
import java.util.List;

/**
 * The journals of all workers, as others than their owners meet them: on a volume that all workers have, or shipped to a bucket.
 * Blocking; from any thread. An {@link IOException} that is not said to mean something means that it must be asked again, never that
 * there is nothing.
 */
public interface SharedJournals {

    /**
     * Ends a dead incarnation's journal for good. Tries once; the caller asks again. Does no harm when called again, by anyone, at
     * any time.
     *
     * @param takeOver whether its owner is to be stopped where it lives; otherwise a journal is sealed only if its owner does not live
     */
    Sealing.Result seal(Incarnation dead, boolean takeOver) throws IOException;

    /**
     * Tells the visitor everything that a sealed journal holds.
     *
     * @throws CorruptJournal when something that was forced cannot be read; the visitor has been told what lies before it
     * @throws NotSealed when the journal is not sealed, or not any more; the visitor may have been told a part
     */
    void read(Incarnation journal, EntryVisitor visitor) throws IOException;

    /** Every incarnation that has a journal. */
    List<Incarnation> list() throws IOException;

    /**
     * Whether somebody has told the journal's owner to halt, or has sealed it. Never to be asked about one's own.
     *
     * @throws java.nio.file.NoSuchFileException when it is deleted meanwhile
     */
    boolean isFenced(Incarnation journal) throws IOException;

    /** Deletes a journal that nobody needs; the numbers given out so far stay known. It may be called again after a failure. */
    void delete(Incarnation dead, Numbers givenOut) throws IOException;

    /** The highest numbers that were written down; {@link Numbers#NONE} where nobody has written any down. */
    Numbers highest() throws IOException;

    /**
     * Writes down numbers that are by {@code margin} above those given out, as far as is known here or was written down, and above
     * all that anybody else has reserved.
     */
    Numbers reserve(Numbers givenOut, long margin) throws IOException;
}
