// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.ship;

/**
 * How the shipping of a journal stands.
 *
 * @param objects how many were stored
 * @param kept how many of them are still there
 * @param bytes of all objects that were stored, as they were stored
 * @param unshippedBytes of groups that are forced and not stored
 * @param unshippedMillis how long the oldest change waits that is not stored; 0: there is none
 * @param failures how often the bucket did not take an object when it was asked to
 */
public record ShipCounts(long objects, long kept, long bytes, long unshippedBytes, long unshippedMillis,
        long failures) {}
