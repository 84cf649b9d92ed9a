// SPDX-License-Identifier: Apache-2.0
package io.natspersist.protocol;

import io.natspersist.transport.Headers;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One of the sets of a {@link SetMany}. What is not asked for is null, or {@link #ABSENT}. Equal to another with equal bytes.
 *
 * @param seq store at exactly this one
 * @param expectLastSeq the stream's last seq must be this
 * @param expectSeq the key's seq must be this; 0: the key must not exist
 * @param time ms since the epoch
 * @param ttl how long the message lives, ms; 0: for ever
 * @param value null: absent, which differs from empty
 */
public record SetItem(@Nullable String key, long seq, long expectLastSeq, long expectSeq, @Nullable String msgId,
        long time, long ttl, Headers headers, byte @Nullable [] value) {

    /** "Not given", for numbers that may be zero. */
    public static final long ABSENT = -1;

    /** What it takes in a request, in bytes. */
    public int size() {
        return PackWriter.size(this::write);
    }

    void write(PackWriter to) {
        to.map(given(key) + given(seq) + given(expectLastSeq) + given(expectSeq) + given(msgId) + given(time)
                + given(ttl) + (headers.isEmpty() ? 0 : 1) + (value == null ? 0 : 1));
        to.optional("k", key);
        number("s", seq, to);
        number("el", expectLastSeq, to);
        number("es", expectSeq, to);
        to.optional("i", msgId);
        number("t", time, to);
        number("x", ttl, to);
        to.optional("h", headers).optional("v", value);
    }

    private static int given(@Nullable String text) {
        return text == null ? 0 : 1;
    }

    private static int given(long number) {
        return number == ABSENT ? 0 : 1;
    }

    private static void number(String name, long number, PackWriter to) {
        if (number != ABSENT) {
            to.field(name, number);
        }
    }

    /** Strict: a field that is not known here may be a condition, and must not be taken for none. */
    static SetItem read(PackReader from) {
        MessageFields fields = new MessageFields();
        var more = new Object() {
            long expectLastSeq = ABSENT;
            long expectSeq = ABSENT;
            long ttl = ABSENT;
        };
        from.map(name -> {
            switch (name) {
                case "el" -> more.expectLastSeq = from.number();
                case "es" -> more.expectSeq = from.number();
                case "x" -> more.ttl = from.number();
                case "k", "s", "i", "t", "h", "v" -> fields.read(name, from);
                default -> throw new BadMessage("", "is not a field of an item");
            }
        });
        return new SetItem(fields.key, fields.seq, more.expectLastSeq, more.expectSeq, fields.msgId, fields.time,
                more.ttl, fields.headers, fields.value);
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return o instanceof SetItem i && Objects.equals(key, i.key) && seq == i.seq
                && expectLastSeq == i.expectLastSeq && expectSeq == i.expectSeq && Objects.equals(msgId, i.msgId)
                && time == i.time && ttl == i.ttl && headers.equals(i.headers) && Arrays.equals(value, i.value);
    }

    @Override
    public int hashCode() {
        return Objects.hash(key, seq, expectLastSeq, expectSeq, msgId, time, ttl, headers) * 31
                + Arrays.hashCode(value);
    }
}
