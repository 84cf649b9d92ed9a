// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.stream;

import io.natspersist.cli.terminal.ExitCode;
import io.natspersist.cli.terminal.Terminal;
import io.natspersist.client.PersistClient;
import picocli.CommandLine.Command;

@Command(name = "reindex", description = {"Compare the catalogs with the files that there are, and correct them.",
        "Each slot's worker does it while it serves. Prints the slots in which something was wrong, and a sum."}, footer = {
                "",
                "Example:", "  persist reindex"})
public final class ReindexCommand extends CatalogCommand {

    public ReindexCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    ExitCode run(PersistClient client) {
        long[] sum = new long[4];
        client.reindex(slot -> {
            sum[0]++;
            sum[1] += slot.streams();
            sum[2] += slot.added();
            sum[3] += slot.removed();
            if (slot.added() + slot.removed() > 0) {
                print(Line.of(slot));
            }
        });
        print(Line.ofReindexed(sum[0], sum[1], sum[2], sum[3]));
        return ExitCode.OK;
    }
}
