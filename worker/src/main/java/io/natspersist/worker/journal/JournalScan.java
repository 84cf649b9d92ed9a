// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.journal;

import io.natspersist.protocol.table.Incarnation;
import io.natspersist.worker.disk.Disk;
import io.natspersist.worker.disk.Disk.DiskFile;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Goes through a journal's segments in order, and tells an end from damage. */
final class JournalScan {

    private final Disk disk;
    private final JournalFolder folder;
    private final Visitor visitor;
    private @Nullable Incarnation journal;
    private int segments;
    private long lastGroup;
    private long changes;
    private long bytes;
    private long lastEnd;

    JournalScan(Disk disk, JournalFolder folder, Visitor visitor) {
        this.disk = disk;
        this.folder = folder;
        this.visitor = visitor;
    }

    /** Is told everything, in the order in which it was written. */
    interface Visitor {
        void segment(SegmentHeader header, long bytes);

        void group(Position position, GroupHeader header);

        void entry(Position position, Entry entry);
    }

    record Result(boolean sealed, int segments, long lastGroup, long changes, long bytes, String end) {}

    /**
     * The highest segment, when it is empty, is the seal. Below it lie the segments to read, without a gap; what was below them
     * has been released and deleted. Still lower there may be seals whose maker was overtaken by a writer that rolled on and
     * cleaned up: they are empty too.
     */
    Result run() throws IOException {
        TreeSet<Long> numbers = new TreeSet<>(JournalFolder.segments(disk.list(folder.path())));
        Set<Long> empty = new TreeSet<>();
        for (long number : numbers) {
            if (size(number) == 0) {
                empty.add(number);
            }
        }
        boolean sealed = !numbers.isEmpty() && empty.contains(numbers.last());
        long top = numbers.isEmpty() ? 0 : numbers.last() - (sealed ? 1 : 0);
        long bottom = top;
        while (numbers.contains(bottom) && !empty.contains(bottom)) {
            bottom--;
        }
        for (long number : numbers.headSet(bottom)) {
            if (!empty.contains(number)) {
                throw corrupt(bottom, 0, "the segment is missing, but older ones are there");
            }
        }
        String end = "there is no segment";
        for (long number = bottom + 1; number <= top; number++) {
            end = read(number, number < top, number > bottom + 1);
        }
        return new Result(sealed, segments, lastGroup, changes, bytes, end);
    }

    private long size(long number) throws IOException {
        try (DiskFile file = disk.open(folder.segment(number))) {
            return file.size();
        }
    }

    /** @return why reading ended */
    private String read(long number, boolean followed, boolean follows) throws IOException {
        try (DiskFile file = disk.open(folder.segment(number))) {
            SegmentReader reader = new SegmentReader(file);
            begin(number, reader, follows);
            String end = groups(number, reader, followed);
            segments++;
            lastEnd = reader.offset();
            bytes += lastEnd;
            return end;
        }
    }

    private void begin(long number, SegmentReader reader, boolean follows) throws IOException {
        SegmentHeader header;
        try {
            header = reader.header();
        } catch (BadBytes e) {
            throw corrupt(number, 0, e.why());
        }
        if (header.segment() != number || (journal != null && !header.journal().equals(journal))) {
            throw corrupt(number, 0, "it is segment " + header.segment() + " of journal " + header.journal());
        }
        journal = header.journal();
        if (follows && header.firstGroup() != lastGroup + 1) {
            throw corrupt(number - 1, lastEnd, "ends after group " + lastGroup + ", but the next segment begins with "
                    + header.firstGroup());
        }
        lastGroup = header.firstGroup() - 1;
        visitor.segment(header, reader.size());
    }

    private String groups(long number, SegmentReader reader, boolean followed) throws IOException {
        while (true) {
            SegmentReader.Group group;
            try {
                group = reader.next();
            } catch (BadBytes e) {
                return endOrCorrupt(number, reader, followed, e.why());
            }
            if (group == null) {
                return "segment " + number + " ends after group " + lastGroup;
            }
            if (group.header().number() != lastGroup + 1) {
                throw corrupt(number, group.offset(), "group " + group.header().number() + " after group " + lastGroup);
            }
            entries(number, group);
            lastGroup = group.header().number();
        }
    }

    /** A writer forces a segment before it begins the next, and a group says which ones were forced before it. */
    private String endOrCorrupt(long number, SegmentReader reader, boolean followed, String damage) throws IOException {
        if (followed) {
            throw corrupt(number, reader.offset(),
                    damage + "; it was forced, because segment " + (number + 1) + " follows");
        }
        long proof = reader.provenForcedBy(lastGroup + 1);
        if (proof >= 0) {
            throw corrupt(number, reader.offset(),
                    damage + "; it was forced, as the group at offset " + proof + " tells");
        }
        return "segment " + number + ", offset " + reader.offset() + ", after group " + lastGroup + ": " + damage
                + "; nothing shows that it was forced, so this is the end";
    }

    private void entries(long number, SegmentReader.Group group) throws IOException {
        visitor.group(new Position(number, group.offset(), GroupHeader.BYTES + group.header().bodyBytes()),
                group.header());
        long at = group.offset() + GroupHeader.BYTES;
        for (int i = 0; i < group.header().entries(); i++) {
            int before = group.body().position();
            Entry entry;
            try {
                entry = EntryCodec.read(group.body());
            } catch (BadBytes e) {
                throw corrupt(number, at, e.why());
            }
            int length = group.body().position() - before;
            visitor.entry(new Position(number, at, length), entry);
            changes += entry instanceof Entry.Changed ? 1 : 0;
            at += length;
        }
        if (group.body().hasRemaining()) {
            throw corrupt(number, at, "bytes after the group's last entry");
        }
    }

    private CorruptJournal corrupt(long segment, long offset, String why) {
        return new CorruptJournal(folder.path(), segment, offset, why);
    }

    /** For who knows whose journal it must be. */
    JournalScan of(Incarnation expected) {
        this.journal = expected;
        return this;
    }

    static Visitor entries(java.util.function.Consumer<Entry> each) {
        return new Visitor() {
            @Override
            public void segment(SegmentHeader header, long size) {}

            @Override
            public void group(Position position, GroupHeader header) {}

            @Override
            public void entry(Position position, Entry entry) {
                each.accept(entry);
            }
        };
    }

    static List<Long> numbers(Disk disk, JournalFolder folder) throws IOException {
        return JournalFolder.segments(disk.list(folder.path()));
    }
}
