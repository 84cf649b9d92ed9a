// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.archive;

import com.fasterxml.jackson.databind.JsonNode;
import io.natspersist.cli.stream.Expiry;
import io.natspersist.client.SetOptions;
import io.natspersist.client.StreamHandle;
import io.natspersist.client.StreamMessage;
import io.natspersist.client.ValueReader;
import io.natspersist.transport.Headers;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A message of an archive.
 *
 * @param options with its seq, key, id, time, headers and how long it lives
 * @param expiry when it goes by itself
 * @param expired whether it is gone by now
 * @param value null: it has none, or it is in the file
 * @param file null: its value is not in a file of its own
 */
record ImportedMessage(long seq, SetOptions options, Expiry expiry, boolean expired,
        byte @Nullable [] value, @Nullable Path file) {

    /** Times of copies differ by how long they were on their way, and by how clocks differ. */
    private static final long SAME_TIME_MILLIS = 60_000;

    /**
     * @param folder where files that a line names lie
     * @param now ms since the epoch
     * @throws IOException when the line does not make sense
     */
    static ImportedMessage read(String line, Path folder, long now) throws IOException {
        JsonNode fields = Archive.JSON.readTree(line);
        long seq = fields.path("seq").asLong();
        if (seq < 1 || !fields.has("time")) {
            throw new IOException("a message needs a seq and a time");
        }
        Headers.Builder headers = Headers.builder();
        for (JsonNode header : fields.path("headers")) {
            headers.add(header.path(0).asText(), header.path(1).asText());
        }
        Expiry expiry = Expiry.of(fields);
        boolean expired = expiry.isPast(now);
        SetOptions options = new SetOptions(fields.path("key").textValue(), seq, null, null,
                fields.path("id").textValue(), fields.path("time").asLong(),
                expired ? null : expiry.left(now), headers.build());
        String text = fields.path("value").textValue();
        String file = fields.path("file").textValue();
        return new ImportedMessage(seq, options, expiry, expired,
                text != null ? text.getBytes(StandardCharsets.UTF_8) : fields.path("base64").binaryValue(),
                file == null ? null : inside(folder, file));
    }

    /** An archive that names files elsewhere would have them read, and sent. */
    private static Path inside(Path folder, String file) throws IOException {
        Path path = folder.resolve(file).normalize();
        if (!path.startsWith(folder.normalize())) {
            throw new IOException("the value's file " + file + " does not lie in the archive");
        }
        return path;
    }

    /** Whether the stream holds the same already. */
    boolean isSameAs(StreamMessage there, StreamHandle stream) throws IOException {
        if (there.seq() != seq || !Objects.equals(there.key(), options.key())
                || !Objects.equals(there.msgId(), options.msgId()) || !Objects.equals(there.time(), options.time())
                || !there.headers().equals(options.headers())
                || (there.expires() == 0) != (expiry.at() == 0)
                || Math.abs(there.expires() - expiry.at()) > SAME_TIME_MILLIS) {
            return false;
        }
        if (file == null) {
            return !there.large() && Arrays.equals(there.value(), value);
        }
        if (there.size() != Files.size(file)) {
            return false;
        }
        try (ValueReader reader = stream.openValue(there).orElse(null);
                InputStream mine = new BufferedInputStream(Files.newInputStream(file))) {
            return reader != null && isSame(new BufferedInputStream(reader), mine);
        }
    }

    private static boolean isSame(InputStream one, InputStream other) throws IOException {
        byte[] chunk = one.readNBytes(Archive.MOST_IN_LINE);
        while (chunk.length > 0) {
            if (!Arrays.equals(chunk, other.readNBytes(chunk.length))) {
                return false;
            }
            chunk = one.readNBytes(Archive.MOST_IN_LINE);
        }
        return other.read() < 0;
    }
}
