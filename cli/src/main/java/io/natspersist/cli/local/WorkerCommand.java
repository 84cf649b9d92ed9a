// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.local;

import io.natspersist.metrics.Listen;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a worker process is started: with this process's own Java and class path. */
final class WorkerCommand {

    /** They all stop together, so there is nobody to drain to. */
    private static final String DRAIN_SECONDS = "2";

    private WorkerCommand() {}

    static List<String> of(ClusterConfig config, String worker, String server, @Nullable Listen metrics) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx" + config.workerMemory(), "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError",
                "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow", "-Dpersist.log=INFO"));
        command.addAll(archive());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), SupervisedWorker.class.getName()));
        command.addAll(List.of("--name", worker, "--root", config.root(worker).toString(), "--nats", server,
                "--cluster",
                config.cluster(), "--durability", config.durability().toString(), "--drain-seconds", DRAIN_SECONDS));
        if (metrics != null) {
            command.addAll(List.of("--metrics", metrics.host() + ":" + metrics.port()));
        }
        command.addAll(config.workerFlags());
        if (config.ownDisks()) {
            command.addAll(List.of("--own-disk", "true"));
        }
        return Detached.command(command);
    }

    /** The launcher's class data archive, which makes the start quicker. */
    private static List<String> archive() {
        String archive = System.getProperty("persist.archive", "");
        if (archive.isEmpty() || !Files.isReadable(Path.of(archive))) {
            return List.of();
        }
        return List.of("-XX:SharedArchiveFile=" + archive, "-Xshare:auto", "-Xlog:disable", "-Xlog:all=off");
    }
}
