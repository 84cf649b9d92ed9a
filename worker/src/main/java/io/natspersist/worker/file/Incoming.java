// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import io.natspersist.worker.change.LargeValue;
import io.natspersist.worker.cold.ColdTier;

/**
 * A stream's file on its way back to the volume. Nobody finds it before it is whole, checked and durable. Every method blocks, and
 * throws {@link StreamFileException}.
 */
public interface Incoming extends ColdTier.Target, AutoCloseable {

    /** The counters of what was written, which is all of it. */
    StreamFile.State written();

    /** Whether all parts of a value are in it. */
    boolean has(LargeValue value);

    /**
     * Takes notice that changes after those of the file were lost: the stream goes on from {@code change}, a number above all that anybody
     * saw, and has no log before it; so whoever saw them is told to begin anew.
     *
     * @param lastSeq the highest seq that anybody may have seen
     */
    void skipTo(long change, long lastSeq, long epoch);

    /** Makes it the stream's file. */
    void keep();

    /** Removes what is not kept. */
    @Override
    void close();
}
