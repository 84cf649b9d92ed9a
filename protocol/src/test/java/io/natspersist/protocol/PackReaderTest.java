// SPDX-License-Identifier: Apache-2.0
package io.natspersist.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.CodingErrorAction;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.msgpack.core.MessageBufferPacker;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessagePackException;
import org.msgpack.core.MessageUnpacker;

/** Beside the reader of msgpack-core, which reads whatever MessagePack there is. */
class PackReaderTest {

    private static final long SEED = Long.getLong("fuzz.seed", 1);
    private static final int TRIES = 30_000;

    private static final MessagePack.UnpackerConfig STRICT = new MessagePack.UnpackerConfig()
            .withActionOnMalformedString(CodingErrorAction.REPORT)
            .withActionOnUnmappableString(CodingErrorAction.REPORT);

    private final Random random = new Random(SEED);

    /** What came of reading a value: the value, or that there is none of its kind. */
    private record Read(boolean refused, Object value, long left) {
        static final Read REFUSED = new Read(true, "", 0);
    }

    private interface Theirs {
        Object read(MessageUnpacker unpacker) throws IOException;
    }

    @Test
    void numbersAreReadAsOthersReadThem() {
        compare(PackReader::number, unpacker -> {
            long number = unpacker.unpackLong();
            if (number < 0) {
                throw new MessagePackException("negative");
            }
            return number;
        });
    }

    @Test
    void flagsAreReadAsOthersReadThem() {
        compare(PackReader::flag, MessageUnpacker::unpackBoolean);
    }

    @Test
    void bytesAreReadAsOthersReadThem() {
        compare(from -> HexFormat.of().formatHex(from.binary()),
                unpacker -> HexFormat.of().formatHex(unpacker.readPayload(bounded(unpacker.unpackBinaryHeader()))));
    }

    @Test
    void whatIsSkippedIsWhatOthersSkip() {
        compare(from -> {
            from.skip();
            return "";
        }, unpacker -> {
            unpacker.skipValue();
            return "";
        });
    }

    @Test
    void listsAndMapsAreReadAsOthersReadThem() {
        compare(from -> from.list(from::number).toString(), unpacker -> {
            List<Long> numbers = new ArrayList<>();
            for (int left = bounded(unpacker.unpackArrayHeader()); left > 0; left--) {
                numbers.add(notNegative(unpacker.unpackLong()));
            }
            return numbers.toString();
        });
        compare(from -> {
            List<Object> all = new ArrayList<>();
            from.map(name -> {
                all.add(name);
                all.add(from.number());
            });
            return all.toString();
        }, unpacker -> {
            List<Object> all = new ArrayList<>();
            for (int left = bounded(unpacker.unpackMapHeader()); left > 0; left--) {
                String name = unpacker.unpackString();
                if (IntStream.range(0, all.size() / 2).anyMatch(i -> all.get(2 * i).equals(name))) {
                    throw new MessagePackException("given twice");
                }
                all.add(name);
                all.add(notNegative(unpacker.unpackLong()));
            }
            return all.toString();
        });
    }

    @Test
    void aFieldGivenTwiceIsRefusedAmongFewAndAmongMany() throws IOException {
        for (int fields : List.of(2, 16, 17, 100)) {
            for (int twice = 1; twice < fields; twice = 2 * twice + 1) {
                byte[] bytes = map(fields, twice);
                String name = "f" + (twice - 1);
                assertThatThrownBy(() -> PackReader.decode(bytes, from -> {
                    from.map(each -> from.number());
                    return 0;
                })).isInstanceOfSatisfying(BadMessage.class, bad -> assertThat(bad.field()).isEqualTo(name));
            }
        }
    }

    /** A map in which the field at a place has the name of the one before. */
    private static byte[] map(int fields, int twice) throws IOException {
        try (MessageBufferPacker packer = MessagePack.newDefaultBufferPacker()) {
            packer.packMapHeader(fields);
            for (int i = 0; i < fields; i++) {
                packer.packString("f" + (i == twice ? i - 1 : i)).packInt(i);
            }
            return packer.toByteArray();
        }
    }

    private static long notNegative(long number) {
        if (number < 0) {
            throw new MessagePackException("negative");
        }
        return number;
    }

    /** No header is believed that says more than there can be. */
    private static int bounded(int length) {
        if (length > 1_000) {
            throw new MessagePackException("too long");
        }
        return length;
    }

    /** Random bytes, of which the first is any code there is. */
    private void compare(Function<PackReader, Object> ours, Theirs theirs) {
        int read = 0;
        for (int i = 0; i < TRIES; i++) {
            byte[] bytes = new byte[random.nextInt(1, 40)];
            for (int j = 1; j < bytes.length; j++) {
                int any = random.nextInt(3) == 0 ? random.nextInt(256) : random.nextInt(4);
                // Of counts of 32 bits msgpack-core skips some in an int that overflows.
                bytes[j] = (byte) (any == 0xdd || any == 0xdf ? 0 : any);
            }
            bytes[0] = (byte) (i % 256);
            if (bytes.length > 1 && (i % 256 == 0xdd || i % 256 == 0xdf)) {
                bytes[1] = 0;
            }
            Read expected = theirs(bytes, theirs);
            assertThat(ours(bytes, ours)).as("seed %d: %s", SEED, HexFormat.of().formatHex(bytes)).isEqualTo(expected);
            read += expected.refused() ? 0 : 1;
        }
        assertThat(read).isGreaterThan(TRIES / 300);
    }

    private static Read ours(byte[] bytes, Function<PackReader, Object> read) {
        Object[] value = {""};
        try {
            PackReader.decode(bytes, from -> value[0] = read.apply(from));
            return new Read(false, value[0], 0);
        } catch (BadMessage e) {
            String after = e.getMessage();
            return after.endsWith("bytes after its end")
                    ? new Read(false, value[0], Long.parseLong(after.split(" ")[1]))
                    : Read.REFUSED;
        }
    }

    private static Read theirs(byte[] bytes, Theirs read) {
        try (MessageUnpacker unpacker = STRICT.newUnpacker(bytes)) {
            Object value = read.read(unpacker);
            return new Read(false, value, bytes.length - unpacker.getTotalReadBytes());
        } catch (IOException | MessagePackException e) {
            return Read.REFUSED;
        }
    }
}
