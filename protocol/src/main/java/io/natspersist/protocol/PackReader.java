// SPDX-License-Identifier: Apache-2.0
package io.natspersist.protocol;

import io.natspersist.transport.Headers;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads MessagePack from elsewhere. Whatever is wrong, too long or cut off is a {@link BadMessage}; its field is the path of
 * map keys and list positions read so far. A length is compared with the bytes that are left before anything is allocated.
 *
 * <p>Pages, notices and {@code setMany} are read at tens of thousands of messages a second, so a message costs no more objects
 * here than it consists of.
 */
final class PackReader {

    private static final VarHandle SHORT = bigEndian(short[].class);
    private static final VarHandle INT = bigEndian(int[].class);
    private static final VarHandle LONG = bigEndian(long[].class);
    /** Texts of one character, as most names of fields are. */
    private static final String[] OF_ONE_CHAR = new String[0x80];
    /** Up to so many fields are compared one by one to find those given twice. */
    private static final int FEW = 16;

    static {
        Arrays.setAll(OF_ONE_CHAR, c -> String.valueOf((char) c));
    }

    private final byte[] bytes;
    private int at;

    private PackReader(byte[] bytes) {
        this.bytes = bytes;
    }

    private static VarHandle bigEndian(Class<?> array) {
        return MethodHandles.byteArrayViewVarHandle(array, ByteOrder.BIG_ENDIAN);
    }

    /** Reads what {@code content} reads, which must be all there is. */
    static <T> T decode(byte[] bytes, Function<PackReader, T> content) {
        PackReader reader = new PackReader(bytes);
        T result = content.apply(reader);
        if (reader.left() > 0) {
            throw new BadMessage("", "has " + reader.left() + " bytes after its end");
        }
        return result;
    }

    /** Reads a map; {@code field} is called with each key and reads the value, or calls {@link #skip()}. */
    void map(Consumer<String> field) {
        int fields = count(0x80, 0xde, 0xdf, "a map");
        String[] names = new String[Math.min(fields, FEW)];
        Set<String> more = fields > FEW ? new HashSet<>() : null;
        for (int i = 0; i < fields; i++) {
            String name = text();
            if (!isNew(name, names, Math.min(i, FEW), more)) {
                throw new BadMessage(name, "is given twice");
            }
            if (i < FEW) {
                names[i] = name;
            }
            try {
                field.accept(name);
            } catch (BadMessage e) {
                throw e.within(name);
            }
        }
    }

    private static boolean isNew(String name, String[] names, int count, @Nullable Set<String> more) {
        if (more != null) {
            return more.add(name);
        }
        for (int i = 0; i < count; i++) {
            if (names[i].equals(name)) {
                return false;
            }
        }
        return true;
    }

    <T> List<T> list(Supplier<T> element) {
        return list(Integer.MAX_VALUE, element);
    }

    /** Refuses a list of more elements before it reads the first. */
    <T> List<T> list(int most, Supplier<T> element) {
        int elements = count(0x90, 0xdc, 0xdd, "a list");
        if (elements > most) {
            throw new BadMessage("", "has " + elements + " elements, more than " + most);
        }
        List<T> list = new ArrayList<>();
        for (int i = 0; i < elements; i++) {
            try {
                list.add(element.get());
            } catch (BadMessage e) {
                throw e.within("[" + i + "]");
            }
        }
        return list;
    }

    Headers headers() {
        List<String> pairs = list(this::text);
        if (pairs.size() % 2 != 0) {
            throw new BadMessage("", "has a header name without a value");
        }
        try {
            return Headers.of(pairs.toArray(String[]::new));
        } catch (IllegalArgumentException e) {
            throw new BadMessage("", "has a malformed header", e);
        }
    }

    /** From 0 to 2^63-1. */
    long number() {
        String what = "a number below 2^63";
        int code = code(what);
        if (code < 0x80) {
            return code;
        }
        long number = switch (code) {
            case 0xcc -> unsigned(1, what);
            case 0xcd -> unsigned(2, what);
            case 0xce -> unsigned(4, what);
            case 0xcf -> {
                long unsigned = unsigned(8, what);
                if (unsigned < 0) {
                    throw isNot(what);
                }
                yield unsigned;
            }
            case 0xd0 -> (byte) unsigned(1, what);
            case 0xd1 -> (short) unsigned(2, what);
            case 0xd2 -> (int) unsigned(4, what);
            case 0xd3 -> unsigned(8, what);
            default -> {
                if (code < 0xe0) {
                    throw isNot(what);
                }
                yield (byte) code;
            }
        };
        if (number < 0) {
            throw new BadMessage("", "is negative");
        }
        return number;
    }

