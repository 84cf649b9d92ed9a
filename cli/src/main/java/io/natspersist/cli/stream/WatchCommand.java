// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.stream;

import io.natspersist.cli.terminal.ExitCode;
import io.natspersist.cli.terminal.Terminal;
import io.natspersist.client.Position;
import io.natspersist.client.StreamHandle;
import io.natspersist.client.Watch;
import io.natspersist.client.WatchFrom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "watch", description = {
        "Print what changes in a stream: every change once and in order, whatever happens to workers.",
        "A change is: op (set, delete, deleteAll), then seq, key and value. What the stream held before is told as 'message'"
                + " lines after a 'reset' and before a 'current' line."}, footer = {"", "Examples:",
                        "  persist watch projects.42.notes", "  persist watch projects.42.notes --all --json",
                        "  persist watch projects.42.notes --after 7/1200"})
public final class WatchCommand extends StreamCommand {

    @Option(names = "--all", description = "begin with the messages that the stream holds")
    private boolean all;

    @Option(names = "--after", paramLabel = "EPOCH/CHANGE", description = "begin after this change, as --json printed it")
    private @Nullable String after;

    @Option(names = {"-n", "--limit"}, paramLabel = "CHANGES", description = "end after that many changes")
    private long limit = Long.MAX_VALUE;

    public WatchCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    void check() {
        requireAtMostOne("--all and --after", all, after != null);
        from();
    }

    @Override
    ExitCode run(StreamHandle stream) {
        WatchedLines lines = new WatchedLines();
        try (Watch _ = stream.watch(from(), lines)) {
            for (long left = limit; left > 0;) {
                WatchedLines.Told told = lines.take();
                print(told.line());
                left -= told.change() ? 1 : 0;
                if (lines.isEmpty() && terminal().out().checkError()) { // flushes; true: nobody reads any more
                    break;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return ExitCode.OK;
    }

    WatchFrom from() {
        if (after == null) {
            return all ? WatchFrom.beginning() : WatchFrom.now();
        }
        String[] parts = after.split("/", -1);
        try {
            if (parts.length == 2) {
                return WatchFrom.after(new Position(Long.parseLong(parts[0]), Long.parseLong(parts[1])));
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw usage("--after '" + after + "' is not EPOCH/CHANGE");
    }
}
