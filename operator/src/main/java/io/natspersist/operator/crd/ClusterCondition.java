// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator.crd;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;

/**
 * One thing that is or is not the case, as Kubernetes writes them.
 *
 * @param message for people; may change from one version to the next
 * @param lastTransitionTime RFC 3339, to the second
 */
public record ClusterCondition(
        @JsonPropertyDescription("What it is about.") Type type,
        @JsonPropertyDescription("Whether it is so.") Truth status,
        @JsonPropertyDescription("Why, in a word.") Reason reason,
        @JsonPropertyDescription("Why, for people.") String message,
        @JsonPropertyDescription("When the status changed last.") String lastTransitionTime,
        @JsonPropertyDescription("The generation of the spec that this is about.") long observedGeneration) {

    /** What a condition is about. */
    public enum Type {
        /** Every slot is served by as many workers as were asked for. */
        @JsonProperty("Ready")
        READY,
        /** On its way to what was asked for. */
        @JsonProperty("Progressing")
        PROGRESSING,
        /** Something is wrong that a person may have to mend. */
        @JsonProperty("Degraded")
        DEGRADED,
        /** As many workers are ready as were asked for. */
        @JsonProperty("WorkersAvailable")
        WORKERS_AVAILABLE,
        /** The volume is there, or the disks of the workers are. */
        @JsonProperty("StorageAvailable")
        STORAGE_AVAILABLE,
        /** The coordinator reaches NATS and assigns slots. */
        @JsonProperty("Coordinated")
        COORDINATED
    }

    /** Whether something is so. */
    public enum Truth {
        @JsonProperty("True")
        TRUE, @JsonProperty("False")
        FALSE, @JsonProperty("Unknown")
        UNKNOWN;

        public static Truth of(boolean holds) {
            return holds ? TRUE : FALSE;
        }
    }
}
