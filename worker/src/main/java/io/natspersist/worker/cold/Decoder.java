// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Reads what an {@link Encoder} wrote, one field after the other, and believes no length. */
final class Decoder {
    private final ByteBuffer from;

    Decoder(ByteBuffer from) {
        this.from = from;
    }

    long number(String field) throws BadBytes {
        long number = 0;
        for (int shift = 0; shift < 63; shift += 7) {
            need(field, 1);
            byte next = from.get();
            number |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return number;
            }
        }
        throw new BadBytes(field + ": too long");
    }

    int int31(String field) throws BadBytes {
        long number = number(field);
        if (number > Integer.MAX_VALUE) {
            throw new BadBytes(field + ": " + number + " is too much");
        }
        return (int) number;
    }

    /** How many follow, of at least so many bytes each. */
    int count(String field, int leastBytes) throws BadBytes {
        long count = number(field);
        if (count > from.remaining() / leastBytes) {
            throw new BadBytes(field + ": " + count + " of them in " + from.remaining() + " bytes");
        }
        return (int) count;
    }

    long int64(String field) throws BadBytes {
        need(field, Long.BYTES);
        return from.getLong();
    }

    Hash hash(String field) throws BadBytes {
        need(field, Hash.BYTES);
        return new Hash(from.getLong(), from.getLong());
    }

    String text(String field) throws BadBytes {
        byte[] utf8 = new byte[count(field, 1)];
        from.get(utf8);
        return new String(utf8, StandardCharsets.UTF_8);
    }

    void end(String what) throws BadBytes {
        if (from.hasRemaining()) {
            throw new BadBytes(what + ": " + from.remaining() + " bytes too many");
        }
    }

    private void need(String field, int bytes) throws BadBytes {
        if (from.remaining() < bytes) {
            throw new BadBytes(field + ": cut short");
        }
    }
}
