// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import java.util.concurrent.CompletableFuture;

/** A running watch. Costs nothing while its stream is idle. */
public interface Watch extends AutoCloseable {

    /**
     * Done once the watch has caught up for the first time: from then on nothing is missed, with {@link WatchFrom#now()} too.
     * Fails if the watch ends before.
     */
    CompletableFuture<Void> ready();

    /** Where an application could go on later; after a reset, until the snapshot ends, the position before it. */
    Position position();

    WatchStats stats();

    /** Ends the watch. A call to the listener may still be under way on the loop; none begins after it. */
    @Override
    void close();
}
