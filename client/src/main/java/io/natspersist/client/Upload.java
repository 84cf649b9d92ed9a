// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import io.natspersist.protocol.Crc32c;
import io.natspersist.protocol.HeaderNames;
import io.natspersist.transport.Headers;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;

/** One large value on its way into a stream: its parts, in order, and what the set that shows them must say. */
final class Upload {

    private final AsyncStream stream;
    private final String id;
    private int parts;
    private long size;
    private int crc;

    Upload(AsyncStream stream, String id) {
        this.stream = stream;
        this.id = id;
    }

    /** Sends the next part; done once the stream's file has it. The bytes are not copied. */
    CompletableFuture<Void> send(byte[] part) {
        int partCrc = Crc32c.of(part);
        crc = Crc32c.combine(crc, partCrc, part.length);
        size += part.length;
        return stream.sendPart(Headers.of(HeaderNames.UPLOAD, id, HeaderNames.PART, Integer.toString(++parts),
                HeaderNames.CRC32C, HexFormat.of().toHexDigits(partCrc)), part);
    }

    long size() {
        return size;
    }

    /** For the set that comes when all parts are there. */
    Headers announcement() {
        return Headers.of(HeaderNames.UPLOAD, id, HeaderNames.PARTS, Integer.toString(parts), HeaderNames.SIZE,
                Long.toString(size), HeaderNames.CRC32C, HexFormat.of().toHexDigits(crc));
    }
}
