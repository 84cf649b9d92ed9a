// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Open streams that have something to do by themselves at some time, ms since the epoch. */
final class Alarms {

    private final TreeMap<Long, List<Stream>> byTime = new TreeMap<>();
    private final Map<Stream, Long> times = new HashMap<>();

    /** One alarm a stream: an earlier one takes the place of a later one. */
    void set(Stream stream, long atMillis) {
        Long before = times.get(stream);
        if (before == null || before > atMillis) {
            remove(stream);
            times.put(stream, atMillis);
            byTime.computeIfAbsent(atMillis, t -> new ArrayList<>()).add(stream);
        }
    }

    void remove(Stream stream) {
        Long at = times.remove(stream);
        if (at != null) {
            List<Stream> then = byTime.get(at);
            if (then != null && then.remove(stream) && then.isEmpty()) {
                byTime.remove(at);
            }
        }
    }

    /** Takes out those whose time has come. */
    List<Stream> due(long nowMillis) {
        List<Stream> due = new ArrayList<>();
        while (!byTime.isEmpty() && byTime.firstKey() <= nowMillis) {
            due.addAll(byTime.pollFirstEntry().getValue());
        }
        times.keySet().removeAll(due);
        return due;
    }
}
