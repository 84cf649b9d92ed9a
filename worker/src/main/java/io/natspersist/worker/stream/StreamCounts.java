// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

/**
 * How the streams of a worker stand.
 *
 * @param open how many are open
 * @param openFiles how many of them have their file open
 * @param tailBytes what their tails hold in memory
 * @param ephemeralBytes about what ephemeral streams take of the memory that is not Java's
 * @param opened how many were opened so far
 * @param heldWrites how many writes wait because the journal is too large
 * @param troubled how many have a file that takes nothing just now
 * @param toApply how many have changes that are not in their files
 * @param oldestUnappliedMillis for how long the oldest of those have been waiting; 0: there are none
 * @param transactions how many transactions put changes into files
 * @param applied how many changes those were
 * @param lostChanges how many changes watchers had seen and were told to be lost
 */
public record StreamCounts(int open, int openFiles, long tailBytes, long ephemeralBytes, long opened, int heldWrites,
        int troubled,
        int toApply, long oldestUnappliedMillis, long transactions, long applied, long lostChanges) {}
