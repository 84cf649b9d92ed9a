// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.local;

import io.natspersist.cli.terminal.ExitCode;
import io.natspersist.cli.terminal.Failure;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A nats-server on the loopback interface, that ends with this process, however this one ends. */
public final class NatsServerProcess implements AutoCloseable {

    private static final Duration START = Duration.ofSeconds(10);
    /** Kills the server once standard input ends, which happens when this process is gone. */
    private static final String WITH_PARENT = """
            exec 3<&0
            "$@" </dev/null & server=$!
            trap 'kill $server' TERM
            { read -r _ <&3; kill $server; } 2>/dev/null & reader=$!
            wait $server
            wait $server
            kill $reader 2>/dev/null
            """;

    private final Process process;
    private final int port;
    private final Path log;
    private final long startedNanos = System.nanoTime();

    private NatsServerProcess(Process process, int port, Path log) {
        this.process = process;
        this.port = port;
        this.log = log;
    }

    /**
     * @param port 0: a free one
     * @throws Failure when it does not start
     */
    static NatsServerProcess start(Path binary, int port, Path log) throws IOException {
        return start(binary, port, log, List.of(), START);
    }

    /**
     * @param port 0: a free one
     * @param arguments more of them, as on the command line
     * @param within how long it may take until it listens
     * @throws Failure when it does not start
     */
    public static NatsServerProcess start(Path binary, int port, Path log, List<String> arguments,
            Duration within) throws IOException {
        int chosen = port == 0 ? freePort() : port;
        requireFree(chosen);
        Files.createDirectories(log.getParent());
        List<String> command = new ArrayList<>(List.of("sh", "-c", WITH_PARENT, "nats-server", binary.toString(), "-a",
                "127.0.0.1", "-p", Integer.toString(chosen)));
        command.addAll(arguments);
        Process process = new ProcessBuilder(Detached.command(command)).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile())).start();
        NatsServerProcess server = new NatsServerProcess(process, chosen, log);
        server.awaitListening(within);
        return server;
    }

    public String url() {
        return "nats://127.0.0.1:" + port;
    }

    public int port() {
        return port;
    }

    /** The server's process; empty: it is gone, or this system does not say. */
    public Optional<Long> pid() {
        return process.descendants()
                .filter(each -> each.info().command().filter(command -> command.endsWith("nats-server")).isPresent())
                .map(ProcessHandle::pid).findFirst();
    }

    long livedMillis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedNanos);
    }

    void onExit(Runnable then) {
        process.onExit().thenRun(then);
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitListening(Duration within) throws IOException {
        long end = System.nanoTime() + within.toNanos();
        while (process.isAlive() && System.nanoTime() < end) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
                return;
            } catch (IOException notYet) {
                pause();
            }
        }
        close();
        throw new Failure(ExitCode.FAILED, "nats-server did not start on port " + port + "; its log is " + log);
    }

    private static void requireFree(int port) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        } catch (IOException e) {
            throw new Failure(ExitCode.FAILED,
                    "port " + port + " is in use; choose another with --port, or use the server"
                            + " there with --nats nats://127.0.0.1:" + port,
                    e);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
