// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.local;

import io.natspersist.coordinator.Coordinator;
import io.natspersist.coordinator.CoordinatorConfig;
import io.natspersist.coordinator.CoordinatorStatus;
import io.natspersist.coordinator.CoordinatorStatus.WorkerStatus;
import io.natspersist.coordinator.FileTableStore;
import io.natspersist.loop.ThreadEventLoop;
import io.natspersist.protocol.Subjects;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.transport.Transport;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/** A coordinator in this process, with its loop and its table in a file. */
final class CoordinatorHost implements AutoCloseable {

    private final Transport transport;
    private final ThreadEventLoop loop;
    private final ExecutorService io;
    private final Coordinator coordinator;

    private CoordinatorHost(ClusterConfig config, Transport transport, Consumer<String> events) {
        this.transport = transport;
        this.loop = new ThreadEventLoop("coordinator", fault -> events.accept("coordinator: " + fault));
        this.io = Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("coordinator-io").factory());
        this.coordinator = new Coordinator(coordination(config), transport, loop, new FileTableStore(config.table()),
                io);
    }

    /**
     * Where no worker ever had a journal there is no lost table to be rebuilt from what workers report, and no need to wait
     * for them long.
     */
    private static CoordinatorConfig coordination(ClusterConfig config) {
        CoordinatorConfig usual = CoordinatorConfig.of(Subjects.ofCluster(config.cluster()).prefix());
        if (Files.exists(config.volume().resolve("journals"))) {
            return usual;
        }
        return new CoordinatorConfig(usual.prefix(), usual.slots(), usual.heartbeatMillis(), usual.deadAfterMillis(),
                usual.handoverBatch(), 2 * usual.heartbeatMillis(), usual.weights());
    }

    /** @param transport for this coordinator alone; closed with it */
    static CoordinatorHost start(ClusterConfig config, Transport transport, Consumer<String> events) {
        CoordinatorHost host = new CoordinatorHost(config, transport, events);
        host.coordinator.start();
        return host;
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
        transport.close();
        loop.close();
        io.close();
    }
}
