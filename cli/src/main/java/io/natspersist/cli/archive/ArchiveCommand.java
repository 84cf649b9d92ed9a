// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.archive;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.natspersist.cli.terminal.Connection;
import io.natspersist.cli.terminal.ExitCode;
import io.natspersist.cli.terminal.FailureReport;
import io.natspersist.cli.terminal.ServerOptions;
import io.natspersist.cli.terminal.Terminal;
import io.natspersist.client.PersistClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A command between a cluster and a folder. */
abstract class ArchiveCommand implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "FOLDER", description = "the folder with the files")
    private Path folder = Path.of("");

    @Option(names = "--json", description = "one JSON object per line; errors too, on standard error")
    private boolean json;

    @Mixin
    private ServerOptions server = new ServerOptions();

    private final Terminal terminal;

    ArchiveCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    /** Checks the command line, before anything is connected. */
    void check() {}

    abstract void run(Archive archive, PersistClient client) throws IOException;

    @Override
    public final Integer call() {
        check();
        // Messages are stored as they are: the client must not give ids to those that have none.
        try (Connection connection = server.connect(config -> config.withMessageIds(false))) {
            run(new Archive(folder), connection.client());
            return ExitCode.OK.number();
        } catch (RuntimeException | IOException e) {
            FailureReport report = FailureReport.of(e, server.server());
            terminal.err().println(report.line(json));
            return report.exitCode().number();
        } finally {
            terminal.out().flush();
        }
    }

    final void print(String text, ObjectNode fields) {
        terminal.say(json ? fields.toString() : text);
    }

    final Path folder() {
        return folder;
    }
}
