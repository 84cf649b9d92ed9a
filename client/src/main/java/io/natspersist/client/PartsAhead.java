// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import io.natspersist.protocol.BadMessage;
import io.natspersist.protocol.Crc32c;
import io.natspersist.protocol.HeaderFields;
import io.natspersist.protocol.HeaderNames;
import io.natspersist.transport.Message;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;

/** The parts of one large value in their order, a few of them asked for ahead. Not safe for use by several threads. */
final class PartsAhead {

    /** How many parts are on their way at a time, in either direction. */
    static final int WINDOW = 4;

    private final AsyncStream stream;
    private final StoredValue value;
    private final Deque<CompletableFuture<byte[]>> ahead = new ArrayDeque<>();
    private int asked;
    private long size;
    private int crc;

    PartsAhead(AsyncStream stream, StoredValue value) {
        this.stream = stream;
        this.value = value;
    }

    /** Whether all parts were taken. */
    boolean isEmpty() {
        return asked == value.parts() && ahead.isEmpty();
    }

    /** Asks for the next part; {@link #take} is to be given what it came to, before the next is asked for. */
    CompletableFuture<byte[]> next() {
        while (asked < value.parts() && ahead.size() < WINDOW) {
            ahead.add(stream.part(value.message(), ++asked));
        }
        return ahead.remove();
    }

    /** Counts a part in; fails once it is clear that the parts do not make the value. */
    byte[] take(byte[] part) {
        size += part.length;
        crc = Crc32c.combine(crc, Crc32c.of(part), part.length);
        long whole = value.message().size();
        if (isEmpty() ? size != whole || crc != value.crc32c() : size > whole) {
            throw new PersistException(PersistException.BAD_ANSWER, 502, false, true, -1,
                    "the parts of " + stream.name() + " " + value.message().seq() + " are not its value", null);
        }
        return part;
    }

    /** The bytes of one answer to {@code getPart}. */
    static byte[] bytes(Message answer) {
        HeaderFields fields = new HeaderFields(answer.headers());
        int expected = fields.checksum(HeaderNames.CRC32C)
                .orElseThrow(() -> new BadMessage(HeaderNames.CRC32C, "is missing"));
        if (Crc32c.of(answer.payload()) != expected) {
            throw new BadMessage(HeaderNames.CRC32C, "is not that of the part");
        }
        return answer.payload();
    }
}
