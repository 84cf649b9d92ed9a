// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.change;

import io.natspersist.protocol.Cause;
import io.natspersist.protocol.StreamConfig;
import io.natspersist.protocol.StreamName;
import io.natspersist.transport.Headers;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One change of one stream, as it is journaled, told to watchers and applied to the file. {@link #number()} is contiguous
 * per stream; {@link #epoch()} is that of the owner that decided it.
 */
public sealed interface Change {

    /** What a change takes in memory beside its text and value, roughly, in bytes. */
    long OVERHEAD = 64;

    StreamName stream();

    long epoch();

    /** The change number: 1 for a stream's first change, then one more each. */
    long number();

    /** When it was decided, ms since the epoch, by the owner's clock. */
    long decidedAt();

    /** The id of the request that made it, if it had one. */
    @Nullable
    String msgId();

    /** What it takes in memory, roughly, in bytes. */
    long bytes();

    /**
     * A message stored at {@code seq}. It replaces what was at that seq, and the message that had its key.
     *
     * @param time the message's time, ms since the epoch; the writer's, or decidedAt
     * @param expires when the message goes by itself, ms since the epoch; 0: never
     * @param value null: absent, or large
     * @param large where the value is, if it came in parts
     */
    record Set(StreamName stream, long epoch, long number, long decidedAt, long seq, long time, long expires,
            @Nullable String key, @Nullable String msgId, Headers headers, byte @Nullable [] value,
            @Nullable LargeValue large) implements Change {

        /** With its value, or without any. */
        public Set(StreamName stream, long epoch, long number, long decidedAt, long seq, long time,
                long expires, @Nullable String key, @Nullable String msgId, Headers headers, byte @Nullable [] value) {
            this(stream, epoch, number, decidedAt, seq, time, expires, key, msgId, headers, value, null);
        }

        public Message message() {
            return new Message(seq, time, expires, number, key, msgId, headers, value, large);
        }

        /** What the message counts for, as {@link Message#bytes()}. */
        public long messageBytes() {
            return bytesOf(key, headers, value) + (large == null ? 0 : large.size());
        }

        /** The same, but for the value. */
        public Set withoutValue() {
            return new Set(stream, epoch, number, decidedAt, seq, time, expires, key, msgId, headers, null, large);
        }

        @Override
        public long bytes() {
            return OVERHEAD + bytesOf(key, headers, value);
        }
    }

    /**
     * Messages removed, all of which were there.
     *
     * @param cause asked, or expired
     * @param key the key by which the one message was named, if it was
     * @param msgId the id of the request, remembered like that of a set
     */
    record Delete(StreamName stream, long epoch, long number, long decidedAt, List<Long> seqs, Cause cause,
            @Nullable String key, @Nullable String msgId) implements Change {

        public Delete {
            seqs = List.copyOf(seqs);
        }

        @Override
        public long bytes() {
            return OVERHEAD + 24L * seqs.size();
        }
    }

    /**
     * Every message up to {@code upToSeq} removed. Sequence numbers go on from where they were.
     *
     * @param upToSeq the last sequence number that goes
     * @param cause asked, or evicted
     */
    record DeleteAll(StreamName stream, long epoch, long number, long decidedAt, long upToSeq, Cause cause,
            @Nullable String msgId) implements Change {

        @Override
        public long bytes() {
            return OVERHEAD;
        }
    }

    /**
     * The stream is no more: every message went, with its file. A stream of that name that is made later goes on from these numbers.
     *
     * @param lastSeq the highest seq that the stream ever assigned
     */
    record Destroy(StreamName stream, long epoch, long number, long decidedAt, long lastSeq, @Nullable String msgId)
            implements
                Change {

        @Override
        public long bytes() {
            return OVERHEAD;
        }
    }

    /** The stream was configured anew: {@code config} takes the place of what was said before. */
    record Config(StreamName stream, long epoch, long number, long decidedAt, StreamConfig config,
            @Nullable String msgId) implements Change {

        @Override
        public long bytes() {
            return OVERHEAD + 160;
        }
    }

    static long bytesOf(@Nullable String key, Headers headers, byte @Nullable [] value) {
        return (key == null ? 0L : key.length()) + headers.length() + (value == null ? 0 : value.length);
    }
}
