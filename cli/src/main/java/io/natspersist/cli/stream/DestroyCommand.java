// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.stream;

import io.natspersist.cli.terminal.ExitCode;
import io.natspersist.cli.terminal.Terminal;
import io.natspersist.client.Destroyed;
import io.natspersist.client.StreamHandle;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "destroy", description = {"Destroy a stream: its messages, its settings and its file.",
        "If it is made anew its numbers go on. Exit code 3 when there is no such stream."}, footer = {"", "Examples:",
                "  persist destroy projects.42.notes", "  persist destroy projects.42.notes --expect-last 17"})
public final class DestroyCommand extends StreamCommand {

    @Option(names = "--expect-last", paramLabel = "SEQ", description = "only if the stream's last seq is this")
    private @Nullable Long expectLast;

    public DestroyCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    ExitCode run(StreamHandle stream) {
        Destroyed destroyed = expectLast == null ? stream.destroy() : stream.destroy(expectLast);
        print(Line.of(destroyed));
        return destroyed.destroyed() ? ExitCode.OK : ExitCode.NOT_FOUND;
    }
}
