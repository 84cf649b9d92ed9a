// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.journal;

import io.natspersist.worker.disk.Disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the groups of one segment in order, up to the first that is not whole. It holds one group in memory, and allocates
 * nothing for a length that the file does not have.
 */
final class SegmentReader {

    private static final int CHUNK = 1 << 20;

    private final DiskFile file;
    private final long size;
    private byte[] window = new byte[0];
    private long windowStart;
    private int windowBytes;
    private int salt;

    /** What comes next: the first byte after the last whole group. */
    private long offset = SegmentHeader.BYTES;

    SegmentReader(DiskFile file) throws IOException {
        this.file = file;
        this.size = file.size();
    }

    /** A group that is whole; {@code body} is good until the next one is read. */
    record Group(long offset, GroupHeader header, ByteBuffer body) {}

    SegmentHeader header() throws IOException, BadBytes {
        ByteBuffer bytes = at(0, SegmentHeader.BYTES);
        if (bytes.remaining() < SegmentHeader.BYTES) {
            throw new BadBytes(
                    "segment header: cut short, " + bytes.remaining() + " of " + SegmentHeader.BYTES + " bytes");
        }
        SegmentHeader header = SegmentHeader.read(bytes);
        byte[] raw = new byte[SegmentHeader.BYTES];
        bytes.get(raw);
        salt = SegmentHeader.salt(raw);
        return header;
    }

    long size() {
        return size;
    }

    long offset() {
        return offset;
    }

    /**
     * The next group; null at the segment's end.
     *
     * @throws BadBytes when what comes next is not a whole group; {@link #offset} stays before it
     */
    @Nullable
    Group next() throws IOException, BadBytes {
        if (offset >= size) {
            return null;
        }
        Group group = group(offset);
        offset = end(group.offset, group.header);
        return group;
    }

    /**
     * Where a later group says that the one missing at {@link #offset} was forced; -1 where none does. Without such a group
     * the missing one may never have reached the disk as a whole, and was then never acknowledged.
     *
     * @param missing its number
     */
    long provenForcedBy(long missing) throws IOException {
        long at = after(offset);
        while (at >= 0 && at + GroupHeader.BYTES <= size) {
            try {
                GroupHeader header = group(at).header;
                if (header.number() > missing && header.lastForced() >= missing) {
                    return at;
                }
                at = end(at, header);
            } catch (BadBytes e) {
                at = after(at);
            }
        }
        return -1;
    }

    /** Where a group may begin after what is damaged at {@code bad}: its end, if its header is good, or the next magic. */
    private long after(long bad) throws IOException {
        ByteBuffer bytes = at(bad, GroupHeader.BYTES);
        if (bytes.remaining() == GroupHeader.BYTES) {
            try {
                return end(bad, GroupHeader.read(bytes, salt));
            } catch (BadBytes e) {
                // its length cannot be believed
            }
        }
        for (long from = bad + 1; from + 4 <= size; from += CHUNK - 3) {
            ByteBuffer chunk = at(from, CHUNK);
            for (int i = 0; i + 4 <= chunk.remaining(); i++) {
                if (chunk.getInt(chunk.position() + i) == GroupHeader.MAGIC) {
                    return from + i;
                }
            }
        }
        return -1;
    }

    private Group group(long at) throws IOException, BadBytes {
        ByteBuffer bytes = at(at, GroupHeader.BYTES);
        if (bytes.remaining() < GroupHeader.BYTES) {
            throw new BadBytes("group header: cut short, " + bytes.remaining() + " of " + GroupHeader.BYTES + " bytes");
        }
        GroupHeader header = GroupHeader.read(bytes, salt);
        long left = size - at - GroupHeader.BYTES;
        if (header.bodyBytes() > left) {
            throw new BadBytes(
                    "group " + header.number() + ": cut short, " + left + " of " + header.bodyBytes() + " bytes");
        }
        ByteBuffer body = at(at + GroupHeader.BYTES, header.bodyBytes());
        if (GroupHeader.crcOf(body.array(), body.arrayOffset() + body.position(), body.remaining()) != header
                .bodyCrc()) {
            throw new BadBytes("group " + header.number() + ": checksum does not match");
        }
        return new Group(at, header, body);
    }

    private static long end(long at, GroupHeader header) {
        return at + GroupHeader.BYTES + header.bodyBytes();
    }

    /** So many bytes from there, or as many as the segment has. */
    private ByteBuffer at(long from, int length) throws IOException {
        int wanted = (int) Math.max(0, Math.min(length, size - from));
        if (from < windowStart || from + wanted > windowStart + windowBytes) {
            int load = (int) Math.min(Math.max(wanted, CHUNK), size - from);
            if (window.length < load) {
                window = new byte[load];
            }
            windowStart = from;
            windowBytes = 0;
            windowBytes = file.read(from, ByteBuffer.wrap(window, 0, load));
            if (windowBytes < wanted) {
                throw new IOException("the segment has become shorter while it was read");
            }
        }
        return ByteBuffer.wrap(window, 0, windowBytes).slice((int) (from - windowStart), wanted);
    }
}
