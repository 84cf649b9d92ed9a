// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.journal;

import io.natspersist.metrics.Times.Distribution;

/**
 * How a journal stands.
 *
 * @param bytes what it takes on the volume, with what is still to be written
 * @param unwrittenBytes what is still to be written
 * @param writtenBytes what was written since it was opened
 * @param groups how many groups were written
 * @param writes how long writes took, forces not included
 * @param forces how long forces took
 * @param oldestUnforcedMillis how long the oldest group that is not forced has been waiting; 0: there is none
 * @param spaceLow whether the volume has less free space than the reserve
 */
public record JournalCounts(long bytes, long unwrittenBytes, long writtenBytes, long groups, Distribution writes,
        Distribution forces, long oldestUnforcedMillis, boolean spaceLow) {}
