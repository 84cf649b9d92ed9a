// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.stream;

import io.natspersist.cli.terminal.ExitCode;
import io.natspersist.cli.terminal.Terminal;
import io.natspersist.client.MessageRange;
import io.natspersist.client.StreamHandle;
import io.natspersist.client.StreamMessage;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "all", description = "Print the messages of a stream: seq, key (- for none) and value, one a line.", footer = {
        "",
        "Examples:", "  persist all projects.42.notes", "  persist all projects.42.notes --from 100 --limit 10 --json",
        "  persist all logs.web --last 20", "  persist all logs.web --since 2026-01-31T12:00:00Z --newest"})
public final class AllCommand extends StreamCommand {

    @Option(names = "--from", paramLabel = "SEQ", defaultValue = "1", description = "begin there (${DEFAULT-VALUE})")
    private long from = 1;

    @Option(names = "--to", paramLabel = "SEQ", description = "end there")
    private long to = Long.MAX_VALUE;

    @Option(names = "--since", paramLabel = "TIME", description = "only messages of that time or later: ms since the epoch,"
            + " or as 2026-01-31T12:00:00Z")
    private @Nullable String since;

    @Option(names = "--until", paramLabel = "TIME", description = "only messages of that time or earlier")
    private @Nullable String until;

    @Option(names = "--last", paramLabel = "N", description = "of these only the last N by seq")
    private long last;

    @Option(names = "--newest", description = "the highest seq first")
    private boolean newest;

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
        MessageRange range = MessageRange.between(from, to).withLast(last).withPageSize(Math.clamp(limit, 1, 1_000))
                .withTimes(time(since, 0), time(until, Long.MAX_VALUE));
        return newest ? range.withNewestFirst() : range;
    }

    private long time(@Nullable String text, long otherwise) {
        if (text == null) {
            return otherwise;
        }
        try {
            return text.chars().allMatch(Character::isDigit)
                    ? Long.parseLong(text)
                    : OffsetDateTime.parse(text).toInstant().toEpochMilli();
        } catch (DateTimeParseException | NumberFormatException e) {
            throw usage("'" + text + "' is neither ms since the epoch nor a time such as 2026-01-31T12:00:00Z");
        }
    }
}
