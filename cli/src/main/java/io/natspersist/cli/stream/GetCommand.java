// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.stream;

import io.natspersist.cli.terminal.ExitCode;
import io.natspersist.cli.terminal.Failure;
import io.natspersist.cli.terminal.Terminal;
import io.natspersist.client.StreamHandle;
import io.natspersist.client.StreamMessage;
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
    ExitCode run(StreamHandle stream) {
        StreamMessage message = find(stream)
                .orElseThrow(() -> new Failure(ExitCode.NOT_FOUND, "there is no such message in " + stream.name()));
        if (json()) {
            print(Line.of(message));
        } else if (message.value() != null) {
            byte[] value = message.value();
            terminal().out().write(value, 0, value.length);
            if (terminal().interactive()) {
                terminal().out().println();
            }
        }
        return ExitCode.OK;
    }

    private Optional<StreamMessage> find(StreamHandle stream) {
        if (key != null) {
            return stream.get(key);
        }
        if (seq != null) {
            return stream.get(seq.longValue());
        }
        return at != null ? stream.firstAt(at) : stream.last();
    }
}
