// SPDX-License-Identifier: Apache-2.0
package io.natspersist.protocol;

import io.natspersist.transport.Headers;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One change of a stream, as watchers learn of it: in a batch or by a {@link ChangeNotice}. */
public sealed interface WireChange {

    /** The change number. */
    long number();

    /** The epoch of the owner that decided it. */
    long epoch();

    /** What it takes in a batch, in bytes. */
    default int size() {
        return PackWriter.size(to -> WireChangeCodec.write(this, to));
    }

    /**
     * A message was stored at {@code seq}; it replaces what was there, and the message that had its key.
     *
     * @param time ms since the epoch
     * @param expires when it goes by itself, ms since the epoch; 0: never
     * @param value null: absent, which differs from empty; or large
     * @param largeSize the bytes of a large value, which is not here; 0: it is no large one
     */
    record Set(long number, long epoch, long seq, long time, long expires, @Nullable String key,
            @Nullable String msgId, Headers headers, byte @Nullable [] value, long largeSize) implements WireChange {

        /** With its value, or without any. */
        public Set(long number, long epoch, long seq, long time, long expires, @Nullable String key,
                @Nullable String msgId, Headers headers, byte @Nullable [] value) {
            this(number, epoch, seq, time, expires, key, msgId, headers, value, 0);
        }

        public WireMessage message() {
            return new WireMessage(seq, time, expires, number, key, msgId, headers, value, largeSize);
        }

        @Override
        public boolean equals(@Nullable Object o) {
            return o instanceof Set s && number == s.number && epoch == s.epoch && seq == s.seq && time == s.time
                    && expires == s.expires
                    && Objects.equals(key, s.key) && Objects.equals(msgId, s.msgId) && headers.equals(s.headers)
                    && Arrays.equals(value, s.value) && largeSize == s.largeSize;
        }

        @Override
        public int hashCode() {
            return Objects.hash(number, epoch, seq, time, expires, key, msgId, headers, largeSize) * 31
                    + Arrays.hashCode(value);
        }
    }

    /**
     * These messages, all of which were there, were removed.
     *
     * @param cause asked or expired
     */
    record Delete(long number, long epoch, List<Long> seqs, Cause cause) implements WireChange {
        public Delete {
            seqs = List.copyOf(seqs);
        }
    }

    /**
     * Every message up to {@code upToSeq} was removed.
     *
     * @param cause asked or evicted
     */
    record DeleteAll(long number, long epoch, long upToSeq, Cause cause) implements WireChange {}

    /** The stream was configured anew. */
    record Config(long number, long epoch, StreamConfig config) implements WireChange {}

    /**
     * The stream was destroyed, with every message. If it is made anew its numbers go on.
     *
     * @param lastSeq the highest seq that it ever gave out
     */
    record Destroy(long number, long epoch, long lastSeq) implements WireChange {}
}
