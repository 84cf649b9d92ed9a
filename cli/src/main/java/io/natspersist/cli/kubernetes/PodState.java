// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.kubernetes;

import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** What a pod is doing, in a word, and what keeps it from more. */
record PodState(Pod pod) {

    /** As kubectl says it, but for "Ready". */
    String word() {
        if (pod.getMetadata().getDeletionTimestamp() != null) {
            return "Terminating";
        }
        return waiting().map(ContainerStateWaiting::getReason)
                .orElseGet(() -> isReady() ? "Ready" : status().map(PodStatus::getPhase).orElse("Unknown"));
    }

    boolean isReady() {
        return pod.getMetadata().getDeletionTimestamp() == null && conditions()
                .anyMatch(condition -> condition.getType().equals("Ready") && condition.getStatus().equals("True"));
    }

    boolean isGone() {
        return status().map(PodStatus::getPhase).filter(phase -> phase.equals("Succeeded") || phase.equals("Failed"))
                .isPresent();
    }

    /** Why no node takes it; empty: one has. */
    Optional<String> unscheduled() {
        return conditions().filter(c -> c.getType().equals("PodScheduled") && c.getStatus().equals("False"))
                .map(PodCondition::getMessage).filter(Objects::nonNull).findFirst();
    }

    /** Why its container does not run, where that is more than that it is being made. */
    Optional<String> stuck() {
        return waiting().filter(state -> !List.of("ContainerCreating", "PodInitializing").contains(state.getReason()))
                .map(state -> state.getMessage() == null
                        ? state.getReason()
                        : state.getReason() + ": " + state.getMessage());
    }

    int restarts() {
        return containers().mapToInt(container -> Objects.requireNonNullElse(container.getRestartCount(), 0)).sum();
    }

    /** How its container ended the last time; empty: it never has. */
    Optional<ContainerStateTerminated> lastEnd() {
        return containers().map(ContainerStatus::getLastState).filter(Objects::nonNull)
                .map(state -> state.getTerminated()).filter(Objects::nonNull).findFirst();
    }

    private Optional<ContainerStateWaiting> waiting() {
        return containers().map(ContainerStatus::getState).filter(Objects::nonNull).map(state -> state.getWaiting())
                .filter(Objects::nonNull).findFirst();
    }

    private Stream<ContainerStatus> containers() {
        return status().map(PodStatus::getContainerStatuses).stream().flatMap(Collection::stream);
    }

    private Stream<PodCondition> conditions() {
        return status().map(PodStatus::getConditions).stream().flatMap(Collection::stream);
    }

    private Optional<PodStatus> status() {
        return Optional.ofNullable(pod.getStatus());
    }
}
