// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.stream;

import io.natspersist.cli.terminal.Connection;
import io.natspersist.cli.terminal.ExitCode;
import io.natspersist.cli.terminal.FailureReport;
import io.natspersist.cli.terminal.ServerOptions;
import io.natspersist.cli.terminal.Terminal;
import io.natspersist.client.StreamHandle;
import io.natspersist.protocol.StreamName;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** A command on one stream: connects, does its work, ends with a documented exit code. */
abstract class StreamCommand implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "STREAM", description = "such as projects.42.notes")
    private String stream = "";

    @Option(names = "--json", description = "one JSON object per line; errors too, on standard error")
    private boolean json;

    @Mixin
    private ServerOptions server = new ServerOptions();

    @Spec
    private @Nullable CommandSpec spec;

    private final Terminal terminal;

    StreamCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    /** Checks the command line, before anything is connected. */
    void check() {}

    abstract ExitCode run(StreamHandle stream) throws IOException;

    @Override
    public final Integer call() {
        try {
            new StreamName(stream);
            check();
            try (Connection connection = server.connect()) {
                return run(connection.client().stream(stream)).number();
            }
        } catch (ParameterException e) {
            throw e;
        } catch (RuntimeException | IOException e) {
            FailureReport report = FailureReport.of(e, server.server());
            terminal.err().println(report.line(json));
            return report.exitCode().number();
        } finally {
            terminal.out().flush();
        }
    }

    final Terminal terminal() {
        return terminal;
    }

    final boolean json() {
        return json;
    }

    /** Prints a result in the form that was asked for. */
    final void print(Line line) {
        terminal.out().println(json ? line.json() : line.text());
    }

    final void requireAtMostOne(String what, boolean... given) {
        int count = 0;
        for (boolean one : given) {
            count += one ? 1 : 0;
        }
        if (count > 1) {
            throw usage("only one of " + what + " can be given");
        }
    }

    final ParameterException usage(String problem) {
        if (spec == null) {
            throw new IllegalStateException("not run as a command");
        }
        return new ParameterException(spec.commandLine(), problem);
    }
}
