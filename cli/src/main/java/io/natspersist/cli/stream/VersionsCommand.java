// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.stream;

import io.natspersist.cli.terminal.ExitCode;
import io.natspersist.cli.terminal.Terminal;
import io.natspersist.client.StreamHandle;
import io.natspersist.client.StreamVersion;
import java.util.List;
import picocli.CommandLine.Command;

@Command(name = "versions", description = {
        "Print what is kept of a stream as it was, the newest first: time, last change then, bytes of its file, one version a line.",
        "Versions come of archiving, some minutes after a change; 'persist restore' brings one back."}, footer = {"",
                "Examples:", "  persist versions projects.42.notes", "  persist versions projects.42.notes --json"})
public final class VersionsCommand extends StreamCommand {

    public VersionsCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    ExitCode run(StreamHandle stream) {
        List<StreamVersion> versions = stream.versions();
        versions.forEach(version -> print(Line.of(version)));
        if (versions.isEmpty() && !json()) {
            terminal().err().println("persist: no version of " + stream.name() + " is kept: it was not archived yet");
        }
        return ExitCode.OK;
    }
}
