// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Which copies are kept: the newest, and each that was the newest at some moment of the last {@code retainMillis}; of those that were
 * replaced more than an hour ago the last of each hour, more than a day ago the last of each day.
 */
record Retention(long retainMillis) {

    private static final long HOUR = Duration.ofHours(1).toMillis();
    private static final long DAY = Duration.ofDays(1).toMillis();

    /** @param versions the oldest first; it is the time of the last */
    List<Version> kept(List<Version> versions) {
        long now = versions.getLast().copy().at();
        List<Version> kept = new ArrayList<>();
        for (int i = 0; i < versions.size() - 1; i++) {
            long at = versions.get(i).copy().at();
            long replaced = versions.get(i + 1).copy().at();
            if (now - replaced < retainMillis && !isOneOfMany(at, replaced, now - replaced)) {
                kept.add(versions.get(i));
            }
        }
        kept.add(versions.getLast());
        return kept;
    }

    private static boolean isOneOfMany(long at, long replaced, long age) {
        long width = age >= DAY ? DAY : age >= HOUR ? HOUR : 1;
        return Math.floorDiv(at, width) == Math.floorDiv(replaced, width) && width > 1;
    }
}
