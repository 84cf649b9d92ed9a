// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.ship;

import io.natspersist.protocol.table.Incarnation;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * How an object of a shipped journal begins: {@value #BYTES} bytes, numbers big-endian. Persisted: it never moves. A seal is such a
 * header and nothing else; no other object is as short.
 *
 * <pre>
 *   0   8  "PERSISTS"
 *   8   4  version, 1
 *  12   8  the object's number in its journal, from 1
 *  20   8  the number of the first object that is still needed, as its owner knew when this one was made; of a seal 0
 *  28   8  what no other attempt to store an object has
 *  36   8  the number of the last group before those in this object
 *  44   8  the number of the last group up to the end of this object
 *  52   4  length of what follows the header, unpacked
 *  56   4  length of what follows the header, a zstd frame
 *  60   4  CRC-32C of that frame
 *  64   8  the journal's incarnation
 *  72   1  length of the worker's name
 *  73  64  the worker's name, then zeros
 * 137  19  zeros
 * 156   4  CRC-32C of the bytes before
 * </pre>
 */
record ObjectHeader(Incarnation journal, long number, long floor, long token, long groupBefore, long lastGroup,
        int bodyBytes, int packedBytes, int packedCrc) {

    static final int BYTES = 160;

    private static final long MAGIC = 0x5045525349535453L;
    private static final int VERSION = 1;
    private static final int NAME = 73;
    private static final int NAME_BYTES = 64;
    private static final int CRC = BYTES - 4;

    static ObjectHeader seal(Incarnation journal, long number, long token) {
        return new ObjectHeader(journal, number, 0, token, 0, 0, 0, 0, crc(new byte[0], 0, 0));
    }

    boolean isSeal() {
        return packedBytes == 0;
    }

    void write(ByteBuffer to) {
        byte[] name = journal.worker().getBytes(StandardCharsets.US_ASCII);
        byte[] bytes = new byte[BYTES];
        ByteBuffer.wrap(bytes).putLong(MAGIC).putInt(VERSION).putLong(number).putLong(floor).putLong(token)
                .putLong(groupBefore).putLong(lastGroup).putInt(bodyBytes).putInt(packedBytes).putInt(packedCrc)
                .putLong(journal.number()).put((byte) name.length).put(name).putInt(CRC, 0);
        ByteBuffer.wrap(bytes).putInt(CRC, crc(bytes, 0, CRC));
        to.put(bytes);
    }

    /** Reads the header at the buffer's position, and moves on behind it. */
    static ObjectHeader read(ByteBuffer from) throws DamagedObject {
        if (from.remaining() < BYTES) {
            throw new DamagedObject("header: cut short");
        }
        byte[] bytes = new byte[BYTES];
        from.get(bytes);
        ByteBuffer fields = ByteBuffer.wrap(bytes);
        if (fields.getLong() != MAGIC) {
            throw new DamagedObject("header: not a part of a shipped journal");
        }
        int version = fields.getInt();
        if (version != VERSION) {
            throw new DamagedObject("header: version " + version + ", and this reads version " + VERSION);
        }
        if (fields.getInt(CRC) != crc(bytes, 0, CRC)) {
            throw new DamagedObject("header: checksum does not match");
        }
        long number = fields.getLong();
        long floor = fields.getLong();
        long token = fields.getLong();
        long groupBefore = fields.getLong();
        long lastGroup = fields.getLong();
        int body = fields.getInt();
        int packed = fields.getInt();
        int packedCrc = fields.getInt();
        long incarnation = fields.getLong();
        int name = fields.get();
        if (name < 0 || name > NAME_BYTES || body < 0 || packed < 0) {
            throw new DamagedObject("header: a length that cannot be");
        }
        try {
            return new ObjectHeader(
                    new Incarnation(new String(Arrays.copyOfRange(bytes, NAME, NAME + name), StandardCharsets.US_ASCII),
                            incarnation),
                    number, floor, token, groupBefore, lastGroup, body, packed, packedCrc);
        } catch (IllegalArgumentException e) {
            throw new DamagedObject("header: " + e.getMessage());
        }
    }

    static int crc(byte[] bytes, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, offset, length);
        return (int) crc.getValue();
    }
}
