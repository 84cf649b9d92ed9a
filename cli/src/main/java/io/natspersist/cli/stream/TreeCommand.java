// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.stream;

import io.natspersist.cli.terminal.ExitCode;
import io.natspersist.cli.terminal.Terminal;
import io.natspersist.client.Branch;
import io.natspersist.client.PersistClient;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "tree", description = {"Print the prefixes below a prefix, and how many streams each has.",
        "A '*' marks one that is a stream itself."}, footer = {"", "Examples:", "  persist tree",
                "  persist tree projects --depth 2"})
public final class TreeCommand extends CatalogCommand {

    @Parameters(index = "0", arity = "0..1", paramLabel = "PREFIX", description = "what is below it; default: everything")
    private @Nullable String prefix;

    @Option(names = {"-d",
            "--depth"}, paramLabel = "N", defaultValue = "1", description = "prefixes of so many tokens below it; default 1")
    private int depth;

    public TreeCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    @Nullable
    String prefix() {
        return prefix;
    }

    @Override
    ExitCode run(PersistClient client) {
        for (Branch branch : client.tree(prefix, depth)) {
            print(Line.of(branch));
        }
        return ExitCode.OK;
    }
}
