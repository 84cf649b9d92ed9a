// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.nfs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * An NFS server and two clients of it, {@code a} and {@code b}, as machines of their own, driven by one command whose path is
 * {@code $PERSIST_NFS_RIG}. Its verbs, each with exit status 0 where it succeeded:
 *
 * <pre>
 * up --app FOLDER     start all three; FOLDER appears as /app on the clients, the volume as /volume, on the server as /export
 * run MACHINE COMMAND run a shell command on a, b or server; passes on its output and its exit status
 * cut CLIENT nfs|both take a client off the volume's network, or off that of NATS as well
 * heal CLIENT         put it back
 * kill CLIENT         switch it off, nothing flushed
 * boot CLIENT         switch it on again, volume mounted
 * down                stop everything
 * </pre>
 *
 * The clients reach this machine by {@code $PERSIST_NFS_HOST}, 10.91.0.1 unless it is set.
 */
final class Rig implements AutoCloseable {

    private static final long VERB_SECONDS = 60;
    /** The first start may have to build an image. */
    private static final long START_SECONDS = 900;

    private final Path command;

    private Rig(Path command) {
        this.command = command;
    }

    static Rig start(Path app) {
        String command = System.getenv("PERSIST_NFS_RIG");
        if (command == null) {
            throw new IllegalStateException("PERSIST_NFS_RIG must name the rig's command");
        }
        Rig rig = new Rig(Path.of(command));
        rig.close();
        rig.verb(START_SECONDS, "up", "--app", app.toString());
        Runtime.getRuntime().addShutdownHook(new Thread(rig::close));
        return rig;
    }

    static InetAddress host() {
        try {
            return InetAddress.getByName(System.getenv().getOrDefault("PERSIST_NFS_HOST", "10.91.0.1"));
        } catch (UnknownHostException e) {
            throw new UncheckedIOException(e);
        }
    }

    void cut(String client, String what) {
        verb(VERB_SECONDS, "cut", client, what);
    }

    void heal(String client) {
        verb(VERB_SECONDS, "heal", client);
    }

    void kill(String client) {
        verb(VERB_SECONDS, "kill", client);
    }

    void boot(String client) {
        verb(START_SECONDS, "boot", client);
    }

    /** Runs a command to its end. */
    String run(String machine, String shell) {
        return verb(VERB_SECONDS, "run", machine, shell);
    }

    /** Starts a command; the process ends as it does, with its exit status. */
    Process begin(String machine, String shell, Path log) {
        try {
            return new ProcessBuilder(command.toString(), "run", machine, shell).redirectErrorStream(true)
                    .redirectOutput(log.toFile()).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        verb(VERB_SECONDS, "down");
    }

    private String verb(long seconds, String... words) {
        List<String> line = new ArrayList<>(List.of(command.toString()));
        line.addAll(List.of(words));
        try {
            Path output = Files.createTempFile("rig", ".log");
            Process process = new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(output.toFile())
                    .start();
            boolean ended = process.waitFor(seconds, TimeUnit.SECONDS);
            String said = Files.readString(output, StandardCharsets.UTF_8);
            Files.delete(output);
            if (!ended || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IllegalStateException(line + (ended ? " failed: " : " took too long: ") + said);
            }
            return said;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
