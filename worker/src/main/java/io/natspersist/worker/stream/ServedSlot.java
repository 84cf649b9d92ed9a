// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

import io.natspersist.protocol.StreamName;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A slot that is served, or is being let go of. It stays until no stream of it is open and nothing adopted is left. */
final class ServedSlot {

    final int number;
    final long epoch;
    /** Changes of dead owners, by stream, until the stream is opened. */
    final Map<StreamName, AdoptedTail> adopted;
    /** The streams with such changes until these are in their files. */
    final Set<StreamName> unsettled;
    final Set<Stream> streams = new LinkedHashSet<>();
    final CatalogLane catalog;
    final OnVolume onVolume;
    final InMemory inMemory;
    /** Whether its catalog was looked through for what is to be archived. */
    boolean swept;
    /** How many listings are under way that read the slot's catalog. */
    int listings;
    /** What to run once the slot is let go of; null while it is served. */
    @Nullable
    Runnable released;

    ServedSlot(int number, long epoch, Map<StreamName, AdoptedTail> adopted, OnVolume onVolume, InMemory inMemory) {
        this.catalog = onVolume.catalog();
        this.onVolume = onVolume;
        this.inMemory = inMemory;
        this.number = number;
        this.epoch = epoch;
        this.adopted = adopted;
        this.unsettled = new HashSet<>(adopted.keySet());
    }
}
