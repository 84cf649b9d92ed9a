// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.ship;

import io.natspersist.worker.cold.ObjectStore;
import java.util.Optional;

/**
 * Which workers a bucket belongs to. Those with disks of their own leave a journal's seal there, at least, for ever; those that share a volume leave
 * cold copies and no journals. Neither finds what the other has last: a volume's journals are in no bucket, and on a volume a journal that was
 * shipped looks like one that never was. Blocking.
 */
public final class BucketUse {

    private static final String COPIES = "streams/";

    private BucketUse() {}

    /** Why a worker with a disk of its own must not begin with this bucket; empty: it may. */
    public static Optional<String> againstOwnDisk(ObjectStore store) {
        return store.list(Keys.JOURNALS, null).isEmpty() && !store.list(COPIES, null).isEmpty()
                ? Optional.of(
                        "this bucket has the cold copies of workers that share a volume, and what is newest is there: start this worker"
                                + " without --own-disk, on that volume, or with another bucket or prefix")
                : Optional.empty();
    }

    /** Why a worker that shares a volume must not begin with this bucket; empty: it may. */
    public static Optional<String> againstVolume(ObjectStore store) {
        return store.list(Keys.JOURNALS, null).isEmpty()
                ? Optional.empty()
                : Optional.of(
                        "this bucket has the journals of workers with disks of their own, which a worker on a shared volume would not find:"
                                + " start this worker with --own-disk true, or with another bucket or prefix");
    }
}
