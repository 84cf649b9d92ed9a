// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import java.io.IOException;
import java.io.InputStream;
import io.natspersist.protocol.StreamConfig;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One stream, with calls that wait for their result. They throw {@link PersistException}, and must not be called on the
 * client's event loop (in a listener or a future's callback), which is refused with an {@link IllegalStateException}. Safe
 * for use by many threads. What each call does is said at {@link AsyncStream}.
 */
public final class StreamHandle {

    private final PersistClient client;
    private final AsyncStream async;

    StreamHandle(PersistClient client, AsyncStream async) {
        this.client = client;
        this.async = async;
    }

    public String name() {
        return async.name();
    }

    /** The same stream, without waiting. */
    public AsyncStream async() {
        return async;
    }

    /** Appends a message. */
    public Stored set(byte @Nullable [] value) {
        return client.await(async.set(value));
    }

    /** Stores a message; a null value differs from an empty one. */
    public Stored set(SetOptions options, byte @Nullable [] value) {
        return client.await(async.set(options, value));
    }

    /**
     * Stores a message with a value of any size, which is read to its end; a few parts of it are in memory at a time.
     *
     * @throws IOException where reading fails; nothing is stored then
     */
    public Stored set(SetOptions options, InputStream value) throws IOException {
        try (ValueWriter writer = newValue(options)) {
            value.transferTo(writer);
            return writer.commit();
        } catch (IOException e) {
            if (e.getCause() instanceof PersistException refused) {
                throw refused.rethrown();
            }
            throw e;
        }
    }

    /** Begins a message whose value is written piece by piece; it is there once it is {@link ValueWriter#commit committed}. */
    public ValueWriter newValue(SetOptions options) {
        return async.newValue(options);
    }

    /** Opens the value, of any size, of the message with this sequence number. */
    public Optional<ValueReader> openValue(long seq) {
        return client.await(async.openValue(seq));
    }

    /** Opens the value, of any size, of the message with this key. */
    public Optional<ValueReader> openValue(String key) {
        return client.await(async.openValue(key));
    }

    /** Opens the value, of any size, of the message with the highest sequence number. */
    public Optional<ValueReader> openLast() {
        return client.await(async.openLast());
    }

    /** Opens the value, of any size, of the first message at or after a time (milliseconds since the epoch). */
    public Optional<ValueReader> openFirstAt(long time) {
        return client.await(async.openFirstAt(time));
    }

    /** Opens the value of a message that was read or told; empty: it has been replaced or deleted since. */
    public Optional<ValueReader> openValue(StreamMessage message) {
        return openValue(message.seq()).filter(found -> found.message().change() == message.change());
    }

    /** Stores messages one after the other, each decided by itself: a result for each. */
    public List<SetResult> setMany(Batch batch) {
        return client.await(async.setMany(batch));
    }

    /** Stores all messages of a batch or none. */
    public List<Stored> setAllOrNone(Batch batch) {
        return client.await(async.setAllOrNone(batch));
    }

    /** The message that was stored with this message id, if it is still there. */
    public Optional<StreamMessage> ofMsgId(String msgId) {
        return client.await(async.ofMsgId(msgId));
    }

    /** The message with this sequence number. */
    public Optional<StreamMessage> get(long seq) {
        return client.await(async.get(seq));
    }

    /** The message with this key. */
    public Optional<StreamMessage> get(String key) {
        return client.await(async.get(key));
    }

    /** The message with the highest sequence number. */
    public Optional<StreamMessage> last() {
        return client.await(async.last());
    }

    /** The first message, by sequence number, whose time is at or after this one (milliseconds since the epoch). */
    public Optional<StreamMessage> firstAt(long time) {
        return client.await(async.firstAt(time));
    }

    /** All messages, by sequence number, read page by page while the iteration goes on. */
    public Iterable<StreamMessage> getAll() {
        return getAll(MessageRange.ALL);
    }

    /** The messages in a range, by sequence number, read page by page while the iteration goes on. */
    public Iterable<StreamMessage> getAll(MessageRange range) {
        return () -> new PageIterator<>(client, async.getAll(range));
    }

    /** As {@link #getAll()}, as a Java stream. */
    public Stream<StreamMessage> messages() {
        return java.util.stream.StreamSupport.stream(getAll().spliterator(), false);
    }

    /** Deletes one message. */
    public Deleted delete(long seq) {
        return delete(List.of(seq));
    }

    /** Deletes messages, at most 1,000 at once. */
    public Deleted delete(List<Long> seqs) {
        return client.await(async.delete(seqs));
    }

    /** Deletes the message with this key, if there is one. */
    public Deleted delete(String key) {
        return client.await(async.delete(key));
    }

    /** Deletes the key's message if that has this sequence number; else fails with {@code WRONG_KEY_SEQ}. */
    public Deleted delete(String key, long expectSeq) {
        return client.await(async.delete(key, expectSeq));
    }

    /** Deletes all messages. */
    public Deleted deleteAll() {
        return client.await(async.deleteAll());
    }

    /** Deletes all messages with sequence numbers up to this one. */
    public Deleted deleteAll(long endSeq) {
        return client.await(async.deleteAll(endSeq));
    }

    /** Destroys the stream: its messages, its settings and its file. If it is made anew, its numbers go on. */
    public Destroyed destroy() {
        return client.await(async.destroy());
    }

    /** Destroys the stream if its last sequence number is this one; else fails with {@code WRONG_LAST_SEQ}. */
    public Destroyed destroy(long expectLastSeq) {
        return client.await(async.destroy(expectLastSeq));
    }

    /** The stream's keys, in the order of their UTF-8 bytes, read page by page while the iteration goes on. */
    public Iterable<KeyEntry> keys() {
        return () -> new PageIterator<>(client, async.keys());
    }

    /** What was configured, and what that means together with the defaults for the stream's name. */
    public Configured config() {
        return client.await(async.config());
    }

    /** Configures the stream anew: what is said here takes the place of all that was said before. */
    public Configured configure(StreamConfig config) {
        return client.await(async.configure(config));
    }

    public StreamInfo info() {
        return client.await(async.info());
    }

    /** Returns once the stream's file holds everything by itself. */
    public Position flush() {
        return client.await(async.flush());
    }

    /** What is kept of the stream as it was, the newest first; fails with {@code NO_COLD_TIER} where nothing is archived. */
    public List<StreamVersion> versions() {
        return client.await(async.versions());
    }

    /** The stream as it was in a version. */
    public PastStream past(StreamVersion version) {
        return new PastStream(new StreamHandle(client, async.past(version)), version);
    }

    /** Which worker serves the stream. */
    public Location locate() {
        return client.await(async.locate());
    }

    /** Watches the stream: see {@link WatchListener}. */
    public Watch watch(WatchFrom from, WatchListener listener) {
        return async.watch(from, listener);
    }
}
