// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.journal;

import java.util.Map;
import java.util.TreeMap;

/** How large the journal's segments are, and how many entries in each are still needed. */
final class SegmentCounts {

    private final TreeMap<Long, Counts> segments = new TreeMap<>();
    private final boolean early;
    private long bytes;
    private long neededBytes;

    SegmentCounts(JournalConfig config) {
        this.early = config.mistakes().contains(JournalMistake.SEGMENT_DELETED_EARLY);
    }

    private static final class Counts {
        long bytes = SegmentHeader.BYTES;
        long needed;
    }

    void grow(long segment, long by) {
        of(segment).bytes += by;
        bytes += by;
    }

    void entry(Position entry) {
        of(entry.segment()).needed++;
        neededBytes += entry.bytes();
    }

    void release(Position entry) {
        long segment = entry.segment();
        Counts counts = segments.get(segment);
        if (counts == null && early) {
            return;
        }
        if (counts == null || counts.needed == 0) {
            throw new IllegalStateException("released more entries of segment " + segment + " than it has");
        }
        counts.needed--;
        neededBytes -= entry.bytes();
    }

    /** The oldest segment, if it is before {@code current} and nothing in it is needed; otherwise 0. */
    long deletable(long current) {
        Map.Entry<Long, Counts> oldest = segments.firstEntry();
        return oldest != null && oldest.getKey() < current && (oldest.getValue().needed == 0 || early)
                ? oldest.getKey()
                : 0;
    }

    /** Whether the entry lies in the oldest segment, and at least a quarter of the journal is not needed. */
    boolean isHeldUpBy(Position entry) {
        return segments.firstKey() == entry.segment() && neededBytes <= bytes / 4 * 3;
    }

    void delete(long segment) {
        Counts counts = segments.remove(segment);
        bytes -= counts == null ? 0 : counts.bytes;
    }

    long bytes() {
        return bytes;
    }

    private Counts of(long segment) {
        Counts counts = segments.get(segment);
        if (counts == null) {
            counts = new Counts();
            segments.put(segment, counts);
            bytes += counts.bytes;
        }
        return counts;
    }
}
