// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import io.natspersist.protocol.StreamName;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a pack says of itself, at its end: nothing that is needed while the head is there, and all that is needed to make that anew.
 * Persisted: nothing here ever moves.
 *
 * <pre>
 * pack       8  "PERSISTP"
 *            chunks, one after the other: each a zstd frame, or as it is in the file where that is no longer
 *            n  format, 1
 *            stream's name as text; name
 *            n  how many chunks; for each: n how many indexes lie between it and the one before, n stored bytes, 16 hash
 *            n  1: it is the last of its copy, and there follow n at, n bytes, n chunk's bytes, 16 root, n how many other packs the
 *               copy needs, their names. 0: it is not
 *            4  bytes of all this from the format on
 *           16  hash of everything from the format to here
 * </pre>
 *
 * @param entries in the order of their indexes
 * @param end what is known of the copy whose last pack it is
 */
record Directory(StreamName stream, PackName name, List<Entry> entries, Optional<End> end) {

    static final long MAGIC = 0x5045525349535450L;
    static final int FOOTER = 4 + Hash.BYTES;
    private static final int FORMAT = 1;
    private static final int LEAST_ENTRY = 2 + Hash.BYTES;
    private static final int LEAST_NAME = 11;

    /** A chunk in this pack. */
    record Entry(int index, Hash hash, int offset, int stored) {}

    /** @param others the packs that the copy needs besides */
    record End(long at, long bytes, int chunkBytes, Hash root, List<PackName> others) {}

    void write(Encoder to) {
        int start = to.size();
        to.number(FORMAT).text(stream.value());
        name.write(to);
        to.number(entries.size());
        int next = 0;
        for (Entry entry : entries) {
            to.number(entry.index - next).number(entry.stored).hash(entry.hash);
            next = entry.index + 1;
        }
        to.number(end.isPresent() ? 1 : 0);
        end.ifPresent(copy -> {
            to.number(copy.at).number(copy.bytes).number(copy.chunkBytes).hash(copy.root).number(copy.others.size());
            copy.others.forEach(other -> other.write(to));
        });
        to.raw(ByteBuffer.allocate(4).putInt(to.size() - start).array(), 0, 4);
        to.hash(to.hashFrom(start));
    }

    /** How many bytes from the format to the end of the pack; null: these are not the last bytes of a pack. */
    static @Nullable Integer length(byte[] tail) {
        if (tail.length < FOOTER) {
            return null;
        }
        int length = ByteBuffer.wrap(tail).getInt(tail.length - FOOTER);
        return length < 0 || length > Integer.MAX_VALUE - FOOTER ? null : length + FOOTER;
    }

    /** @param bytes from the format to the end of the pack */
    static Directory read(byte[] bytes) throws BadBytes {
        int end = bytes.length - Hash.BYTES;
        if (!Hash.of(bytes, 0, end).equals(new Decoder(ByteBuffer.wrap(bytes, end, Hash.BYTES)).hash("hash"))) {
            throw new BadBytes("its directory's hash does not match");
        }
        Decoder from = new Decoder(ByteBuffer.wrap(bytes, 0, bytes.length - FOOTER));
        long format = from.number("format");
        if (format != FORMAT) {
            throw new BadBytes("format " + format + ", and this reads format " + FORMAT);
        }
        StreamName stream;
        try {
            stream = new StreamName(from.text("stream"));
        } catch (IllegalArgumentException e) {
            throw new BadBytes("stream: " + e.getMessage());
        }
        PackName name = PackName.read(from);
        List<Entry> entries = new ArrayList<>();
        long index = 0;
        long offset = Long.BYTES;
        for (int left = from.count("chunks", LEAST_ENTRY); left > 0; left--) {
            index += from.number("chunk's index");
            int stored = from.int31("chunk's stored bytes");
            Hash hash = from.hash("chunk's hash");
            if (index >= Integer.MAX_VALUE || offset + stored > Integer.MAX_VALUE) {
                throw new BadBytes("chunk: " + stored + " bytes at " + offset + " for " + index);
            }
            entries.add(new Entry((int) index, hash, (int) offset, stored));
            index++;
            offset += stored;
        }
        Optional<End> copy = from.number("last") == 0 ? Optional.empty() : Optional.of(readEnd(from));
        from.end("directory");
        return new Directory(stream, name, entries, copy);
    }

    private static End readEnd(Decoder from) throws BadBytes {
        long at = from.number("at");
        long bytes = from.number("bytes");
        int chunkBytes = from.int31("chunk's bytes");
        if (chunkBytes == 0 || Math.ceilDiv(bytes, (long) chunkBytes) > Integer.MAX_VALUE) {
            throw new BadBytes("chunks: " + bytes + " bytes in chunks of " + chunkBytes);
        }
        Hash root = from.hash("root");
        List<PackName> others = new ArrayList<>();
        for (int left = from.count("packs", LEAST_NAME); left > 0; left--) {
            others.add(PackName.read(from));
        }
        return new End(at, bytes, chunkBytes, root, others);
    }
}
