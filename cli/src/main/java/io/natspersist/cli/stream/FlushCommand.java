// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.stream;

import io.natspersist.cli.terminal.ExitCode;
import io.natspersist.cli.terminal.Terminal;
import io.natspersist.client.StreamHandle;
import picocli.CommandLine.Command;

@Command(name = "flush", description = "Wait until the stream's file holds everything by itself, to copy it or open it with sqlite3.", footer = {
        "", "Example:", "  persist flush projects.42.notes"})
public final class FlushCommand extends StreamCommand {

    public FlushCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    ExitCode run(StreamHandle stream) {
        print(Line.of(stream.flush()));
        return ExitCode.OK;
    }
}
