// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.archive;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.natspersist.cli.stream.MessageJson;
import io.natspersist.client.StreamHandle;
import io.natspersist.client.StreamInfo;
import io.natspersist.client.StreamMessage;
import io.natspersist.client.ValueReader;
import io.natspersist.protocol.StreamName;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/** Writes one stream into an archive, whole or not at all. */
final class ExportedStream {

    private final Archive archive;
    private final StreamHandle stream;

    ExportedStream(Archive archive, StreamHandle stream) {
        this.archive = archive;
        this.stream = stream;
    }

    /** How many messages it has. */
    long write() throws IOException {
        Path lines = archive.lines(new StreamName(stream.name()));
        Path unfinished = lines.resolveSibling(lines.getFileName() + ".part");
        Files.createDirectories(lines.toAbsolutePath().getParent());
        long count = 0;
        try (BufferedWriter out = Files.newBufferedWriter(unfinished)) {
            line(out, header());
            for (StreamMessage message : stream.getAll()) {
                Optional<ObjectNode> fields = fields(message, archive.values(lines));
                if (fields.isPresent()) {
                    line(out, fields.get());
                    count++;
                }
            }
        }
        Files.move(unfinished, lines, StandardCopyOption.REPLACE_EXISTING);
        return count;
    }

    private ObjectNode header() {
        StreamInfo info = stream.info();
        return Archive.JSON.createObjectNode().put("stream", stream.name()).put("lastSeq", info.lastSeq())
                .put("change", info.position().change());
    }

    /** Empty where a large value is gone since its message was read. */
    private Optional<ObjectNode> fields(StreamMessage message, Path values) throws IOException {
        ObjectNode fields = MessageJson.of(message);
        fields.remove("change");
        if (message.size() <= Archive.MOST_IN_LINE && !message.large()) {
            return Optional.of(fields);
        }
        Path file = values.resolve(Long.toString(message.seq()));
        Files.createDirectories(values);
        try (ValueReader value = stream.openValue(message).orElse(null)) {
            if (value == null) {
                return Optional.empty();
            }
            try (InputStream in = value) {
                Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
            }
        }
        fields.remove("value");
        fields.remove("base64");
        fields.put("size", message.size()).put("file", values.getFileName() + "/" + message.seq());
        return Optional.of(fields);
    }

    private static void line(BufferedWriter out, ObjectNode fields) throws IOException {
        out.write(fields.toString());
        out.newLine();
    }
}
