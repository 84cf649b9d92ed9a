// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.demo;

import io.natspersist.cli.demo.Demo.Finding;
import io.natspersist.cli.local.ClusterConfig;
import io.natspersist.cli.local.Durability;
import io.natspersist.cli.local.LocalCluster;
import io.natspersist.cli.replay.EditTrace;
import io.natspersist.cli.replay.EditTraceFile;
import io.natspersist.cli.terminal.ExitCode;
import io.natspersist.cli.terminal.Terminal;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "demo", description = {
        "See it work, in half a minute: a letter is typed, watchers rebuild it, and the worker that serves it is killed. Then its stream"
                + " goes cold and comes back, and settings that were deleted are found in a version from before.",
        "Runs everything on its own in a temporary directory. Exit code 0 if it came out right."}, footer = {"",
                "Examples:",
                "  persist demo", "  persist demo --trace trace.json.gz --seconds 20"})
public final class DemoCommand implements Callable<Integer> {

    @Option(names = "--seconds", defaultValue = "12", description = "how long the letter is typed (${DEFAULT-VALUE})")
    private long seconds = 12;

    @Option(names = "--seed", defaultValue = "42", description = "of the typist's mistakes (${DEFAULT-VALUE})")
    private long seed = 42;

    @Option(names = "--trace", paramLabel = "FILE", description = "type this recorded text instead, as for 'persist replay'")
    private @Nullable Path traceFile;

    private final Terminal terminal;

    public DemoCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        EditTrace trace = trace();
        Path directory = Files.createTempDirectory("persist-demo");
        terminal.say("Persist, a demonstration. Everything is in " + directory + "\n");
        terminal.say("1. A NATS server, a coordinator and two workers start, as processes of their own.");
        long start = System.nanoTime();
        ClusterConfig config = ColdScene.tiered(ClusterConfig.selfContained(directory, 2, Durability.SYNC));
        boolean right;
        try (LocalCluster cluster = LocalCluster.start(config,
                line -> {})) {
            cluster.awaitServing(Duration.ofSeconds(60));
            terminal.say(String.format("   %s, %s; ready after %.1f s", cluster.url(), processes(cluster),
                    (System.nanoTime() - start) / 1e9));
            right = show(cluster, trace);
        }
        files(config);
        terminal.say(right
                ? "\nIt came out right."
                : "\nIt did not come out right; the logs are in " + directory.resolve("logs"));
        return (right ? ExitCode.OK : ExitCode.FAILED).number();
    }

    private boolean show(LocalCluster cluster, EditTrace trace) throws IOException, InterruptedException {
        terminal.say("""

                2. Somebody types into the stream %s, every keystroke a message; a build prints into
                   %s; settings change in the key-value store %s.
                   What you see is what a watcher hears of. When half is typed the letter's worker is killed.
                """.formatted(Demo.LETTER, Demo.TERMINAL, Demo.SETTINGS));
        try (Demo demo = new Demo(terminal, cluster, trace, seed)) {
            List<Finding> findings = demo.run(seconds);
            terminal.say("\n3. What came of it:");
            findings.forEach(this::say);
            terminal.say(String.format(
                    "   counts %,d changes seen by 4 watches; %d kill, %d restart; %d resumes, %d resets;"
                            + " longest wait for an answer %,d ms",
                    demo.changesSeen(), demo.kills(), cluster.restarts(),
                    demo.resumes(), demo.resets(), demo.longestWaitMillis()));
            terminal.say("\n4. Nobody uses them now: they are archived, in " + ColdScene.folder(cluster.config())
                    + " (else in S3), and leave the volume.");
            List<Finding> cold = demo.cold();
            cold.forEach(this::say);
            demo.flush();
            return demo.kills() > 0 && Stream.concat(findings.stream(), cold.stream()).allMatch(Finding::holds);
        }
    }

    private void say(Finding finding) {
        terminal.say("   " + (finding.holds() ? "yes    " : "NO     ") + finding.claim());
    }

    /** After the workers have let go of them. */
    private void files(ClusterConfig config) throws IOException {
        Path directory = config.directory();
        terminal.say("\n5. Each stream is one SQLite file now. Look for yourself:");
        Optional<Path> letter;
        try (Stream<Path> all = Files.walk(config.volume())) {
            letter = all.filter(path -> path.getFileName().toString().matches("letter\\..*db")).findAny();
        }
        letter.ifPresent(file -> terminal.say("   sqlite3 " + file
                + " \"select seq, datetime(time / 1000, 'unixepoch'), value from messages limit 5\""));
        terminal.say("   persist up --with-nats --dir " + directory + " --s3 " + ColdScene.url(config));
        terminal.say("   persist all " + Demo.SETTINGS + "-before");
        terminal.say("   rm -r " + directory);
    }

    private static String processes(LocalCluster cluster) {
        StringBuilder text = new StringBuilder();
        for (String worker : cluster.workers()) {
            text.append(text.isEmpty() ? "" : ", ").append("worker ").append(worker)
                    .append(cluster.pid(worker).map(pid -> " process " + pid).orElse(""));
        }
        return text.toString();
    }

    private EditTrace trace() throws IOException {
        if (traceFile != null) {
            return EditTraceFile.read(traceFile);
        }
        try (InputStream in = Objects.requireNonNull(DemoCommand.class.getResourceAsStream("letter.txt"))) {
            String letter = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return TypedText.type("letter", letter, new SplittableRandom(seed));
        }
    }
}
