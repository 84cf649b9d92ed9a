// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.contender;

import io.natspersist.cli.bench.measure.Load;
import io.natspersist.cli.bench.measure.Processes;
import io.natspersist.cli.local.ClusterConfig;
import io.natspersist.cli.local.Durability;
import io.natspersist.cli.local.LocalCluster;
import io.natspersist.cli.local.NatsServerBinary;
import io.natspersist.cli.local.NatsServerProcess;
import io.natspersist.cli.terminal.Connection;
import io.natspersist.cli.terminal.ServerOptions;
import io.natspersist.client.AsyncStream;
import io.natspersist.client.Batch;
import io.natspersist.client.ClientConfig;
import io.natspersist.client.ListedStream;
import io.natspersist.client.PersistClient;
import io.natspersist.client.SetResult;
import io.natspersist.client.Stored;
import io.natspersist.client.StreamMessage;
import io.natspersist.client.Watch;
import io.natspersist.client.WatchFrom;
import io.natspersist.protocol.StreamConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Persist: a nats-server, worker processes, and the coordinator, which is part of this process. */
public final class PersistStore implements Store {

    public static final String SYNC = "persist sync";
    public static final String RELAXED = "persist relaxed";

    private static final String WORKER_MEMORY = "512m";
    private static final int FLUSHED_AT_ONCE = 200;
    private static final Duration START = Duration.ofMinutes(2);

    private final NatsServerProcess nats;
    private final LocalCluster cluster;
    private final Connection connection;

    private PersistStore(NatsServerProcess nats, LocalCluster cluster, Connection connection) {
        this.nats = nats;
        this.cluster = cluster;
        this.connection = connection;
    }

    /**
     * Starts everything, in {@code sync}, and returns when all streams are served.
     *
     * @param directory where a cluster may have been before
     */
    public static PersistStore start(Path directory, int workers, Consumer<String> events) throws IOException {
        NatsServerProcess nats = NatsServerProcess.start(NatsServerBinary.find(System.getenv()), 0,
                directory.resolve("nats-server.log"), List.of(), START);
        LocalCluster cluster = null;
        try {
            cluster = LocalCluster.start(new ClusterConfig(directory, ServerOptions.DEFAULT_CLUSTER, workers,
                    nats.url(), 0, Durability.SYNC, WORKER_MEMORY), events);
            cluster.awaitServing(START);
            return new PersistStore(nats, cluster, cluster.connect("persist-bench", config()));
        } catch (IOException | RuntimeException e) {
            if (cluster != null) {
                cluster.close();
            }
            nats.close();
            throw e;
        }
    }

    /** The defaults: more may be under way than any workload has. */
    private static ClientConfig config() {
        return ClientConfig.ofCluster(ServerOptions.DEFAULT_CLUSTER);
    }

    @Override
    public String name() {
        return SYNC;
    }

    @Override
    public Processes processes() {
        Map<String, List<Long>> pids = new LinkedHashMap<>();
        nats.pid().ifPresent(pid -> pids.put("nats-server", List.of(pid)));
        pids.put("worker", workerPids());
        return Processes.withClient(pids);
    }

    public List<Long> workerPids() {
        return cluster.workers().stream().map(cluster::pid).flatMap(Optional::stream).toList();
    }

    /** How large the workers' journals are now. */
    public long journalBytes() {
        try (Stream<Path> files = Files.walk(cluster.config().volume().resolve("journals"))) {
            return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
        } catch (IOException | UncheckedIOException e) {
            return 0; // a segment went just now
        }
    }

    public LocalCluster cluster() {
        return cluster;
    }

    public PersistClient client() {
        return connection.client();
    }

    public Connection connection() {
        return connection;
    }

    /** Streams are there once something is stored in them. */
    @Override
    public void prepare(List<String> streams) {}

    @Override
    public StoredStream stream(String name) {
        return new PersistStream(async(name));
    }

    /** A stream that is answered once a change is written, and not yet forced. */
    public StoredStream relaxedStream(String name) {
        AsyncStream stream = async(name);
        stream.configure(StreamConfig.NONE.withDurability(StreamConfig.Durability.RELAXED)).join();
        return new PersistStream(stream);
    }

    public AsyncStream async(String name) {
        return client().stream(name).async();
    }

    /** Appends so many messages with one request, and gives how many were stored. */
    public CompletableFuture<Long> setMany(String name, byte[] value, int count) {
        Batch batch = new Batch();
        for (int i = 0; i < count; i++) {
            batch.add(value);
        }
        return async(name).setMany(batch).thenApply(PersistStore::allStored);
    }

    /** Returns when these streams' files hold everything by themselves. */
    public void flush(List<String> streams) throws InterruptedException {
        Load.count(n -> async(streams.get(n)).flush(), FLUSHED_AT_ONCE, streams.size());
    }

    /** How many messages the streams below a prefix have, by the list of streams: no file is opened for that. */
    public long messagesBelow(String prefix) {
        return StreamSupport.stream(client().list(prefix).spliterator(), false).mapToLong(ListedStream::messages).sum();
    }

    private static long allStored(List<SetResult> results) {
        results.stream().filter(result -> !(result instanceof Stored)).findFirst()
                .ifPresent(refused -> {
                    throw new IllegalStateException("not stored: " + refused);
                });
        return results.size();
    }

    @Override
    public CompletableFuture<Long> create(String stream, byte[] value) {
        return stream(stream).set(value);
    }

    @Override
    public AutoCloseable follow(String stream, Runnable onMessage) {
        Connection own = cluster.connect("persist-bench-watcher", config());
        Watch watch = own.client().stream(stream).watch(WatchFrom.now(), change -> onMessage.run());
        watch.ready().join();
        return () -> {
            watch.close();
            own.close();
        };
    }

    @Override
    public void readAll(String stream, long count, Consumer<byte[]> onValue) {
        try (Connection own = cluster.connect("persist-bench-reader", config())) {
            long seen = 0;
            for (StreamMessage message : own.client().stream(stream).getAll()) {
                onValue.accept(PersistStream.valueOf(message));
                seen++;
            }
            if (seen != count) {
                throw new IllegalStateException(stream + " has " + seen + " messages, not " + count);
            }
        }
    }

    @Override
    public void prepareKeys(List<String> stores) {}

    @Override
    public StoredKeys keys(String store) {
        return new PersistKeys(client().kv(store).async());
    }

    @Override
    public void close() throws IOException {
        connection.close();
        cluster.close();
        nats.close();
    }
}
