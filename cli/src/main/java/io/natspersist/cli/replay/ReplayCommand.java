// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.replay;

import io.natspersist.cli.local.ClusterConfig;
import io.natspersist.cli.local.Durability;
import io.natspersist.cli.local.LocalCluster;
import io.natspersist.cli.replay.Replay.Outcome;
import io.natspersist.cli.terminal.Connection;
import io.natspersist.cli.terminal.ExitCode;
import io.natspersist.cli.terminal.ServerOptions;
import io.natspersist.cli.terminal.Terminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "replay", description = {
        "Send recorded editing through a cluster, one message per transaction, while watchers rebuild the text; exit code 0 if"
                + " every text came out right.",
        "Without --here a cluster of its own is started in a temporary directory, and removed."}, footer = {"",
                "Examples:",
                "  persist replay trace.json.gz --speed 10",
                "  persist replay trace.json.gz --speed max --kill-every 2",
                "  persist replay trace.json.gz --here --server nats://127.0.0.1:4222"})
public final class ReplayCommand implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "FILE", description = "JSON, gzipped or not: {startContent, endContent, txns:"
            + " [{time, patches: [[position, deleted, inserted]...]}...]}")
    private @Nullable Path file;

    @Option(names = "--speed", paramLabel = "N|max", defaultValue = "1", description = "how many times faster than it was"
            + " typed (${DEFAULT-VALUE}); pauses are cut at two seconds")
    private String speed = "1";

    @Option(names = "--watchers", paramLabel = "N", defaultValue = "3", description = "how many (${DEFAULT-VALUE})")
    private int watchers = 3;

    @Option(names = "--workers", paramLabel = "N", defaultValue = "2", description = "of the cluster that is started"
            + " (${DEFAULT-VALUE})")
    private int workers = 2;

    @Option(names = "--kill-every", paramLabel = "S", defaultValue = "0", description = "kill -9 the worker that serves the"
            + " stream after every S seconds of writing, the first time when a third is written at the latest")
    private double killEverySeconds;

    @Option(names = "--durability", defaultValue = "sync", description = "of the cluster that is started: sync or relaxed"
            + " (${DEFAULT-VALUE})")
    private Durability durability = Durability.SYNC;

    @Option(names = "--first", paramLabel = "N", description = "only the first N transactions")
    private int first = Integer.MAX_VALUE;

    @Option(names = "--here", description = "use the cluster at --server, and leave the stream there")
    private boolean here;

    @Mixin
    private ServerOptions server = new ServerOptions();

    @Spec
    private @Nullable CommandSpec spec;

    private final Terminal terminal;

    public ReplayCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        check();
        EditTrace trace = EditTraceFile.read(java.util.Objects.requireNonNull(file)).first(first);
        return (here ? replayThere(trace) : replayInOwnCluster(trace)).number();
    }

    private void check() {
        if (spec != null && here && killEverySeconds > 0) {
            throw new ParameterException(spec.commandLine(), "--kill-every kills workers of its own: not with --here");
        }
        if (spec != null && (watchers < 0 || killEverySeconds < 0 || first < 1)) {
            throw new ParameterException(spec.commandLine(), "--watchers, --kill-every and --first cannot be negative");
        }
        Pace.parse(speed);
    }

    private ExitCode replayThere(EditTrace trace) throws InterruptedException {
        return replay(trace, server::connect, null);
    }

    private ExitCode replayInOwnCluster(EditTrace trace) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("persist-replay");
        ClusterConfig config = ClusterConfig.selfContained(directory, workers, durability);
        ExitCode exitCode = ExitCode.FAILED;
        try (LocalCluster cluster = LocalCluster.start(config, line -> terminal.say("  " + line))) {
            cluster.awaitServing(Duration.ofSeconds(60));
            exitCode = replay(trace, () -> cluster.connect("persist-replay"), cluster);
        } finally {
            if (exitCode == ExitCode.OK) {
                new TemporaryDirectory(directory).close();
            } else {
                terminal.say("  logs and files are in " + directory);
            }
        }
        return exitCode;
    }

    private ExitCode replay(EditTrace trace, Supplier<Connection> connect, @Nullable LocalCluster cluster)
            throws InterruptedException {
        String stream = "replay."
                + DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").format(LocalDateTime.now(ZoneId.systemDefault()));
        terminal.say(String.format("%s: %,d transactions into %s, %d watchers, speed %s", trace.name(),
                trace.transactions().size(), stream, watchers, speed));
        try (Replay replay = new Replay(trace, connect, stream, watchers)) {
            Outcome outcome = replay.run(Pace.parse(speed), cluster, (long) (killEverySeconds * 1_000));
            report(trace, outcome);
            return outcome.right() ? ExitCode.OK : ExitCode.FAILED;
        }
    }

    private void report(EditTrace trace, Outcome outcome) {
        say("messages     %,d acknowledged in %.1f s, with every watcher %.1f s", outcome.messages(),
                outcome.writtenNanos() / 1e9, outcome.watchedNanos() / 1e9);
        say("messages/s   %,d", outcome.messagesPerSecond());
        say("kills        %d (longest wait for an answer %,d ms)", outcome.kills(), outcome.longestWaitMillis());
        say("resumes      %d", outcome.resumes());
        say("resets       %d", outcome.resets());
        say("sent again   %d times, from a message that was lost with its worker", outcome.rewinds());
        outcome.wrong().forEach(problem -> say("WRONG        %s", problem));
        if (outcome.right()) {
            say("right        %d watchers and the stream's messages all give the text, %,d characters",
                    outcome.watchers().size(), trace.end().codePointCount(0, trace.end().length()));
        }
    }

    @SuppressWarnings("AnnotateFormatMethod")
    private void say(String format, Object... values) {
        terminal.say("  " + String.format(format, values));
    }
}
