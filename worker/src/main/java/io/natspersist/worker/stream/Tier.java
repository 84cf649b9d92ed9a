// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

import io.natspersist.worker.cold.ColdConfig;
import io.natspersist.worker.cold.ColdTier;
import io.natspersist.worker.cold.ObservedObjectStore;
import java.util.concurrent.Executor;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * Where streams' files are archived, and how.
 *
 * @param threads where that is asked; as many as {@link ColdConfig#threads()}
 * @param listers where it is looked what slots have; nothing else waits there
 * @param volumePercent how much of the volume is in use, in percent; it may block
 * @param requests what the object store was asked for so far; from any thread
 */
public record Tier(ColdTier copies, ColdConfig config, Executor threads, Executor listers,
        IntSupplier volumePercent, Supplier<ObservedObjectStore.Counts> requests) {

    public Tier(ColdTier copies, ColdConfig config, Executor threads, IntSupplier volumePercent,
            Supplier<ObservedObjectStore.Counts> requests) {
        this(copies, config, threads, threads, volumePercent, requests);
    }
}
