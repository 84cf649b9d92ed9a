// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.jetstream;

import io.nats.client.api.DeliverPolicy;
import io.nats.client.api.KeyValueConfiguration;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.api.StreamInfo;
import io.natspersist.cli.bench.contender.Store;
import io.natspersist.cli.bench.contender.StoredKeys;
import io.natspersist.cli.bench.contender.StoredStream;
import io.natspersist.cli.bench.measure.Load;
import io.natspersist.cli.bench.measure.Processes;
import io.natspersist.cli.local.NatsServerProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** JetStream on a nats-server of its own: each stream has one subject, one replica and a file. */
public final class JetStreamStore implements Store {

    /** How many streams are being made at once: more are no faster. */
    private static final int MADE_AT_ONCE = 64;
    private static final long MOST_SECONDS_TO_READ = 300;

    private final String name;
    private final NatsServerProcess server;
    private final Link link;

    private JetStreamStore(String name, NatsServerProcess server, Link link) {
        this.name = name;
        this.server = server;
        this.link = link;
    }

    /** @param directory where one may have been before: it has its streams again */
    public static JetStreamStore start(Path directory, SyncInterval sync) throws IOException, InterruptedException {
        NatsServerProcess server = JetStreamServer.start(directory, sync);
        try {
            return new JetStreamStore(sync.contender(), server, Link.open(server.url()));
        } catch (IOException | InterruptedException e) {
            server.close();
            throw e;
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Processes processes() {
        return Processes.withClient(server.pid().map(pid -> Map.of("nats-server", List.of(pid))).orElse(Map.of()));
    }

    @Override
    public void prepare(List<String> streams) throws InterruptedException {
        Load.count(n -> make(configuration(streams.get(n))), MADE_AT_ONCE, streams.size());
    }

    @Override
    public StoredStream stream(String stream) {
        return new OneStream(link, stream);
    }

    @Override
    public CompletableFuture<Long> create(String stream, byte[] value) {
        return make(configuration(stream)).thenCompose(made -> stream(stream).set(value));
    }

    private CompletableFuture<StreamInfo> make(StreamConfiguration configuration) {
        return link.api("STREAM.CREATE." + configuration.getName(), configuration.toJson()).thenApply(answer -> {
            StreamInfo made = new StreamInfo(answer);
            if (made.hasError()) {
                throw new IllegalStateException(configuration.getName() + ": " + made.getError());
            }
            return made;
        });
    }

    private static StreamConfiguration configuration(String stream) {
        return StreamConfiguration.builder().name(OneStream.nameOf(stream)).subjects(stream)
                .storageType(StorageType.File)
                .allowDirect(true).build();
    }

    @Override
    public AutoCloseable follow(String stream, Runnable onMessage) throws Exception {
        Link own = Link.open(server.url());
        try {
            OrderedConsumer.start(own, stream, DeliverPolicy.New, message -> onMessage.run());
            return own;
        } catch (Exception e) {
            own.close();
            throw e;
        }
    }

    @Override
    public void readAll(String stream, long count, Consumer<byte[]> onValue) throws Exception {
        CountDownLatch left = new CountDownLatch(Math.toIntExact(count));
        try (Link own = Link.open(server.url())) {
            OrderedConsumer.start(own, stream, DeliverPolicy.All, message -> {
                onValue.accept(message.getData());
                left.countDown();
            });
            if (!left.await(MOST_SECONDS_TO_READ, TimeUnit.SECONDS)) {
                throw new IllegalStateException(
                        stream + ": " + left.getCount() + " messages of " + count + " did not come");
            }
        }
    }

    @Override
    public void prepareKeys(List<String> stores) throws InterruptedException {
        Load.count(n -> make(KeyValueConfiguration.builder().name(OneStream.nameOf(stores.get(n)))
                .storageType(StorageType.File).build().getBackingConfig()), MADE_AT_ONCE, stores.size());
    }

    @Override
    public StoredKeys keys(String store) {
        return new OneKeyStore(link, OneStream.nameOf(store));
    }

    @Override
    public void close() {
        link.close();
        server.close();
    }
}
