// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.simulation;

import io.natspersist.protocol.StreamConfig;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a client asks of a stream. */
sealed interface Op {

    /** Whether it can alter the stream. */
    default boolean writes() {
        return this instanceof Set || this instanceof SetMany || this instanceof Delete || this instanceof DeleteKey
                || this instanceof DeleteAll
                || this instanceof Destroy || this instanceof Configure;
    }

    /**
     * @param value unique in the run
     * @param msgId null: the client makes one
     */
    record Set(String value, @Nullable String key, @Nullable Long seq, @Nullable Long expectLast,
            @Nullable Long expectKey, @Nullable String msgId) implements Op {

        static Set append(String value) {
            return new Set(value, null, null, null, null, null);
        }

        static Set key(String key, String value) {
            return new Set(value, key, null, null, null, null);
        }

        /** Whether its conditions hold in that state. */
        boolean allowedIn(StreamModel state) {
            return (expectLast == null || expectLast == state.lastSeq())
                    && (expectKey == null || expectKey == state.seqOf(key));
        }
    }

    /** @param atomic all or none; then no two have a key in common, and none says its seq */
    record SetMany(List<Set> items, boolean atomic) implements Op {
        boolean allowedIn(StreamModel state) {
            return items.stream().allMatch(item -> item.allowedIn(state));
        }
    }

    record Delete(List<Long> seqs) implements Op {}

    record DeleteKey(String key, @Nullable Long expectKey) implements Op {
        boolean allowedIn(StreamModel state) {
            return expectKey == null || expectKey == state.seqOf(key);
        }
    }

    /** @param endSeq {@code Long.MAX_VALUE}: all */
    record DeleteAll(long endSeq) implements Op {}

    record Destroy() implements Op {}

    record Configure(StreamConfig config) implements Op {}

    record Get(long seq) implements Op {}

    record GetKey(String key) implements Op {}

    record Last() implements Op {}

    /**
     * One page.
     *
     * @param last only so many, the newest; 0: all
     */
    record GetAll(long startSeq, int limit, int last, boolean newestFirst) implements Op {}

    record Keys() implements Op {}
}
