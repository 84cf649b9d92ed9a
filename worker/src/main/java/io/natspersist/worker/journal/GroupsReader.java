// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.journal;

import io.natspersist.protocol.table.Incarnation;
import java.nio.ByteBuffer;

/** Reads groups of one journal that lie elsewhere than in its segments, in order. What is not whole is damaged: all of it was forced. */
public final class GroupsReader {

    private final Incarnation journal;
    private final EntryVisitor visitor;
    private long lastGroup;

    /** @param lastGroup the number of the group before the first that will be read */
    public GroupsReader(Incarnation journal, long lastGroup, EntryVisitor visitor) {
        this.journal = journal;
        this.lastGroup = lastGroup;
        this.visitor = visitor;
    }

    public long lastGroup() {
        return lastGroup;
    }

    /**
     * Tells the visitor what whole groups hold, one behind the other.
     *
     * @param segmentHeader of the segment that they come from
     * @param offset of the first one in that segment
     * @param groups backed by an array
     * @throws CorruptJournal when they are not what was written, or not the next ones; the visitor has been told what lies before
     */
    public void read(ByteBuffer segmentHeader, long offset, ByteBuffer groups) throws CorruptJournal {
        long segment = 0;
        int start = groups.position();
        try {
            if (segmentHeader.remaining() != SegmentHeader.BYTES) {
                throw new BadBytes("segment header: cut short");
            }
            SegmentHeader header = SegmentHeader.read(segmentHeader);
            segment = header.segment();
            if (!header.journal().equals(journal)) {
                throw new BadBytes("segment header: of journal " + header.journal());
            }
            byte[] raw = new byte[SegmentHeader.BYTES];
            segmentHeader.get(segmentHeader.position(), raw);
            while (groups.hasRemaining()) {
                start = groups.position();
                group(SegmentHeader.salt(raw), groups);
            }
        } catch (BadBytes e) {
            throw new CorruptJournal(journal.toString(), segment, offset + start, e.why());
        }
    }

    private void group(int salt, ByteBuffer from) throws BadBytes {
        if (from.remaining() < GroupHeader.BYTES) {
            throw new BadBytes("group header: cut short");
        }
        GroupHeader header = GroupHeader.read(from, salt);
        if (header.number() != lastGroup + 1) {
            throw new BadBytes("group " + header.number() + " after group " + lastGroup);
        }
        from.position(from.position() + GroupHeader.BYTES);
        if (header.bodyBytes() > from.remaining()) {
            throw new BadBytes("group " + header.number() + ": cut short");
        }
        int end = from.position() + header.bodyBytes();
        if (GroupHeader.crcOf(from.array(), from.arrayOffset() + from.position(), header.bodyBytes()) != header
                .bodyCrc()) {
            throw new BadBytes("group " + header.number() + ": checksum does not match");
        }
        for (int i = 0; i < header.entries(); i++) {
            switch (EntryCodec.read(from)) {
                case Entry.Changed(var change) -> visitor.change(change);
                case Entry.Applied(var stream, var change) -> visitor.applied(stream, change);
            }
        }
        if (from.position() != end) {
            throw new BadBytes("group " + header.number() + ": bytes after its last entry");
        }
        lastGroup = header.number();
    }
}
