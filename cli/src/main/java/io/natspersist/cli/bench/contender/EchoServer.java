// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.contender;

import io.natspersist.cli.terminal.Connection;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Transport;
import io.natspersist.transport.nats.NatsOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** A process that answers every request with as many bytes as a set is answered with, and does nothing else. */
final class EchoServer implements AutoCloseable {

    static final String SUBJECT = "bench.echo";

    private static final byte[] ANSWER = "{\"seq\":123456,\"change\":123456,\"epoch\":17}"
            .getBytes(StandardCharsets.US_ASCII);

    private final Process process;

    private EchoServer(Process process) {
        this.process = process;
    }

    static EchoServer start(String server) throws IOException {
        List<String> command = List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC", "-Xmx512m", "--sun-misc-unsafe-memory-access=allow", "-cp",
                System.getProperty("java.class.path"), EchoServer.class.getName(), server);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        if (process.getInputStream().read() != '.') {
            process.destroyForcibly();
            throw new IOException("the echo process does not start");
        }
        return new EchoServer(process);
    }

    /** The echo process: serves until standard input ends. */
    public static void main(String[] args) throws IOException {
        try (Transport transport = Connection.connect(new NatsOptions(args[0], "bench-echo"))) {
            transport.subscribe(SUBJECT + ".>", null, request -> {
                if (request.replyTo() != null) {
                    transport.publish(request.replyTo(), null, Headers.NONE, ANSWER);
                }
            });
            System.out.print('.');
            System.out.flush();
            while (System.in.read() >= 0) {
                // nothing is ever sent
            }
        }
    }

    long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
