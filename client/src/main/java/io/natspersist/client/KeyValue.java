// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import java.io.IOException;
import java.io.InputStream;
import io.natspersist.protocol.StreamConfig;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One key-value store, with calls that wait for their result. They throw {@link PersistException}, and must not be called on
 * the client's event loop, which is refused with an {@link IllegalStateException}. Safe for use by many threads.
 */
public final class KeyValue {

    private final PersistClient client;
    private final AsyncKeyValue async;

    KeyValue(PersistClient client, AsyncKeyValue async) {
        this.client = client;
        this.async = async;
    }

    public String name() {
        return async.name();
    }

    /** The same store, without waiting. */
    public AsyncKeyValue async() {
        return async;
    }

    /** What is under the key; empty: nothing. */
    public Optional<Entry> get(String key) {
        return client.await(async.get(key));
    }

    /** Puts a value under the key, whatever is there, and gives its revision. */
    public long put(String key, byte @Nullable [] value) {
        return client.await(async.put(key, value));
    }

    /**
     * Puts a value of any size under the key, and gives its revision.
     *
     * @throws IOException where reading fails; nothing is stored then
     */
    public long put(String key, InputStream value) throws IOException {
        return stream().set(SetOptions.key(key), value).seq();
    }

    /** Begins a value that is written piece by piece; it is there once it is {@link ValueWriter#commit committed}. */
    public ValueWriter newValue(String key) {
        return stream().newValue(SetOptions.key(key));
    }

    /** Opens the value, of any size, that is under the key; empty: nothing is. */
    public Optional<ValueReader> openValue(String key) {
        return stream().openValue(key);
    }

    private StreamHandle stream() {
        return new StreamHandle(client, async.stream());
    }

    /** Puts each value under its key, in few requests, and gives the revisions. */
    public Map<String, Long> putAll(Map<String, byte @Nullable []> values) {
        return client.await(async.putAll(values));
    }

    /** Puts all values under their keys or none, and gives the revisions. */
    public Map<String, Long> putAllOrNone(Map<String, byte @Nullable []> values) {
        return client.await(async.putAllOrNone(values));
    }

    /** Puts a value that is gone by itself after so long; zero: never. */
    public long put(String key, byte @Nullable [] value, Duration ttl) {
        return client.await(async.put(key, value, ttl));
    }

    /** The store's configuration: that of its stream. */
    public Configured config() {
        return client.await(async.stream().config());
    }

    /** Configures the store anew. With {@code discard} old, the keys that were not put for the longest time go first. */
    public Configured configure(StreamConfig config) {
        return client.await(async.stream().configure(config));
    }

    /** Puts a value under the key only if nothing is there, and gives its revision; empty: something was there. */
    public OptionalLong create(String key, byte @Nullable [] value) {
        return client.await(async.create(key, value));
    }

    /** Replaces the value only if its revision is the expected one; empty: it was another, or nothing was there. */
    public OptionalLong update(String key, byte @Nullable [] value, long expectedRevision) {
        return client.await(async.update(key, value, expectedRevision));
    }

    /** Removes the key; false: it was not there. */
    public boolean delete(String key) {
        return client.await(async.delete(key));
    }

    /** Removes the key only if its value has the expected revision; false: it was another, or not there. */
    public boolean delete(String key, long expectedRevision) {
        return client.await(async.delete(key, expectedRevision));
    }

    /** The keys, with their revisions, in the order of their UTF-8 bytes, read page by page. */
    public Iterable<KeyEntry> keys() {
        return () -> new PageIterator<>(client, async.keys());
    }

    /** Watches the store: see {@link KeyValueListener}. */
    public Watch watch(KeyValueListener listener) {
        return async.watch(listener);
    }
}
