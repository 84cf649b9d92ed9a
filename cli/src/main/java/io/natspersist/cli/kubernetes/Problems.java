// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.kubernetes;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.fabric8.kubernetes.api.model.Pod;
import io.natspersist.operator.crd.ClusterCondition;
import io.natspersist.operator.crd.ClusterCondition.Truth;
import io.natspersist.operator.crd.PersistClusterStatus;
import io.natspersist.operator.crd.Reason;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/** What is wrong with a cluster, the causes first. */
final class Problems {

    /** The rest follow from these, and often a later one from an earlier one. */
    private static final List<ClusterCondition.Type> CAUSES = List.of(ClusterCondition.Type.COORDINATED,
            ClusterCondition.Type.STORAGE_AVAILABLE, ClusterCondition.Type.WORKERS_AVAILABLE,
            ClusterCondition.Type.PROGRESSING);
    private static final Set<Reason> SAID_OF_PROGRESS = Set.of(Reason.ROLLOUT_STUCK, Reason.PAUSED, Reason.DELETING);

    private final ClusterView view;
    private final List<Problem> found = new ArrayList<>();

    private Problems(ClusterView view) {
        this.view = view;
    }

    static List<Problem> of(ClusterView view) {
        Problems problems = new Problems(view);
        problems.ofReport();
        view.pods().forEach(problems::ofPod);
        return List.copyOf(problems.found);
    }

    private void ofReport() {
        PersistClusterStatus status = view.status();
        if (status == null || status.observedGeneration() == null) {
            found.add(new Problem("no operator has reported on this cluster", Advice.onOperator()));
            return;
        }
        if (status.observedGeneration() < view.cluster().getMetadata().getGeneration()) {
            found.add(new Problem("the operator has not looked at the last change of the PersistCluster yet",
                    "nothing, unless it stays: " + Advice.onOperator()));
        }
        status.conditions().stream().filter(Problems::isCause)
                .sorted(Comparator.comparingInt(condition -> CAUSES.indexOf(condition.type())))
                .forEach(condition -> found.add(new Problem(
                        word(condition.type()) + " is " + word(condition.status()) + ", " + word(condition.reason())
                                + ": "
                                + condition.message(),
                        Advice.of(condition.reason(), view))));
    }

    private static boolean isCause(ClusterCondition condition) {
        return condition.type() == ClusterCondition.Type.PROGRESSING
                ? SAID_OF_PROGRESS.contains(condition.reason())
                : CAUSES.contains(condition.type()) && condition.status() != Truth.TRUE;
    }

    private void ofPod(Pod pod) {
        PodState state = new PodState(pod);
        String name = pod.getMetadata().getName();
        String at = " -n " + view.namespace() + " " + name;
        state.unscheduled().ifPresent(why -> found.add(new Problem("no node takes the pod " + name + ": " + why,
                "kubectl describe pod" + at)));
        state.stuck().ifPresent(why -> found.add(new Problem("the pod " + name + " does not run: " + why,
                "kubectl describe pod" + at)));
        state.lastEnd().ifPresent(end -> found.add(new Problem(
                "the pod %s was started again (%d times in all): it ended with exit code %d %s ago".formatted(name,
                        state.restarts(), end.getExitCode(), Age.of(end.getFinishedAt(), view.now())),
                "kubectl logs" + at + " --previous")));
    }

    /** As it is written in Kubernetes. */
    static String word(Enum<?> value) {
        try {
            return value.getDeclaringClass().getField(value.name()).getAnnotation(JsonProperty.class).value();
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException(e);
        }
    }
}
