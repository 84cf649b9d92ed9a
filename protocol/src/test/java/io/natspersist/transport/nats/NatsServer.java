// SPDX-License-Identifier: Apache-2.0
package io.natspersist.transport.nats;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * A real nats-server on a free port of the loopback interface, for tests. It stops when it is closed or the JVM ends. The
 * binary is {@code $PERSIST_NATS_SERVER}, or the one that {@code ./persist setup} keeps, or the first on the PATH.
 */
public final class NatsServer implements AutoCloseable {

    private static final long START_MILLIS = 10_000;

    private final InetAddress address;
    private final Path folder;
    private final int port;
    private Process process;

    private NatsServer(InetAddress address, String config) {
        this.address = address;
        try {
            port = freePort(address);
            folder = Files.createTempDirectory("nats-server");
            Files.writeString(folder.resolve("nats.conf"),
                    "listen: \"" + address.getHostAddress() + ":" + port + "\"\n" + config + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        process = launch();
        Runtime.getRuntime().addShutdownHook(new Thread(this::close));
    }

    public static NatsServer start() {
        return start("");
    }

    /** @param config lines for the server's configuration file, such as {@code max_payload: 4096} */
    public static NatsServer start(String config) {
        return new NatsServer(InetAddress.getLoopbackAddress(), config);
    }

    /** One on another of this machine's addresses, for tests whose workers run on machines of their own. */
    public static NatsServer startOn(InetAddress address) {
        return new NatsServer(address, "");
    }

    public String url() {
        return "nats://" + address.getHostAddress() + ":" + port;
    }

    public NatsOptions options(String name) {
        return new NatsOptions(url(), name);
    }

    /** The server's process, for tests that stop or watch it. */
    public synchronized Process process() {
        return process;
    }

    /** Ends it at once, as a crash would. */
    public synchronized void kill() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Starts it again on the same port, ending it first where it runs. */
    public synchronized void restart() {
        kill();
        process = launch();
    }

    @Override
    public synchronized void close() {
        kill();
        for (String name : List.of("nats.conf", "nats.log")) {
            folder.resolve(name).toFile().delete();
        }
        folder.toFile().delete();
    }

    private Process launch() {
        Path log = folder.resolve("nats.log");
        try {
            Process started = new ProcessBuilder(binary().toString(), "-c", folder.resolve("nats.conf").toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
            awaitListening(started, log);
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitListening(Process started, Path log) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(START_MILLIS);
        while (true) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(address, port), 1_000);
                return;
            } catch (IOException e) {
                if (!started.isAlive() || System.nanoTime() - deadline > 0) {
                    started.destroyForcibly();
                    throw new IllegalStateException("nats-server did not start: " + Files.readString(log), e);
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
            }
        }
    }

    private static int freePort(InetAddress address) throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, address)) {
            return socket.getLocalPort();
        }
    }

    /** @throws IllegalStateException with the one line that helps, where there is none */
    public static Path binary() {
        List<Path> places = new ArrayList<>();
        String chosen = System.getenv("PERSIST_NATS_SERVER");
        if (chosen != null) {
            places.add(Path.of(chosen));
        }
        places.add(Path.of(System.getProperty("user.home"), ".cache", "persist", "nats-server", "nats-server"));
        String path = System.getenv().getOrDefault("PATH", "");
        Stream.of(path.split(File.pathSeparator)).map(folder -> Path.of(folder, "nats-server")).forEach(places::add);
        return places.stream()
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no nats-server found: run ./persist setup"));
    }
}
