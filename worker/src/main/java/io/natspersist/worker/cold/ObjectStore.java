// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A bucket, below one prefix: objects by key, as S3 has them. Every call blocks, for as long as the store's timeouts and retries
 * take: never call it on an event loop, nor on a thread that warm streams wait for. From any thread. Every method throws
 * {@link ObjectStoreException}, which says whether it makes sense to try again.
 */
public interface ObjectStore {

    /**
     * Stores an object whole; its bytes are checked on the way.
     *
     * @return its tag
     * @throws ObjectStoreException of kind {@link ObjectStoreException.Kind#CONFLICT} when the condition does not hold
     */
    String put(String key, ByteBuffer bytes, Condition condition);

    /**
     * A whole object; empty: there is none.
     *
     * @throws ObjectStoreException of kind {@link ObjectStoreException.Kind#DAMAGED} when it has more bytes than {@code maxBytes}
     */
    Optional<Stored> get(String key, long maxBytes);

    /**
     * A part of an object, all of it; empty: there is no such object. The whole object's checksum cannot be looked at: who asks
     * for parts has checksums of their own.
     *
     * @throws ObjectStoreException of kind {@link ObjectStoreException.Kind#DAMAGED} when the object ends before the part does
     */
    Optional<byte[]> get(String key, long position, int length);

    /** Deletes objects, as far as they are there. */
    void delete(Collection<String> keys);

    /** The keys that begin so, in the order of their bytes, after {@code after} (null: from the first); at most 1,000. */
    List<Found> list(String keyPrefix, @Nullable String after);

    /** When an object may be stored. */
    sealed interface Condition {

        /** Nothing has that key. */
        record Absent() implements Condition {}

        /** The object there is the one with this tag. */
        record Unchanged(String tag) implements Condition {}
    }

    /** An object's bytes and its tag, which changes with them. */
    record Stored(byte[] bytes, String tag) {}

    record Found(String key, long bytes) {}
}
