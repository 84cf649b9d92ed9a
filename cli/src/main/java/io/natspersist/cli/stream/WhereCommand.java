// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.stream;

import io.natspersist.cli.terminal.ExitCode;
import io.natspersist.cli.terminal.Terminal;
import io.natspersist.client.StreamHandle;
import picocli.CommandLine.Command;

@Command(name = "where", description = "Print which worker serves a stream.", footer = {
        "", "Example:", "  persist where projects.42.notes"})
public final class WhereCommand extends StreamCommand {

    public WhereCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    ExitCode run(StreamHandle stream) {
        print(Line.of(stream.locate()));
        return ExitCode.OK;
    }
}
