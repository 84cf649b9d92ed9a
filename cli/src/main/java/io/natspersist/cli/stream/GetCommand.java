// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.stream;

import io.natspersist.cli.terminal.ExitCode;
import io.natspersist.cli.terminal.Failure;
import io.natspersist.cli.terminal.Terminal;
import io.natspersist.client.StreamHandle;
import io.natspersist.client.ValueReader;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "get", description = "Print the value of one message, byte for byte: the last, unless told which.", footer = {
        "",
        "Examples:", "  persist get projects.42.notes", "  persist get projects.42.notes --seq 17 --json",
        "  persist get users.7.settings --key theme", "  persist get pictures.1 > cat.png"})
public final class GetCommand extends StreamCommand {

    @Option(names = {"-k", "--key"}, description = "the message with this key")
    private @Nullable String key;

    @Option(names = "--seq", description = "the message with this seq")
    private @Nullable Long seq;

    @Option(names = "--last", description = "the message with the highest seq (this is what happens without an option)")
    private boolean last;

    @Option(names = "--at", paramLabel = "MILLIS", description = "the first message at or after this time, ms since the epoch")
    private @Nullable Long at;

    public GetCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    void check() {
        requireAtMostOne("--key, --seq, --last and --at", key != null, seq != null, last, at != null);
    }

    @Override
    ExitCode run(StreamHandle stream) throws IOException {
        try (ValueReader value = find(stream)
                .orElseThrow(() -> new Failure(ExitCode.NOT_FOUND, "there is no such message in " + stream.name()))) {
            if (json()) {
                print(Line.of(value.message()));
            } else {
                copy(value);
            }
        }
        return ExitCode.OK;
    }

    private void copy(ValueReader value) throws IOException {
        try (InputStream in = new Progress(value, terminal(), value.size(), System::nanoTime)) {
            in.transferTo(terminal().out());
        }
        if (terminal().interactive() && value.message().hasValue()) {
            terminal().out().println();
        }
    }

    private Optional<ValueReader> find(StreamHandle stream) {
        if (key != null) {
            return stream.openValue(key);
        }
        if (seq != null) {
            return stream.openValue(seq.longValue());
        }
        return at != null ? stream.openFirstAt(at) : stream.openLast();
    }
}
