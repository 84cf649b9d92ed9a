// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

import io.natspersist.protocol.ErrorCode;
import io.natspersist.protocol.StreamConfig;
import io.natspersist.protocol.StreamConfig.Discard;
import io.natspersist.protocol.StreamConfig.Durability;
import io.natspersist.worker.change.Change;
import io.natspersist.worker.stream.Contents.Lookup;
import io.natspersist.worker.stream.Result.Refused;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a stream's configuration, with the defaults for its name, allows. Decides from counters alone. */
final class Limits {

    /** No value is so large, whatever is announced, and sums with it do not overflow. */
    private static final long MOST_ANNOUNCED = Long.MAX_VALUE / 4;

    private StreamConfig defaults;
    private final Rate messageRate = new Rate();
    private final Rate byteRate = new Rate();
    private StreamConfig own = StreamConfig.NONE;
    private StreamConfig effective;

    Limits(StreamConfig defaults) {
        this.defaults = defaults;
        this.effective = defaults;
    }

    void configured(StreamConfig config) {
        own = config;
        effective = config.over(defaults);
    }

    /** Whether the stream is one that nothing but memory keeps. */
    boolean ephemeral() {
        return defaults.durability() == Durability.EPHEMERAL;
    }

    /** The stream is on the volume, and stays there, whatever the defaults say. */
    void lasting() {
        if (ephemeral()) {
            defaults = defaults.withDurability(null);
            configured(own);
        }
    }

    /** Whether a stream may be configured so: it cannot become ephemeral, nor cease to be. */
    boolean allows(StreamConfig config) {
        return (config.over(defaults).durability() == Durability.EPHEMERAL) == ephemeral();
    }

    StreamConfig own() {
        return own;
    }

    StreamConfig effective() {
        return effective;
    }

    /** When a message stored now expires, ms since the epoch; 0: never. A time beyond all others where the sum is too large. */
    long expires(long ttl, long now) {
        long lives = ttl != Operation.ABSENT ? ttl : effective.ttl() == null ? 0 : effective.ttl();
        return lives <= 0 ? 0 : lives > Long.MAX_VALUE - now ? Long.MAX_VALUE : now + lives;
    }

    /** What sets that are decided together have taken so far, and what stands where since. */
    static final class Taken {
        private long messages;
        private long bytes;
        private long stored;
        private long storedBytes;
        private long lastSeq;
        private final Map<Long, Long> bytesAt = new HashMap<>();
        private final Set<Long> gone = new HashSet<>();

        private long seqOf(Operation.Set op, Contents contents) {
            return op.seq() == 0 ? Math.max(lastSeq, contents.lastSeq()) + 1 : op.seq();
        }

        /** In bytes; -1: there is nothing. */
        private long at(long seq, Lookup before) {
            Long since = bytesAt.get(seq);
            return since != null ? since : before instanceof Lookup.Present p && !gone.contains(seq) ? p.bytes() : -1;
        }

        private boolean isAsBefore(long seq) {
            return !bytesAt.containsKey(seq) && !gone.contains(seq);
        }

        private void store(long seq, long size, Lookup atKey, long moreMessages, long moreBytes) {
            messages += moreMessages;
            bytes += moreBytes;
            stored++;
            storedBytes += size;
            lastSeq = Math.max(lastSeq, seq);
            if (atKey instanceof Lookup.Present old && isAsBefore(old.seq())) {
                gone.add(old.seq());
            }
            bytesAt.put(seq, size);
        }
    }

