// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import io.natspersist.loop.EventLoop;
import io.natspersist.loop.ThreadEventLoop;
import io.natspersist.protocol.StreamName;
import io.natspersist.transport.Transport;
import io.natspersist.transport.nats.NatsOptions;
import io.natspersist.transport.nats.NatsTransport;
import java.security.SecureRandom;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The door to a cluster: finds the worker of a stream and follows it when it moves, repeats what may be repeated, watches
 * without missing anything. One client serves a whole application; it and its handles are safe for use by many threads.
 *
 * <pre>{@code
 * try (PersistClient client = PersistClient.connect("nats://127.0.0.1:4222", "demo")) {
 *     StreamHandle notes = client.stream("projects.42.notes");
 *     notes.set("hello".getBytes(UTF_8));
 *     notes.getAll().forEach(message -> System.out.println(message.seq() + " " + message.text()));
 *
 *     KeyValue settings = client.kv("users.7.settings");
 *     settings.put("theme", "dark".getBytes(UTF_8));
 * }
 * }</pre>
 *
 * <p>
 * A call is tried again, with growing and jittered delays, until its deadline, as long as that is safe: reads always; sets
 * and deletes where the answer says that nothing was changed, or where they carry a message id, by which the worker knows a
 * repeated one. The client gives every set and delete an id of its own unless told otherwise, so what it repeats is stored
 * once.
 */
public final class PersistClient implements AutoCloseable {

    private static final int PAGE = 1_000;
    private static final Logger LOG = LoggerFactory.getLogger(PersistClient.class);

    /** What subject and headers of the protocol may take. */
    private static final int MESSAGE_OVERHEAD = 2_048;

    private final ClientConfig config;
    private final Transport transport;
    private final ClientLoop loop;
    private final Backoff backoff;
    private final @Nullable MessageIds messageIds;
    private final MessageIds uploadIds;
    private final Discovery discovery;
    private final Requests requests;
    private final StreamLists lists;
    private final Runnable whenClosed;
    /** Confined to the loop. */
    private final Set<StreamWatch> watches = new LinkedHashSet<>();

    /**
     * A client on parts that are given, which it does not close. All its logic runs on {@code loop}.
     *
     * @param random makes message ids and spreads retries; must differ from client to client, and is used by no one else
     */
    public PersistClient(ClientConfig config, Transport transport, EventLoop loop, RandomGenerator random) {
        this(config, transport, loop, random, () -> {});
    }

    private PersistClient(ClientConfig config, Transport transport, EventLoop loop, RandomGenerator random,
            Runnable whenClosed) {
        this.config = config;
        this.transport = transport;
        this.loop = new ClientLoop(loop);
        this.messageIds = config.messageIds() ? new MessageIds(random, '.') : null;
        this.uploadIds = new MessageIds(random, '_');
        this.backoff = new Backoff(random);
        this.discovery = new Discovery(config, transport, this.loop, backoff);
        this.requests = new Requests(config, transport, this.loop, discovery, backoff);
        this.lists = new StreamLists(config, transport, this.loop, discovery, backoff);
        this.whenClosed = whenClosed;
        transport.onConnection(connected -> this.loop.execute(() -> connection(connected)));
    }

    /**
     * Connects to a NATS server, with a thread of its own.
     *
     * @param url such as {@code nats://127.0.0.1:4222}
     * @param cluster the cluster's name: its subjects begin with {@code persist.<cluster>}
     */
    public static PersistClient connect(String url, String cluster) {
        return connect(new NatsOptions(url, "persist-client"), ClientConfig.ofCluster(cluster));
    }

    /** As {@link #connect(String, String)}, with credentials and everything else as is said there. */
    public static PersistClient connect(NatsOptions options, ClientConfig config) {
        NatsTransport transport = NatsTransport.connect(options);
        ThreadEventLoop loop = new ThreadEventLoop("persist-client",
                fault -> LOG.error("a task of the client failed", fault));
        return new PersistClient(config, transport, loop, new SplittableRandom(new SecureRandom().nextLong()), () -> {
            transport.close();
            loop.close();
        });
    }

    /**
     * A handle on a stream. It costs nothing, and asks nobody.
     *
     * @throws IllegalArgumentException when the name is not legal
     */
    public StreamHandle stream(String name) {
        return new StreamHandle(this, new AsyncStream(this, new StreamName(name)));
    }

