// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.stream;

import io.natspersist.cli.terminal.ExitCode;
import io.natspersist.cli.terminal.Terminal;
import io.natspersist.client.Deleted;
import io.natspersist.client.StreamHandle;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "del", description = "Delete messages. Prints how many were there; exit code 3 when none was.", footer = {
        "",
        "Examples:", "  persist del projects.42.notes --seq 17,18", "  persist del users.7.settings --key theme",
        "  persist del projects.42.notes --all", "  persist del projects.42.notes --all --to 1000"})
public final class DelCommand extends StreamCommand {

    @Option(names = {"-k", "--key"}, description = "the message with this key")
    private @Nullable String key;

    @Option(names = "--expect-seq", paramLabel = "SEQ", description = "with --key: only if its message has this seq")
    private @Nullable Long expectSeq;

    @Option(names = "--seq", split = ",", description = "the messages with these seqs, at most 1,000")
    private List<Long> seqs = new ArrayList<>();

    @Option(names = "--all", description = "all messages")
    private boolean all;

    @Option(names = "--to", paramLabel = "SEQ", description = "with --all: only up to this seq")
    private @Nullable Long to;

    public DelCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    void check() {
        requireAtMostOne("--key, --seq and --all", key != null, !seqs.isEmpty(), all);
        if (key == null && seqs.isEmpty() && !all) {
            throw usage("say what to delete: --key, --seq or --all");
        }
        if (to != null && !all) {
            throw usage("--to needs --all");
        }
        if (expectSeq != null && key == null) {
            throw usage("--expect-seq needs --key");
        }
    }

    @Override
    ExitCode run(StreamHandle stream) {
        Deleted deleted = delete(stream);
        print(Line.of(deleted));
        return deleted.count() == 0 && !deleted.duplicate() ? ExitCode.NOT_FOUND : ExitCode.OK;
    }

    private Deleted delete(StreamHandle stream) {
        if (key != null) {
            return expectSeq == null ? stream.delete(key) : stream.delete(key, expectSeq);
        }
        if (!all) {
            return stream.delete(seqs);
        }
        return to == null ? stream.deleteAll() : stream.deleteAll(to);
    }
}
