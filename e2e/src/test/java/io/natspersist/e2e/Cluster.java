// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e;

import static org.awaitility.Awaitility.await;

import io.natspersist.client.PersistClient;
import io.natspersist.coordinator.Coordinator;
import io.natspersist.coordinator.CoordinatorConfig;
import io.natspersist.coordinator.CoordinatorStatus;
import io.natspersist.coordinator.CoordinatorStatus.WorkerStatus;
import io.natspersist.coordinator.FileTableStore;
import io.natspersist.loop.ThreadEventLoop;
import io.natspersist.protocol.ErrorCode;
import io.natspersist.protocol.HeaderNames;
import io.natspersist.protocol.StreamName;
import io.natspersist.protocol.Subjects;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Message;
import io.natspersist.transport.Transport;
import io.natspersist.transport.nats.NatsServer;
import io.natspersist.transport.nats.NatsTransport;
import io.natspersist.worker.cold.S3Server;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A whole cluster on this machine: a real nats-server, a coordinator in this process, workers as processes of their own that
 * nobody restarts but the test. Everything ends, and its folder goes, when it is closed.
 */
final class Cluster implements AutoCloseable {

    static final String NAME = "e2e";
    static final Subjects SUBJECTS = Subjects.ofCluster(NAME);

    final NatsServer nats;
    private final Path folder;
    private final Map<String, WorkerProcess> workers = new ConcurrentHashMap<>();
    private final List<PersistClient> clients = new ArrayList<>();
    private final Transport plain;
    private final Thread atExit = new Thread(this::killAll);
    private @Nullable CoordinatorHere coordinator;

    /** The coordinator, with all that is its own. */
    private record CoordinatorHere(Transport transport, ThreadEventLoop loop, ExecutorService io,
            Coordinator coordinator) {}

    /** A coordinator, and no worker yet. */
    Cluster() {
        this("");
    }

    /**
     * The same, with lines for the NATS server's configuration. Who connects without a password must be allowed to be the
     * coordinator and the workers.
     */
    Cluster(String natsConfig) {
        nats = NatsServer.start(natsConfig);
        try {
            folder = Files.createTempDirectory("persist-e2e");
            Files.createDirectories(volume());
            Files.createDirectories(folder.resolve("logs"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Runtime.getRuntime().addShutdownHook(atExit);
        plain = NatsTransport.connect(nats.options("test"));
        startCoordinator();
    }

    /** With these workers, once they serve. */
    static Cluster of(String... names) {
        return new Cluster().with(names);
    }

    Cluster with(String... names) {
        Stream.of(names).forEach(this::start);
        awaitBalanced(names.length);
        return this;
    }

    Path volume() {
        return folder.resolve("volume");
    }

    Path table() {
        return folder.resolve("table");
    }

    // ---- the coordinator

    void startCoordinator() {
        Transport transport = NatsTransport.connect(nats.options("coordinator"));
        ThreadEventLoop loop = new ThreadEventLoop("coordinator", fault -> {
            throw new AssertionError(fault);
        });
        ExecutorService io = Executors.newSingleThreadExecutor();
        Coordinator made = new Coordinator(CoordinatorConfig.of(SUBJECTS.prefix()), transport, loop,
                new FileTableStore(table()), io);
        made.start();
        coordinator = new CoordinatorHere(transport, loop, io, made);
    }

    void stopCoordinator() {
        CoordinatorHere here = coordinator;
        coordinator = null;
        if (here != null) {
            here.coordinator.stop();
            here.transport.close();
            here.loop.close();
            here.io.close();
        }
    }

    CoordinatorStatus status() {
        if (coordinator == null) {
            throw new IllegalStateException("the coordinator is stopped");
        }
        return coordinator.coordinator.status();
    }

    /** The newest incarnation of that name that the coordinator takes for alive. */
    Incarnation incarnation(String worker) {
        return status().workers().stream().map(WorkerStatus::worker).filter(i -> i.worker().equals(worker))
                .max(Comparator.comparingLong(Incarnation::number)).orElseThrow();
    }

    /** That many workers are ready and all slots are served. */
    boolean settled(int ready) {
        CoordinatorStatus status = status();
        return status.settled() && status.workers().stream().filter(WorkerStatus::ready).count() == ready;
    }

    /** Slots may still be about to move. */
    void awaitSettled(int ready) {
        await("the cluster serves").atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(10))
                .until(() -> settled(ready));
    }

    /** That many workers share the slots evenly, none moves, and each has heard of what it serves. */
    void awaitBalanced(int ready) {
        await("the cluster is balanced").atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(10))
                .until(() -> {
                    IntSummaryStatistics slots = status().workers().stream().mapToInt(WorkerStatus::slots)
                            .summaryStatistics();
                    return settled(ready) && slots.getMax() - slots.getMin() <= 1;
                });
        status().workers().stream().filter(worker -> worker.slots() > 0)
                .forEach(worker -> awaitServing(worker.worker().worker()));
    }

    /** The coordinator has told everybody of a table a moment before a worker has read it. */
    private void awaitServing(String worker) {
        String stream = streamsOf(worker, 1).getFirst();
        await(worker + " serves").atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(1))
                .until(() -> ask(worker, "info", stream, Headers.NONE, new byte[0]).headers(),
                        headers -> !ErrorCode.NOT_OWNER.name().equals(headers.first(HeaderNames.ERROR)));
    }

