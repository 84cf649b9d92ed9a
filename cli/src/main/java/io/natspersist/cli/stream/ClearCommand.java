// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.stream;

import io.natspersist.cli.terminal.ExitCode;
import io.natspersist.cli.terminal.Terminal;
import io.natspersist.client.StreamHandle;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "clear", description = {"Delete all messages of a stream, and print how many there were.",
        "Its numbers go on from where they were; 'persist destroy' removes the stream itself."}, footer = {"",
                "Examples:",
                "  persist clear projects.42.notes", "  persist clear projects.42.notes --to 1000"})
public final class ClearCommand extends StreamCommand {

    @Option(names = "--to", paramLabel = "SEQ", description = "only up to this seq")
    private @Nullable Long to;

    public ClearCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    ExitCode run(StreamHandle stream) {
        print(Line.of(to == null ? stream.deleteAll() : stream.deleteAll(to)));
        return ExitCode.OK;
    }
}
