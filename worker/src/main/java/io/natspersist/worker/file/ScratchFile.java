// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import io.natspersist.worker.cold.ColdTier;

/**
 * A copy of a stream's file as it once was, beside the stream and not on the volume. Nobody else finds it, and it is gone with
 * {@link #close} or the process. Every method blocks, and throws {@link StreamFileException}.
 */
public interface ScratchFile extends ColdTier.Target, AutoCloseable {

    /** What was written, which is all of it, checked as {@link Incoming#written} does. Only to be read; it ends with this one. */
    StreamFile opened();

    @Override
    void close();
}
