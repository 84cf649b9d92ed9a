// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.stream;

import io.natspersist.cli.terminal.ExitCode;
import io.natspersist.cli.terminal.Terminal;
import io.natspersist.client.ListedStream;
import io.natspersist.client.PersistClient;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "ls", description = {"Print the streams of a prefix, or all, one a line.",
        "With --long: messages, bytes, last seq, change, name; '-' where a counter is not known just now."}, footer = {
                "",
                "Examples:", "  persist ls", "  persist ls projects.42 --long"})
public final class ListCommand extends CatalogCommand {

    @Parameters(index = "0", arity = "0..1", paramLabel = "PREFIX", description = "the stream of this name and those below it")
    private @Nullable String prefix;

    @Option(names = {"-l", "--long"}, description = "counters too")
    private boolean counters;

    public ListCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    @Nullable
    String prefix() {
        return prefix;
    }

    @Override
    ExitCode run(PersistClient client) {
        for (ListedStream stream : prefix == null ? client.list() : client.list(prefix)) {
            print(Line.of(stream, counters));
        }
        return ExitCode.OK;
    }
}
