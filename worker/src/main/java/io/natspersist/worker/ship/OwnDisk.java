// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.ship;

import io.natspersist.worker.cold.ObjectStore;
import java.util.concurrent.Executor;

/**
 * What a worker needs that has a disk of its own: what others can read of it after its death is in the bucket alone.
 *
 * @param store where journals are shipped to; the one that holds the cold copies
 * @param thread where it is shipped; one thing at a time
 * @param readers where others' journals are fetched, some objects at a time
 */
public record OwnDisk(ObjectStore store, ShipConfig config, Executor thread, Executor readers) {}
