// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.journal;

import io.natspersist.protocol.BadMessage;
import io.natspersist.protocol.Cause;
import io.natspersist.protocol.StreamConfig;
import io.natspersist.protocol.StreamName;
import io.natspersist.protocol.Utf8;
import io.natspersist.transport.Headers;
import io.natspersist.worker.change.Change;
import io.natspersist.worker.change.LargeValue;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An entry as bytes, numbers big-endian. Persisted: nothing here ever moves.
 *
 * <pre>
 * entry      4  length of what follows the checksum
 *            4  CRC-32C of that: an entry is also read back alone
 *            1  kind: 1 set, 2 delete, 3 deleteAll, 4 applied, 5 destroy, 6 expire, 7 evict, 8 config
 *            1  flags: 1 has a key, 2 has a message id, 4 has a value, 8 has a large value, 16 expires
 *            2  length of the stream's name, and the name
 * set           epoch number decidedAt seq time, 8 each; 8 expires? key? message id? headers; value? large?
 * delete        epoch number decidedAt, 8 each; 4 count, and 8 for each seq; key? message id?
 * deleteAll     epoch number decidedAt upToSeq, 8 each; message id?
 * expire        as delete
 * evict         as deleteAll
 * config        epoch number decidedAt, 8 each; message id? the configuration in JSON, as a text
 * applied       change, 8
 * destroy       epoch number decidedAt lastSeq, 8 each; message id?
 * large         upload as text; 8 size; 4 parts; 4 its CRC-32C: the value lies in the stream's file
 * headers    4  how many names and values there are; each as text
 * text       4  length, and so many bytes of UTF-8; keys, message ids and values have the same form
 * </pre>
 */
final class EntryCodec {

    /** Length and checksum. */
    static final int FRAME = 8;

    private static final int SET = 1;
    private static final int DELETE = 2;
    private static final int DELETE_ALL = 3;
    private static final int APPLIED = 4;
    private static final int DESTROY = 5;
    private static final int EXPIRE = 6;
    private static final int EVICT = 7;
    private static final int CONFIG = 8;

    private static final int KEY = 1;
    private static final int MSG_ID = 2;
    private static final int VALUE = 4;
    private static final int LARGE = 8;
    private static final int EXPIRES = 16;

    private EntryCodec() {}

    static int size(Change change) {
        int common = FRAME + 4 + Utf8.size(change.stream().value()) + 24;
        return common + switch (change) {
            case Change.Set c -> 16 + (c.expires() == 0 ? 0 : 8) + size(c.key()) + size(c.msgId()) + size(c.headers())
                    + (c.value() == null ? 0 : 4 + c.value().length)
                    + (c.large() == null ? 0 : size(c.large().upload()) + 16);
            case Change.Delete c -> 4 + 8 * c.seqs().size() + size(c.key()) + size(c.msgId());
            case Change.DeleteAll c -> 8 + size(c.msgId());
            case Change.Destroy c -> 8 + size(c.msgId());
            case Change.Config c -> size(c.msgId()) + 4 + c.config().json().length;
        };
    }

    static int size(StreamName stream) {
        return FRAME + 4 + Utf8.size(stream.value()) + 8;
    }

    /** @param to backed by an array, with at least {@link #size} bytes left */
    static void write(Change change, ByteBuffer to) {
        int start = to.position();
        switch (change) {
            case Change.Set c -> {
                begin(to, SET, flags(c.key(), c.msgId()) | (c.value() == null ? 0 : VALUE)
                        | (c.large() == null ? 0 : LARGE) | (c.expires() == 0 ? 0 : EXPIRES), c.stream());
                to.putLong(c.epoch()).putLong(c.number()).putLong(c.decidedAt()).putLong(c.seq()).putLong(c.time());
                if (c.expires() != 0) {
                    to.putLong(c.expires());
                }
                put(to, c.key());
                put(to, c.msgId());
                to.putInt(2 * c.headers().size());
                c.headers().forEach((name, value) -> {
                    put(to, name);
                    put(to, value);
                });
                if (c.value() != null) {
                    to.putInt(c.value().length).put(c.value());
                }
                if (c.large() != null) {
                    put(to, c.large().upload());
                    to.putLong(c.large().size()).putInt(c.large().parts()).putInt(c.large().crc32c());
                }
            }
            case Change.Delete c -> {
                begin(to, c.cause() == Cause.EXPIRED ? EXPIRE : DELETE, flags(c.key(), c.msgId()), c.stream());
                to.putLong(c.epoch()).putLong(c.number()).putLong(c.decidedAt()).putInt(c.seqs().size());
                c.seqs().forEach(to::putLong);
                put(to, c.key());
                put(to, c.msgId());
            }
            case Change.DeleteAll c -> {
                begin(to, c.cause() == Cause.EVICTED ? EVICT : DELETE_ALL, flags(null, c.msgId()), c.stream());
                to.putLong(c.epoch()).putLong(c.number()).putLong(c.decidedAt()).putLong(c.upToSeq());
                put(to, c.msgId());
            }
            case Change.Destroy c -> {
                begin(to, DESTROY, flags(null, c.msgId()), c.stream());
                to.putLong(c.epoch()).putLong(c.number()).putLong(c.decidedAt()).putLong(c.lastSeq());
                put(to, c.msgId());
            }
            case Change.Config c -> {
                begin(to, CONFIG, flags(null, c.msgId()), c.stream());
                to.putLong(c.epoch()).putLong(c.number()).putLong(c.decidedAt());
                put(to, c.msgId());
                byte[] json = c.config().json();
                to.putInt(json.length).put(json);
            }
        }
        end(to, start);
    }

