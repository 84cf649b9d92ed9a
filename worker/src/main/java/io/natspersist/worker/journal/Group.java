// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.journal;

import io.natspersist.protocol.StreamName;
import io.natspersist.worker.change.Change;
import java.nio.ByteBuffer;

/** A group that gathers, or is on its way to the volume. Its place in the journal is fixed when it begins to gather. */
final class Group {

    private static final int FIRST_BYTES = 64 << 10;
    private static final int MAX_ENTRY_BYTES = 1 << 30;

    private ByteBuffer buffer = ByteBuffer.allocate(FIRST_BYTES);
    private long number;
    private long segment;
    private long offset;
    private int entries;
    private long sinceNanos;
    private boolean wanted;

    /** Begins anew, empty. */
    Group begin(long groupNumber, long inSegment, long atOffset) {
        number = groupNumber;
        segment = inSegment;
        offset = atOffset;
        entries = 0;
        wanted = false;
        buffer.clear().position(GroupHeader.BYTES);
        return this;
    }

    Position add(Change change, long nowNanos) {
        int size = EntryCodec.size(change);
        int at = entry(size, nowNanos);
        EntryCodec.write(change, buffer);
        return new Position(segment, offset + at, size);
    }

    void addApplied(StreamName stream, long change, long nowNanos) {
        entry(EntryCodec.size(stream), nowNanos);
        EntryCodec.write(stream, change, buffer);
    }

    /** It is to be written even if it stays empty. */
    void want(long nowNanos) {
        if (!wanted) {
            wanted = true;
            sinceNanos = nowNanos;
        }
    }

    boolean wanted() {
        return wanted;
    }

    long number() {
        return number;
    }

    long segment() {
        return segment;
    }

    long end() {
        return offset + bytes();
    }

    /** With its header. */
    int bytes() {
        return buffer.position();
    }

    int capacity() {
        return buffer.capacity();
    }

    /** When it got its first entry. */
    long sinceNanos() {
        return sinceNanos;
    }

    /** All of it, ready to be written. Costs a pass over it: not on the loop. */
    ByteBuffer encoded(int salt, long lastForced) {
        int body = bytes() - GroupHeader.BYTES;
        byte[] array = buffer.array();
        new GroupHeader(body, number, lastForced, entries, GroupHeader.crcOf(array, GroupHeader.BYTES, body)).write(
                array,
                salt);
        return ByteBuffer.wrap(array, 0, bytes());
    }

    private int entry(int size, long nowNanos) {
        if (size < 0 || size > MAX_ENTRY_BYTES) {
            throw new IllegalArgumentException("an entry of " + Integer.toUnsignedString(size) + " bytes");
        }
        if (buffer.remaining() < size) {
            buffer = ByteBuffer.allocate(Math.addExact(buffer.position(), Math.max(size, buffer.position())))
                    .put(buffer.flip());
        }
        want(nowNanos);
        entries++;
        return buffer.position();
    }
}
