// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

/**
 * What a stream's file keeps beyond its messages.
 *
 * @param logChanges at most this many changes that no live message represents; the oldest go first
 * @param logBytes their {@link io.natspersist.worker.change.Change#bytes()} together; one change alone may pass it
 * @param idMillis message ids are remembered for at least this long, measured by the times at which changes were decided
 */
public record StreamFileLimits(int logChanges, long logBytes, long idMillis) {

    public static final StreamFileLimits DEFAULT = new StreamFileLimits(10_000, 16L << 20, 150_000);

    public StreamFileLimits {
        if (logChanges < 1 || logBytes < 1 || idMillis < 1) {
            throw new IllegalArgumentException(
                    "limits must be positive: " + logChanges + ", " + logBytes + ", " + idMillis);
        }
    }
}
