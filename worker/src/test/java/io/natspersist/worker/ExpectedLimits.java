// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import io.natspersist.protocol.StreamConfig;
import io.natspersist.protocol.StreamConfig.Discard;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** What a stream's configuration allows, by docs/protocol.md's words. When something came is known to some milliseconds only. */
final class ExpectedLimits {

    private static final long SECOND = 1_000;

    private StreamConfig config = StreamConfig.NONE;
    private final Bucket messages = new Bucket();
    private final Bucket bytes = new Bucket();

    ExpectedLimits() {}

    ExpectedLimits(ExpectedLimits other) {
        config = other.config;
        messages.take(other.messages);
        bytes.take(other.bytes);
    }

    /** Some moment of these, both included: ms since the epoch. */
    record Span(long from, long to) {
        boolean contains(long millis) {
            return millis >= from && millis <= to;
        }
    }

    /** What a limit may say to a set; {@code mayPass}: or it passes. */
    record Verdict(Set<String> errors, boolean mayPass) {}

    /** When all that was stored is paid for, ms: at the earliest, and at the latest. */
    private static final class Bucket {
        double low;
        double high;

        void take(Bucket other) {
            low = other.low;
            high = other.high;
        }

        void take(double cost, Span now) {
            low = Math.max(low, now.from) + cost;
            high = Math.max(high, now.to) + cost;
        }

        boolean mayFit(double cost, Span now) {
            return low <= now.to || low - now.to + cost <= SECOND;
        }

        boolean surelyFits(double cost, Span now) {
            return high <= now.from || high - now.from + cost <= SECOND;
        }
    }

    StreamConfig config() {
        return config;
    }

    void configure(StreamConfig now) {
        config = now;
    }

    /** A stream may have been closed meanwhile, and its rates be forgotten. */
    void timePassed() {
        messages.low = 0;
        bytes.low = 0;
    }

    /** As {@link #timePassed}, and surely so. */
    void workerDied() {
        messages.take(new Bucket());
        bytes.take(new Bucket());
    }

    /** Messages of one request that are stored together or not at all, before the one that is looked at. */
    record Earlier(long messages, long bytes) {
        static final Earlier NONE = new Earlier(0, 0);

        Earlier and(long size) {
            return new Earlier(messages + 1, bytes + size);
        }
    }

    /**
     * @param there what the stream holds
     * @param replaced what of that goes when the message comes
     */
    <M> Verdict onSet(long size, Collection<M> there, Collection<M> replaced, ToLongFunction<M> sizeOf, Earlier earlier,
            Span now) {
        Set<String> errors = new HashSet<>();
        if (isOver(size, config.maxMsgSize()) || isOver(size, config.maxBytes())) {
            errors.add("TOO_LARGE");
        }
        if (config.discard() == Discard.NEW) {
            int more = 1 - replaced.size();
            long moreBytes = size - replaced.stream().mapToLong(sizeOf).sum();
            if (more > 0 && isOver(there.size() + more, config.maxMsgs())
                    || moreBytes > 0 && config.maxBytes() != null
                            && isOver(there.stream().mapToLong(sizeOf).sum() + moreBytes, config.maxBytes())) {
                errors.add("STREAM_FULL");
            }
        }
        boolean mayPass = errors.isEmpty();
        if (config.maxMsgsPerSecond() != null) {
            double cost = (double) SECOND * (earlier.messages + 1) / config.maxMsgsPerSecond();
            mayPass &= messages.mayFit(cost, now);
            errors.addAll(messages.surelyFits(cost, now) ? Set.of() : Set.of("RATE_LIMITED"));
        }
        if (config.maxBytesPerSecond() != null) {
            double cost = (double) SECOND * (earlier.bytes + size) / config.maxBytesPerSecond();
            mayPass &= bytes.mayFit(cost, now);
            errors.addAll(bytes.surelyFits(cost, now) ? Set.of() : Set.of("RATE_LIMITED"));
        }
        return new Verdict(errors, mayPass);
    }

    void stored(long size, Span now) {
        if (config.maxMsgsPerSecond() != null) {
            messages.take((double) SECOND / config.maxMsgsPerSecond(), now);
        }
        if (config.maxBytesPerSecond() != null) {
            bytes.take((double) SECOND * size / config.maxBytesPerSecond(), now);
        }
    }

    /** Whether the first of so many messages, with so many bytes, goes by itself: surely, or perhaps. */
    boolean surelyEvicts(long count, long size, long firstTime, Span now) {
        return isOverForOld(count, size) || config.maxAge() != null && firstTime < now.from - config.maxAge();
    }

    boolean mayEvict(long count, long size, long firstTime, Span now) {
        return isOverForOld(count, size) || config.maxAge() != null && firstTime < now.to - config.maxAge();
    }

    private boolean isOverForOld(long count, long size) {
        return config.discard() != Discard.NEW && (isOver(count, config.maxMsgs()) || isOver(size, config.maxBytes()));
    }

    @Override
    public String toString() {
        return config + ", messages paid at " + messages.low + " to " + messages.high + ", bytes at " + bytes.low
                + " to " + bytes.high;
    }

    private static boolean isOver(long number, @Nullable Long most) {
        return most != null && number > most;
    }
}
