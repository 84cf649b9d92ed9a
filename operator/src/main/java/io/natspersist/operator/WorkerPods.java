// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator;

import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Preconditions;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.natspersist.coordinator.CoordinatorStatus;
import io.natspersist.coordinator.CoordinatorStatus.Hung;
import io.natspersist.coordinator.CoordinatorStatus.WorkerStatus;
import io.natspersist.operator.resource.Names;
import java.net.HttpURLConnection;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The pods of a cluster's workers, beside what the coordinator knows of them. A worker has the name of its pod. */
final class WorkerPods {

    private static final String DELETION_COST = "controller.kubernetes.io/pod-deletion-cost";
    private static final long GRACE_SECONDS = 2;
    private static final Set<String> ENDED = Set.of("Succeeded", "Failed");

    private final KubernetesClient client;
    private final String namespace;
    private final Names names;
    private final Map<String, Pod> pods;

    /** @param pods as far as is known; what this makes of one that is missing there is looked up first */
    WorkerPods(KubernetesClient client, String namespace, Names names, Collection<Pod> pods) {
        this.client = client;
        this.namespace = namespace;
        this.names = names;
        this.pods = pods.stream().collect(Collectors.toMap(pod -> pod.getMetadata().getName(), Function.identity()));
    }

    boolean none() {
        return pods.isEmpty();
    }

    /** Tells the coordinator whose process has certainly ended: the pod has, or is there no more. */
    void tellOfTheGone(HostedCoordinator coordinator) {
        for (WorkerStatus worker : coordinator.seen().status().workers()) {
            if (hasEnded(worker.worker().worker())) {
                coordinator.gone(worker.worker());
            }
        }
    }

    private boolean hasEnded(String worker) {
        if (!worker.startsWith(names.worker() + "-")) {
            return false; // not one of ours, whoever started it
        }
        Pod known = pods.get(worker);
        Pod pod = known == null ? client.pods().inNamespace(namespace).withName(worker).get() : known;
        return pod == null || (pod.getStatus() != null && ENDED.contains(pod.getStatus().getPhase()));
    }

    /**
     * Deletes the pods of workers that were declared dead and may hang: as they were seen, so that a process that has come in the place
     * of the dead one lives on. None, while fewer workers are heard than hang: then it is not they who are ill.
     *
     * @param silentMillis who is silent for so long is not heard
     * @return whose pods go
     */
    List<Hung> deleteTheHung(CoordinatorStatus coordinator, long silentMillis) {
        Set<String> living = coordinator.workers().stream().map(worker -> worker.worker().worker())
                .collect(Collectors.toSet());
        long heard = coordinator.workers().stream().filter(worker -> worker.silentMillis() < silentMillis).count();
        List<Hung> hung = coordinator.hung().stream()
                .filter(each -> !living.contains(each.worker().worker()) && runs(pods.get(each.worker().worker())))
                .toList();
        return coordinator.phase() != CoordinatorStatus.Phase.SERVING || hung.size() > heard
                ? List.of()
                : hung.stream().filter(each -> delete(each.worker().worker())).toList();
    }

    private static boolean runs(@Nullable Pod pod) {
        return pod != null && pod.getMetadata().getDeletionTimestamp() == null
                && (pod.getStatus() == null || !ENDED.contains(pod.getStatus().getPhase()));
    }

    /** It has nothing to hand over, so that it need not be given time. */
    private boolean delete(String worker) {
        ObjectMeta seen = Objects.requireNonNull(pods.get(worker)).getMetadata();
        try {
            client.raw("/api/v1/namespaces/" + namespace + "/pods/" + seen.getName(), "DELETE",
                    new DeleteOptionsBuilder().withApiVersion("v1").withKind("DeleteOptions")
                            .withGracePeriodSeconds(GRACE_SECONDS)
                            .withPreconditions(new Preconditions(seen.getResourceVersion(), seen.getUid())).build());
            return true;
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
                return false; // it is another now, or has changed, which is news of its own
            }
            throw e;
        }
    }

    /** Makes those with few open streams go first when fewer pods are wanted. */
    void rankForDeletion(List<WorkerStatus> workers) {
        for (WorkerStatus worker : workers) {
            Pod pod = pods.get(worker.worker().worker());
            String cost = Long.toString(Math.min(Integer.MAX_VALUE, worker.load().openStreams()));
            if (pod != null && !cost.equals(annotations(pod).get(DELETION_COST))) {
                client.pods().inNamespace(namespace).withName(pod.getMetadata().getName()).patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        "{\"metadata\":{\"annotations\":{\"" + DELETION_COST + "\":\"" + cost + "\"}}}");
            }
        }
    }

    private static Map<String, String> annotations(Pod pod) {
        return pod.getMetadata().getAnnotations() == null ? Map.of() : pod.getMetadata().getAnnotations();
    }
}
