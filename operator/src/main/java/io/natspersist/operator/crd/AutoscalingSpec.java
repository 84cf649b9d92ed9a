// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator.crd;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Quantity;
import org.jspecify.annotations.Nullable;

/** How many workers there are, by their load. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(value = "self.minReplicas <= self.maxReplicas", message = "maxReplicas must be at least minReplicas")
public record AutoscalingSpec(
        @JsonPropertyDescription("The fewest workers.") @Default("1") @Min(1) @Max(1000) @Nullable Integer minReplicas,
        @JsonPropertyDescription("The most workers; no more than there are slots.") @Required @Min(1) @Max(1000) Integer maxReplicas,
        @JsonPropertyDescription("How much one worker should have on average. The target that asks for most workers"
                + " decides.") @Required Targets targets,
        @JsonPropertyDescription("For how long the load must ask for more workers before there are more, in"
                + " seconds.") @Default("30") @Min(0) @Max(3600) @Nullable Integer scaleUpStabilizationSeconds,
        @JsonPropertyDescription("For how long the load must ask for fewer workers before there are fewer, in"
                + " seconds. They go one by one.") @Default("300") @Min(0) @Max(3600) @Nullable Integer scaleDownStabilizationSeconds) {

    public AutoscalingSpec {
        minReplicas = minReplicas == null ? Integer.valueOf(1) : minReplicas;
        scaleUpStabilizationSeconds = scaleUpStabilizationSeconds == null
                ? Integer.valueOf(30)
                : scaleUpStabilizationSeconds;
        scaleDownStabilizationSeconds = scaleDownStabilizationSeconds == null
                ? Integer.valueOf(300)
                : scaleDownStabilizationSeconds;
    }

    /** As workers tell with their heartbeats. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @ValidationRule(value = "has(self.openStreams) || has(self.messagesPerSecond) || has(self.cpu)", message = "give at least one of"
            + " openStreams, messagesPerSecond and cpu: there is nothing to scale by")
    @ValidationRule(value = "!has(self.cpu) || quantity(string(self.cpu)).isGreaterThan(quantity('0'))", message = "the target must be"
            + " more than no CPU", fieldPath = ".cpu")
    public record Targets(
            @JsonPropertyDescription("Open streams per worker.") @Min(1) @Nullable Long openStreams,
            @JsonPropertyDescription("Requests a second per worker.") @Min(1) @Nullable Long messagesPerSecond,
            @JsonPropertyDescription("CPU time that a worker's process uses, such as 800m; not a share of what it asks"
                    + " for.") @Nullable Quantity cpu) {}
}
