// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import java.util.random.RandomGenerator;

/** How long to wait before the next try: longer each time up to a second, never the same for all. */
record Backoff(RandomGenerator random) {

    private static final long FIRST_MILLIS = 20;
    private static final long LONGEST_MILLIS = 1_000;

    /**
     * @param failures how often it has failed, at least 1
     * @param asked how long the service asked to wait; 0: it did not
     */
    long millis(int failures, long asked) {
        long grown = Math.min(FIRST_MILLIS << Math.min(failures - 1, 10), LONGEST_MILLIS);
        long spread = (long) (grown * (0.5 + random.nextDouble()));
        return Math.max(spread, (long) (asked * (1 + random.nextDouble() / 4)));
    }

    /** About so long, but not the same for all. */
    long spread(long millis) {
        return Math.max(1, (long) (millis * (0.75 + random.nextDouble() / 2)));
    }
}
