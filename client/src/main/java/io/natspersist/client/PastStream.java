// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import java.util.Optional;

/**
 * A stream as it was in one of its versions: only to be read, with calls that wait as those of {@link StreamHandle} do. The first
 * call takes as long as bringing it from the cold tier does. Calls fail with {@code NOT_FOUND} where the version is not kept any
 * more, and with {@code VERSION_DAMAGED} where it is not what was stored.
 */
public final class PastStream {

    private final StreamHandle then;
    private final StreamVersion version;

    PastStream(StreamHandle then, StreamVersion version) {
        this.then = then;
        this.version = version;
    }

    public String name() {
        return then.name();
    }

    public StreamVersion version() {
        return version;
    }

    public StreamInfo info() {
        return then.info();
    }

    /** The message with this sequence number. */
    public Optional<StreamMessage> get(long seq) {
        return then.get(seq);
    }

    /** The message with this key. */
    public Optional<StreamMessage> get(String key) {
        return then.get(key);
    }

    /** The message with the highest sequence number. */
    public Optional<StreamMessage> last() {
        return then.last();
    }

    /** All messages, by sequence number, read page by page while the iteration goes on. */
    public Iterable<StreamMessage> getAll() {
        return then.getAll();
    }

    /** The messages in a range, by sequence number, read page by page while the iteration goes on. */
    public Iterable<StreamMessage> getAll(MessageRange range) {
        return then.getAll(range);
    }

    /** The keys, in the order of their UTF-8 bytes, read page by page while the iteration goes on. */
    public Iterable<KeyEntry> keys() {
        return then.keys();
    }

    /** Opens the value, of any size, of a message that was read from this version. */
    public Optional<ValueReader> openValue(StreamMessage message) {
        return then.openValue(message);
    }
}
