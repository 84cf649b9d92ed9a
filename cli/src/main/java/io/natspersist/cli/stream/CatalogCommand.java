// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.stream;

import io.natspersist.cli.terminal.Connection;
import io.natspersist.cli.terminal.ExitCode;
import io.natspersist.cli.terminal.FailureReport;
import io.natspersist.cli.terminal.ServerOptions;
import io.natspersist.cli.terminal.Terminal;
import io.natspersist.client.PersistClient;
import io.natspersist.protocol.StreamName;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A command that looks at which streams there are. */
abstract class CatalogCommand implements Callable<Integer> {

    @Option(names = "--json", description = "one JSON object per line; errors too, on standard error")
    private boolean json;

    @Mixin
    private ServerOptions server = new ServerOptions();

    private final Terminal terminal;

    CatalogCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    abstract ExitCode run(PersistClient client);

    /** The prefix that was given; null: none was. */
    @Nullable
    String prefix() {
        return null;
    }

    @Override
    public final Integer call() {
        try {
            if (prefix() != null) {
                new StreamName(prefix());
            }
            try (Connection connection = server.connect()) {
                return run(connection.client()).number();
            }
        } catch (RuntimeException e) {
            FailureReport report = FailureReport.of(e, server.server());
            terminal.err().println(report.line(json));
            return report.exitCode().number();
        } finally {
            terminal.out().flush();
        }
    }

    final void print(Line line) {
        terminal.out().println(json ? line.json() : line.text());
    }
}
