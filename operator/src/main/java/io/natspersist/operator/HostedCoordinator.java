// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.natspersist.coordinator.Coordinator;
import io.natspersist.coordinator.CoordinatorMoment;
import io.natspersist.coordinator.CoordinatorStatus;
import io.natspersist.loop.ThreadEventLoop;
import io.natspersist.operator.status.Coordination;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.transport.nats.NatsOptions;
import io.natspersist.transport.nats.NatsTls;
import io.natspersist.transport.nats.NatsTransport;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The coordinator of one cluster, with its loop, its connection to NATS and its table. */
final class HostedCoordinator implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(HostedCoordinator.class);
    private static final long STOP_SECONDS = 5;
    private static final long LOOK_MILLIS = 250;
    /** How often a load that changes is told; everything else is told at once. */
    private static final int LOOKS_PER_LOAD = 40;

    private final CoordinationPlan.Coordinate plan;
    private final ConfigMapTableStore store;
    private final Runnable changed;
    private final ThreadEventLoop loop;
    private final ExecutorService io;
    private final NatsTransport transport;
    private final Coordinator coordinator;
    private final PrivateFiles files = new PrivateFiles();
    private @Nullable Look told;
    private long toldStreams;
    private int looks;

    /** What is worth a new status as soon as it differs. */
    private record Look(CoordinatorStatus.Phase phase, long table, boolean connected, @Nullable String natsProblem,
            @Nullable String tableProblem, List<String> workers) {}

    /**
     * Connects, or goes on trying to, and coordinates.
     *
     * @param name for threads and the connection
     * @param changed called on a thread of this one's own when there is something new to {@link #seen() see}; must not block
     */
    HostedCoordinator(String name, CoordinationPlan.Coordinate plan, ConfigMapTableStore store, Runnable changed) {
        this.plan = plan;
        this.store = store;
        this.changed = changed;
        this.loop = new ThreadEventLoop(name, e -> LOG.error("a fault in the coordinator of {}", name, e));
        this.io = Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name(name + "-table").factory());
        this.transport = NatsTransport.connect(new NatsOptions(plan.servers(), "persist-operator " + name,
                files.of("nats.creds", plan.credentials()), null, null, null).withTls(tls(plan.tls())));
        this.coordinator = new Coordinator(plan.config(), transport, loop, store, io);
        coordinator.start();
        loop.execute(this::look);
    }

    CoordinationPlan.Coordinate plan() {
        return plan;
    }

    Coordination.Running seen() {
        return new Coordination.Running(coordinator.status(), transport.connected(), transport.problem(),
                store.problem());
    }

    /** How it stands, told by its loop. */
    CompletableFuture<CoordinatorMoment> moment() {
        CompletableFuture<CoordinatorMoment> moment = new CompletableFuture<>();
        coordinator.observe(moment::complete);
        return moment;
    }

    /** Whether it has found that another coordinator is at work: it says nothing any more. */
    boolean steppedDown() {
        return coordinator.status().phase() == CoordinatorStatus.Phase.STEPPED_DOWN;
    }

    /** The process of that worker is known to have ended. */
    void gone(Incarnation worker) {
        coordinator.gone(worker);
    }

    /**
     * Has the table put right where somebody has deleted or spoilt it.
     *
     * @param found the ConfigMap with the table, as it was seen last; null: there is none
     */
    void look(@Nullable ConfigMap found) {
        if (coordinator.status().tableVersion() > 0 && (found == null || !TableText.in(found).isWhole())) {
            repairTable();
        }
    }

    private void repairTable() {
        io.execute(() -> {
            try {
                if (store.repair()) {
                    LOG.warn("somebody has changed or deleted the assignment table of {}: put right",
                            plan.config().prefix());
                }
            } catch (IOException e) {
                LOG.warn("the assignment table of {} may have been changed by somebody: {}", plan.config().prefix(),
                        e.getMessage());
            }
        });
    }

    /** On the loop. */
    private void look() {
        CoordinatorStatus status = coordinator.status();
        Look now = new Look(status.phase(), status.tableVersion(), transport.connected(), transport.problem(),
                store.problem(),
                status.workers().stream().map(w -> w.worker() + " " + w.ready() + w.draining()).toList());
        long streams = status.workers().stream().mapToLong(w -> w.load().openStreams()).sum();
        looks++;
        if (!now.equals(told) || (streams != toldStreams && looks >= LOOKS_PER_LOAD)) {
            told = now;
            toldStreams = streams;
            looks = 0;
            changed.run();
        }
        loop.after(LOOK_MILLIS, this::look);
    }

    private @Nullable NatsTls tls(NatsSecrets.@Nullable Tls text) {
        return text == null
                ? null
                : NatsTls.of(files.of("ca.crt", text.ca()), files.of("tls.crt", text.certificate()),
                        files.of("tls.key", text.key()));
    }

    /** From then on it says and stores nothing. */
    @Override
    public void close() {
        coordinator.stop();
        CompletableFuture<Void> stopped = new CompletableFuture<>();
        loop.execute(() -> stopped.complete(null));
        stopped.completeOnTimeout(null, STOP_SECONDS, TimeUnit.SECONDS).join();
        transport.close();
        loop.close();
        io.close();
        files.close();
    }
}
