// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import io.natspersist.protocol.ErrorCode;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One key-value store: a stream whose messages have keys and replace each other. No history is kept. Futures complete on the
 * client's event loop, as those of {@link AsyncStream}. Safe for use by many threads.
 */
public final class AsyncKeyValue {

    private final AsyncStream stream;

    AsyncKeyValue(AsyncStream stream) {
        this.stream = stream;
    }

    public String name() {
        return stream.name();
    }

    /** The underlying stream. */
    public AsyncStream stream() {
        return stream;
    }

    /** What is under the key; empty: nothing. */
    public CompletableFuture<Optional<Entry>> get(String key) {
        return stream.get(key).thenApply(found -> found.map(m -> new Entry(key, m.seq(), m.time(), m.value())));
    }

    /** Puts a value under the key, whatever is there, and gives its revision. */
    public CompletableFuture<Long> put(String key, byte @Nullable [] value) {
        return stream.set(SetOptions.key(key), value).thenApply(Stored::seq);
    }

    /** Puts each value under its key, in few requests, and gives the revisions. Fails at the first that cannot be put. */
    public CompletableFuture<Map<String, Long>> putAll(Map<String, byte @Nullable []> values) {
        List<String> keys = List.copyOf(values.keySet());
        return stream.setMany(batch(keys, values)).thenApply(results -> {
            Map<String, Long> revisions = new LinkedHashMap<>();
            for (int i = 0; i < keys.size(); i++) {
                if (results.get(i) instanceof NotStored no) {
                    throw new PersistException(no.code(), no.number(), false, i == 0, -1,
                            "putAll " + name() + ", key " + keys.get(i) + ": " + no.why(), null);
                }
                revisions.put(keys.get(i), ((Stored) results.get(i)).seq());
            }
            return revisions;
        });
    }

    /** Puts all values under their keys or none, as {@link AsyncStream#setAllOrNone} says, and gives the revisions. */
    public CompletableFuture<Map<String, Long>> putAllOrNone(Map<String, byte @Nullable []> values) {
        List<String> keys = List.copyOf(values.keySet());
        return stream.setAllOrNone(batch(keys, values)).thenApply(stored -> {
            Map<String, Long> revisions = new LinkedHashMap<>();
            for (int i = 0; i < keys.size(); i++) {
                revisions.put(keys.get(i), stored.get(i).seq());
            }
            return revisions;
        });
    }

    private static Batch batch(List<String> keys, Map<String, byte @Nullable []> values) {
        Batch batch = new Batch();
        keys.forEach(key -> batch.add(SetOptions.key(key), values.get(key)));
        return batch;
    }

    /** Puts a value that is gone by itself after so long; zero: never. */
    public CompletableFuture<Long> put(String key, byte @Nullable [] value, Duration ttl) {
        return stream.set(SetOptions.key(key).withTtl(ttl), value).thenApply(Stored::seq);
    }

    /** Puts a value under the key only if nothing is there, and gives its revision; empty: something was there. */
    public CompletableFuture<OptionalLong> create(String key, byte @Nullable [] value) {
        return update(key, value, 0);
    }

    /** Replaces the value only if its revision is the expected one; empty: it was another, or nothing was there. */
    public CompletableFuture<OptionalLong> update(String key, byte @Nullable [] value, long expectedRevision) {
        return stream.set(SetOptions.key(key).withExpectSeq(expectedRevision), value)
                .handle((stored, failed) -> PersistException.unless(ErrorCode.WRONG_KEY_SEQ, failed,
                        OptionalLong.empty(), () -> OptionalLong.of(stored.seq())));
    }

    /** Removes the key; false: it was not there. */
    public CompletableFuture<Boolean> delete(String key) {
        return stream.delete(key).thenApply(AsyncKeyValue::removed);
    }

    /** Removes the key only if its value has the expected revision; false: it was another, or not there. */
    public CompletableFuture<Boolean> delete(String key, long expectedRevision) {
        return stream.delete(key, expectedRevision)
                .handle((deleted, failed) -> PersistException.unless(ErrorCode.WRONG_KEY_SEQ, failed, false,
                        () -> removed(deleted)));
    }

    /** The first page of the keys, with their revisions in place of sequence numbers, in the order of their UTF-8 bytes. */
    public CompletableFuture<Page<KeyEntry>> keys() {
        return stream.keys();
    }

    /** Watches the store: see {@link KeyValueListener}. */
    public Watch watch(KeyValueListener listener) {
        return stream.watch(WatchFrom.beginning(), new KeyValueWatch(listener));
    }

    private static boolean removed(Deleted deleted) {
        return deleted.count() > 0 || deleted.duplicate();
    }
}
