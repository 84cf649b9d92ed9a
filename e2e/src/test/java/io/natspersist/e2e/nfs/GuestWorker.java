// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.nfs;

import io.natspersist.worker.WorkerMain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A worker as a process on one of the rig's clients. */
final class GuestWorker {

    static final int HALTED = 3;

    private static final String HALTING = "halting: ";

    private final Rig rig;
    private final String client;
    private final Path log;
    private final Process process;

    private GuestWorker(Rig rig, String client, Path log, Process process) {
        this.rig = rig;
        this.client = client;
        this.log = log;
        this.process = process;
    }

    /** @param arguments of the worker, but for its name, its cluster and its volume */
    static GuestWorker start(Rig rig, GuestApp app, String client, Path log, String... arguments) {
        String[] all = new String[arguments.length + 6];
        System.arraycopy(new String[]{"--name", client, "--cluster", "nfs", "--root", "/volume"}, 0, all, 0, 6);
        System.arraycopy(arguments, 0, all, 6, arguments.length);
        return new GuestWorker(rig, client, log, rig.begin(client,
                "echo $$ > /run/worker.pid; " + app.java(WorkerMain.class.getName(), all), log));
    }

    String client() {
        return client;
    }

    void pause() {
        rig.run(client, "kill -STOP $(cat /run/worker.pid)");
    }

    void goOn() {
        rig.run(client, "kill -CONT $(cat /run/worker.pid)");
    }

    boolean running() {
        return process.isAlive();
    }

    boolean halted() {
        return !process.isAlive() && process.exitValue() == HALTED;
    }

    /** Its exit status, or -1 where it still runs after so long. */
    int exitWithin(long seconds) throws InterruptedException {
        return process.waitFor(seconds, TimeUnit.SECONDS) ? process.exitValue() : -1;
    }

    /** Why it halted, by its own account; empty where it says nothing of the kind. */
    Optional<String> reason() throws IOException {
        try (Stream<String> lines = Files.lines(log)) {
            return lines.filter(line -> line.contains(HALTING)).map(line -> line.replaceFirst(".*" + HALTING, ""))
                    .findFirst();
        }
    }

    /** What is left here of a worker whose machine was switched off. */
    void forget() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
