// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Fields one after the other. A number, which is not negative, has seven bits in each byte, the lowest first, and the highest bit set
 * in all but the last.
 */
final class Encoder {
    private byte[] bytes;
    private int size;

    /** @param expected how many bytes it will be, about */
    Encoder(int expected) {
        bytes = new byte[Math.max(expected, 64)];
    }

    int size() {
        return size;
    }

    Encoder number(long number) {
        if (number < 0) {
            throw new IllegalArgumentException(number + " is negative");
        }
        reserve(9);
        long rest = number;
        while (rest >= 0x80) {
            bytes[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
        return this;
    }

    /** Eight bytes, big-endian. */
    Encoder int64(long value) {
        reserve(Long.BYTES);
        ByteBuffer.wrap(bytes, size, Long.BYTES).putLong(value);
        size += Long.BYTES;
        return this;
    }

    Encoder hash(Hash hash) {
        return int64(hash.high()).int64(hash.low());
    }

    Encoder text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return number(utf8.length).raw(utf8, 0, utf8.length);
    }

    Encoder raw(byte[] from, int offset, int length) {
        reserve(length);
        System.arraycopy(from, offset, bytes, size, length);
        size += length;
        return this;
    }

    /** The hash of everything from a position to here. */
    Hash hashFrom(int position) {
        return Hash.of(bytes, position, size - position);
    }

    /** All of it, not copied. */
    ByteBuffer bytes() {
        return ByteBuffer.wrap(bytes, 0, size);
    }

    private void reserve(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(size, more), bytes.length + (bytes.length >> 1)));
        }
    }
}
