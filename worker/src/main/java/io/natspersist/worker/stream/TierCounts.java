// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

/**
 * What became of streams' files since the worker began, as far as the cold tier is concerned.
 *
 * @param archived how often a copy was made
 * @param archivedBytes of the files that were copied
 * @param evicted how many files were removed from the volume
 * @param restored how many came back
 * @param restoredBytes of those
 * @param restoredForLost how many of those came back because the volume had lost or damaged the file
 * @param failures how often something could not be done
 * @param unarchived how many open streams have changes that their copy lacks
 * @param underWay how many copies are being made, brought back or deleted
 * @param versions how many versions of streams are here to be read, or on their way
 * @param away whether the last thing asked of the cold tier failed
 */
public record TierCounts(long archived, long archivedBytes, long evicted, long restored, long restoredBytes,
        long restoredForLost, long failures, int unarchived, int underWay, int versions, boolean away) {

    /** Of a worker that has no cold tier. */
    public static final TierCounts NONE = new TierCounts(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, false);
}
