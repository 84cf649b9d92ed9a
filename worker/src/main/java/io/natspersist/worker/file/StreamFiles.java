// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import io.natspersist.protocol.StreamName;
import org.jspecify.annotations.Nullable;

/**
 * One file per stream. Every call blocks, on a network for as long as the network likes: never call it on an event loop.
 * Calls for different streams may run in parallel, those for one stream must not.
 */
public interface StreamFiles {

    /**
     * Opens a stream's file for the owner of {@code epoch}, taking it over from owners of lower epochs: their names cease to
     * lead to it.
     *
     * @return {@link Opened.Absent} where the stream has no file, nor a copy of it elsewhere
     */
    Opened open(StreamName stream, int slot, long epoch);

    /**
     * Makes the file of a stream that has none (as {@link #open} has said).
     *
     * @throws StreamFileException when that fails, or the file exists
     */
    default StreamFile create(StreamName stream, int slot, long epoch) {
        return create(stream, slot, epoch, null);
    }

    /** The same for a stream that was destroyed and is made anew: {@link StreamFile#state()} is the tombstone's from the first moment. */
    StreamFile create(StreamName stream, int slot, long epoch, @Nullable Tombstone before);

    /**
     * Removes the closed file of a stream, of which something else keeps what must be kept.
     *
     * @throws StreamFileException when that fails; the file may be there or not
     */
    void remove(StreamName stream, int slot, long epoch);

    /** What opening came to. */
    sealed interface Opened {
        record File(StreamFile file) implements Opened {}

        /** @param before what is kept of a stream that was destroyed; null: there never was one */
        record Absent(@Nullable Tombstone before) implements Opened {
            public Absent() {
                this(null);
            }
        }

        /**
         * Its file is not on the volume, but a copy of it is elsewhere: it was evicted, or it is gone.
         *
         * @param change the number of its last change, as far as is known; 0: nothing is known, not even whether there is such a
         *        stream
         * @param lastSeq the highest seq it ever assigned, as far as is known
         */
        record Cold(long change, long lastSeq) implements Opened {

            public static final Cold UNKNOWN = new Cold(0, 0);

            public static Cold of(CatalogEntry entry) {
                return new Cold(entry.change(), entry.lastSeq());
            }

            /** What is known where both know something. */
            public Cold and(Cold other) {
                return new Cold(Math.max(change, other.change), Math.max(lastSeq, other.lastSeq));
            }
        }

        /** Another process still holds it; or the volume does not answer, is full or read-only. Try again later. */
        record Unavailable(String why) implements Opened {}

        /**
         * It is damaged; it was set aside under another name, never deleted. A stream with a set-aside file stays corrupt: it
         * is never taken for absent.
         */
        record Corrupt(String why) implements Opened {}

        /** It was opened, and does not fit what journals hold of the stream, or was found damaged then: it is where it was. */
        record Unfit(String why) implements Opened {}
    }
}
