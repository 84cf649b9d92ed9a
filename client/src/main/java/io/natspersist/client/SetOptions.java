// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import io.natspersist.transport.Headers;
import java.time.Duration;
import java.util.function.Consumer;
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
 * @param ttl how long the message lives, in whole milliseconds; zero: for ever; without it the stream's configuration counts
 * @param headers the application's own, stored with the message; none may begin with {@code Persist-} or {@code Nats-}
 */
public record SetOptions(@Nullable String key, @Nullable Long seq, @Nullable Long expectLastSeq,
        @Nullable Long expectSeq, @Nullable String msgId, @Nullable Long time, @Nullable Duration ttl,
        Headers headers) {

    /** Append, with nothing special. */
    public static final SetOptions NONE = new SetOptions(null, null, null, null, null, null, null, Headers.NONE);

    /** @throws IllegalArgumentException when a header is reserved, a key is expected and none is given, or the ttl is negative */
    public SetOptions {
        if (expectSeq != null && key == null) {
            throw new IllegalArgumentException("expectSeq needs a key");
        }
        if (ttl != null && (ttl.isNegative() || (!ttl.isZero() && ttl.toMillis() == 0))) {
            throw new IllegalArgumentException("ttl is " + ttl + ", it must be a millisecond at least, or zero");
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
        return with(o -> o.key = newKey);
    }

    public SetOptions withSeq(long newSeq) {
        return with(o -> o.seq = newSeq);
    }

    public SetOptions withExpectLastSeq(long lastSeq) {
        return with(o -> o.expectLastSeq = lastSeq);
    }

    public SetOptions withExpectSeq(long keySeq) {
        return with(o -> o.expectSeq = keySeq);
    }

    /** Store only if the key does not exist. */
    public SetOptions createIfAbsent() {
        return withExpectSeq(0);
    }

    public SetOptions withMsgId(String id) {
        return with(o -> o.msgId = id);
    }

    public SetOptions withTime(long millis) {
        return with(o -> o.time = millis);
    }

    /** @param lives zero: for ever */
    public SetOptions withTtl(Duration lives) {
        return with(o -> o.ttl = lives);
    }

    public SetOptions withHeaders(Headers own) {
        return with(o -> o.headers = own);
    }

    /** The same but for what {@code change} sets. */
    private SetOptions with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.options();
    }

    private static final class Draft {
        @Nullable
        String key;
        @Nullable
        Long seq;
        @Nullable
        Long expectLastSeq;
        @Nullable
        Long expectSeq;
        @Nullable
        String msgId;
        @Nullable
        Long time;
        @Nullable
        Duration ttl;
        Headers headers;

        Draft(SetOptions of) {
            key = of.key;
            seq = of.seq;
            expectLastSeq = of.expectLastSeq;
            expectSeq = of.expectSeq;
            msgId = of.msgId;
            time = of.time;
            ttl = of.ttl;
            headers = of.headers;
        }

        SetOptions options() {
            return new SetOptions(key, seq, expectLastSeq, expectSeq, msgId, time, ttl, headers);
        }
    }
}
