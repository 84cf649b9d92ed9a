// SPDX-License-Identifier: Apache-2.0
package io.natspersist.protocol;

import io.natspersist.transport.Headers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessagePackException;
import org.msgpack.core.MessageUnpacker;

/**
 * Reads MessagePack from elsewhere. Whatever is wrong, too long or cut off is a {@link BadMessage}; its field is the path of
 * map keys and list positions read so far. A length is compared with the bytes that are left before anything is allocated.
 */
final class PackReader {

    private final byte[] bytes;
    private final MessageUnpacker unpacker;

    private PackReader(byte[] bytes) {
        this.bytes = bytes;
        this.unpacker = MessagePack.newDefaultUnpacker(bytes);
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
        int fields = length(unpacker::unpackMapHeader, "a map");
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < fields; i++) {
            String name = text();
            if (!seen.add(name)) {
                throw new BadMessage(name, "is given twice");
            }
            within(name, () -> field.accept(name));
        }
    }

    <T> List<T> list(Supplier<T> element) {
        return list(Integer.MAX_VALUE, element);
    }

    /** Refuses a list of more elements before it reads the first. */
    <T> List<T> list(int most, Supplier<T> element) {
        int elements = length(unpacker::unpackArrayHeader, "a list");
        if (elements > most) {
            throw new BadMessage("", "has " + elements + " elements, more than " + most);
        }
        List<T> list = new ArrayList<>();
        for (int i = 0; i < elements; i++) {
            within("[" + i + "]", () -> list.add(element.get()));
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
        long number = read(unpacker::unpackLong, "a number below 2^63");
        if (number < 0) {
            throw new BadMessage("", "is negative");
        }
        return number;
    }

    boolean flag() {
        return read(unpacker::unpackBoolean, "true or false");
    }

    String text() {
        byte[] utf8 = payload(length(unpacker::unpackRawStringHeader, "a text"));
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
        } catch (CharacterCodingException e) {
            throw new BadMessage("", "is not valid UTF-8", e);
        }
    }

    byte[] binary() {
        return payload(length(unpacker::unpackBinaryHeader, "binary"));
    }

    /** Passes over a value, of a field that is not known here. */
    void skip() {
        read(() -> {
            unpacker.skipValue();
            return 0;
        }, "a value");
    }

    private byte[] payload(int length) {
        return read(() -> unpacker.readPayload(length), "bytes");
    }

    /** Every element takes at least one byte. */
    private int length(Read<Integer> header, String what) {
        int length = read(header, what);
        if (length > left()) {
            throw new BadMessage("", "has length " + length + " with " + left() + " bytes left");
        }
        return length;
    }

    private long left() {
        return bytes.length - unpacker.getTotalReadBytes();
    }

    private static void within(String step, Runnable read) {
        try {
            read.run();
        } catch (BadMessage e) {
            throw e.within(step);
        }
    }

    private static <T> T read(Read<T> read, String what) {
        try {
            return read.run();
        } catch (MessagePackException | IOException e) {
            throw new BadMessage("", "is not " + what, e);
        }
    }

    private interface Read<T> {
        T run() throws IOException;
    }
}
