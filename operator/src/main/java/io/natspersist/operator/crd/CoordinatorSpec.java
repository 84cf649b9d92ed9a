// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator.crd;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.ValidationRule;
import io.natspersist.coordinator.CoordinatorConfig;
import org.jspecify.annotations.Nullable;

/** How streams are assigned to workers. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(value = "self.deadAfterMillis >= 3 * self.heartbeatMillis", message = "deadAfterMillis must be at least three"
        + " times heartbeatMillis: one lost heartbeat must not make a worker dead")
@ValidationRule(value = "self.slots == oldSelf.slots", message = "the number of slots of a cluster cannot change: files lie by"
        + " slot", fieldPath = ".slots")
public record CoordinatorSpec(
        @JsonPropertyDescription("Into how many slots streams are hashed; a slot is what moves between workers. It cannot"
                + " change.") @Default("1024") @Min(1) @Max(CoordinatorConfig.MOST_SLOTS) @Nullable Integer slots,
        @JsonPropertyDescription("How often workers send heartbeats, in milliseconds.") @Default("1000") @Min(100) @Max(60_000) @Nullable Integer heartbeatMillis,
        @JsonPropertyDescription("A worker silent for that long is dead, in milliseconds.") @Default("6000") @Min(300) @Max(600_000) @Nullable Integer deadAfterMillis) {

    static final CoordinatorSpec DEFAULT = new CoordinatorSpec(null, null, null);

    public CoordinatorSpec {
        slots = slots == null ? Integer.valueOf(CoordinatorConfig.DEFAULT_SLOTS) : slots;
        heartbeatMillis = heartbeatMillis == null ? Integer.valueOf(1_000) : heartbeatMillis;
        deadAfterMillis = deadAfterMillis == null ? Integer.valueOf(6_000) : deadAfterMillis;
    }
}
