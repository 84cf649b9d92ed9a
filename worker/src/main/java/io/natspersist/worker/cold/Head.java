// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import io.natspersist.protocol.StreamName;
import io.natspersist.worker.file.Tombstone;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which copies a stream has: the one object of a stream that is ever replaced. Without copies it is what is left of a stream that was
 * deleted, and keeps earlier owners from bringing it back.
 *
 * @param epoch of the owner that stored it: no lower one replaces it
 * @param token of the attempt that stored it
 * @param lastPack the highest number of any pack so far
 * @param versions the oldest first
 * @param buried the numbers of a stream that was destroyed, where nobody keeps them elsewhere; then there are no versions
 */
record Head(StreamName stream, long epoch, long token, long lastPack, List<Version> versions,
        @Nullable Tombstone buried) {

    Head {
        versions = List.copyOf(versions);
        if (buried != null && !versions.isEmpty()) {
            throw new IllegalArgumentException(stream + " is destroyed, and has copies");
        }
    }

    Head(StreamName stream, long epoch, long token, long lastPack, List<Version> versions) {
        this(stream, epoch, token, lastPack, versions, null);
    }

    /** Where nothing was stored yet. */
    static Head none(StreamName stream) {
        return new Head(stream, 0, 0, 0, List.of());
    }

    Optional<Version> newest() {
        return versions.isEmpty() ? Optional.empty() : Optional.of(versions.getLast());
    }

    /** The head that an owner puts in this one's place. */
    Head next(long byEpoch, long byToken, Version version, long packs, Retention retention) {
        List<Version> all = new ArrayList<>(versions);
        all.add(version);
        return new Head(stream, byEpoch, byToken, packs, retention.kept(all));
    }

    /** What stays when an owner deletes all copies. */
    Head deleted(long byEpoch, long byToken) {
        return new Head(stream, byEpoch, byToken, lastPack, List.of());
    }

    /** The same, where the numbers of the destroyed stream are kept nowhere else. */
    Head buried(long byEpoch, long byToken, Tombstone tombstone) {
        return new Head(stream, byEpoch, byToken, lastPack, List.of(), tombstone);
    }

    Set<Pack> packs() {
        Set<Pack> packs = new LinkedHashSet<>();
        versions.forEach(version -> packs.addAll(version.packs()));
        return packs;
    }
}
