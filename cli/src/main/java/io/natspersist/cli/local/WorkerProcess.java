// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One life of a worker: a process. */
final class WorkerProcess {

    private final Process process;
    private final long startedNanos;
    private volatile boolean registered;

    private WorkerProcess(Process process) {
        this.process = process;
        this.startedNanos = System.nanoTime();
    }

    /** @param log where its output is appended */
    static WorkerProcess start(List<String> command, Path log) throws IOException {
        Files.createDirectories(log.getParent());
        return new WorkerProcess(new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile())).start());
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
