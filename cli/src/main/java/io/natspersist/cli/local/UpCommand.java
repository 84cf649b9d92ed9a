// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.local;

import io.natspersist.cli.terminal.Failure;
import io.natspersist.cli.terminal.ServerOptions;
import io.natspersist.cli.terminal.Terminal;
import io.natspersist.metrics.Listen;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "up", description = "Run a whole cluster on this machine, until Ctrl-C: coordinator, workers, and NATS if asked.", footer = {
        "", "Examples:", "  persist up --with-nats",
        "  persist up --with-nats --port 4300 --workers 4 --dir /var/lib/persist",
        "  persist up --nats nats://127.0.0.1:4222 --cluster test --durability relaxed",
        "  persist up --with-nats --s3 s3://streams --s3-endpoint http://127.0.0.1:9000 --s3-path-style",
        "  persist up --with-nats --s3 file:///var/lib/persist-cold",
        "  persist up --with-nats --s3 file:///var/lib/persist-cold --own-disks --durability shipped"})
public final class UpCommand implements Callable<Integer> {

    @Option(names = {"-d",
            "--dir"}, paramLabel = "DIR", defaultValue = "persist-data", description = "everything is kept"
                    + " there (${DEFAULT-VALUE})")
    private Path directory = Path.of("persist-data");

    @Option(names = {"-w",
            "--workers"}, paramLabel = "N", defaultValue = "2", description = "how many (${DEFAULT-VALUE})")
    private int workers = 2;

    @ArgGroup
    private Nats nats = new Nats();

    @Option(names = {"-p",
            "--port"}, defaultValue = "4222", description = "where the NATS server listens that --with-nats starts"
                    + " (${DEFAULT-VALUE}; 0: a free one)")
    private int port = 4222;

    @Option(names = {"-c", "--cluster"}, paramLabel = "NAME", defaultValue = "${env:PERSIST_CLUSTER:-"
            + ServerOptions.DEFAULT_CLUSTER + "}", description = "the cluster's name; else $PERSIST_CLUSTER, else "
                    + ServerOptions.DEFAULT_CLUSTER)
    private String cluster = ServerOptions.DEFAULT_CLUSTER;

    @Option(names = "--durability", defaultValue = "sync", description = "sync: answer once a write is forced to the disk;"
            + " relaxed: once it is written, forced within a second; shipped: once it is in the bucket, with --own-disks"
            + " (${DEFAULT-VALUE})")
    private Durability durability = Durability.SYNC;

    @Option(names = "--worker-memory", paramLabel = "SIZE", defaultValue = "512m", description = "heap of each worker"
            + " (${DEFAULT-VALUE})")
    private String workerMemory = "512m";

    @Option(names = "--metrics", paramLabel = "PORT", defaultValue = "0", description = "serve metrics and health on the"
            + " loopback interface: the coordinator there, the workers at the ports after it")
    private int metricsPort;

    @ArgGroup(exclusive = false)
    private @Nullable ArchiveOptions archive;

    /** Which NATS server. */
    private static final class Nats {
        @Option(names = "--nats", paramLabel = "URL", defaultValue = "${env:PERSIST_SERVER:-"
                + ServerOptions.DEFAULT_SERVER
                + "}", description = "use this server; else $PERSIST_SERVER, else " + ServerOptions.DEFAULT_SERVER)
        private String url = ServerOptions.DEFAULT_SERVER;

        @Option(names = "--with-nats", description = "start one, for this machine only")
        private boolean start;
    }

    private final Terminal terminal;
    private volatile boolean failed;

    public UpCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        ClusterConfig config = new ClusterConfig(directory, cluster, workers, nats.start ? null : nats.url, port,
                durability,
                workerMemory, metricsPort, archive == null ? List.of() : archive.flags(),
                archive != null && archive.ownDisks());
        LocalCluster running = LocalCluster.start(config, terminal.err()::println);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(running), "stop"));
        try {
            running.awaitServing(Duration.ofSeconds(60));
        } catch (Failure e) {
            failed = true;
            throw e;
        }
        terminal.say(welcome(running));
        new CountDownLatch(1).await(); // until a signal: the hook does the rest
        return 0;
    }

    /** Ends the process too, with 0 unless it failed before: being stopped is how this command ends well. */
    private void stop(LocalCluster running) {
        terminal.say("stopping: the workers put everything into the streams' files");
        try {
            running.close();
            terminal.say("stopped");
            if (!failed) {
                Runtime.getRuntime().halt(0);
            }
        } catch (IOException e) {
            terminal.err().println("persist: " + e.getMessage());
            Runtime.getRuntime().halt(1);
        }
    }

    private static String metrics(ClusterConfig config) {
        StringBuilder text = new StringBuilder();
        for (int process = 0; process <= config.workers(); process++) {
            Listen where = config.metrics(process);
            if (where != null) {
                text.append("  metrics   http://").append(where.host()).append(':').append(where.port())
                        .append("/metrics of ").append(process == 0 ? "the coordinator" : "w" + (process - 1))
                        .append('\n');
            }
        }
        return text.toString();
    }

    private static String welcome(LocalCluster cluster) {
        ClusterConfig config = cluster.config();
        StringBuilder text = new StringBuilder();
        text.append("Persist is up: cluster ").append(config.cluster()).append(" at ").append(cluster.url())
                .append(", durability ").append(config.durability()).append("\n\n");
        text.append("  streams   ").append(config.ownDisks() ? config.root("w0").getParent() : config.volume())
                .append('\n');
        text.append("  table     ").append(config.table()).append('\n');
        text.append("  logs      ").append(config.log("w0").getParent()).append('\n');
        for (String worker : cluster.workers()) {
            text.append("  worker    ").append(worker)
                    .append(cluster.pid(worker).map(pid -> ", process " + pid).orElse(""))
                    .append('\n');
        }
        text.append(metrics(config));
        text.append("\nIn another terminal:\n\n");
        if (!cluster.url().equals(ServerOptions.DEFAULT_SERVER)) {
            text.append("  export PERSIST_SERVER=").append(cluster.url()).append('\n');
        }
        if (!config.cluster().equals(ServerOptions.DEFAULT_CLUSTER)) {
            text.append("  export PERSIST_CLUSTER=").append(config.cluster()).append('\n');
        }
        return text.append("""
                  persist set projects.42.notes 'hello'
                  persist all projects.42.notes
                  persist watch projects.42.notes

                Ctrl-C stops it.""").toString();
    }
}