    /**
     * Why a message cannot be stored; null: it can, and {@code taken} counts it.
     *
     * @param atSeq what stood at its seq before all that is decided with it
     * @param atKey what had its key
     */
    @Nullable
    Refused refusal(Operation.Set op, Lookup atSeq, Lookup atKey, Contents contents, Taken taken, long nowNanos) {
        if (effective.equals(StreamConfig.NONE)) {
            return null;
        }
        long size = op.bytes() + (op.large() == null ? 0 : Math.min(op.large().size(), MOST_ANNOUNCED));
        long seq = taken.seqOf(op, contents);
        long moreMessages = 1;
        long moreBytes = size;
        long there = taken.at(seq, atSeq);
        if (there >= 0) {
            moreMessages--;
            moreBytes -= there;
        }
        if (atKey instanceof Lookup.Present old && old.seq() != seq && taken.isAsBefore(old.seq())) {
            moreMessages--;
            moreBytes -= old.bytes();
        }
        Refused refused = tooLarge(size);
        if (refused == null && effective.discard() == Discard.NEW) {
            refused = full(contents.messages() + taken.messages, moreMessages, contents.bytes() + taken.bytes,
                    moreBytes);
        }
        if (refused == null) {
            refused = tooFast(taken.stored + 1, taken.storedBytes + size, nowNanos);
        }
        if (refused == null) {
            taken.store(seq, size, atKey, moreMessages, moreBytes);
        }
        return refused;
    }

    private @Nullable Refused tooLarge(long size) {
        Long most = effective.maxMsgSize();
        if (most != null && size > most) {
            return new Refused(ErrorCode.TOO_LARGE, "the message has " + size + " bytes, the stream takes " + most);
        }
        Long all = effective.maxBytes();
        return all != null && size > all
                ? new Refused(ErrorCode.TOO_LARGE, "the message has " + size + " bytes, the stream holds " + all)
                : null;
    }

    /** What does not grow passes. */
    private @Nullable Refused full(long messages, long moreMessages, long bytes, long moreBytes) {
        if (effective.maxMsgs() != null && moreMessages > 0 && messages + moreMessages > effective.maxMsgs()) {
            return new Refused(ErrorCode.STREAM_FULL, "it holds " + messages + " messages, and takes no more");
        }
        return effective.maxBytes() != null && moreBytes > 0 && bytes + moreBytes > effective.maxBytes()
                ? new Refused(ErrorCode.STREAM_FULL,
                        "it holds " + bytes + " of " + effective.maxBytes() + " bytes, and this is " + moreBytes
                                + " more")
                : null;
    }

    private @Nullable Refused tooFast(long messages, long bytes, long nowNanos) {
        long wait = effective.maxMsgsPerSecond() == null
                ? 0
                : messageRate.waitNanos(messages, effective.maxMsgsPerSecond(), nowNanos);
        if (effective.maxBytesPerSecond() != null) {
            wait = Math.max(wait, byteRate.waitNanos(bytes, effective.maxBytesPerSecond(), nowNanos));
        }
        return wait == 0
                ? null
                : new Refused(ErrorCode.RATE_LIMITED, "more than the stream takes a second", wait / 1_000_000 + 1);
    }

    /** A message was stored. */
    void stored(Change.Set set, long nowNanos) {
        if (effective.maxMsgsPerSecond() != null) {
            messageRate.take(1, effective.maxMsgsPerSecond(), nowNanos);
        }
        if (effective.maxBytesPerSecond() != null) {
            byteRate.take(set.messageBytes(), effective.maxBytesPerSecond(), nowNanos);
        }
    }

    /** How many messages there may be before the first go. */
    long maxMessages() {
        return effective.maxMsgs() == null || effective.discard() == Discard.NEW ? Long.MAX_VALUE : effective.maxMsgs();
    }

    /** Their bytes. */
    long maxBytes() {
        return effective.maxBytes() == null || effective.discard() == Discard.NEW
                ? Long.MAX_VALUE
                : effective.maxBytes();
    }

    /** Messages of an earlier time go, ms since the epoch. */
    long oldest(long now) {
        return effective.maxAge() == null ? Long.MIN_VALUE : now - effective.maxAge();
    }

    boolean isOver(Contents contents) {
        return contents.messages() > maxMessages() || contents.bytes() > maxBytes();
    }

    /** When the first message is too old, ms since the epoch; {@code Long.MAX_VALUE}: never. */
    long tooOldAt(Contents contents) {
        Long maxAge = effective.maxAge();
        if (maxAge == null || contents.messages() == 0) {
            return Long.MAX_VALUE;
        }
        long first = contents.firstTime();
        return first > Long.MAX_VALUE - maxAge - 1 ? Long.MAX_VALUE : first + maxAge + 1;
    }
}
