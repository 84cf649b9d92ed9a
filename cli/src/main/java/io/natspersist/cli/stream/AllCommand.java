// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.stream;

import io.natspersist.cli.terminal.ExitCode;
import io.natspersist.cli.terminal.Terminal;
import io.natspersist.client.MessageRange;
import io.natspersist.client.StreamHandle;
import io.natspersist.client.StreamMessage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "all", description = "Print the messages of a stream: seq, key (- for none) and value, one a line.", footer = {
        "",
        "Examples:", "  persist all projects.42.notes", "  persist all projects.42.notes --from 100 --limit 10 --json"})
public final class AllCommand extends StreamCommand {

    @Option(names = "--from", paramLabel = "SEQ", defaultValue = "1", description = "begin there (${DEFAULT-VALUE})")
    private long from = 1;

    @Option(names = "--to", paramLabel = "SEQ", description = "end there")
    private long to = Long.MAX_VALUE;

    @Option(names = {"-n", "--limit"}, description = "at most that many")
    private long limit = Long.MAX_VALUE;

    public AllCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    void check() {
        range();
    }

    @Override
    ExitCode run(StreamHandle stream) {
        long left = limit;
        for (StreamMessage message : stream.getAll(range())) {
            if (left-- <= 0 || terminal().out().checkError()) {
                break;
            }
            print(Line.of(message));
        }
        return ExitCode.OK;
    }

    private MessageRange range() {
        return MessageRange.between(from, to).withPageSize(Math.clamp(limit, 1, 1_000));
    }
}
