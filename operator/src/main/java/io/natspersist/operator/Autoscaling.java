// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.natspersist.operator.crd.AutoscalingSpec;
import io.natspersist.operator.crd.PersistCluster;
import io.natspersist.operator.crd.PersistClusterStatus.AutoscalingStatus;
import io.natspersist.operator.crd.Reason;
import io.natspersist.operator.scaling.Advice;
import io.natspersist.operator.scaling.Autoscaler;
import io.natspersist.operator.scaling.Sample;
import io.natspersist.operator.status.Coordination;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes the number of workers into the PersistClusters that ask for autoscaling, as a person would with {@code kubectl scale}. */
final class Autoscaling {

    private static final Logger LOG = LoggerFactory.getLogger(Autoscaling.class);

    /** What the API server says to a patch whose test fails. */
    private static final int UNPROCESSABLE = 422;

    private final KubernetesClient client;
    private final InstantSource clock;
    private final Announcements announcements;
    private final Map<ResourceID, One> clusters = new ConcurrentHashMap<>();

    /** Calls about one cluster come one after another. */
    private static final class One {
        final Autoscaler autoscaler = new Autoscaler();
        /** What is seen of the cluster may be older than what was written to it. */
        long generation;
        @Nullable
        AutoscalingStatus told;
    }

    Autoscaling(KubernetesClient client, InstantSource clock, Announcements announcements) {
        this.client = client;
        this.clock = clock;
        this.announcements = announcements;
    }

    /** What is to be said of it; null: the cluster asks for none. */
    @Nullable
    AutoscalingStatus follow(PersistCluster cluster, Coordination coordination) {
        ResourceID id = ResourceID.fromResource(cluster);
        AutoscalingSpec spec = cluster.getSpec().autoscaling();
        if (spec == null) {
            end(id);
            return null;
        }
        One one = clusters.computeIfAbsent(id, c -> new One());
        AutoscalingStatus before = Optional.ofNullable(one.told).or(() -> Optional.ofNullable(cluster.getStatus())
                .map(status -> status.autoscaling())).orElse(null);
        if (cluster.getMetadata().getGeneration() >= one.generation) {
            one.told = cluster.paused()
                    ? said(new Advice(replicas(cluster), replicas(cluster), Reason.PAUSED, "an annotation says so"),
                            before)
                    : carryOut(cluster, one,
                            one.autoscaler.advise(spec, sample(cluster, coordination), clock.millis()), before);
        }
        return one.told;
    }

    void end(ResourceID cluster) {
        clusters.remove(cluster);
    }

    private static int replicas(PersistCluster cluster) {
        return Objects.requireNonNull(cluster.getSpec().workers().replicas());
    }

    private static Sample sample(PersistCluster cluster, Coordination coordination) {
        int silentMillis = Objects.requireNonNull(cluster.getSpec().coordinator().deadAfterMillis()) / 2;
        return coordination instanceof Coordination.Running running && running.connected()
                ? Sample.of(replicas(cluster), running.status(), silentMillis)
                : Sample.unknown(replicas(cluster));
    }

    private AutoscalingStatus carryOut(PersistCluster cluster, One one, Advice advice,
            @Nullable AutoscalingStatus before) {
        if (advice.replicas() != replicas(cluster)) {
            PersistCluster scaled = scale(cluster, advice.replicas());
            if (scaled == null) {
                return before == null ? said(advice, null) : before;
            }
            one.generation = scaled.getMetadata().getGeneration();
            one.autoscaler.followed(advice);
            announcements.tell(cluster, advice.reason(), advice.message());
            return new AutoscalingStatus(advice.recommended(), advice.reason(), advice.message(),
                    clock.instant().truncatedTo(ChronoUnit.SECONDS).toString(), advice.message());
        }
        if (advice.reason() == Reason.AT_MAX_REPLICAS && (before == null || before.reason() != advice.reason())) {
            announcements.warn(cluster, advice.reason(), advice.message());
        }
        return said(advice, before);
    }

    private static AutoscalingStatus said(Advice advice, @Nullable AutoscalingStatus before) {
        return new AutoscalingStatus(advice.recommended(), advice.reason(), advice.message(),
                before == null ? null : before.lastScaleTime(), before == null ? null : before.lastScale());
    }

    /** Null: somebody else has scaled it meanwhile, which is looked at next. */
    private @Nullable PersistCluster scale(PersistCluster cluster, int replicas) {
        try {
            return client.resources(PersistCluster.class).inNamespace(cluster.getMetadata().getNamespace())
                    .withName(cluster.getMetadata().getName()).patch(PatchContext.of(PatchType.JSON), """
                            [{"op": "test", "path": "/spec/workers/replicas", "value": %d},
                             {"op": "replace", "path": "/spec/workers/replicas", "value": %d}]"""
                            .formatted(replicas(cluster), replicas));
        } catch (KubernetesClientException e) {
            if (e.getCode() != UNPROCESSABLE) {
                throw e;
            }
            LOG.info("not scaled: {}", e.getMessage());
            return null;
        }
    }
}
