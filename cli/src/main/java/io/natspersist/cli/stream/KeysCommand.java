// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.stream;

import io.natspersist.cli.terminal.ExitCode;
import io.natspersist.cli.terminal.Terminal;
import io.natspersist.client.StreamHandle;
import picocli.CommandLine.Command;

@Command(name = "keys", description = "Print the keys of a stream and their seqs, one a line.", footer = {
        "", "Example:", "  persist keys users.7.settings"})
public final class KeysCommand extends StreamCommand {

    public KeysCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    ExitCode run(StreamHandle stream) {
        stream.keys().forEach(key -> print(Line.of(key)));
        return ExitCode.OK;
    }
}
