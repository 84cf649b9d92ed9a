// SPDX-License-Identifier: Apache-2.0
package io.natspersist.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * What a stream may hold and how it is kept; null where nothing is said: unlimited, or as the defaults for its name have it.
 * As JSON its fields have these names; unknown ones are refused. Numbers are at least 1.
 *
 * @param maxMsgs how many messages it may hold
 * @param maxBytes their keys, headers and values together, in bytes
 * @param maxAge how old the first message may grow, ms, by its time
 * @param maxMsgSize key, headers and value of one message together, in bytes
 * @param maxMsgsPerSecond how many messages may be stored a second; as many may come at once
 * @param maxBytesPerSecond the same for their bytes
 * @param discard what happens when it is full: {@code old} lets the first messages go, {@code new} refuses more; absent: old
 * @param ttl how long messages live that do not say so themselves, ms
 * @param durability what a change must have reached before it is answered; absent: as the worker has it
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record StreamConfig(@Nullable Long maxMsgs, @Nullable Long maxBytes, @Nullable Long maxAge,
        @Nullable Long maxMsgSize, @Nullable Long maxMsgsPerSecond, @Nullable Long maxBytesPerSecond,
        @Nullable Discard discard, @Nullable Long ttl, @Nullable Durability durability) {

    /** Nothing is said. */
    public static final StreamConfig NONE = new StreamConfig(null, null, null, null, null, null, null, null, null);

    /** What happens when the stream is full. */
    public enum Discard {
        @JsonProperty("old")
        OLD, @JsonProperty("new")
        NEW
    }

    /** What a change must have reached before it is answered. */
    public enum Durability {
        /** The volume's disk. */
        @JsonProperty("sync")
        SYNC,
        /** The volume; its disk within a second. */
        @JsonProperty("relaxed")
        RELAXED,
        /** Where workers have disks of their own, the bucket that outlives them; refused where all have the volume. */
        @JsonProperty("shipped")
        SHIPPED,
        /** Its owner's memory: it goes with its owner. By the defaults for a stream's name alone. */
        @JsonProperty("ephemeral")
        EPHEMERAL
    }

    /** @throws IllegalArgumentException when a number is below 1 */
    public StreamConfig {
        positive("maxMsgs", maxMsgs);
        positive("maxBytes", maxBytes);
        positive("maxAge", maxAge);
        positive("maxMsgSize", maxMsgSize);
        positive("maxMsgsPerSecond", maxMsgsPerSecond);
        positive("maxBytesPerSecond", maxBytesPerSecond);
        positive("ttl", ttl);
    }

    private static void positive(String field, @Nullable Long number) {
        if (number != null && number < 1) {
            throw new IllegalArgumentException(field + " is " + number + ", it must be at least 1");
        }
    }

    /** @throws BadMessage naming the field that is wrong, or that nobody knows */
    public static StreamConfig read(byte[] json) {
        return Json.readKnown(json, StreamConfig.class);
    }

    public byte[] json() {
        return Json.write(this);
    }

    /** This, and where it says nothing, what {@code defaults} say. */
    public StreamConfig over(StreamConfig defaults) {
        return new StreamConfig(or(maxMsgs, defaults.maxMsgs), or(maxBytes, defaults.maxBytes),
                or(maxAge, defaults.maxAge), or(maxMsgSize, defaults.maxMsgSize),
                or(maxMsgsPerSecond, defaults.maxMsgsPerSecond), or(maxBytesPerSecond, defaults.maxBytesPerSecond),
                or(discard, defaults.discard), or(ttl, defaults.ttl), or(durability, defaults.durability));
    }

    private static <T> @Nullable T or(@Nullable T own, @Nullable T otherwise) {
        return own != null ? own : otherwise;
    }

    public StreamConfig withMaxMsgs(@Nullable Long most) {
        return new StreamConfig(most, maxBytes, maxAge, maxMsgSize, maxMsgsPerSecond, maxBytesPerSecond, discard, ttl,
                durability);
    }

    public StreamConfig withMaxBytes(@Nullable Long most) {
        return new StreamConfig(maxMsgs, most, maxAge, maxMsgSize, maxMsgsPerSecond, maxBytesPerSecond, discard, ttl,
                durability);
    }

    /** @param millis since a message's time */
    public StreamConfig withMaxAge(@Nullable Long millis) {
        return new StreamConfig(maxMsgs, maxBytes, millis, maxMsgSize, maxMsgsPerSecond, maxBytesPerSecond, discard,
                ttl, durability);
    }

    public StreamConfig withMaxMsgSize(@Nullable Long most) {
        return new StreamConfig(maxMsgs, maxBytes, maxAge, most, maxMsgsPerSecond, maxBytesPerSecond, discard, ttl,
                durability);
    }

    public StreamConfig withRates(@Nullable Long msgsPerSecond, @Nullable Long bytesPerSecond) {
        return new StreamConfig(maxMsgs, maxBytes, maxAge, maxMsgSize, msgsPerSecond, bytesPerSecond, discard, ttl,
                durability);
    }

    public StreamConfig withDiscard(@Nullable Discard what) {
        return new StreamConfig(maxMsgs, maxBytes, maxAge, maxMsgSize, maxMsgsPerSecond, maxBytesPerSecond, what, ttl,
                durability);
    }

    /** @param millis since a message was stored */
    public StreamConfig withTtl(@Nullable Long millis) {
        return new StreamConfig(maxMsgs, maxBytes, maxAge, maxMsgSize, maxMsgsPerSecond, maxBytesPerSecond, discard,
                millis, durability);
    }

    public StreamConfig withDurability(@Nullable Durability which) {
        return new StreamConfig(maxMsgs, maxBytes, maxAge, maxMsgSize, maxMsgsPerSecond, maxBytesPerSecond, discard,
                ttl, which);
    }
}
