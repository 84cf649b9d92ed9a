// SPDX-License-Identifier: Apache-2.0
package io.natspersist.protocol;

import io.natspersist.transport.Headers;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A message as pages carry it. Equal to another with equal bytes.
 *
 * @param seq positive
 * @param time ms since the epoch
 * @param change the number of the change that stored it
 * @param expires when it goes by itself, ms since the epoch; 0: never
 * @param msgId the id that its writer gave it
 * @param value null: absent, which differs from empty; or large
 * @param largeSize the bytes of a large value, which is not here; 0: it is no large one
 */
public record WireMessage(long seq, long time, long expires, long change, @Nullable String key, @Nullable String msgId,
        Headers headers, byte @Nullable [] value, long largeSize) {

    /** With its value, or without any. */
    public WireMessage(long seq, long time, long expires, long change, @Nullable String key, @Nullable String msgId,
            Headers headers,
            byte @Nullable [] value) {
        this(seq, time, expires, change, key, msgId, headers, value, 0);
    }

    /** What it takes in a page, in bytes. */
    public int size() {
        return PackWriter.size(this::write);
    }

    void write(PackWriter to) {
        to.map(3 + (expires == 0 ? 0 : 1) + (key == null ? 0 : 1) + (msgId == null ? 0 : 1)
                + (headers.isEmpty() ? 0 : 1)
                + (value == null ? 0 : 1) + (largeSize == 0 ? 0 : 1));
        to.field("s", seq).field("t", time).field("c", change).optional("x", expires);
        to.optional("k", key).optional("i", msgId).optional("h", headers).optional("v", value)
                .optional("z", largeSize);
    }

    static WireMessage read(PackReader from) {
        MessageFields fields = new MessageFields();
        from.map(name -> fields.read(name, from));
        return new WireMessage(fields.seq(), fields.time(), fields.expires, fields.change(), fields.key, fields.msgId,
                fields.headers,
                fields.value, fields.largeSize);
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return o instanceof WireMessage m && seq == m.seq && time == m.time && expires == m.expires
                && change == m.change
                && Objects.equals(key, m.key) && Objects.equals(msgId, m.msgId) && headers.equals(m.headers)
                && Arrays.equals(value, m.value) && largeSize == m.largeSize;
    }

    @Override
    public int hashCode() {
        return Objects.hash(seq, time, expires, change, key, msgId, headers, largeSize) * 31 + Arrays.hashCode(value);
    }
}
