// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import io.natspersist.protocol.StreamName;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Each slot's catalog: which streams the slot has, and tombstones of those that were destroyed. A catalog is opened when it is needed, for the
 * owner of the epoch given, and made when something is to be written; owners of lower epochs are kept out as with streams' files. Every call blocks,
 * and throws {@link StreamFileException} when the catalog cannot be used just now. Calls may run in parallel.
 */
public interface Catalogs extends ColdCatalog {

    /** Writes entries, all or none. Not durable before {@link #sync}. */
    void put(int slot, long epoch, List<CatalogEntry> entries);

    /** Makes everything written durable, and proves that the lock was still held. */
    void sync(int slot, long epoch);

    /** What is kept of a destroyed stream that was not made anew since. */
    Optional<Tombstone> tombstone(int slot, long epoch, StreamName stream);

    /** The first streams that are there, in {@link NameRange#ORDER}, at most {@code limit}. */
    List<CatalogEntry> list(int slot, long epoch, NameRange range, int limit);

    /**
     * How many streams have which prefix, in {@link NameRange#ORDER}; the first {@code limit} prefixes.
     *
     * @param depth how many tokens a prefix has beyond those of the range's
     * @param upTo only prefixes up to this one; null: all
     * @param except {@link NameRange#sortable} forms of streams that do not count
     */
    List<Branch> branches(int slot, long epoch, NameRange range, int depth, @Nullable StreamName upTo,
            Set<String> except, int limit);

    /**
     * Enters streams that have a file and no entry, and strikes off those that have an entry and no file. Reads every folder of the slot.
     */
    Reindexed reindex(int slot, long epoch);

    /** Lets go of a slot's catalog, if it is open; what was put into it is durable then. */
    void close(int slot);

    /** How many catalogs are open. */
    int open();

    /**
     * @param streams how many streams the slot has
     * @param added how many of these had no entry
     * @param removed how many entries had no file
     */
    record Reindexed(long streams, long added, long removed) {}
}
