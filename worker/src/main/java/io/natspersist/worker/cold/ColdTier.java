// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import io.natspersist.protocol.StreamName;
import io.natspersist.worker.file.StreamFile.State;
import io.natspersist.worker.file.Tombstone;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Cold copies of streams' files. Every call blocks: use threads that warm streams do not wait for. Calls for different streams may
 * run in parallel, those for one stream must not. Every method throws {@link ObjectStoreException}.
 */
public interface ColdTier {

    /**
     * Makes the cold copy what the snapshot is; uploads what changed since the last one. After an exception the copy is the old one or the
     * new one, whole in both cases.
     *
     * @param epoch the owner's
     * @throws Fenced when an owner of a higher epoch has stored a copy
     */
    Copy archive(StreamName stream, int slot, long epoch, Snapshot snapshot);

    /** The newest copy; empty: there is none. */
    Optional<Copy> newest(StreamName stream, int slot);

    /** The copies that are kept, the oldest first. */
    List<Copy> versions(StreamName stream, int slot);

    /**
     * Writes a copy, every byte checked before it is given out, into {@code target}, in order from the first.
     *
     * @throws ObjectStoreException of kind {@link ObjectStoreException.Kind#DAMAGED}: it is not what was stored; an older one may be
     */
    void restore(StreamName stream, int slot, Copy copy, Target target);

    /** Deletes all copies, for the owner of this epoch; those of a higher one stay. */
    void delete(StreamName stream, int slot, long epoch);

    /**
     * The same for a stream that was destroyed and whose numbers are kept nowhere else.
     *
     * @throws Fenced when an owner of a higher epoch has stored a copy
     */
    void bury(StreamName stream, int slot, long epoch, Tombstone tombstone);

    /** What is kept of a destroyed stream that has no copy since; empty: nothing. */
    Optional<Tombstone> buried(StreamName stream, int slot);

    /** Tells which streams of a slot have copies, or are kept as destroyed; some at a time, each once. */
    void list(int slot, Consumer<List<Listed>> tell);

    /** @param destroyed surely; a stream of which this is not said may be, too */
    record Listed(StreamName stream, boolean destroyed) {}

    /**
     * A copy.
     *
     * @param change the number of the last change it holds
     * @param at when it was taken, ms since the epoch
     * @param bytes the size of the file
     */
    record Copy(long epoch, long change, long at, long bytes) {}

    /** A stream's file as it was at one moment, readable at any position. */
    interface Snapshot extends AutoCloseable {

        /** The counters that the file holds. */
        State state();

        /** When it was taken, ms since the epoch. */
        long at();

        /** A multiple of the page size. */
        long bytes();

        /** Reads from {@code position} until the buffer is full or the snapshot ends. */
        void read(long position, ByteBuffer into);

        @Override
        void close();
    }

    /** Where a restored file goes. */
    interface Target {
        void write(ByteBuffer bytes);
    }

    /** An owner of a higher epoch has stored a copy: whoever finds that does not own the stream any more. */
    final class Fenced extends RuntimeException {
        private static final long serialVersionUID = 1;

        public Fenced(String why) {
            super(why);
        }
    }
}
