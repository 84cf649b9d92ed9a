// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import io.natspersist.protocol.StreamName;
import io.natspersist.worker.file.StreamFile.State;
import org.jspecify.annotations.Nullable;

/**
 * What a slot's catalog says of a stream. Counters of one that is there are those of its file when the entry was written.
 *
 * @param change the number of its last change
 * @param lastSeq the highest seq it ever assigned
 * @param messages how many there are
 * @param bytes what they count for
 * @param tombstone what is kept of a destroyed stream; null: the stream is there
 * @param used when somebody last used it, ms since the epoch; 0: that is not known, and what is known of it stays
 * @param cold whether its file is to go from the volume, or has gone: its {@link Archived cold copy} holds this change
 */
public record CatalogEntry(StreamName name, long change, long lastSeq, long messages, long bytes,
        @Nullable Tombstone tombstone, long used, boolean cold) {

    /** Of a stream that has a file, or had. */
    public CatalogEntry(StreamName name, long change, long lastSeq, long messages, long bytes,
            @Nullable Tombstone tombstone) {
        this(name, change, lastSeq, messages, bytes, tombstone, 0, false);
    }

    public static CatalogEntry of(StreamName name, State state) {
        return new CatalogEntry(name, state.change(), state.lastSeq(), state.messages(), state.bytes(), null);
    }

    public static CatalogEntry of(StreamName name, Tombstone tombstone) {
        return new CatalogEntry(name, tombstone.change(), tombstone.lastSeq(), 0, 0, tombstone);
    }

    /** Of a stream that a listing of cold copies names: nothing else is known of it before it is opened. */
    public static CatalogEntry listed(StreamName name, boolean destroyed) {
        return new CatalogEntry(name, 0, 0, 0, 0, destroyed ? Tombstone.ELSEWHERE : null, 0, !destroyed);
    }

    public CatalogEntry usedAt(long millis) {
        return new CatalogEntry(name, change, lastSeq, messages, bytes, tombstone, millis, cold);
    }

    /** The same of a stream whose file goes from the volume. */
    public CatalogEntry evicted() {
        return new CatalogEntry(name, change, lastSeq, messages, bytes, tombstone, used, true);
    }
}
