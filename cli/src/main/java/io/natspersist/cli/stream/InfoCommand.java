// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.stream;

import io.natspersist.cli.terminal.ExitCode;
import io.natspersist.cli.terminal.Terminal;
import io.natspersist.client.StreamHandle;
import picocli.CommandLine.Command;

@Command(name = "info", description = "Print a stream's state. One that was never written has zeros.", footer = {
        "", "Example:", "  persist info projects.42.notes --json"})
public final class InfoCommand extends StreamCommand {

    public InfoCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    ExitCode run(StreamHandle stream) {
        print(Line.of(stream.info()));
        return ExitCode.OK;
    }
}
