// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.journal;

import io.natspersist.cli.terminal.ExitCode;
import io.natspersist.cli.terminal.Failure;
import io.natspersist.cli.terminal.Terminal;
import io.natspersist.worker.journal.JournalPrinter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "journal", description = {
        "Print what a worker's journal holds: segments, groups, changes. Only reads; exit code 1 where it is damaged.",
        "A running worker may be writing to it meanwhile."}, footer = {"", "Examples:",
                "  persist journal persist-data/volume/journals/w0.1",
                "  persist journal persist-data/volume/journals/w0.1 --json"})
public final class JournalCommand implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "FOLDER", description = "a journal: volume/journals/<worker>.<incarnation>")
    private Path folder = Path.of("");

    @Option(names = "--json", description = "one JSON object per line")
    private boolean json;

    private final Terminal terminal;

    public JournalCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new Failure(ExitCode.NOT_FOUND, "there is no folder " + folder);
        }
        return (JournalPrinter.print(folder, json, terminal.out()) ? ExitCode.OK : ExitCode.FAILED).number();
    }
}
