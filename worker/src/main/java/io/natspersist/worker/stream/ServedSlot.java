// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

import io.natspersist.protocol.StreamName;
import io.natspersist.worker.journal.Position;
import java.util.HashMap;
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
    /** Who wants the slot let go of, once copies have its streams; null: nobody does. It is served meanwhile. */
    @Nullable
    Departure departure;
    /** How many listings are under way that read the slot's catalog. */
    int listings;
    /** What to run once the slot is let go of; null while it is served. */
    @Nullable
    Runnable released;

    /** A slot on its way to an owner that finds in the bucket what it is to find. */
    static final class Departure {
        final Runnable released;
        final int ofSlots;
        final Position end;
        final long sinceNanos;
        /** When streams that nobody had open were last opened to be archived. */
        final Map<StreamName, Long> opened = new HashMap<>();

        /** @param end the journal's when it was asked for */
        Departure(Runnable released, int ofSlots, Position end, long sinceNanos) {
            this.released = released;
            this.ofSlots = ofSlots;
            this.end = end;
            this.sinceNanos = sinceNanos;
        }
    }

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
