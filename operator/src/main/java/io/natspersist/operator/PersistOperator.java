// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.RuntimeInfo;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfiguration;
import io.natspersist.operator.crd.PersistCluster;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The operator: of several at once one acts, and another takes its place when it is gone. */
final class PersistOperator implements AutoCloseable {

    static final String LEASE = "persist-operator";

    private static final Logger LOG = LoggerFactory.getLogger(PersistOperator.class);

    private final KubernetesClient client;
    private final Options options;
    private final Operator operator;
    private final PersistClusterReconciler reconciler;
    private volatile boolean acting;

    /**
     * @param namespaces whose PersistClusters are its own; none: all
     * @param identity of this process among several operators
     * @param leaseNamespace where the lease of the one that acts is
     * @param ended told when this one is no longer the one that acts: its process should end, for it may be late in noticing
     */
    record Options(Set<String> namespaces, @Nullable String workerImage, String identity, String leaseNamespace,
            Runnable ended) {

        Options {
            namespaces = Set.copyOf(namespaces);
        }
    }

    PersistOperator(KubernetesClient client, InstantSource clock, Options options) {
        this.client = client;
        this.options = options;
        reconciler = new PersistClusterReconciler(client, clock, options.workerImage());
        operator = new Operator(config -> config.withKubernetesClient(client).withCloseClientOnStop(false)
                .withReconciliationTerminationTimeout(Duration.ofSeconds(5))
                .withLeaderElectionConfiguration(election(options)));
        operator.register(reconciler, config -> {
            if (!options.namespaces().isEmpty()) {
                config.settingNamespaces(options.namespaces());
            }
            config.withOnUpdateFilter(PersistOperator::asksForSomethingElse);
        });
    }

    /** As Kubernetes' own controllers have it: who has not renewed for 15 s is replaced, and stops by itself after 10 s. */
    @SuppressWarnings("deprecation") // the other way ends the JVM from inside, also one that is being stopped
    private LeaderElectionConfiguration election(Options options) {
        return new LeaderElectionConfiguration(LEASE, options.leaseNamespace(), Duration.ofSeconds(15),
                Duration.ofSeconds(10), Duration.ofSeconds(2), options.identity(),
                new LeaderCallbacks(() -> acting = true, options.ended(), leader -> {}), false);
    }

    /** Returns at once; it acts as soon as no other operator does. */
    void start() {
        operator.start();
    }

    /** Status and managed fields are this operator's own doing. */
    private static boolean asksForSomethingElse(PersistCluster now, PersistCluster before) {
        return !Objects.equals(now.getMetadata().getGeneration(), before.getMetadata().getGeneration())
                || !Objects.equals(now.getMetadata().getAnnotations(), before.getMetadata().getAnnotations())
                || !Objects.equals(now.getMetadata().getDeletionTimestamp(),
                        before.getMetadata().getDeletionTimestamp());
    }

    /** How many clusters it coordinates. */
    int coordinated() {
        return reconciler.coordinators().count();
    }

    CompletableFuture<OperatorMoment> moment() {
        return reconciler.coordinators().moments()
                .thenApply(coordinators -> new OperatorMoment(acting, acting && watching(), coordinators));
    }

    private boolean watching() {
        RuntimeInfo info = operator.getRuntimeInfo();
        return info.isStarted() && info.allEventSourcesAreHealthy();
    }

    /** Coordinators end before another operator can act; then the lease is given up, so that it need not run out. */
    @Override
    public void close() {
        reconciler.coordinators().close();
        operator.stop();
        if (acting) {
            acting = false;
            release();
        }
    }

    /** Only where this operator still holds it, as the version that was read. */
    private void release() {
        try {
            Lease lease = client.leases().inNamespace(options.leaseNamespace()).withName(LEASE).get();
            if (lease != null && options.identity().equals(lease.getSpec().getHolderIdentity())) {
                lease.getSpec().setHolderIdentity(null);
                lease.getSpec().setLeaseDurationSeconds(1);
                client.resource(lease).update();
            }
        } catch (KubernetesClientException e) {
            LOG.warn("the lease could not be given up, and runs out: {}", e.getMessage());
        }
    }
}
