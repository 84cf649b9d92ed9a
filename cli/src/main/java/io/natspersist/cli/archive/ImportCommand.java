// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.archive;

import io.natspersist.cli.archive.ImportedStream.Counts;
import io.natspersist.cli.terminal.ExitCode;
import io.natspersist.cli.terminal.Failure;
import io.natspersist.cli.terminal.Terminal;
import io.natspersist.client.PersistClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "import", description = {
        "Store what 'persist export' has written, under the same names and seqs. What is there already is left alone, so it can"
                + " be repeated.",
        "What was to expire does so when it was to; what has expired by now is left out.",
        "Prints of each stream how many messages were stored, were there, and had expired."}, footer = {"", "Examples:",
                "  persist import backup", "  persist import backup --replace --json"})
public final class ImportCommand extends ArchiveCommand {

    @Option(names = "--replace", description = "overwrite other messages under the same seqs; without it they end the import")
    private boolean replace;

    public ImportCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    void run(Archive archive, PersistClient client) throws IOException {
        if (!Files.isDirectory(folder())) {
            throw new Failure(ExitCode.NOT_FOUND, "there is no folder " + folder());
        }
        for (Path lines : archive.streams()) {
            Counts counts = new ImportedStream(lines, client, replace, System::currentTimeMillis).read();
            print(counts.stream() + "\t" + counts.stored() + "\t" + counts.same() + "\t" + counts.expired(),
                    Archive.JSON.createObjectNode().put("stream", counts.stream()).put("stored", counts.stored())
                            .put("same", counts.same()).put("expired", counts.expired()));
        }
    }
}