    static void write(StreamName stream, long applied, ByteBuffer to) {
        int start = to.position();
        begin(to, APPLIED, 0, stream);
        to.putLong(applied);
        end(to, start);
    }

    /** Reads the entry at the buffer's position, and moves on to the next. */
    static Entry read(ByteBuffer from) throws BadBytes {
        Fields frame = new Fields(from);
        int length = frame.length("entry", 4);
        int crc = frame.int32("entry checksum");
        ByteBuffer body = frame.slice("entry", length);
        if (crc != GroupHeader.crcOf(body.array(), body.arrayOffset(), length)) {
            throw new BadBytes("entry: checksum does not match");
        }
        Fields fields = new Fields(body);
        int kind = fields.int8("kind");
        int flags = fields.int8("flags");
        StreamName stream = fields.stream();
        Entry entry = switch (kind) {
            case SET -> new Entry.Changed(set(stream, flags, fields));
            case DELETE -> new Entry.Changed(delete(stream, flags, Cause.ASKED, fields));
            case EXPIRE -> new Entry.Changed(delete(stream, flags, Cause.EXPIRED, fields));
            case DELETE_ALL -> new Entry.Changed(deleteAll(stream, flags, Cause.ASKED, fields));
            case EVICT -> new Entry.Changed(deleteAll(stream, flags, Cause.EVICTED, fields));
            case CONFIG -> new Entry.Changed(config(stream, flags, fields));
            case DESTROY -> new Entry.Changed(new Change.Destroy(stream, fields.int64("epoch"),
                    fields.int64("number"), fields.int64("decidedAt"), fields.int64("lastSeq"),
                    fields.text("message id", flags & MSG_ID)));
            case APPLIED -> new Entry.Applied(stream, fields.int64("change"));
            default -> throw new BadBytes("kind: " + kind + " is unknown");
        };
        fields.end();
        return entry;
    }

    private static Change set(StreamName stream, int flags, Fields fields) throws BadBytes {
        return new Change.Set(stream, fields.int64("epoch"), fields.int64("number"), fields.int64("decidedAt"),
                fields.int64("seq"), fields.int64("time"), (flags & EXPIRES) == 0 ? 0 : fields.int64("expires"),
                fields.text("key", flags & KEY), fields.text("message id", flags & MSG_ID), fields.headers(),
                fields.bytes("value", flags & VALUE), fields.large(flags & LARGE));
    }

    private static Change delete(StreamName stream, int flags, Cause cause, Fields fields) throws BadBytes {
        return new Change.Delete(stream, fields.int64("epoch"), fields.int64("number"), fields.int64("decidedAt"),
                fields.longs("seqs"), cause, fields.text("key", flags & KEY),
                fields.text("message id", flags & MSG_ID));
    }

    private static Change deleteAll(StreamName stream, int flags, Cause cause, Fields fields) throws BadBytes {
        return new Change.DeleteAll(stream, fields.int64("epoch"), fields.int64("number"), fields.int64("decidedAt"),
                fields.int64("upToSeq"), cause, fields.text("message id", flags & MSG_ID));
    }

    private static Change config(StreamName stream, int flags, Fields fields) throws BadBytes {
        long epoch = fields.int64("epoch");
        long number = fields.int64("number");
        long decidedAt = fields.int64("decidedAt");
        String msgId = fields.text("message id", flags & MSG_ID);
        return new Change.Config(stream, epoch, number, decidedAt, fields.config(), msgId);
    }

    private static int flags(@Nullable String key, @Nullable String msgId) {
        return (key == null ? 0 : KEY) | (msgId == null ? 0 : MSG_ID);
    }

    private static int size(@Nullable String text) {
        return text == null ? 0 : 4 + Utf8.size(text);
    }

    private static int size(Headers headers) {
        if (headers.isEmpty()) {
            return 4;
        }
        int[] sum = {4};
        headers.forEach((name, value) -> sum[0] += size(name) + size(value));
        return sum[0];
    }

