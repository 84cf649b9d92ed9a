// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import io.natspersist.protocol.StreamName;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One stream. Every call returns at once; its future completes with the result or with a {@link PersistException}, on the
 * client's event loop: what hangs on it must not block (use the {@code ...Async} forms of the future for that). Safe for
 * use by many threads.
 *
 * <p>
 * Sets to one stream made one after the other are sent, and stored, in that order, without waiting for each other. Only when
 * one has to be repeated (its worker died, moved the stream or was overloaded) may later ones be stored before it: who must
 * rule that out waits for each set, or names the last sequence number that it expects.
 */
public final class AsyncStream {

    private final PersistClient client;
    private final StreamName name;

    AsyncStream(PersistClient client, StreamName name) {
        this.client = client;
        this.name = name;
    }

    public String name() {
        return name.value();
    }

    /** Appends a message. The bytes are not copied: do not change them. */
    public CompletableFuture<Stored> set(byte @Nullable [] value) {
        return set(SetOptions.NONE, value);
    }

    /**
     * Stores a message.
     *
     * @param value null: a message without a value, which differs from an empty one. Not copied: do not change it
     */
    public CompletableFuture<Stored> set(SetOptions options, byte @Nullable [] value) {
        return PersistClient.pending();
    }

    /** The message with this sequence number. */
    public CompletableFuture<Optional<StreamMessage>> get(long seq) {
        return PersistClient.pending();
    }

    /** The message with this key. */
    public CompletableFuture<Optional<StreamMessage>> get(String key) {
        return PersistClient.pending();
    }

    /** The message with the highest sequence number. */
    public CompletableFuture<Optional<StreamMessage>> last() {
        return PersistClient.pending();
    }

    /** The first message, by sequence number, whose time is at or after this one (milliseconds since the epoch). */
    public CompletableFuture<Optional<StreamMessage>> firstAt(long time) {
        return PersistClient.pending();
    }

    /** The first page of the messages in a range, by sequence number. */
    public CompletableFuture<Page<StreamMessage>> getAll(MessageRange range) {
        return PersistClient.pending();
    }

    /** Deletes messages, at most 1,000 at once. Those that are not there are not counted. */
    public CompletableFuture<Deleted> delete(List<Long> seqs) {
        return PersistClient.pending();
    }

    /** Deletes the message with this key, if there is one. */
    public CompletableFuture<Deleted> delete(String key) {
        return PersistClient.pending();
    }

    /** Deletes the key's message if that has this sequence number; else fails with {@code WRONG_KEY_SEQ}. */
    public CompletableFuture<Deleted> delete(String key, long expectSeq) {
        return PersistClient.pending();
    }

    /** Deletes all messages. The stream goes on with the next sequence number. */
    public CompletableFuture<Deleted> deleteAll() {
        return PersistClient.pending();
    }

    /** Deletes all messages with sequence numbers up to this one. */
    public CompletableFuture<Deleted> deleteAll(long endSeq) {
        return PersistClient.pending();
    }

    /** The first page of the stream's keys, in the order of their UTF-8 bytes. */
    public CompletableFuture<Page<KeyEntry>> keys() {
        return PersistClient.pending();
    }

    public CompletableFuture<StreamInfo> info() {
        return PersistClient.pending();
    }

    /** Done once the stream's file holds everything by itself. */
    public CompletableFuture<Position> flush() {
        return PersistClient.pending();
    }

    /** Which worker serves the stream, as far as the client knows now, or finds out. */
    public CompletableFuture<Location> locate() {
        return PersistClient.pending();
    }

    /** Watches the stream: see {@link WatchListener}. Goes on until it is closed, whatever happens to workers. */
    public Watch watch(WatchFrom from, WatchListener listener) {
        return PersistClient.pending();
    }
}
