// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Changes of one epoch that were told before their turn, by number. Bounded: what does not fit is dropped. */
final class NoticeBuffer {

    private static final long MAX_BYTES = 16 << 20;

    private final int maxChanges;
    private final TreeMap<Long, Change> changes = new TreeMap<>();
    private long bytes;

    NoticeBuffer(int maxChanges) {
        this.maxChanges = maxChanges;
    }

    void add(Change change) {
        if (changes.size() < maxChanges && bytes < MAX_BYTES
                && changes.putIfAbsent(change.position().change(), change) == null) {
            bytes += size(change);
        }
    }

    /** Takes out the change with this number, and drops those below it. */
    @Nullable
    Change take(long number) {
        Change found = null;
        while (!changes.isEmpty() && changes.firstKey() <= number) {
            Change first = changes.pollFirstEntry().getValue();
            bytes -= size(first);
            found = first.position().change() == number ? first : null;
        }
        return found;
    }

    void clear() {
        changes.clear();
        bytes = 0;
    }

    int size() {
        return changes.size();
    }

    private static long size(Change change) {
        return change instanceof Change.Set set && set.message().value() != null ? set.message().value().length : 0;
    }
}
