// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Streams with something to be done to them, in the order in which they came to need it, and since when. */
final class Due {

    private final LinkedHashMap<Stream, Long> since = new LinkedHashMap<>();

    /** Keeps the older time where the stream is here already. */
    void add(Stream stream, long nowNanos) {
        since.putIfAbsent(stream, nowNanos);
    }

    /** Takes the newer time, and the last place. */
    void renew(Stream stream, long nowNanos) {
        since.putLast(stream, nowNanos);
    }

    /** Whether it was here. */
    boolean remove(Stream stream) {
        return since.remove(stream) != null;
    }

    boolean contains(Stream stream) {
        return since.containsKey(stream);
    }

    int size() {
        return since.size();
    }

    /** For how long the first has been here, ns; 0: there is none. */
    long oldestNanos(long nowNanos) {
        Map.Entry<Stream, Long> first = since.firstEntry();
        return first == null ? 0 : nowNanos - first.getValue();
    }

    List<Stream> copy() {
        return List.copyOf(since.keySet());
    }

    Iterable<Stream> all() {
        return since.keySet();
    }

    /** Takes out, oldest first and at most {@code most}, those that were here at or before a time. */
    void takeOlder(long beforeNanos, int most, Consumer<Stream> take) {
        List<Stream> due = new ArrayList<>();
        Iterator<Map.Entry<Stream, Long>> entries = since.entrySet().iterator();
        while (due.size() < most && entries.hasNext()) {
            Map.Entry<Stream, Long> oldest = entries.next();
            if (oldest.getValue() - beforeNanos > 0) {
                break;
            }
            entries.remove();
            due.add(oldest.getKey());
        }
        due.forEach(take);
    }
}
