// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.nfs;

import static org.awaitility.Awaitility.await;

import io.natspersist.client.ClientConfig;
import io.natspersist.client.PersistClient;
import io.natspersist.coordinator.CoordinatorMain;
import io.natspersist.protocol.Json;
import io.natspersist.protocol.StreamName;
import io.natspersist.protocol.Subjects;
import io.natspersist.protocol.table.AssignmentTable;
import io.natspersist.protocol.table.SlotAssignment;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Transport;
import io.natspersist.transport.nats.NatsServer;
import io.natspersist.transport.nats.NatsTransport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** NATS, a coordinator and a client on this machine, and a worker on each of the rig's clients, on an empty volume. */
final class Cluster implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofMinutes(4);

    private static final int SLOTS = 64;
    /** Twice what it is by default: emulated machines that start a JVM next to others stand still for seconds. */
    private static final int DEAD_AFTER_MILLIS = 12_000;
    private static final Subjects SUBJECTS = Subjects.ofCluster("nfs");

    private final Rig rig;
    private final GuestApp app;
    private final Path logs;
    private final List<String> workerArguments;
    private final NatsServer nats;
    private final Process coordinator;
    private final Transport transport;
    private final PersistClient client;
    private final Map<String, GuestWorker> workers = new HashMap<>();
    private int started;

    /** @param workerArguments further ones for each worker */
    Cluster(Rig rig, GuestApp app, Path logs, String... workerArguments) throws IOException {
        this.rig = rig;
        this.app = app;
        this.logs = logs;
        this.workerArguments = List.of(workerArguments);
        rig.run("server", "rm -rf /export/*");
        nats = NatsServer.startOn(Rig.host());
        Path table = Files.createTempDirectory(logs, "table").resolve("table.json");
        coordinator = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx96m",
                "-XX:+UseSerialGC", "-Dlogback.configurationFile=" + app.folder().resolve("logback.xml"), "-cp",
                System.getProperty("java.class.path"), CoordinatorMain.class.getName(), "--cluster", "nfs", "--slots",
                Integer.toString(SLOTS), "--dead-after-millis", Integer.toString(DEAD_AFTER_MILLIS), "--table",
                table.toString(), "--nats", nats.url()).redirectErrorStream(true)
                .redirectOutput(logs.resolve("coordinator.log").toFile()).start();
        Runtime.getRuntime().addShutdownHook(new Thread(coordinator::destroyForcibly));
        transport = NatsTransport.connect(nats.options("rig"));
        client = PersistClient.connect(nats.options("writer"),
                ClientConfig.ofSubjects(SUBJECTS).withDeadlineMillis(ClientConfig.MAX_DEADLINE_MILLIS));
        start("a");
        start("b");
    }

    PersistClient client() {
        return client;
    }

    GuestWorker worker(String name) {
        GuestWorker worker = workers.get(name);
        if (worker == null) {
            throw new IllegalArgumentException(name);
        }
        return worker;
    }

    /** Starts a worker where none runs. */
    void start(String name) {
        started++;
        String[] arguments = new String[workerArguments.size() + 2];
        workerArguments.toArray(arguments);
        arguments[arguments.length - 2] = "--nats";
        arguments[arguments.length - 1] = nats.url();
        Path log = logs.resolve("worker-" + name + "-" + started + ".log");
        workers.put(name, GuestWorker.start(rig, app, name, log, arguments));
    }

    /** The coordinator stands still, and what is under way in NATS is lost. */
    void fallSilent() {
        signalCoordinator("STOP");
        nats.restart();
    }

    /** The end of {@link #fallSilent}. */
    void speak() {
        signalCoordinator("CONT");
    }

    private void signalCoordinator(String signal) {
        try {
            new ProcessBuilder("kill", "-" + signal, Long.toString(coordinator.pid())).start().waitFor();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits until the table is as wanted, and gives it. */
    AssignmentTable awaitTable(String what, Predicate<AssignmentTable> wanted) {
        return await(what).atMost(PATIENCE).pollInterval(Duration.ofMillis(500)).until(this::table,
                table -> table != null && wanted.test(table));
    }

    /** The same; workers that halt meanwhile are started again, as those who supervise them do. */
    AssignmentTable awaitTableSupervised(String what, Predicate<AssignmentTable> wanted) {
        return await(what).atMost(PATIENCE).pollInterval(Duration.ofMillis(500)).until(() -> {
            workers.values().stream().filter(GuestWorker::halted).map(GuestWorker::client).toList()
                    .forEach(this::start);
            return table();
        }, table -> table != null && wanted.test(table));
    }

    static boolean owns(AssignmentTable table, String worker, String stream) {
        return owns(table.slot(new StreamName(stream).slot(SLOTS)), worker);
    }

    /** Whether this worker owns everything, and has adopted it. */
    static boolean ownsAll(AssignmentTable table, String worker) {
        return table.slots().stream()
                .allMatch(slot -> owns(slot, worker) && slot.awaits() == null && slot.adopt().isEmpty());
    }

    private static boolean owns(SlotAssignment slot, String worker) {
        return slot.owner() != null && slot.owner().worker().equals(worker);
    }

    private @Nullable AssignmentTable table() throws InterruptedException {
        CompletableFuture<@Nullable AssignmentTable> table = new CompletableFuture<>();
        transport.request(SUBJECTS.table(), Headers.NONE, new byte[0], 2_000, reply -> {
            if (reply instanceof Transport.Reply.Answer(var answer)) {
                table.complete(Json.read(answer.payload(), AssignmentTable.class));
            } else {
                table.complete(null);
            }
        });
        try {
            return table.get(5, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            return null;
        }
    }

    @Override
    public void close() throws InterruptedException {
        client.close();
        for (GuestWorker worker : workers.values()) {
            if (worker.running()) {
                rig.run(worker.client(), "kill -9 $(cat /run/worker.pid)");
                worker.exitWithin(30);
            }
        }
        transport.close();
        coordinator.destroy();
        coordinator.waitFor(10, TimeUnit.SECONDS);
        nats.close();
    }
}
