// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.archive;

import io.natspersist.cli.terminal.Terminal;
import io.natspersist.client.ListedStream;
import io.natspersist.client.PersistClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "export", description = {
        "Write streams into a folder: for each a file of JSON lines, a message each. Values are text where they are UTF-8, else"
                + " base64; those above 64 KiB are files of their own.",
        "A stream whose file exists is written anew."}, footer = {"", "Examples:",
                "  persist export backup projects.42.notes users.7.settings",
                "  persist export backup --prefix projects.42",
                "  persist export backup --prefix ''"})
public final class ExportCommand extends ArchiveCommand {

    @Parameters(index = "1..*", arity = "0..*", paramLabel = "STREAM", description = "such as projects.42.notes")
    private List<String> streams = new ArrayList<>();

    @Option(names = {"-p", "--prefix"}, description = "the stream of this name and all below it; empty: all there are")
    private @Nullable String prefix;

    @Spec
    private @Nullable CommandSpec spec;

    public ExportCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    void check() {
        if (spec != null && streams.isEmpty() == (prefix == null)) {
            throw new ParameterException(spec.commandLine(), "say which streams: their names, or --prefix");
        }
    }

    @Override
    void run(Archive archive, PersistClient client) throws IOException {
        for (String stream : streams) {
            export(archive, client, stream);
        }
        if (prefix != null) {
            for (ListedStream stream : prefix.isEmpty() ? client.list() : client.list(prefix)) {
                export(archive, client, stream.name());
            }
        }
    }

    private void export(Archive archive, PersistClient client, String stream) throws IOException {
        long messages = new ExportedStream(archive, client.stream(stream)).write();
        print(stream + "\t" + messages,
                Archive.JSON.createObjectNode().put("stream", stream).put("messages", messages));
    }
}
