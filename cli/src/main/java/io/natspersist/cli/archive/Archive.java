// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.archive;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.natspersist.protocol.StreamName;
import io.natspersist.protocol.StreamPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A folder with exported streams: for each one a file of JSON lines, the first of which names the stream, and beside it a folder with
 * the values that are too large for a line.
 */
record Archive(Path folder) {

    /** Values of more bytes are files of their own. */
    static final int MOST_IN_LINE = 64 << 10;

    static final ObjectMapper JSON = new ObjectMapper();

    private static final String LINES = ".jsonl";
    private static final String VALUES = ".values";

    Path lines(StreamName stream) {
        return folder.resolve(StreamPath.of(stream) + LINES);
    }

    /** Beside the lines. */
    Path values(Path lines) {
        String name = lines.getFileName().toString();
        return lines.resolveSibling(name.substring(0, name.length() - LINES.length()) + VALUES);
    }

    /** The files of all streams, in order. */
    List<Path> streams() throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(path -> path.toString().endsWith(LINES)).sorted().toList();
        }
    }
}
