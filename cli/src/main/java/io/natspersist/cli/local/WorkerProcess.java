// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One life of a worker: a process. */
final class WorkerProcess {

    private static final int MISCONFIGURED = 2;
    private static final int LAST_LINES = 5;

    private final Process process;
    private final Path log;
    private final long startedNanos;
    private volatile boolean registered;

    private WorkerProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
        this.startedNanos = System.nanoTime();
    }

    /** @param log where its output is appended */
    static WorkerProcess start(List<String> command, Path log) throws IOException {
        Files.createDirectories(log.getParent());
        return new WorkerProcess(new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile())).start(), log);
    }

    long pid() {
        return process.pid();
    }

    boolean alive() {
        return process.isAlive();
    }

    long livedMillis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedNanos);
    }

    /** Whether the coordinator has ever known this process. */
    boolean registered() {
        return registered;
    }

    void noteRegistered() {
        registered = true;
    }

    void onExit(Runnable then) {
        process.onExit().thenRun(then);
    }

    String exit() {
        int status = process.exitValue();
        return status > 128 && status < 160 ? "signal " + (status - 128) : "exit code " + status;
    }

    /** What a process that could not begin with its settings said last, each line indented; else empty. */
    String lastWords() {
        if (process.exitValue() != MISCONFIGURED) {
            return "";
        }
        try (Stream<String> lines = Files.lines(log)) {
            Deque<String> last = new ArrayDeque<>();
            lines.forEach(line -> {
                last.add(line);
                if (last.size() > LAST_LINES) {
                    last.remove();
                }
            });
            return last.stream().map(line -> "\n  " + line).collect(Collectors.joining());
        } catch (IOException | UncheckedIOException e) {
            return " (it cannot be read: " + e.getMessage() + ")";
        }
    }

    /** Asks it to drain and end. */
    void terminate() {
        process.destroy();
    }

    /** Ends it here and now: kill -9. */
    void kill() {
        process.destroyForcibly();
    }

    boolean awaitExit(long millis) throws InterruptedException {
        return process.waitFor(millis, TimeUnit.MILLISECONDS);
    }
}
