// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.journal;

import io.natspersist.protocol.table.Incarnation;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * How a segment begins: {@value #BYTES} bytes, numbers big-endian. Persisted: it never moves.
 *
 * <pre>
 *   0   8  "PERSISTJ"
 *   8   4  version, 1
 *  12   8  the segment's number, from 1
 *  20   8  the number of its first group
 *  28   8  the journal's incarnation
 *  36   1  length of the worker's name
 *  37  64  the worker's name, then zeros
 * 101  23  zeros
 * 124   4  CRC-32C of the bytes before
 * </pre>
 */
record SegmentHeader(Incarnation journal, long segment, long firstGroup) {

    static final int BYTES = 128;

    private static final long MAGIC = 0x504552534953544AL;
    private static final int VERSION = 1;
    private static final int NAME = 37;
    private static final int CRC = BYTES - 4;

    byte[] bytes() {
        byte[] name = journal.worker().getBytes(StandardCharsets.US_ASCII);
        byte[] bytes = new byte[BYTES];
        ByteBuffer to = ByteBuffer.wrap(bytes);
        to.putLong(MAGIC).putInt(VERSION).putLong(segment).putLong(firstGroup).putLong(journal.number());
        to.put((byte) name.length).put(name);
        to.putInt(CRC, crc(bytes));
        return bytes;
    }

    /** @param from at least {@value #BYTES} bytes */
    static SegmentHeader read(ByteBuffer from) throws BadBytes {
        int at = from.position();
        if (from.getLong(at) != MAGIC) {
            throw new BadBytes("segment header: not a journal's segment");
        }
        if (from.getInt(at + 8) != VERSION) {
            throw new BadBytes(
                    "segment header: version " + from.getInt(at + 8) + ", and this reads version " + VERSION);
        }
        byte[] all = new byte[BYTES];
        from.get(at, all);
        if (salt(all) != crc(all)) {
            throw new BadBytes("segment header: checksum does not match");
        }
        try {
            String name = new String(all, NAME, Math.clamp(all[NAME - 1], 0, 64), StandardCharsets.US_ASCII);
            return new SegmentHeader(new Incarnation(name, from.getLong(at + 28)), from.getLong(at + 12),
                    from.getLong(at + 20));
        } catch (IllegalArgumentException e) {
            throw new BadBytes("segment header: " + e.getMessage());
        }
    }

    /** What the checksums of this segment's groups start from, so that no group passes for one of another segment. */
    static int salt(byte[] header) {
        return ByteBuffer.wrap(header).getInt(CRC);
    }

    private static int crc(byte[] header) {
        CRC32C crc = new CRC32C();
        crc.update(header, 0, CRC);
        return (int) crc.getValue();
    }
}
