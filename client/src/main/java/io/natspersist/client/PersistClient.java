// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import io.natspersist.loop.EventLoop;
import io.natspersist.protocol.StreamName;
import io.natspersist.transport.Transport;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;

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

    /**
     * A client on parts that are given, which it does not close. All its logic runs on {@code loop}.
     *
     * @param random makes message ids and spreads retries; must differ from client to client
     */
    public PersistClient(ClientConfig config, Transport transport, EventLoop loop, RandomGenerator random) {}

    /**
     * Connects to a NATS server, with a thread of its own.
     *
     * @param url such as {@code nats://127.0.0.1:4222}
     * @param cluster the cluster's name: its subjects begin with {@code persist.<cluster>}
     */
    public static PersistClient connect(String url, String cluster) {
        return connect(url, ClientConfig.ofCluster(cluster));
    }

    /** As {@link #connect(String, String)}, with everything else as {@code config} says. */
    public static PersistClient connect(String url, ClientConfig config) {
        return PersistClient.pending();
    }

    /** A handle on a stream. It costs nothing, and asks nobody.
     *
     * @throws IllegalArgumentException when the name is not legal */
    public StreamHandle stream(String name) {
        return new StreamHandle(this, new AsyncStream(this, new StreamName(name)));
    }

    /** A handle on a key-value store. It costs nothing, and asks nobody.
     *
     * @throws IllegalArgumentException when the name is not legal */
    public KeyValue kv(String name) {
        return new KeyValue(this, new AsyncKeyValue(new AsyncStream(this, new StreamName(name))));
    }

    <T> T await(CompletableFuture<T> result) {
        return PersistClient.pending();
    }

    @SuppressWarnings({ "DoNotCallSuggester", "TypeParameterUnusedInFormals" })
    static <T> T pending() {
        throw new UnsupportedOperationException("follows");
    }

    /** Ends all watches and fails all calls under way with {@link PersistException#CLOSED}. */
    @Override
    public void close() {}
}
