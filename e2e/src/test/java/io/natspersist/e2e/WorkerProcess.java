// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e;

import io.natspersist.worker.WorkerMain;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A worker in a JVM of its own, which can be killed, stopped and looked at. */
final class WorkerProcess {

    private static final String HEAP = System.getProperty("e2e.worker.heap", "256m");

    private final String name;
    private final Process process;
    private final Path log;

    private WorkerProcess(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
    }

    static WorkerProcess start(String name, Path volume, String nats, String cluster, Path log,
            Map<String, String> environment, String... flags) {
        List<String> arguments = new ArrayList<>(List.of("--name", name, "--root", volume.toString(), "--nats", nats,
                "--cluster", cluster));
        arguments.addAll(List.of(flags));
        return start(WorkerMain.class, name, log, environment, arguments);
    }

    /** Another main class, with arguments of its own, the first of which is the name. */
    static WorkerProcess start(Class<?> main, Path log, Map<String, String> environment, String... arguments) {
        return start(main, arguments[0], log, environment, List.of(arguments));
    }

    private static WorkerProcess start(Class<?> main, String name, Path log, Map<String, String> environment,
            List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + HEAP, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto",
                "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(arguments);
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
            builder.environment().putAll(environment);
            return new WorkerProcess(name, builder.start(), log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String name() {
        return name;
    }

    boolean alive() {
        return process.isAlive();
    }

    /** kill -9; returns when it is gone. */
    void kill() {
        process.destroyForcibly();
        exitCode(10);
    }

    /** SIGTERM. */
    void terminate() {
        process.destroy();
    }

    /** SIGSTOP. */
    void freeze() {
        signal("STOP");
    }

    /** SIGCONT. */
    void thaw() {
        signal("CONT");
    }

    private void signal(String signal) {
        try {
            if (new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor() != 0) {
                throw new AssertionError("cannot send " + signal + " to " + this);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Waits for its end. */
    int exitCode(int withinSeconds) {
        try {
            if (!process.waitFor(withinSeconds, TimeUnit.SECONDS)) {
                throw new AssertionError(this + " has not ended in " + withinSeconds + " s:\n" + log());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** What it has in memory, MiB. */
    long residentMiB() {
        return status("VmRSS:");
    }

    /** What it had in memory when that was most, MiB. */
    long mostResidentMiB() {
        return status("VmHWM:");
    }

    private long status(String what) {
        try (Stream<String> lines = Files.lines(proc("status"))) {
            return lines.filter(line -> line.startsWith(what))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024).findFirst().orElse(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Files of streams that it has open just now. */
    List<String> openStreamFiles() {
        return openFiles().stream().filter(file -> !file.contains("/@"))
                .filter(file -> file.endsWith(".db") || file.endsWith("-wal") || file.endsWith(".lock")).toList();
    }

    /** Whatever it has open just now, each as often as it is open. */
    List<String> openFiles() {
        try (Stream<Path> descriptors = Files.list(proc("fd"))) {
            return descriptors.map(WorkerProcess::target).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException closedMeanwhile) {
            return "";
        }
    }

    private Path proc(String file) {
        return Path.of("/proc", Long.toString(process.pid()), file);
    }

    /** What it and those of its name before it have printed. */
    String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return name + " (process " + process.pid() + ")";
    }
}
