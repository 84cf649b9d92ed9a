// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.archive;

import io.natspersist.cli.terminal.Terminal;
import io.natspersist.client.PersistClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "export", description = {
        "Write streams into a folder: for each a file of JSON lines, a message each. Values are text where they are UTF-8, else"
                + " base64; those above 64 KiB are files of their own.",
        "A stream whose file exists is written anew."}, footer = {"", "Examples:",
                "  persist export backup projects.42.notes users.7.settings"})
public final class ExportCommand extends ArchiveCommand {

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "STREAM", description = "such as projects.42.notes")
    private List<String> streams = new ArrayList<>();

    public ExportCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    void run(Archive archive, PersistClient client) throws IOException {
        for (String stream : streams) {
            long messages = new ExportedStream(archive, client.stream(stream)).write();
            print(stream + "\t" + messages,
                    Archive.JSON.createObjectNode().put("stream", stream).put("messages", messages));
        }
    }
}
