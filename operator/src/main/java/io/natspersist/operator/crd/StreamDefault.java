// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator.crd;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** What streams of some names are configured to where they say nothing themselves. */
public record StreamDefault(
        @JsonPropertyDescription("Whole tokens of a stream's name, such as projects.42; empty: all streams.") @Required @Size(max = 512) String prefix,
        @JsonPropertyDescription("The configuration.") @Required Config config) {

    /** As a stream's own configuration has it. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Config(
            @JsonPropertyDescription("How many messages a stream may hold.") @Min(1) @Nullable Long maxMsgs,
            @JsonPropertyDescription("Keys, headers and values together, in bytes.") @Min(1) @Nullable Long maxBytes,
            @JsonPropertyDescription("How old the first message may grow, in milliseconds.") @Min(1) @Nullable Long maxAge,
            @JsonPropertyDescription("Key, headers and value of one message together, in bytes.") @Min(1) @Nullable Long maxMsgSize,
            @JsonPropertyDescription("How many messages may be stored a second.") @Min(1) @Nullable Long maxMsgsPerSecond,
            @JsonPropertyDescription("The same for their bytes.") @Min(1) @Nullable Long maxBytesPerSecond,
            @JsonPropertyDescription("What happens when the stream is full: old lets the first messages go, new refuses"
                    + " more.") @Nullable Discard discard,
            @JsonPropertyDescription("How long messages live that do not say so themselves, in milliseconds.") @Min(1) @Nullable Long ttl,
            @JsonPropertyDescription("What a change must have reached before it is answered, the cluster's unless given. sync,"
                    + " relaxed and shipped as the cluster's; ephemeral: its worker's memory, and nothing outlives that worker.") @Nullable Kept durability) {}

    /** What happens when a stream is full. */
    public enum Discard {
        @JsonProperty("old")
        OLD, @JsonProperty("new")
        NEW
    }

    /** What a change of a stream must have reached before it is answered. */
    public enum Kept {
        @JsonProperty("sync")
        SYNC, @JsonProperty("relaxed")
        RELAXED, @JsonProperty("shipped")
        SHIPPED, @JsonProperty("ephemeral")
        EPHEMERAL
    }
}
