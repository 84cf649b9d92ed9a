// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator.crd;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.model.annotation.LabelSelector;
import io.fabric8.kubernetes.model.annotation.StatusReplicas;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a cluster stands. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PersistClusterStatus(
        @JsonPropertyDescription("The generation of the spec that this status is about.") @Nullable Long observedGeneration,
        @JsonPropertyDescription("In a word.") @Nullable Phase phase,
        @JsonPropertyDescription("What is the case, and why.") List<ClusterCondition> conditions,
        @JsonPropertyDescription("How many worker pods there are.") @StatusReplicas @Nullable Integer replicas,
        @JsonPropertyDescription("How many of them are ready.") @Nullable Integer readyReplicas,
        @JsonPropertyDescription("Selects the worker pods.") @LabelSelector @Nullable String selector,
        @JsonPropertyDescription("How many streams are open.") @Nullable Long openStreams,
        @JsonPropertyDescription("How slots are assigned; absent while that is not known.") @Nullable SlotsStatus slots,
        @JsonPropertyDescription("The workers that the coordinator knows.") List<WorkerStatus> workers,
        @JsonPropertyDescription("What autoscaling makes of the load; absent without it.") @Nullable AutoscalingStatus autoscaling) {

    public PersistClusterStatus {
        conditions = conditions == null ? List.of() : List.copyOf(conditions);
        workers = workers == null ? List.of() : List.copyOf(workers);
    }

    public PersistClusterStatus withAutoscaling(@Nullable AutoscalingStatus its) {
        return new PersistClusterStatus(observedGeneration, phase, conditions, replicas, readyReplicas, selector,
                openStreams, slots, workers, its);
    }

    /** How many workers there should be, and why. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record AutoscalingStatus(
            @JsonPropertyDescription("How many workers the load asks for, within the bounds.") int recommendedReplicas,
            @JsonPropertyDescription("Why there are as many as there are, in a word.") Reason reason,
            @JsonPropertyDescription("The same for people.") String message,
            @JsonPropertyDescription("When the number of workers was changed last.") @Nullable String lastScaleTime,
            @JsonPropertyDescription("From what to what, and why.") @Nullable String lastScale) {}

    /** @param tableVersion grows with every change of the assignment */
    public record SlotsStatus(
            @JsonPropertyDescription("The version of the assignment table; it grows with every change.") long tableVersion,
            @JsonPropertyDescription("How many slots there are.") int total,
            @JsonPropertyDescription("How many have an owner.") int assigned,
            @JsonPropertyDescription("How many are on their way from one living worker to another.") int moving,
            @JsonPropertyDescription("How many wait for the changes of a dead worker to be taken over.") int adopting) {}

    /** One worker, as the coordinator knows it. */
    public record WorkerStatus(
            @JsonPropertyDescription("Its name, that of its pod.") String name,
            @JsonPropertyDescription("Its number: a worker started again has a higher one.") long incarnation,
            @JsonPropertyDescription("How many slots it owns.") int slots,
            @JsonPropertyDescription("How many streams it has open.") long openStreams,
            @JsonPropertyDescription("Whether it takes slots.") boolean ready,
            @JsonPropertyDescription("Whether it was told to stop.") boolean draining) {}
}
