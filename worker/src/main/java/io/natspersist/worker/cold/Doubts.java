// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import io.natspersist.protocol.StreamName;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What this process has found out and the store does not say: packs that are damaged, and streams that may have packs of no use. */
final class Doubts {
    private final Map<StreamName, Set<PackName>> damaged = new ConcurrentHashMap<>();
    private final Set<StreamName> untidy = ConcurrentHashMap.newKeySet();

    void damaged(StreamName stream, PackName pack) {
        damaged.computeIfAbsent(stream, _ -> ConcurrentHashMap.newKeySet()).add(pack);
    }

    Set<PackName> damaged(StreamName stream) {
        return damaged.getOrDefault(stream, Set.of());
    }

    void untidy(StreamName stream) {
        untidy.add(stream);
    }

    boolean isUntidy(StreamName stream) {
        return untidy.contains(stream);
    }

    /** There is a copy that needs no damaged pack. */
    void sound(StreamName stream) {
        damaged.remove(stream);
    }

    void tidy(StreamName stream) {
        untidy.remove(stream);
    }

    void forget(StreamName stream) {
        sound(stream);
        tidy(stream);
    }
}
