// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.kubernetes;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.natspersist.operator.crd.ClusterCondition;
import io.natspersist.operator.crd.PersistClusterStatus;
import io.natspersist.operator.crd.PersistClusterStatus.SlotsStatus;
import io.natspersist.operator.crd.PersistClusterStatus.WorkerStatus;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A cluster's state, for programs.
 *
 * @param phase absent while nobody has reported
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record StatusJson(String namespace, String name, @Nullable String phase, int wanted, int ready,
        @Nullable Long openStreams, @Nullable SlotsStatus slots, List<ClusterCondition> conditions,
        List<Worker> workers, List<Problem> problems) {

    /**
     * A pod, a worker that the coordinator knows, or both.
     *
     * @param node absent while none has the pod
     * @param pod what the pod does, in a word; absent where there is none
     * @param known what the coordinator knows of it; absent: nothing
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Worker(String name, @Nullable String node, @Nullable String pod, @Nullable WorkerStatus known) {}

    static StatusJson of(ClusterView view) {
        PersistClusterStatus status = view.status();
        return new StatusJson(view.namespace(), view.name(),
                status == null || status.phase() == null ? null : Problems.word(status.phase()),
                view.wanted(),
                status == null || status.readyReplicas() == null ? 0 : status.readyReplicas(),
                status == null ? null : status.openStreams(), status == null ? null : status.slots(),
                status == null ? List.of() : status.conditions(), workers(view), Problems.of(view));
    }

    private static List<Worker> workers(ClusterView view) {
        Stream<Worker> pods = view.pods().stream().map(pod -> new Worker(pod.getMetadata().getName(),
                pod.getSpec().getNodeName(), new PodState(pod).word(), view.workerIn(pod)));
        Stream<Worker> others = view.workers().stream().filter(worker -> view.pod(worker.name()) == null)
                .map(worker -> new Worker(worker.name(), null, null, worker));
        return Stream.concat(pods, others).toList();
    }
}
