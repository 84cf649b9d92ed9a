// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

/**
 * What a watch has done so far.
 *
 * @param changes changes told to the listener
 * @param duplicates notices that had been told before, and were dropped
 * @param resumes how often it asked the worker what it had missed
 * @param resets how often it had to read everything, the beginning not counted
 * @param lostChanges how many changes the stream lost, by what resets said
 */
public record WatchStats(long changes, long duplicates, long resumes, long resets, long lostChanges) {}