    // ---- workers

    WorkerProcess start(String name, String... flags) {
        return start(name, Map.of(), flags);
    }

    WorkerProcess start(String name, Map<String, String> environment, String... flags) {
        WorkerProcess worker = WorkerProcess.start(name, volume(), nats.url(), NAME,
                folder.resolve("logs").resolve(name + ".log"), environment, flags);
        workers.put(name, worker);
        return worker;
    }

    /** One that archives there as soon as it may, and removes files a few seconds after the last use. */
    WorkerProcess startTiered(String name, S3Server s3) {
        return start(name, S3Server.environment(), "--idle-seconds", "1", "--s3", "s3://" + S3Server.BUCKET,
                "--s3-endpoint", s3.endpoint().toString(), "--s3-path-style", "true", "--archive-after-seconds", "1",
                "--evict-after-seconds", "1");
    }

    /** One with a disk of its own, which ships its journal there. */
    WorkerProcess startOnOwnDisk(String name, S3Server s3, String durability) {
        Path disk = disk(name);
        try {
            Files.createDirectories(disk);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        WorkerProcess worker = WorkerProcess.start(name, disk, nats.url(), NAME,
                folder.resolve("logs").resolve(name + ".log"), S3Server.environment(), "--idle-seconds", "1",
                "--durability", durability, "--s3", "s3://" + S3Server.BUCKET, "--s3-endpoint",
                s3.endpoint().toString(), "--s3-path-style", "true", "--own-disk", "true", "--archive-after-seconds",
                "1",
                "--evict-after-seconds", "1");
        workers.put(name, worker);
        return worker;
    }

    /** What only that worker has, where it has a disk of its own. */
    Path disk(String worker) {
        return folder.resolve("disk-" + worker);
    }

    /** The machine goes for good: the process at once, then its disk; and the coordinator is told. */
    void loseMachine(String name) {
        worker(name).kill();
        delete(disk(name));
        gone(name);
    }

    private static void delete(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            all.sorted(Comparator.reverseOrder()).forEach(p -> p.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One that kills itself at a step of {@link DyingWorker}. */
    WorkerProcess startDying(String name, Map<String, String> environment, String endpoint, String bucket,
            String step) {
        WorkerProcess worker = WorkerProcess.start(DyingWorker.class, folder.resolve("logs").resolve(name + ".log"),
                environment, name, volume().toString(), nats.url(), NAME, endpoint, bucket, step);
        workers.put(name, worker);
        return worker;
    }

    WorkerProcess worker(String name) {
        WorkerProcess worker = workers.get(name);
        if (worker == null) {
            throw new IllegalArgumentException("no worker " + name);
        }
        return worker;
    }

    /** kill -9, and the coordinator is told, as by whoever supervises processes. */
    void kill(String name) {
        worker(name).kill();
        gone(name);
    }

    /** Tells the coordinator that no process of that name lives; returns once it acts on that. */
    void gone(String name) {
        CoordinatorHere here = coordinator;
        if (here != null) {
            List<Incarnation> all = status().workers().stream().map(WorkerStatus::worker)
                    .filter(i -> i.worker().equals(name)).toList();
            all.forEach(here.coordinator::gone);
            await("it is known to be gone").pollInterval(Duration.ofMillis(1)).until(
                    () -> status().workers().stream().noneMatch(w -> all.contains(w.worker())));
        }
    }

    // ---- clients

    PersistClient client() {
        PersistClient client = PersistClient.connect(nats.url(), NAME);
        clients.add(client);
        return client;
    }

    /** Names of streams that this worker serves, now that nothing moves. */
    List<String> streamsOf(String worker, int count) {
        try (PersistClient asking = PersistClient.connect(nats.url(), NAME)) {
            return IntStream.iterate(0, i -> i + 1).mapToObj(i -> "s." + i)
                    .filter(name -> asking.stream(name).locate().owner().startsWith(worker + "."))
                    .limit(count).toList();
        }
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** One plain request to a worker, without any client. */
    CompletableFuture<Transport.Reply> request(String worker, String op, String stream, Headers headers,
            byte[] payload, long timeoutMillis) {
        CompletableFuture<Transport.Reply> reply = new CompletableFuture<>();
        plain.request(SUBJECTS.operation(worker, op, new StreamName(stream)), headers, payload, timeoutMillis,
                reply::complete);
        return reply;
    }

    /** As {@link #request}, waiting for an answer. */
    Message ask(String worker, String op, String stream, Headers headers, byte[] payload) {
        Transport.Reply reply = request(worker, op, stream, headers, payload, 10_000).orTimeout(20, TimeUnit.SECONDS)
                .join();
        if (reply instanceof Transport.Reply.Answer answer) {
            return answer.message();
        }
        throw new AssertionError(op + " " + stream + " at " + worker + ": " + reply);
    }

    // ---- the volume

    /** Paths of the files on the volume with this suffix, relative to it, sorted; catalogs are none of them. */
    List<String> files(String suffix) {
        try (Stream<Path> all = Files.walk(volume())) {
            return all.map(p -> volume().relativize(p).toString())
                    .filter(p -> p.endsWith(suffix) && !p.contains("/@")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (UncheckedIOException changedMeanwhile) {
            return files(suffix);
        }
    }

    /** Bytes in all segments of a journal. */
    long journalBytes(Incarnation journal) {
        return sizes(volume().resolve("journals").resolve(journal.toString()));
    }

    private static long sizes(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.toString().endsWith(".log")).mapToLong(f -> f.toFile().length()).sum();
        } catch (IOException e) {
            return 0;
        }
    }

    @Override
    public void close() {
        clients.forEach(PersistClient::close);
        plain.close();
        killAll();
        stopCoordinator();
        nats.close();
        printErrors();
        delete(folder);
        Runtime.getRuntime().removeShutdownHook(atExit);
    }

    private void killAll() {
        workers.values().forEach(WorkerProcess::kill);
    }

    /** For whoever must find out why a test failed. */
    private void printErrors() {
        workers.values().forEach(worker -> worker.log().lines().filter(line -> line.contains(" ERROR ")).limit(5)
                .forEach(line -> System.out.println(worker.name() + ": " + line)));
    }
}
