// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.local;

import io.natspersist.cli.terminal.Connection;
import io.natspersist.cli.terminal.ExitCode;
import io.natspersist.cli.terminal.Failure;
import io.natspersist.client.ClientConfig;
import io.natspersist.coordinator.CoordinatorStatus;
import io.natspersist.protocol.Subjects;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Transport;
import io.natspersist.transport.nats.NatsOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A cluster on this machine: a NATS server unless one is given, a coordinator in this process, and workers as processes of
 * their own. Server and workers are started again when they die, and all end with this process, however it ends.
 */
public final class LocalCluster implements AutoCloseable {

    private final ClusterConfig config;
    private final Consumer<String> events;
    private final DirectoryLock lock;
    private final @Nullable OwnNatsServer nats;
    private final String url;
    private final List<String> workers;
    private final Supervisor supervisor;
    private volatile @Nullable CoordinatorHost coordinator;

    private LocalCluster(ClusterConfig config, Consumer<String> events, DirectoryLock lock,
            @Nullable OwnNatsServer nats, String url) {
        this.config = config;
        this.events = events;
        this.lock = lock;
        this.nats = nats;
        this.url = url;
        this.workers = IntStream.range(0, config.workers()).mapToObj(n -> "w" + n).toList();
        this.supervisor = new Supervisor(config, name -> WorkerCommand.of(config, name, url,
                config.metrics(1 + workers.indexOf(name))),
                () -> Optional.ofNullable(coordinator), events);
    }

    /**
     * Starts everything; does not wait until it serves ({@link #awaitServing}).
     *
     * @param events told in a line what happens to processes, on any thread
     * @throws Failure when it cannot be started; the message is for the user
     */
    public static LocalCluster start(ClusterConfig config, Consumer<String> events) throws IOException {
        DirectoryLock lock = DirectoryLock.take(config.directory());
        for (int worker = 0; worker < config.workers(); worker++) {
            Files.createDirectories(config.root("w" + worker));
        }
        OwnNatsServer nats = null;
        try {
            String url = config.server();
            if (url == null) {
                nats = OwnNatsServer.start(NatsServerBinary.find(System.getenv()), config.port(),
                        config.log("nats-server"), events);
                url = nats.url();
            }
            LocalCluster cluster = new LocalCluster(config, events, lock, nats, url);
            cluster.startCoordinator();
            cluster.supervisor.start(cluster.workers);
            return cluster;
        } catch (IOException | RuntimeException e) {
            if (nats != null) {
                nats.close();
            }
            lock.close();
            throw e;
        }
    }

    /** The NATS server's URL. */
    public String url() {
        return url;
    }

    public ClusterConfig config() {
        return config;
    }

    /** The workers' names. */
    public List<String> workers() {
        return workers;
    }

    /** The process that is this worker now; empty: it is just being started again. */
    public Optional<Long> pid(String worker) {
        return Optional.ofNullable(supervisor.process(worker)).map(WorkerProcess::pid);
    }

    /** Ends a worker's process as kill -9 does, and says which it was; empty: it is not running just now. */
    public Optional<Long> kill(String worker) {
        WorkerProcess process = supervisor.process(worker);
        if (process == null || !process.alive()) {
            return Optional.empty();
        }
        process.kill();
        return Optional.of(process.pid());
    }

    /** How often a worker was started again. */
    public long restarts() {
        return supervisor.restarts();
    }

    /** A client of this cluster, with a connection of its own. */
    public Connection connect(String name) {
        return connect(name, ClientConfig.ofCluster(config.cluster()));
    }

    public Connection connect(String name, ClientConfig client) {
        return Connection.open(new NatsOptions(url, name), client);
    }

    public void startCoordinator() {
        Transport transport = Connection.connect(new NatsOptions(url, "persist-coordinator"));
        if (alreadyServed(transport)) {
            transport.close();
            throw new Failure(ExitCode.FAILED, "a cluster named " + config.cluster() + " is already served at " + url
                    + "; choose another name with --cluster");
        }
        coordinator = CoordinatorHost.start(config, transport, events);
    }

    public void stopCoordinator() {
        CoordinatorHost host = coordinator;
        coordinator = null;
        if (host != null) {
            host.close();
        }
    }

    /** How the coordinator sees the cluster; empty while it is stopped. */
    public Optional<CoordinatorStatus> status() {
        return Optional.ofNullable(coordinator).map(CoordinatorHost::status);
    }

    /**
     * Waits until every worker runs and has its share of the slots.
     *
     * @throws Failure when that takes longer
     */
    public void awaitServing(Duration atMost) {
        long end = System.nanoTime() + atMost.toNanos();
        while (!status().filter(this::serving).isPresent()) {
            if (System.nanoTime() > end) {
                throw new Failure(ExitCode.FAILED, "the cluster does not serve after " + atMost.toSeconds() + " s ("
                        + status().map(Object::toString).orElse("no coordinator") + "); the logs are in "
                        + config.log("w0").getParent());
            }
            pause();
        }
    }

    private boolean serving(CoordinatorStatus status) {
        return status.settled() && status.workers().size() == workers.size()
                && status.workers().stream().allMatch(worker -> worker.ready() && worker.slots() > 0);
    }

    private boolean alreadyServed(Transport transport) {
        CompletableFuture<Boolean> answered = new CompletableFuture<>();
        transport.request(Subjects.ofCluster(config.cluster()).table(), Headers.NONE, new byte[0], 1_000,
                reply -> answered.complete(reply instanceof Transport.Reply.Answer));
        return answered.join();
    }

    /** Lets the workers drain, then ends everything. */
    @Override
    public void close() throws IOException {
        supervisor.close();
        stopCoordinator();
        if (nats != null) {
            nats.close();
        }
        lock.close();
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(ExitCode.FAILED, "interrupted", e);
        }
    }
}
