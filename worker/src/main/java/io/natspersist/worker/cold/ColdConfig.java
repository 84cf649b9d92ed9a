// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

/**
 * What a worker is told about its cold tier.
 *
 * @param place where the copies are
 * @param archiveAfterMillis a stream is archived this long after its first change that its copy lacks
 * @param evictAfterMillis a file that is archived is removed from the volume when nobody asked for the stream so long
 * @param highWaterPercent above this use of the volume the files longest unused are removed, as far as they are archived; 0: never
 * @param retainMillis how long a copy is kept after a newer one took its place
 * @param threads how many of them talk to the store
 */
public record ColdConfig(ColdPlace place, long archiveAfterMillis, long evictAfterMillis, int highWaterPercent,
        long retainMillis, int threads) {

    public ColdConfig {
        if (archiveAfterMillis < 0 || evictAfterMillis < 0 || retainMillis < 0) {
            throw new IllegalArgumentException("times must not be negative");
        }
        if (highWaterPercent < 0 || highWaterPercent > 99) {
            throw new IllegalArgumentException("the high-water mark must be 1 to 99 percent, or 0: never");
        }
        if (threads < 1) {
            throw new IllegalArgumentException("at least one thread must talk to the store");
        }
    }
}
