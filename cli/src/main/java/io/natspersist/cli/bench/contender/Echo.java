// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.contender;

import io.natspersist.cli.bench.measure.Processes;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Transport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** The limit of request and reply: a Java process that only answers, over the same nats-server and connection as Persist. */
public final class Echo implements AutoCloseable {

    public static final String NAME = "echo";

    private static final long ANSWER_MILLIS = 30_000;

    private final PersistStore beside;
    private final EchoServer server;
    private final Transport transport;

    private Echo(PersistStore beside, EchoServer server) {
        this.beside = beside;
        this.server = server;
        this.transport = beside.connection().transport();
    }

    public static Echo start(PersistStore beside) throws IOException {
        return new Echo(beside, EchoServer.start(beside.cluster().url()));
    }

    public Processes processes() {
        Map<String, List<Long>> pids = new LinkedHashMap<>(beside.processes().pids());
        pids.remove("worker");
        pids.put("echo", new ArrayList<>(List.of(server.pid())));
        return new Processes(pids);
    }

    /** Sends a value; done when the echo has answered. */
    public CompletableFuture<Void> request(int n, byte[] value) {
        CompletableFuture<Void> answered = new CompletableFuture<>();
        transport.request(EchoServer.SUBJECT + "." + n, Headers.NONE, value, ANSWER_MILLIS, reply -> {
            if (reply instanceof Transport.Reply.Answer) {
                answered.complete(null);
            } else {
                answered.completeExceptionally(new IllegalStateException("no echo: " + reply));
            }
        });
        return answered;
    }

    @Override
    public void close() {
        server.close();
    }
}
