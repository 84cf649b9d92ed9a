// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.ship;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.worker.journal.CorruptJournal;
import io.natspersist.worker.journal.GroupsReader;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * One object of a shipped journal: its {@link ObjectHeader}, then, as a zstd frame, pieces of segments, none or more. Persisted: it
 * never moves.
 *
 * <pre>
 * piece   128  the header of the segment that it comes from
 *           8  its position in that segment
 *           4  its length
 *              whole groups, as they lie there
 * </pre>
 */
final class ShippedObject {

    private static final int SEGMENT_HEADER = 128;
    private static final int PIECE = SEGMENT_HEADER + 12;
    private static final int LEVEL = 1;

    private ShippedObject() {}

    /** Groups of one segment, with what it takes to read them without it. */
    record Piece(ByteBuffer segmentHeader, long position, ByteBuffer groups) {}

    /** An object that holds these groups, which follow one on another. */
    static Numbered groups(Incarnation journal, long number, long floor, long token, long groupBefore, long lastGroup,
            List<Piece> pieces) {
        int length = pieces.stream().mapToInt(each -> PIECE + each.groups.remaining()).reduce(0, Math::addExact);
        ByteBuffer body = ByteBuffer.allocate(length);
        for (Piece each : pieces) {
            body.put(each.segmentHeader.duplicate()).putLong(each.position).putInt(each.groups.remaining())
                    .put(each.groups.duplicate());
        }
        byte[] packed = Zstd.compress(body.array(), LEVEL);
        ByteBuffer whole = ByteBuffer.allocate(ObjectHeader.BYTES + packed.length);
        new ObjectHeader(journal, number, floor, token, groupBefore, lastGroup, length, packed.length,
                ObjectHeader.crc(packed, 0, packed.length)).write(whole);
        whole.put(packed);
        return new Numbered(journal, number, floor, token, lastGroup, whole.array());
    }

    static byte[] seal(Incarnation journal, long number, long token) {
        ByteBuffer bytes = ByteBuffer.allocate(ObjectHeader.BYTES);
        ObjectHeader.seal(journal, number, token).write(bytes);
        return bytes.array();
    }

    /** The header of the object that must be this one. */
    static ObjectHeader header(byte[] object, Incarnation journal, long number) throws DamagedObject {
        ObjectHeader header = ObjectHeader.read(ByteBuffer.wrap(object));
        if (!header.journal().equals(journal) || header.number() != number) {
            throw new DamagedObject("header: it is object " + header.number() + " of journal " + header.journal());
        }
        return header;
    }

    /** Tells what the object's groups hold, which must be the next ones for that reader. */
    static void read(byte[] object, ObjectHeader header, GroupsReader to) throws DamagedObject, CorruptJournal {
        if (header.groupBefore() != to.lastGroup()) {
            throw new DamagedObject("it begins after group " + header.groupBefore() + ", not " + to.lastGroup());
        }
        ByteBuffer body = ByteBuffer.wrap(body(object, header));
        while (body.hasRemaining()) {
            if (body.remaining() < PIECE) {
                throw new DamagedObject("piece: cut short");
            }
            ByteBuffer segment = slice(body, SEGMENT_HEADER);
            long position = body.getLong();
            int length = body.getInt();
            if (length < 0 || length > body.remaining()) {
                throw new DamagedObject("piece: " + length + " bytes of " + body.remaining());
            }
            to.read(segment, position, slice(body, length));
        }
        if (to.lastGroup() != header.lastGroup()) {
            throw new DamagedObject("it ends with group " + to.lastGroup() + ", not " + header.lastGroup());
        }
    }

    private static byte[] body(byte[] object, ObjectHeader header) throws DamagedObject {
        int packed = object.length - ObjectHeader.BYTES;
        if (packed != header.packedBytes()
                || ObjectHeader.crc(object, ObjectHeader.BYTES, packed) != header.packedCrc()) {
            throw new DamagedObject("body: checksum does not match");
        }
        byte[] body = new byte[header.bodyBytes()];
        try {
            long length = Zstd.decompressByteArray(body, 0, body.length, object, ObjectHeader.BYTES, packed);
            if (length != body.length) {
                throw new DamagedObject("body: " + length + " bytes, not " + body.length);
            }
            return body;
        } catch (ZstdException e) {
            throw new DamagedObject("body: " + e.getMessage());
        }
    }

    private static ByteBuffer slice(ByteBuffer from, int length) {
        ByteBuffer slice = from.slice(from.position(), length);
        from.position(from.position() + length);
        return slice;
    }
}
