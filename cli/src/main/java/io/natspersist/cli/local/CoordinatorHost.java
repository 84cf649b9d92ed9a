// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.local;

import io.natspersist.cli.terminal.ExitCode;
import io.natspersist.cli.terminal.Failure;
import io.natspersist.coordinator.Coordinator;
import io.natspersist.coordinator.CoordinatorConfig;
import io.natspersist.coordinator.CoordinatorStatus;
import io.natspersist.coordinator.CoordinatorStatus.WorkerStatus;
import io.natspersist.coordinator.FileTableStore;
import io.natspersist.coordinator.ObservedCoordinator;
import io.natspersist.loop.ThreadEventLoop;
import io.natspersist.metrics.Listen;
import io.natspersist.metrics.ObservationServer;
import io.natspersist.protocol.Subjects;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.transport.Transport;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A coordinator in this process, with its loop and its table in a file. */
final class CoordinatorHost implements AutoCloseable {

    private final Transport transport;
    private final ThreadEventLoop loop;
    private final ExecutorService io;
    private final Coordinator coordinator;
    private final @Nullable ObservationServer<?> observation;

    private CoordinatorHost(ClusterConfig config, Transport transport, Consumer<String> events) throws IOException {
        this.transport = transport;
        this.loop = new ThreadEventLoop("coordinator", fault -> events.accept("coordinator: " + fault));
        this.io = Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("coordinator-io").factory());
        CoordinatorConfig coordination = coordination(config);
        this.coordinator = new Coordinator(coordination, transport, loop, new FileTableStore(config.table()), io);
        Listen metrics = config.metrics(0);
        this.observation = metrics == null
                ? null
                : ObservationServer.start(new ObservedCoordinator(coordinator, coordination), metrics);
    }

    /**
     * Where no worker ever had a journal there is no lost table to be rebuilt from what workers report, and no need to wait
     * for them long. Of disks that are lost the bucket may know better.
     */
    private static CoordinatorConfig coordination(ClusterConfig config) {
        CoordinatorConfig usual = CoordinatorConfig.of(Subjects.ofCluster(config.cluster()).prefix());
        if (config.ownDisks() || Files.exists(config.volume().resolve("journals"))) {
            return usual;
        }
        return new CoordinatorConfig(usual.prefix(), usual.slots(), usual.heartbeatMillis(), usual.deadAfterMillis(),
                usual.handoverBatch(), 2 * usual.heartbeatMillis(), usual.weights());
    }

    /** @param transport for this coordinator alone; closed with it */
    static CoordinatorHost start(ClusterConfig config, Transport transport, Consumer<String> events) {
        try {
            CoordinatorHost host = new CoordinatorHost(config, transport, events);
            host.coordinator.start();
            return host;
        } catch (IOException e) {
            transport.close();
            throw new Failure(ExitCode.FAILED, "port " + config.metricsPort() + " for metrics: " + e.getMessage(), e);
        }
    }

    CoordinatorStatus status() {
        return coordinator.status();
    }

    /** The living incarnations of that name, as the coordinator knows them. */
    List<WorkerStatus> incarnationsOf(String worker) {
        return coordinator.status().workers().stream().filter(each -> each.worker().worker().equals(worker)).toList();
    }

    /** That worker's process has ended: whatever lives under its name is gone. */
    void gone(String worker) {
        incarnationsOf(worker).forEach(each -> coordinator.gone(each.worker()));
    }

    void gone(Incarnation incarnation) {
        coordinator.gone(incarnation);
    }

    boolean connected() {
        return transport.connected();
    }

    @Override
    public void close() {
        coordinator.stop();
        if (observation != null) {
            observation.close();
        }
        transport.close();
        loop.close();
        io.close();
    }
}