    private static void begin(ByteBuffer to, int kind, int flags, StreamName stream) {
        to.putLong(0).put((byte) kind).put((byte) flags);
        int length = to.position();
        to.putShort((short) 0);
        putUtf8(to, stream.value());
        to.putShort(length, (short) (to.position() - length - 2));
    }

    private static void end(ByteBuffer to, int start) {
        int length = to.position() - start - FRAME;
        to.putInt(start, length);
        to.putInt(start + 4, GroupHeader.crcOf(to.array(), to.arrayOffset() + start + FRAME, length));
    }

    private static void put(ByteBuffer to, @Nullable String text) {
        if (text != null) {
            int length = to.position();
            to.putInt(0);
            putUtf8(to, text);
            to.putInt(length, to.position() - length - 4);
        }
    }

    /** @param to with an array */
    private static void putUtf8(ByteBuffer to, String text) {
        to.position(Utf8.put(text, to.array(), to.arrayOffset() + to.position()) - to.arrayOffset());
    }

    /** Reads one field after the other, and believes no length. */
    private record Fields(ByteBuffer from) {

        int int8(String field) throws BadBytes {
            need(field, 1);
            return from.get();
        }

        int int32(String field) throws BadBytes {
            need(field, 4);
            return from.getInt();
        }

        long int64(String field) throws BadBytes {
            need(field, 8);
            return from.getLong();
        }

        int length(String field, int least) throws BadBytes {
            int length = int32(field);
            if (length < least || length > from.remaining()) {
                throw new BadBytes(field + ": length " + length + " of " + from.remaining() + " bytes left");
            }
            return length;
        }

        ByteBuffer slice(String field, int length) throws BadBytes {
            need(field, length);
            ByteBuffer slice = from.slice(from.position(), length);
            from.position(from.position() + length);
            return slice;
        }

        StreamName stream() throws BadBytes {
            need("stream", 2);
            byte[] name = bytesOf("stream", Short.toUnsignedInt(from.getShort()));
            try {
                return new StreamName(new String(name, StandardCharsets.UTF_8));
            } catch (IllegalArgumentException e) {
                throw new BadBytes("stream: " + e.getMessage());
            }
        }

        @Nullable
        String text(String field, int present) throws BadBytes {
            return present == 0 ? null : text(field);
        }

        private String text(String field) throws BadBytes {
            int length = length(field, 0);
            String text = new String(from.array(), from.arrayOffset() + from.position(), length,
                    StandardCharsets.UTF_8);
            from.position(from.position() + length);
            return text;
        }

        byte @Nullable [] bytes(String field, int present) throws BadBytes {
            return present == 0 ? null : bytesOf(field, length(field, 0));
        }

        @Nullable
        LargeValue large(int present) throws BadBytes {
            if (present == 0) {
                return null;
            }
            String upload = text("upload");
            try {
                return new LargeValue(upload, int64("size"), int32("parts"), int32("crc32c"));
            } catch (IllegalArgumentException e) {
                throw new BadBytes("large value: " + e.getMessage());
            }
        }

        private byte[] bytesOf(String field, int length) throws BadBytes {
            need(field, length);
            byte[] bytes = new byte[length];
            from.get(bytes);
            return bytes;
        }

        List<Long> longs(String field) throws BadBytes {
            int count = int32(field);
            if (count < 0 || count > from.remaining() / 8) {
                throw new BadBytes(field + ": " + count + " of them in " + from.remaining() + " bytes");
            }
            List<Long> longs = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                longs.add(from.getLong());
            }
            return longs;
        }

        StreamConfig config() throws BadBytes {
            byte[] json = bytesOf("configuration", length("configuration", 0));
            try {
                return StreamConfig.read(json);
            } catch (BadMessage e) {
                throw new BadBytes("configuration: " + e.getMessage());
            }
        }

        Headers headers() throws BadBytes {
            int count = int32("headers");
            if (count == 0) {
                return Headers.NONE;
            }
            if (count < 0 || count % 2 != 0 || count > from.remaining() / 4) {
                throw new BadBytes("headers: " + count + " names and values in " + from.remaining() + " bytes");
            }
            String[] pairs = new String[count];
            for (int i = 0; i < count; i++) {
                pairs[i] = text("headers");
            }
            try {
                return Headers.of(pairs);
            } catch (IllegalArgumentException e) {
                throw new BadBytes("headers: " + e.getMessage());
            }
        }

        void end() throws BadBytes {
            if (from.hasRemaining()) {
                throw new BadBytes("entry: " + from.remaining() + " bytes too many");
            }
        }

        private void need(String field, int bytes) throws BadBytes {
            if (from.remaining() < bytes) {
                throw new BadBytes(field + ": cut short");
            }
        }
    }
}
