// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.journal;

import io.natspersist.protocol.table.Incarnation;
import io.natspersist.worker.disk.Disk;
import io.natspersist.worker.disk.Disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What stands in the segments of a journal that nobody writes any more, sealed or not, as bytes. Blocking. */
public final class WrittenGroups {

    private final Disk disk;
    private final JournalFolder folder;
    private final List<Stretch> stretches;
    private final @Nullable CorruptJournal damage;

    private WrittenGroups(Disk disk, JournalFolder folder, List<Stretch> stretches, @Nullable CorruptJournal damage) {
        this.disk = disk;
        this.folder = folder;
        this.stretches = stretches;
        this.damage = damage;
    }

    /** Finds all whole groups after that one, up to the journal's end, in stretches of about {@code mostBytes} at most. */
    public static WrittenGroups after(long group, Disk disk, Incarnation journal, long mostBytes) throws IOException {
        JournalFolder folder = JournalFolder.of(journal);
        ArrayDeque<Stretch> found = new ArrayDeque<>();
        CorruptJournal damage = null;
        try {
            new JournalScan(disk, folder, new JournalScan.Visitor() {
                @Override
                public void segment(SegmentHeader header, long bytes) {}

                @Override
                public void group(Position at, GroupHeader header) {
                    if (header.number() > group) {
                        Stretch.add(found, new Stretch(at.segment(), at.offset(), at.offset() + at.bytes(),
                                header.number(), header.number(), 0), mostBytes);
                    }
                }

                @Override
                public void entry(Position position, Entry entry) {}
            }).of(journal).run();
        } catch (CorruptJournal e) {
            damage = e;
        }
        return new WrittenGroups(disk, folder, new ArrayList<>(found), damage);
    }

    public List<Stretch> stretches() {
        return stretches;
    }

    /** Behind what was found, something cannot be read that was forced; null: it is all there. */
    public @Nullable CorruptJournal damage() {
        return damage;
    }

    /** The bytes of a segment's header. */
    public ByteBuffer segmentHeader(long segment) throws IOException {
        return bytes(segment, 0, SegmentHeader.BYTES);
    }

    public ByteBuffer read(Stretch stretch) throws IOException {
        return bytes(stretch.segment(), stretch.from(), (int) stretch.bytes());
    }

    private ByteBuffer bytes(long segment, long from, int length) throws IOException {
        try (DiskFile file = disk.open(folder.segment(segment))) {
            ByteBuffer bytes = ByteBuffer.allocate(length);
            if (file.read(from, bytes) < length) {
                throw new IOException(folder.segment(segment) + " has become shorter");
            }
            return bytes.flip();
        }
    }
}
