// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import io.natspersist.transport.Headers;
import org.jspecify.annotations.Nullable;

/**
 * How a message is to be stored; null where nothing is asked for. Build it from {@link #NONE} or {@link #key(String)}:
 *
 * <pre>{@code
 * SetOptions.key("theme").withExpectSeq(17)
 * }</pre>
 *
 * @param key the message takes the place of the message with this key
 * @param seq store at exactly this sequence number, in place of what is there
 * @param expectLastSeq store only if this is the stream's last sequence number
 * @param expectSeq store only if the key's message has this sequence number; 0: only if the key does not exist. Needs a key
 * @param msgId a second set with the same id, within two minutes at least, is answered as the first was. Without one the
 *        client makes one ({@link ClientConfig#messageIds()})
 * @param time milliseconds since the epoch; without it the worker's clock counts
 * @param headers the application's own, stored with the message; none may begin with {@code Persist-} or {@code Nats-}
 */
public record SetOptions(@Nullable String key, @Nullable Long seq, @Nullable Long expectLastSeq,
        @Nullable Long expectSeq, @Nullable String msgId, @Nullable Long time, Headers headers) {

    /** Append, with nothing special. */
    public static final SetOptions NONE = new SetOptions(null, null, null, null, null, null, Headers.NONE);

    /** @throws IllegalArgumentException when a header is reserved, or a key is expected and none is given */
    public SetOptions {
        if (expectSeq != null && key == null) {
            throw new IllegalArgumentException("expectSeq needs a key");
        }
        headers.forEach((name, value) -> {
            if (io.natspersist.protocol.HeaderNames.isReserved(name)) {
                throw new IllegalArgumentException("header " + name + " is reserved");
            }
        });
    }

    /** Replace the message with this key. */
    public static SetOptions key(String key) {
        return NONE.withKey(key);
    }

    public SetOptions withKey(String newKey) {
        return new SetOptions(newKey, seq, expectLastSeq, expectSeq, msgId, time, headers);
    }

    public SetOptions withSeq(long newSeq) {
        return new SetOptions(key, newSeq, expectLastSeq, expectSeq, msgId, time, headers);
    }

    public SetOptions withExpectLastSeq(long lastSeq) {
        return new SetOptions(key, seq, lastSeq, expectSeq, msgId, time, headers);
    }

    public SetOptions withExpectSeq(long keySeq) {
        return new SetOptions(key, seq, expectLastSeq, keySeq, msgId, time, headers);
    }

    /** Store only if the key does not exist. */
    public SetOptions createIfAbsent() {
        return withExpectSeq(0);
    }

    public SetOptions withMsgId(String id) {
        return new SetOptions(key, seq, expectLastSeq, expectSeq, id, time, headers);
    }

    public SetOptions withTime(long millis) {
        return new SetOptions(key, seq, expectLastSeq, expectSeq, msgId, millis, headers);
    }

    public SetOptions withHeaders(Headers own) {
        return new SetOptions(key, seq, expectLastSeq, expectSeq, msgId, time, own);
    }
}
