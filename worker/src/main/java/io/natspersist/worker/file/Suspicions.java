// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import io.natspersist.protocol.StreamName;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Streams whose file looked damaged while it was in use: the next one to open it checks it whole. */
final class Suspicions {
    private final Set<StreamName> streams = ConcurrentHashMap.newKeySet();

    void add(StreamName stream) {
        streams.add(stream);
    }

    boolean contains(StreamName stream) {
        return streams.contains(stream);
    }

    void settled(StreamName stream) {
        streams.remove(stream);
    }
}
