// SPDX-License-Identifier: Apache-2.0
package io.natspersist.protocol;

import io.natspersist.transport.Headers;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes MessagePack, each value in its shortest form. What is to be written runs twice, once to count and once to write, so
 * sizes are exact and nothing is copied to grow.
 */
final class PackWriter {

    /** Null: only counts. */
    private final byte @Nullable [] bytes;
    private int length;

    private PackWriter(byte @Nullable [] bytes) {
        this.bytes = bytes;
    }

    static byte[] encode(Consumer<PackWriter> content) {
        byte[] bytes = new byte[size(content)];
        content.accept(new PackWriter(bytes));
        return bytes;
    }

    static int size(Consumer<PackWriter> content) {
        PackWriter counter = new PackWriter(null);
        content.accept(counter);
        return counter.length;
    }

    PackWriter map(int fields) {
        return header(fields, 0x80, 15, -1, 0xde, 0xdf);
    }

    PackWriter array(int elements) {
        return header(elements, 0x90, 15, -1, 0xdc, 0xdd);
    }

    PackWriter field(String name, long value) {
        return text(name).number(value);
    }

    PackWriter field(String name, String value) {
        return text(name).text(value);
    }

    PackWriter optional(String name, @Nullable String value) {
        return value == null ? this : field(name, value);
    }

    PackWriter optional(String name, byte @Nullable [] value) {
        return value == null ? this : text(name).binary(value);
    }

    /** @param value 0: there is none */
    PackWriter optional(String name, long value) {
        return value == 0 ? this : field(name, value);
    }

    PackWriter optional(String name, Headers headers) {
        if (!headers.isEmpty()) {
            text(name).array(2 * headers.size());
            headers.forEach((header, value) -> text(header).text(value));
        }
        return this;
    }

    /** @param value not negative */
    PackWriter number(long value) {
        if (value < 0) {
            throw new IllegalArgumentException(value + " is negative");
        }
        if (value < 0x80) {
            return bigEndian(value, 1);
        } else if (value < 0x100) {
            return bigEndian(0xcc, 1).bigEndian(value, 1);
        } else if (value < 0x1_0000) {
            return bigEndian(0xcd, 1).bigEndian(value, 2);
        } else if (value < 0x1_0000_0000L) {
            return bigEndian(0xce, 1).bigEndian(value, 4);
        }
        return bigEndian(0xcf, 1).bigEndian(value, 8);
    }

    PackWriter flag(boolean value) {
        return bigEndian(value ? 0xc3 : 0xc2, 1);
    }

    PackWriter text(String value) {
        int size = Utf8.size(value);
        header(size, 0xa0, 31, 0xd9, 0xda, 0xdb);
        if (bytes != null) {
            Utf8.put(value, bytes, length);
        }
        length += size;
        return this;
    }

    PackWriter binary(byte[] value) {
        return header(value.length, 0, -1, 0xc4, 0xc5, 0xc6).raw(value);
    }

    /** A length: within one byte up to {@code fixMax}, else behind the code for 8, 16 or 32 bits; -1: no such code. */
    private PackWriter header(int count, int fix, int fixMax, int code8, int code16, int code32) {
        if (count <= fixMax) {
            return bigEndian(fix | count, 1);
        } else if (count < 0x100 && code8 >= 0) {
            return bigEndian(code8, 1).bigEndian(count, 1);
        } else if (count < 0x1_0000) {
            return bigEndian(code16, 1).bigEndian(count, 2);
        }
        return bigEndian(code32, 1).bigEndian(count, 4);
    }

    private PackWriter bigEndian(long value, int width) {
        if (bytes != null) {
            for (int i = 0; i < width; i++) {
                bytes[length + i] = (byte) (value >>> (8 * (width - 1 - i)));
            }
        }
        length += width;
        return this;
    }

    private PackWriter raw(byte[] value) {
        if (bytes != null) {
            System.arraycopy(value, 0, bytes, length, value.length);
        }
        length += value.length;
        return this;
    }
}
