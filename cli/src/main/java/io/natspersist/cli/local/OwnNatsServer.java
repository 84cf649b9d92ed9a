// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.local;

import io.natspersist.cli.terminal.Failure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The nats-server of a local cluster: whenever it ends, it is started again on the same port, until this is closed. */
final class OwnNatsServer implements AutoCloseable {

    private final Path binary;
    private final Path log;
    private final Consumer<String> events;
    private final ScheduledExecutorService thread = Executors
            .newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name("nats-server").factory());
    // guarded by this
    private NatsServerProcess running;
    private Backoff backoff = Backoff.NONE;
    private boolean closed;

    private OwnNatsServer(Path binary, Path log, Consumer<String> events, NatsServerProcess first) {
        this.binary = binary;
        this.log = log;
        this.events = events;
        this.running = first;
    }

    /**
     * @param port 0: a free one
     * @param events told in a line when it ended, on any thread
     * @throws Failure when it does not start
     */
    static OwnNatsServer start(Path binary, int port, Path log, Consumer<String> events) throws IOException {
        NatsServerProcess first = NatsServerProcess.start(binary, port, log);
        OwnNatsServer server = new OwnNatsServer(binary, log, events, first);
        server.watch(first);
        return server;
    }

    synchronized String url() {
        return running.url();
    }

    private void watch(NatsServerProcess process) {
        process.onExit(() -> ended(process));
    }

    private synchronized void ended(NatsServerProcess process) {
        if (!closed) {
            events.accept("nats-server ended, and is started again; its log is " + log);
            startLater(process.livedMillis());
        }
    }

    private synchronized void startLater(long livedMillis) {
        backoff = backoff.afterLife(livedMillis);
        thread.schedule(this::startAgain, backoff.delayMillis(), TimeUnit.MILLISECONDS);
    }

    private synchronized void startAgain() {
        if (closed) {
            return;
        }
        try {
            running = NatsServerProcess.start(binary, running.port(), log);
            watch(running);
        } catch (IOException | Failure e) {
            events.accept("nats-server cannot be started: " + e.getMessage());
            startLater(0);
        }
    }

    /** Ends it. */
    @Override
    public synchronized void close() {
        closed = true;
        thread.shutdownNow();
        running.close();
    }
}
