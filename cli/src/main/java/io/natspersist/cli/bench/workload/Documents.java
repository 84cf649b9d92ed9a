// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.workload;

import io.natspersist.cli.demo.TypedText;
import io.natspersist.cli.replay.EditTrace;
import io.natspersist.cli.replay.EditTraceFile;
import io.natspersist.cli.replay.TraceWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Recorded editing, the beginnings of it, as messages.
 *
 * @param values of each trace, a message for each transaction
 */
record Documents(List<EditTrace> traces, List<List<byte[]>> values) {

    /**
     * @param folder of recorded traces; null: typing is made up
     * @param most how many transactions of each
     */
    static Documents read(@Nullable Path folder, int most) throws IOException {
        List<EditTrace> traces = new ArrayList<>();
        if (folder == null) {
            traces.add(madeUp(most));
        } else {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.filter(path -> path.toString().endsWith(".json.gz")).sorted().toList()) {
                    traces.add(EditTraceFile.read(file).first(most));
                }
            }
        }
        if (traces.isEmpty()) {
            throw new IOException("there are no traces, *.json.gz, in " + folder);
        }
        return new Documents(traces, traces.stream().map(TraceWriter::values).toList());
    }

    private static EditTrace madeUp(int most) {
        SplittableRandom random = new SplittableRandom(1);
        StringBuilder text = new StringBuilder();
        while (text.length() < most) {
            text.append((char) ('a' + random.nextInt(26))).append(random.nextInt(6) == 0 ? " " : "");
        }
        return TypedText.type("made up", text.toString(), random).first(most);
    }

    EditTrace trace(int document) {
        return traces.get(document % traces.size());
    }

    List<byte[]> values(int document) {
        return values.get(document % values.size());
    }

    /** The most messages that a document has. */
    int longest() {
        return values.stream().mapToInt(List::size).max().orElse(0);
    }
}
