// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import io.natspersist.protocol.StreamName;
import io.natspersist.worker.cold.Directory.End;
import io.natspersist.worker.cold.Directory.Entry;
import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A pack that is being made. */
final class PackBuilder {
    private final StreamName stream;
    private final PackName name;
    private final Encoder bytes;
    private final List<Entry> entries = new ArrayList<>();

    PackBuilder(StreamName stream, PackName name, int expectedBytes) {
        this.stream = stream;
        this.name = name;
        bytes = new Encoder(expectedBytes);
        bytes.int64(Directory.MAGIC);
    }

    PackName name() {
        return name;
    }

    int size() {
        return bytes.size();
    }

    /** @param index higher than that of the chunk before */
    void add(int index, Hash hash, byte[] plain, int length, ZstdCompressCtx zstd) {
        byte[] frame = new byte[(int) Zstd.compressBound(length)];
        int compressed = zstd.compressByteArray(frame, 0, frame.length, plain, 0, length);
        int offset = bytes.size();
        if (compressed < length) {
            bytes.raw(frame, 0, compressed);
        } else {
            bytes.raw(plain, 0, length);
        }
        entries.add(new Entry(index, hash, offset, bytes.size() - offset));
    }

    ByteBuffer finish(Optional<End> end) {
        new Directory(stream, name, entries, end).write(bytes);
        return bytes.bytes();
    }

    /** Where the chunks lie, once the pack has its size. */
    List<Entry> entries() {
        return entries;
    }
}
