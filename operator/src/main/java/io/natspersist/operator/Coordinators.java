// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.natspersist.operator.crd.PersistCluster;
import io.natspersist.operator.resource.Metadata;
import io.natspersist.operator.resource.Names;
import io.natspersist.operator.status.Coordination;
import io.natspersist.coordinator.CoordinatorMoment;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The coordinators of all clusters: at most one for each. Calls about one cluster come one after another. */
final class Coordinators implements AutoCloseable {

    private final KubernetesClient client;
    private final Consumer<ResourceID> changed;
    private final Map<ResourceID, HostedCoordinator> hosted = new ConcurrentHashMap<>();
    private volatile boolean closed;

    /** @param changed told, on any thread, of a cluster whose coordinator has something new to say */
    Coordinators(KubernetesClient client, Consumer<ResourceID> changed) {
        this.client = client;
        this.changed = changed;
    }

    /** Sees to it that the cluster is coordinated as planned. One that was coordinated otherwise gets a new coordinator. */
    Coordination follow(PersistCluster cluster, CoordinationPlan plan) {
        ResourceID id = ResourceID.fromResource(cluster);
        HostedCoordinator now = hosted.get(id);
        return switch (plan) {
            case CoordinationPlan.Coordinate wanted when now != null && !now.steppedDown()
                    && now.plan().equals(wanted) ->
                now.seen();
            case CoordinationPlan.Coordinate wanted -> begin(cluster, id, wanted);
            case CoordinationPlan.Wait wait when now != null -> now.seen();
            case CoordinationPlan.Wait wait -> new Coordination.Impossible(wait.reason(), wait.message());
            case CoordinationPlan.Never never -> {
                end(id);
                yield new Coordination.Impossible(never.reason(), never.message());
            }
        };
    }

    private Coordination begin(PersistCluster cluster, ResourceID id, CoordinationPlan.Coordinate plan) {
        end(id);
        HostedCoordinator made = new HostedCoordinator(
                cluster.getMetadata().getNamespace() + "/" + cluster.getMetadata().getName(), plan,
                new ConfigMapTableStore(client, Metadata.owned(cluster, Names.of(cluster).table())),
                () -> changed.accept(id));
        hosted.put(id, made);
        if (closed) {
            end(id);
        }
        return made.seen();
    }

    /** That of a cluster; null: there is none. */
    @Nullable
    HostedCoordinator of(ResourceID cluster) {
        return hosted.get(cluster);
    }

    void end(ResourceID cluster) {
        HostedCoordinator ended = hosted.remove(cluster);
        if (ended != null) {
            ended.close();
        }
    }

    /** Whether nothing is to be done any more. */
    boolean closed() {
        return closed;
    }

    /** How all stand, by the prefix of their subjects. One that does not answer within a second is left out. */
    CompletableFuture<Map<String, CoordinatorMoment>> moments() {
        Map<String, CoordinatorMoment> all = new ConcurrentHashMap<>();
        return CompletableFuture.allOf(hosted.values().stream()
                .map(one -> one.moment().thenAccept(moment -> all.put(one.plan().config().prefix(), moment))
                        .completeOnTimeout(null, 1, TimeUnit.SECONDS))
                .toArray(CompletableFuture[]::new)).thenApply(done -> all);
    }

    int count() {
        return hosted.size();
    }

    /** Ends all; none begins any more. */
    @Override
    public void close() {
        closed = true;
        hosted.keySet().forEach(this::end);
    }
}
