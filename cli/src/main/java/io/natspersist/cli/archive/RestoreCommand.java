// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.archive;

import io.natspersist.cli.terminal.Connection;
import io.natspersist.cli.terminal.ExitCode;
import io.natspersist.cli.terminal.Failure;
import io.natspersist.cli.terminal.FailureReport;
import io.natspersist.cli.terminal.ServerOptions;
import io.natspersist.cli.terminal.Terminal;
import io.natspersist.client.PastStream;
import io.natspersist.client.PersistException;
import io.natspersist.client.StreamHandle;
import io.natspersist.client.StreamInfo;
import io.natspersist.client.StreamVersion;
import io.natspersist.protocol.ErrorCode;
import io.natspersist.protocol.StreamName;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "restore", description = {
        "Store what a stream was at some time in another stream, which must not exist or have no messages. The stream itself stays as"
                + " it is.",
        "Takes the newest version that is kept and is not younger than that time, and says which ('persist versions' lists them). Seqs,"
                + " keys, ids, times and headers are those of then; what has expired by now is left out. What a stream may"
                + " hold ('persist config') is not restored."}, footer = {"", "Examples:",
                        "  persist restore projects.42.notes --at 2h --to projects.42.notes-before",
                        "  persist restore projects.42.notes --at 2026-01-31T12:00:00Z --to saved.notes"})
public final class RestoreCommand implements Callable<Integer> {

    /** A version may have gigabytes, which come from the cold tier first. */
    private static final Duration PATIENCE = Duration.ofMinutes(15);

    @Parameters(index = "0", paramLabel = "STREAM", description = "such as projects.42.notes")
    private String stream = "";

    @Option(names = "--at", paramLabel = "TIME", required = true, description = "as it was then: " + PointInTime.FORMS)
    private String at = "";

    @Option(names = "--to", paramLabel = "STREAM2", required = true, description = "where to store it")
    private String to = "";

    @Option(names = "--json", description = "one JSON object per line; errors too, on standard error")
    private boolean json;

    @Mixin
    private ServerOptions server = new ServerOptions();

    private final Terminal terminal;

    public RestoreCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try {
            new StreamName(stream);
            new StreamName(to);
            Instant then = PointInTime.parse(at, Instant.now(), ZoneId.systemDefault());
            restore(then);
            return ExitCode.OK.number();
        } catch (RuntimeException | IOException e) {
            FailureReport report = FailureReport.of(e, server.server());
            terminal.err().println(report.line(json));
            return report.exitCode().number();
        } finally {
            terminal.out().flush();
        }
    }

    private void restore(Instant then) throws IOException {
        // Messages are stored as they are: the client must not give ids to those that have none.
        try (Connection connection = server.connect(config -> config.withMessageIds(false))) {
            StreamHandle from = connection.client().stream(stream);
            StreamHandle target = connection.client().stream(to);
            StreamVersion version = chosen(from.versions(), then);
            StreamInfo empty = RestoredStream.requireEmpty(target);
            PastStream past = from.past(version);
            awaitBrought(past);
            RestoredStream restored = new RestoredStream(past, target, System::currentTimeMillis);
            boolean isWhole = false;
            try {
                restored.copy(empty);
                isWhole = true;
            } finally {
                if (!isWhole && restored.stored() > 0) {
                    terminal.err().println("persist: " + restored.stored() + " messages are in " + to
                            + ": 'persist destroy " + to + "' before it is restored to again");
                }
            }
            tell(version, restored);
        }
    }

    /** It comes closer while nobody waits for it. */
    private static void awaitBrought(PastStream past) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        boolean isThere = false;
        while (!isThere) {
            try {
                past.info();
                isThere = true;
            } catch (PersistException e) {
                boolean isOnItsWay = e.code().equals(PersistException.DEADLINE)
                        && String.valueOf(e.getMessage()).contains(ErrorCode.COLD_UNAVAILABLE.name());
                if (!isOnItsWay || System.nanoTime() > end) {
                    throw e;
                }
            }
        }
    }

    private StreamVersion chosen(List<StreamVersion> versions, Instant then) {
        return versions.stream().filter(version -> version.time() <= then.toEpochMilli())
                .max(Comparator.comparingLong(StreamVersion::time))
                .orElseThrow(() -> new Failure(ExitCode.NOT_FOUND, versions.isEmpty()
                        ? "no version of " + stream + " is kept: it was not archived yet"
                        : "no version of " + stream + " is as old as " + then + ": the oldest that is kept is of "
                                + Instant.ofEpochMilli(versions.getLast().time())));
    }

    private void tell(StreamVersion version, RestoredStream restored) {
        Instant of = Instant.ofEpochMilli(version.time());
        terminal.say(json
                ? Archive.JSON.createObjectNode().put("stream", stream).put("version", version.time())
                        .put("change", version.position().change()).put("to", to).put("stored", restored.stored())
                        .put("expired", restored.expired()).toString()
                : stream + " as of " + of + ", change " + version.position().change() + ": " + restored.stored()
                        + " messages stored in " + to
                        + (restored.expired() == 0 ? "" : ", " + restored.expired() + " have expired"));
    }
}
