// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.simulation;

import io.natspersist.protocol.Cause;
import io.natspersist.protocol.StreamConfig;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A change as a stream's history, or a watcher, has it. Values are texts, each written at most once per run. */
sealed interface Told {

    /** The change number. */
    long number();

    record Set(long number, long seq, @Nullable String key, @Nullable String value) implements Told {}

    record Delete(long number, List<Long> seqs, Cause cause) implements Told {
        public Delete {
            seqs = List.copyOf(seqs);
        }
    }

    record DeleteAll(long number, long endSeq, Cause cause) implements Told {}

    record Config(long number, StreamConfig config) implements Told {}

    record Destroy(long number, long lastSeq) implements Told {}
}