    boolean flag() {
        return switch (code("true or false")) {
            case 0xc2 -> false;
            case 0xc3 -> true;
            default -> throw isNot("true or false");
        };
    }

    String text() {
        int length = lengthOfBytes("a text");
        int begin = at;
        at += length;
        if (length == 1 && bytes[begin] >= 0) {
            return OF_ONE_CHAR[bytes[begin]];
        }
        for (int i = begin; i < at; i++) {
            if (bytes[i] < 0) {
                return beyondAscii(begin, length);
            }
        }
        return new String(bytes, begin, length, StandardCharsets.ISO_8859_1);
    }

    private String beyondAscii(int begin, int length) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, begin, length)).toString();
        } catch (CharacterCodingException e) {
            throw new BadMessage("", "is not valid UTF-8", e);
        }
    }

    byte[] binary() {
        int length = lengthOfBytes("binary");
        at += length;
        return Arrays.copyOfRange(bytes, at - length, at);
    }

    /** Passes over a value, of a field that is not known here. */
    void skip() {
        for (long values = 1; values > 0; values--) {
            int code = code("a value");
            if (code < 0x80 || code >= 0xe0) {
                continue; // a small number
            }
            if (code < 0x90) {
                values += 2L * (code & 0x0f);
            } else if (code < 0xa0) {
                values += code & 0x0f;
            } else if (code < 0xc0) {
                pass(code & 0x1f);
            } else {
                values += skip(code);
            }
        }
    }

    /** Passes over what belongs to a code of its own; returns how many values follow that belong to it. */
    private long skip(int code) {
        String what = "a value";
        switch (code) {
            case 0xc0, 0xc2, 0xc3 -> pass(0);
            case 0xcc, 0xd0 -> pass(1);
            case 0xcd, 0xd1, 0xd4 -> pass(2);
            case 0xce, 0xd2, 0xca -> pass(4);
            case 0xcf, 0xd3, 0xcb -> pass(8);
            case 0xd5 -> pass(3);
            case 0xd6 -> pass(5);
            case 0xd7 -> pass(9);
            case 0xd8 -> pass(17);
            case 0xc4, 0xd9 -> pass(unsigned(1, what));
            case 0xc5, 0xda -> pass(unsigned(2, what));
            case 0xc6, 0xdb -> pass(unsigned(4, what));
            case 0xc7 -> pass(1 + unsigned(1, what));
            case 0xc8 -> pass(1 + unsigned(2, what));
            case 0xc9 -> pass(1 + unsigned(4, what));
            case 0xdc -> {
                return unsigned(2, what);
            }
            case 0xdd -> {
                return unsigned(4, what);
            }
            case 0xde -> {
                return 2 * unsigned(2, what);
            }
            case 0xdf -> {
                return 2 * unsigned(4, what);
            }
            default -> throw isNot(what);
        }
        return 0;
    }

    private void pass(long count) {
        if (count > left()) {
            throw isNot("a value");
        }
        at += (int) count;
    }

    /** Texts and binary values are taken for each other, as some writers know but one of them. */
    private int lengthOfBytes(String what) {
        int code = code(what);
        if (code >= 0xa0 && code < 0xc0) {
            return fitting(code & 0x1f);
        }
        return fitting(switch (code) {
            case 0xc4, 0xd9 -> unsigned(1, what);
            case 0xc5, 0xda -> unsigned(2, what);
            case 0xc6, 0xdb -> unsigned(4, what);
            default -> throw isNot(what);
        });
    }

    /** How many elements: within one byte up to 15, else behind the code for 16 or 32 bits. */
    private int count(int fix, int code16, int code32, String what) {
        int code = code(what);
        if (code >= fix && code <= fix + 15) {
            return fitting(code - fix);
        } else if (code == code16) {
            return fitting(unsigned(2, what));
        } else if (code == code32) {
            return fitting(unsigned(4, what));
        }
        throw isNot(what);
    }

    /** Every element takes at least one byte. */
    private int fitting(long length) {
        if (length > left()) {
            throw new BadMessage("", "has length " + length + " with " + left() + " bytes left");
        }
        return (int) length;
    }

    private int code(String what) {
        return (int) unsigned(1, what);
    }

    private long unsigned(int width, String what) {
        if (width > left()) {
            throw isNot(what);
        }
        int from = at;
        at += width;
        return switch (width) {
            case 1 -> bytes[from] & 0xff;
            case 2 -> (short) SHORT.get(bytes, from) & 0xffff;
            case 4 -> (int) INT.get(bytes, from) & 0xffff_ffffL;
            default -> (long) LONG.get(bytes, from);
        };
    }

    private int left() {
        return bytes.length - at;
    }

    private static BadMessage isNot(String what) {
        return new BadMessage("", "is not " + what);
    }
}
