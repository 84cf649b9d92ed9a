// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import io.natspersist.protocol.StreamName;
import java.util.List;
import java.util.Optional;

/** What the slots' catalogs know of cold copies. Each question is answered from an index, however many streams a slot has. */
public interface ColdCatalog {

    /** Notes copies of streams that the catalog has. It may be lost until the next {@link Catalogs#sync}. */
    void mark(int slot, long epoch, List<Archived> marks);

    /** The stream's copy; empty: it has none, as far as is known. */
    Optional<Archived> archived(int slot, long epoch, StreamName stream);

    /** What the catalog says of a stream that is there. */
    Optional<CatalogEntry> entry(int slot, long epoch, StreamName stream);

    /**
     * Has the catalog take part: streams that were entered while nobody archived count as used at {@code now}, ms since the epoch. Once for
     * each owner.
     */
    void begin(int slot, long epoch, long now);

    /** Streams that have a file with changes that their copy lacks, those first that are longest unused. */
    List<StreamName> unarchived(int slot, long epoch, int limit);

    /** The files of these streams, which the catalog has as cold, are gone for good. It may be lost until the next {@link Catalogs#sync}. */
    void surelyGone(int slot, long epoch, List<StreamName> streams);

    /** The file of a cold stream may be there from now on, before the catalog calls it anything but cold: durably noted. */
    void mayBeThere(int slot, long epoch, StreamName stream);

    /**
     * Streams that have a file and a copy of all of it, and were last used before {@code usedBefore}, the longest unused first; then those that are
     * cold, and whose file may be there all the same.
     */
    List<StreamName> evictable(int slot, long epoch, long usedBefore, int limit);

    /** Streams that were destroyed and have copies. */
    List<StreamName> destroyedWithCopies(int slot, long epoch, int limit);
}
