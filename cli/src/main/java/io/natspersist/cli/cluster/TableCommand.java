// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.cluster;

import io.natspersist.cli.terminal.Connection;
import io.natspersist.cli.terminal.ExitCode;
import io.natspersist.cli.terminal.Failure;
import io.natspersist.cli.terminal.FailureReport;
import io.natspersist.cli.terminal.ServerOptions;
import io.natspersist.cli.terminal.Terminal;
import io.natspersist.protocol.Json;
import io.natspersist.protocol.Subjects;
import io.natspersist.protocol.table.AssignmentTable;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Transport;
import io.natspersist.transport.Transport.Reply;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "table", description = {"Say which worker serves how many slots, and what is moving.",
        "Asks the coordinator; where it is away, any worker."}, footer = {"", "Examples:", "  persist table",
                "  persist table --slots", "  persist table --json"})
public final class TableCommand implements Callable<Integer> {

    private static final long PATIENCE_MILLIS = 2_000;

    @Option(names = "--slots", description = "a line for each slot: slot, owner, epoch, and what is still to be done")
    private boolean slots;

    @Option(names = "--json", description = "the table as it is; errors too, on standard error")
    private boolean json;

    @Mixin
    private ServerOptions server = new ServerOptions();

    private final Terminal terminal;

    public TableCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (Connection connection = server.connect()) {
            print(table(connection.transport()));
            return ExitCode.OK.number();
        } catch (RuntimeException e) {
            FailureReport report = FailureReport.of(e, server.server());
            terminal.err().println(report.line(json));
            return report.exitCode().number();
        } finally {
            terminal.out().flush();
        }
    }

    private AssignmentTable table(Transport transport) {
        Subjects subjects = Subjects.ofCluster(server.cluster());
        AssignmentTable table = ask(transport, subjects.table());
        if (table == null) {
            table = ask(transport, subjects.tableAny());
        }
        if (table == null) {
            throw new Failure(ExitCode.UNREACHABLE,
                    "neither a coordinator nor a worker of the cluster " + server.cluster() + " answers at "
                            + server.server());
        }
        return table;
    }

    private static @Nullable AssignmentTable ask(Transport transport, String subject) {
        CompletableFuture<Reply> reply = new CompletableFuture<>();
        transport.request(subject, Headers.NONE, new byte[0], PATIENCE_MILLIS, reply::complete);
        return reply.join() instanceof Reply.Answer answer && answer.message().payload().length > 0
                ? Json.read(answer.message().payload(), AssignmentTable.class)
                : null;
    }

    private void print(AssignmentTable table) {
        if (json) {
            terminal.out().println(new String(Json.write(table), StandardCharsets.UTF_8));
        } else {
            TableInWords words = new TableInWords(table);
            (slots ? words.slotLines() : words.lines()).forEach(terminal.out()::println);
        }
    }
}
