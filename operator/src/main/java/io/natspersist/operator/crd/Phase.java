// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator.crd;

import com.fasterxml.jackson.annotation.JsonProperty;

/** A cluster's state in a word. */
public enum Phase {
    /** Nothing serves yet, or nothing was asked to. */
    @JsonProperty("Pending")
    PENDING,
    /** Every slot is served by as many workers as were asked for. */
    @JsonProperty("Ready")
    READY,
    /** On its way to what was asked for; what can be served is. */
    @JsonProperty("Progressing")
    PROGRESSING,
    /** Something is wrong that does not mend itself, or not yet. */
    @JsonProperty("Degraded")
    DEGRADED,
    /** A person wants the objects left as they are. */
    @JsonProperty("Paused")
    PAUSED,
    /** Being deleted: workers put everything into its place. */
    @JsonProperty("Deleting")
    DELETING
}