    /**
     * A handle on a key-value store. It costs nothing, and asks nobody.
     *
     * @throws IllegalArgumentException when the name is not legal
     */
    public KeyValue kv(String name) {
        return new KeyValue(this, new AsyncKeyValue(new AsyncStream(this, new StreamName(name))));
    }

    /** All streams, in the order of their tokens: what lies below a name follows it. Read page by page. */
    public Iterable<ListedStream> list() {
        return () -> new PageIterator<>(this, lists.streams(null, null, PAGE));
    }

    /** The stream of this name and those below it. */
    public Iterable<ListedStream> list(String prefix) {
        StreamName name = new StreamName(prefix);
        return () -> new PageIterator<>(this, lists.streams(name, null, PAGE));
    }

    StreamLists lists() {
        return lists;
    }

    /**
     * One page of {@link #list()}, without waiting. A page's position says nothing.
     *
     * @param prefix the stream of this name and those below it; null: all
     * @param after only those after this name; null: from the first
     * @param pageSize about how many; at most 1,000 of each worker
     */
    public CompletableFuture<Page<ListedStream>> listAsync(@Nullable String prefix, @Nullable String after,
            int pageSize) {
        return lists.streams(prefix == null ? null : new StreamName(prefix), after, pageSize);
    }

    /**
     * What prefixes there are below a prefix, and how many streams each has.
     *
     * @param prefix null: below the root
     * @param depth of how many tokens below it; at least 1
     */
    public Iterable<Branch> tree(@Nullable String prefix, int depth) {
        if (depth < 1) {
            throw new IllegalArgumentException("depth " + depth + " must be at least 1");
        }
        StreamName name = prefix == null ? null : new StreamName(prefix);
        return () -> new PageIterator<>(this, lists.tree(name, depth, null, PAGE));
    }

    /**
     * Has the catalogs of all slots, one after the other, compared with the files that there are, and corrected.
     *
     * @param progress is told of each slot
     */
    public void reindex(Consumer<Reindexed> progress) {
        int slots = await(lists.slots());
        for (int slot = 0; slot < slots; slot++) {
            progress.accept(await(lists.reindex(slot)));
        }
    }

    /** Ends all watches and fails all calls under way with {@link PersistException#CLOSED}. */
    @Override
    public void close() {
        loop.execute(() -> {
            List.copyOf(watches).forEach(StreamWatch::stop);
            watches.clear();
            discovery.close();
            requests.close();
            whenClosed.run();
        });
    }

    /** Waits for a result. */
    <T> T await(CompletableFuture<T> result) {
        if (loop.isRunningHere() && !result.isDone()) {
            throw new IllegalStateException("a call that waits was made on the client's event loop, which it waits for;"
                    + " use the asynchronous form there");
        }
        try {
            return result.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof PersistException known
                    ? known.rethrown()
                    : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PersistException(PersistException.INTERRUPTED, 499, true, false, -1, "interrupted while waiting",
                    e);
        }
    }

    @Nullable
    String nextMsgId() {
        return messageIds == null ? null : messageIds.next();
    }

    String nextUploadId() {
        return uploadIds.next();
    }

    ClientConfig config() {
        return config;
    }

    /** What the text and value of a message may take together, in bytes; and what a part may. */
    int maxMessageBytes() {
        return Math.max(1, (int) Math.min(Integer.MAX_VALUE, transport.maxPayload() - MESSAGE_OVERHEAD));
    }

    void submit(Call call) {
        requests.submit(call);
    }

    CompletableFuture<Location> locate(StreamName stream) {
        return requests.locate(stream).thenApply(owner -> new Location(stream.value(), owner.slot(),
                owner.incarnation().toString(), owner.epoch(), config.subjects().prefix() + ".worker."
                        + owner.incarnation().worker()));
    }

    Watch watch(StreamName stream, WatchFrom from, WatchListener listener) {
        StreamWatch watch = new StreamWatch(stream, from, listener, config, transport, loop, discovery, requests,
                backoff);
        loop.execute(() -> {
            watches.add(watch);
            watch.start();
            watch.ended().whenComplete((done, failed) -> watches.remove(watch));
        });
        if (requests.isClosed()) {
            watch.close();
        }
        return watch;
    }

    private void connection(boolean connected) {
        if (connected) {
            discovery.reconnected();
            List.copyOf(watches).forEach(StreamWatch::reconnected);
        }
    }
}
