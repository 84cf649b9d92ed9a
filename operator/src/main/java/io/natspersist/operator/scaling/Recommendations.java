// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator.scaling;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** How many workers were asked for, lately; each number holds until the next one. */
final class Recommendations {

    /** What is asked for more often says no more. */
    private static final long STEP_MILLIS = 1_000;

    private final List<Recommendation> recent = new ArrayList<>();

    private record Recommendation(long at, int count) {}

    boolean isEmpty() {
        return recent.isEmpty();
    }

    void clear() {
        recent.clear();
    }

    void add(long at, int count) {
        recent.add(new Recommendation(at, count));
    }

    /** The same, where it says something new. */
    void addNews(long at, int count) {
        Recommendation last = recent.getLast();
        if (count != last.count() || at - last.at() >= STEP_MILLIS) {
            add(at, count);
        }
    }

    /** Those that held at that time or began later. */
    IntStream since(long time) {
        return recent.stream().skip(holding(time)).mapToInt(Recommendation::count);
    }

    /** Time that has gone backwards makes all unknown. */
    void forget(long before, long now) {
        if (!recent.isEmpty() && recent.getLast().at() > now) {
            recent.clear();
        } else {
            recent.subList(0, holding(before)).clear();
        }
    }

    private int holding(long time) {
        int index = 0;
        while (index + 1 < recent.size() && recent.get(index + 1).at() <= time) {
            index++;
        }
        return index;
    }
}
