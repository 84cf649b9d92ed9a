// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench;

import io.natspersist.cli.bench.measure.Outcome;
import io.natspersist.cli.bench.report.JsonReport;
import io.natspersist.cli.bench.report.Machine;
import io.natspersist.cli.bench.report.MarkdownReport;
import io.natspersist.cli.bench.report.Picture;
import io.natspersist.cli.bench.report.Result;
import io.natspersist.cli.bench.report.TextReport;
import io.natspersist.cli.bench.workload.Lab;
import io.natspersist.cli.bench.workload.LabSettings;
import io.natspersist.cli.bench.workload.Scale;
import io.natspersist.cli.bench.workload.Workload;
import io.natspersist.cli.bench.workload.Workloads;
import io.natspersist.cli.replay.TemporaryDirectory;
import io.natspersist.cli.terminal.ExitCode;
import io.natspersist.cli.terminal.Failure;
import io.natspersist.cli.terminal.Terminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "bench", description = {
        "Measures Persist beside JetStream, on the same nats-server, disk and client, in turn, and says which goals are met.",
        "Starts servers of its own in a temporary directory. docs/benchmarks.md explains each workload."}, footer = {"",
                "Examples:", "  persist bench --list", "  persist bench --quick --only sets-spread,sets-one",
                "  persist bench --full --write docs/benchmarks"})
public final class BenchCommand implements Callable<Integer> {

    @ArgGroup
    private HowLong howLong = new HowLong();

    /** The one in between is what is said by saying nothing. */
    private static final class HowLong {

        @Option(names = "--quick", description = "about a minute for everything")
        private boolean quick;

        @Option(names = "--full", description = "what the goals speak of: 60 s, 100,000 streams, a million messages")
        private boolean full;

        private Scale scale() {
            return quick ? Scale.QUICK : full ? Scale.FULL : Scale.NORMAL;
        }
    }

    @Option(names = "--only", paramLabel = "NAME", split = ",", description = "these workloads; else all")
    private List<String> only = List.of();

    @Option(names = "--list", description = "say which workloads there are, and do nothing")
    private boolean list;

    @Option(names = "--size", paramLabel = "BYTES", defaultValue = "256", description = "of each value (${DEFAULT-VALUE})")
    private int size = 256;

    @Option(names = "--in-flight", paramLabel = "N", defaultValue = "4000", description = "requests under way at once, where"
            + " many are (${DEFAULT-VALUE})")
    private int inFlight = 4_000;

    @Option(names = "--seconds", paramLabel = "S", description = "how long a turn is, where it is a time")
    private @Nullable Double seconds;

    @Option(names = "--turns", paramLabel = "N", description = "how many turns each contender has")
    private @Nullable Integer turns;

    @Option(names = {"-d", "--dir"}, paramLabel = "DIR", description = "where; a temporary folder is made there")
    private Path parent = Path.of(System.getProperty("java.io.tmpdir"));

    @Option(names = "--traces", paramLabel = "DIR", description = "recorded editing, *.json.gz; else typing is made up")
    private @Nullable Path traces;

    @Option(names = "--write", paramLabel = "FILE", description = "write FILE.json and FILE.svg too,"
            + " and the tables of FILE.md if there is one")
    private @Nullable Path write;

    private final Terminal terminal;

    public BenchCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    /** Fails when a request did, or something acknowledged was not there; not when a goal is missed. */
    @Override
    public Integer call() throws Exception {
        if (list) {
            Workloads.all().forEach(each -> terminal.say(String.format("%-14s %s", each.name(), each.title())));
            return 0;
        }
        List<Workload> chosen = chosen();
        Scale scale = howLong.scale();
        Machine machine = Machine.here();
        String started = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        terminal.say(TextReport.heading(machine, scale.toString().toLowerCase(Locale.ROOT), size, inFlight));
        List<Result> results = new ArrayList<>();
        Path directory = Files.createTempDirectory(Files.createDirectories(parent), "persist-bench");
        try (TemporaryDirectory _ = new TemporaryDirectory(directory);
                Lab lab = new Lab(new LabSettings(directory, scale, size, inFlight, seconds, turns, traces),
                        terminal.err()::println)) {
            for (Workload workload : chosen) {
                Result result = run(workload, lab);
                terminal.say(TextReport.of(result));
                results.add(result);
            }
        }
        if (write != null) {
            write(write, new Result.Run(machine, started, scale.toString().toLowerCase(Locale.ROOT), results));
        }
        return results.stream().allMatch(result -> result.failure() == null) ? 0 : ExitCode.FAILED.number();
    }

    private List<Workload> chosen() {
        List<Workload> all = Workloads.all();
        List<String> names = all.stream().map(Workload::name).toList();
        only.stream().filter(name -> !names.contains(name)).findFirst().ifPresent(name -> {
            throw new Failure(ExitCode.USAGE,
                    "there is no workload " + name + "; there are " + String.join(", ", names));
        });
        return all.stream().filter(each -> only.isEmpty() || only.contains(each.name())).toList();
    }

    private static Result run(Workload workload, Lab lab) throws InterruptedException {
        long start = System.nanoTime();
        Outcome outcome = null;
        String failure = null;
        try {
            outcome = workload.run(lab);
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            failure = e.getCause() == null ? e.toString() : e.getCause().toString();
        }
        return new Result(workload.name(), workload.title(), (System.nanoTime() - start) / 1e9, outcome, failure);
    }

    private void write(Path file, Result.Run run) throws IOException {
        Path name = file.toAbsolutePath();
        Files.createDirectories(name.getParent());
        Files.writeString(name.resolveSibling(name.getFileName() + ".json"), JsonReport.of(run));
        Files.writeString(name.resolveSibling(name.getFileName() + ".svg"), Picture.of(run));
        Path page = name.resolveSibling(name.getFileName() + ".md");
        if (Files.exists(page)) {
            Files.writeString(page, MarkdownReport.into(Files.readString(page), run));
        }
        terminal.say("\nwritten: " + name + ".json and .svg" + (Files.exists(page) ? ", and the tables of .md" : ""));
    }
}
