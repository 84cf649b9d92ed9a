// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.local;

import io.natspersist.cli.terminal.ServerOptions;
import io.natspersist.metrics.Listen;
import io.natspersist.protocol.Subjects;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What to run on one machine.
 *
 * @param directory holds everything: {@code volume/} the streams and journals, or {@code disks/} a folder for each worker,
 *        {@code coordinator/} the assignment table, {@code logs/}
 * @param cluster its name
 * @param workers how many
 * @param server URL of a NATS server that runs already; null: one is started
 * @param port where a NATS server that is started listens; 0: a free one
 * @param workerMemory a worker's heap, as for {@code -Xmx}
 * @param metricsPort where the coordinator serves its metrics, and the workers at the ports after it; 0: nobody does
 * @param workerFlags what workers are told beside
 * @param ownDisks whether each worker has a folder of its own, and they have nothing in common but a bucket, which the flags name
 */
public record ClusterConfig(Path directory, String cluster, int workers, @Nullable String server, int port,
        Durability durability, String workerMemory, int metricsPort, List<String> workerFlags,
        boolean ownDisks) {

    /** @throws IllegalArgumentException naming everything that is wrong */
    public ClusterConfig {
        workerFlags = List.copyOf(workerFlags);
        directory = directory.toAbsolutePath().normalize();
        List<String> problems = new ArrayList<>();
        try {
            Subjects.ofCluster(cluster);
        } catch (IllegalArgumentException e) {
            problems.add("cluster '" + cluster + "': " + e.getMessage());
        }
        if (workers < 1 || workers > 64) {
            problems.add("workers must be 1 to 64, not " + workers);
        }
        if (port < 0 || port > 65_535) {
            problems.add("port must be 1 to 65535, or 0 for a free one, not " + port);
        }
        if (metricsPort < 0 || metricsPort + workers > 65_535) {
            problems.add("the port of metrics must leave one for each worker after it, not " + metricsPort);
        }
        if (ownDisks && !workerFlags.contains("--s3")) {
            problems.add("workers with disks of their own need a bucket");
        }
        if (durability == Durability.SHIPPED && !ownDisks) {
            problems.add("durability shipped needs workers with disks of their own");
        }
        if (!workerMemory.matches("[1-9][0-9]*[kmgKMG]")) {
            problems.add("worker memory must be like 512m, not '" + workerMemory + "'");
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", problems));
        }
    }

    /** Without metrics, and workers as they are. */
    public ClusterConfig(Path directory, String cluster, int workers, @Nullable String server, int port,
            Durability durability, String workerMemory) {
        this(directory, cluster, workers, server, port, durability, workerMemory, 0, List.of(), false);
    }

    /** Where a process serves its metrics, on the loopback interface; null: nowhere. */
    public @Nullable Listen metrics(int process) {
        return metricsPort == 0 ? null : new Listen("127.0.0.1", metricsPort + process);
    }

    /** A cluster with its own NATS server on a free port, for a demonstration or a test. */
    public static ClusterConfig selfContained(Path directory, int workers, Durability durability) {
        return new ClusterConfig(directory, ServerOptions.DEFAULT_CLUSTER, workers, null, 0, durability, "512m");
    }

    /** The same with more flags for workers. */
    public ClusterConfig withWorkerFlags(List<String> flags) {
        return new ClusterConfig(directory, cluster, workers, server, port, durability, workerMemory, metricsPort,
                flags, ownDisks);
    }

    public Path volume() {
        return directory.resolve("volume");
    }

    /** The folder that a worker is told to be its volume. */
    public Path root(String worker) {
        return ownDisks ? directory.resolve("disks").resolve(worker) : volume();
    }

    public Path table() {
        return directory.resolve("coordinator").resolve("table");
    }

    public Path log(String process) {
        return directory.resolve("logs").resolve(process + ".log");
    }
}
