// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.ship;

/**
 * How a worker that has a disk of its own ships its journal.
 *
 * @param everyMillis how soon a change is on its way to the bucket, at most, once it is forced on the worker's disk
 * @param lagMillis writes are refused while a forced change has waited so long for its upload
 */
public record ShipConfig(long everyMillis, long lagMillis) {

    public ShipConfig {
        if (everyMillis < 1 || lagMillis < everyMillis) {
            throw new IllegalArgumentException("lagMillis must be at least everyMillis, which is positive");
        }
    }
}
