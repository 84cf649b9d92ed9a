// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.local;

/**
 * How long to wait before a process is started again: at once the first time, then twice as long each time it dies young.
 *
 * @param delayMillis before the next start
 */
record Backoff(long delayMillis) {

    static final Backoff NONE = new Backoff(0);

    private static final long FIRST_MILLIS = 250;
    private static final long MOST_MILLIS = 10_000;
    /** Who lived that long is forgiven. */
    private static final long GROWN_UP_MILLIS = 5_000;

    /** After a process that lived for {@code millis}. */
    Backoff afterLife(long millis) {
        if (millis >= GROWN_UP_MILLIS) {
            return NONE;
        }
        return new Backoff(Math.clamp(2 * delayMillis, FIRST_MILLIS, MOST_MILLIS));
    }
}
