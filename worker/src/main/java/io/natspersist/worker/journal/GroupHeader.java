// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.journal;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * What stands before a group's entries: {@value #BYTES} bytes, numbers big-endian. Persisted: it never moves.
 *
 * <pre>
 *   0   4  "GRP1"
 *   4   4  length of the body: the entries that follow
 *   8   8  the group's number: the journal's first is 1, then one more each, across segments
 *  16   8  the number of the last group that was forced when this one was written; 0: none
 *  24   4  how many entries there are
 *  28   4  CRC-32C of the body
 *  32   4  CRC-32C of the segment header's checksum and the 32 bytes before
 * </pre>
 *
 * @param lastForced every group up to this one was on the volume's disk
 */
record GroupHeader(int bodyBytes, long number, long lastForced, int entries, int bodyCrc) {

    static final int BYTES = 36;
    static final int MAGIC = 0x47525031;

    private static final int CRC = BYTES - 4;

    void write(byte[] to, int salt) {
        ByteBuffer.wrap(to).putInt(MAGIC).putInt(bodyBytes).putLong(number).putLong(lastForced).putInt(entries)
                .putInt(bodyCrc).putInt(crc(to, 0, salt));
    }

    /** @param from at least {@value #BYTES} bytes, backed by an array */
    static GroupHeader read(ByteBuffer from, int salt) throws BadBytes {
        int at = from.position();
        if (from.getInt(at) != MAGIC) {
            throw new BadBytes("group header: does not begin one");
        }
        if (from.getInt(at + CRC) != crc(from.array(), from.arrayOffset() + at, salt)) {
            throw new BadBytes("group header: checksum does not match");
        }
        GroupHeader header = new GroupHeader(from.getInt(at + 4), from.getLong(at + 8), from.getLong(at + 16),
                from.getInt(at + 24), from.getInt(at + 28));
        if (header.bodyBytes < 0 || header.entries < 0) {
            throw new BadBytes("group header: negative length");
        }
        return header;
    }

    static int crcOf(byte[] bytes, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, offset, length);
        return (int) crc.getValue();
    }

    private static int crc(byte[] header, int offset, int salt) {
        CRC32C crc = new CRC32C();
        crc.update(salt >>> 24);
        crc.update(salt >>> 16);
        crc.update(salt >>> 8);
        crc.update(salt);
        crc.update(header, offset, CRC);
        return (int) crc.getValue();
    }
}
