// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

import io.natspersist.protocol.StreamConfig;
import io.natspersist.transport.Headers;
import io.natspersist.worker.change.Change;
import io.natspersist.worker.change.LargeValue;
import io.natspersist.worker.file.StreamFile.Range;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a client asks of one stream, checked for form and not yet for sense. */
public sealed interface Operation {

    /** "No such argument" for numbers that may be zero. */
    long ABSENT = -1;

    /** Whether it may change the stream. */
    default boolean writes() {
        return false;
    }

    /** Whether it may take room for good. */
    default boolean stores() {
        return false;
    }

    /** Bytes of what it brings to be stored. */
    default long bytes() {
        return 0;
    }

    /** About how many bytes of memory it takes until it is answered. */
    default long heldBytes() {
        return bytes();
    }

    /**
     * @param seq store at exactly this one; 0: at the next
     * @param expectLastSeq the stream's last seq must be this; {@link #ABSENT}: any
     * @param expectSeq the key's seq must be this, 0: the key must not exist; {@link #ABSENT}: any
     * @param time ms since the epoch; {@link #ABSENT}: now
     * @param ttl how long the message lives, ms; 0: for ever; {@link #ABSENT}: as the stream's configuration has it
     * @param large the value came in parts
     */
    record Set(@Nullable String key, long seq, long expectLastSeq, long expectSeq, @Nullable String msgId, long time,
            long ttl, Headers headers, byte @Nullable [] value, @Nullable LargeValue large) implements Operation {

        /** What it takes beside its bytes until it is answered: as it came, and as a change in a group, a notice, a result. */
        private static final long OVERHEAD = 600;

        /** With its value, or without any. */
        public Set(@Nullable String key, long seq, long expectLastSeq, long expectSeq, @Nullable String msgId,
                long time, long ttl, Headers headers, byte @Nullable [] value) {
            this(key, seq, expectLastSeq, expectSeq, msgId, time, ttl, headers, value, null);
        }

        @Override
        public boolean stores() {
            return true;
        }

        @Override
        public boolean writes() {
            return true;
        }

        @Override
        public long bytes() {
            return Change.bytesOf(key, headers, value);
        }

        @Override
        public long heldBytes() {
            return OVERHEAD + bytes();
        }
    }

    /**
     * Many sets, in order.
     *
     * @param atomic all of them or none; no two then name the same key, seq or message id
     */
    record SetMany(List<Set> items, boolean atomic) implements Operation {
        public SetMany {
            items = List.copyOf(items);
        }

        @Override
        public boolean stores() {
            return true;
        }

        @Override
        public boolean writes() {
            return true;
        }

        @Override
        public long bytes() {
            return items.stream().mapToLong(Set::bytes).sum();
        }

        @Override
        public long heldBytes() {
            return items.stream().mapToLong(Set::heldBytes).sum();
        }
    }

    /** A part of a large value that is on its way: it changes nothing yet. */
    record Part(String upload, int part, int crc32c, byte[] data) implements Operation {
        @Override
        public boolean stores() {
            return true;
        }

        @Override
        public long bytes() {
            return Change.OVERHEAD + data.length;
        }
    }

    record Get(Which which) implements Operation {}

    /** A part of the large value of the message at {@code seq} that was stored by {@code change}. */
    record GetPart(long seq, long change, int part) implements Operation {}

    /** Which message is meant. */
    sealed interface Which {
        record Seq(long seq) implements Which {}

        record Key(String key) implements Which {}

        record Last() implements Which {}

        /** The first message, by seq, at or after a time in ms since the epoch. */
        record Since(long time) implements Which {}

        /** The message that was stored with this message id, if its time is at or after {@code since}. */
        record MsgId(String id, long since) implements Which {}
    }

    /**
     * @param lastN only so many of the range's messages, those with the highest seqs; 0: all
     * @param limit how many a page may have
     */
    record GetAll(Range range, long lastN, int limit) implements Operation {}

    /** @param expectSeq as in {@link Set}, with a key only */
    record Delete(List<Long> seqs, @Nullable String key, long expectSeq, @Nullable String msgId) implements Operation {
        @Override
        public boolean writes() {
            return true;
        }
    }

    record DeleteAll(long endSeq, @Nullable String msgId) implements Operation {
        @Override
        public boolean writes() {
            return true;
        }
    }

    /** @param expectLastSeq as in {@link Set} */
    record Destroy(long expectLastSeq, @Nullable String msgId) implements Operation {
        @Override
        public boolean writes() {
            return true;
        }
    }

    /** @param config null: only tell what it is */
    record Config(@Nullable StreamConfig config, @Nullable String msgId) implements Operation {
        @Override
        public boolean writes() {
            return config != null;
        }
    }

    /** What the stream does by itself when it is time: see {@link Tidying}. */
    record Tidy() implements Operation {}

    record Keys(@Nullable String afterKey, int limit) implements Operation {}

    record Info() implements Operation {}

    record Flush() implements Operation {}

    /** Which versions of the stream are kept in the cold tier. */
    record Versions() implements Operation {}

    /**
     * A read, one of {@link Get}, {@link GetPart}, {@link GetAll}, {@link Keys} and {@link Info}, of the stream as it was.
     *
     * @param at when the version was taken, ms since the epoch
     */
    record OfVersion(long at, Operation read) implements Operation {}

    record Resume(long epoch, long change, int limit) implements Operation {}
}
