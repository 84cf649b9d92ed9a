// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import io.natspersist.protocol.BadMessage;
import io.natspersist.protocol.Crc32c;
import io.natspersist.protocol.ErrorCode;
import io.natspersist.protocol.HeaderFields;
import io.natspersist.protocol.HeaderNames;
import io.natspersist.protocol.ServiceError;
import io.natspersist.protocol.StreamConfig;
import io.natspersist.transport.Message;
import io.natspersist.worker.change.LargeValue;
import io.natspersist.worker.file.StreamFile.Range;
import io.natspersist.worker.stream.Operation;
import io.natspersist.worker.stream.Operation.Which;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads requests as docs/protocol.md has them. Stateless. */
final class Operations {

    /** The most messages, keys or changes in one answer, and seqs in one delete. */
    static final int MOST = 1_000;

    /** Every operation that {@link #read} knows. */
    static final List<String> NAMES = List.of(
    // @formatter:off
            "set",
            "setMany",
            "part",
            "get",
            "getPart",
            "getAll",
            "delete",
            "deleteAll",
            "destroy",
            "config",
            "keys",
            "info",
            "flush",
            "resume",
            "versions",
            "list",
            "reindex");
            // @formatter:on

    private static final int MAX_KEY = 1_024;
    private static final int MAX_MSG_ID = 256;
    private static final Pattern UPLOAD_ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    private static final Set<String> SET = Set.of(HeaderNames.KEY, HeaderNames.SEQ, HeaderNames.EXPECT_LAST_SEQ,
            HeaderNames.EXPECT_SEQ, HeaderNames.TIME, HeaderNames.TTL, HeaderNames.NO_VALUE, HeaderNames.UPLOAD,
            HeaderNames.PARTS,
            HeaderNames.SIZE, HeaderNames.CRC32C);
    private static final Set<String> PART = Set.of(HeaderNames.UPLOAD, HeaderNames.PART, HeaderNames.CRC32C);
    private static final Set<String> GET_PART = Set.of(HeaderNames.SEQ, HeaderNames.CHANGE, HeaderNames.PART);
    private static final Set<String> GET = Set.of(HeaderNames.KEY, HeaderNames.SEQ, HeaderNames.LAST,
            HeaderNames.START_TIME, HeaderNames.OF_MSG_ID);
    private static final Set<String> SET_MANY = Set.of(HeaderNames.ATOMIC);
    private static final Set<String> GET_ALL = Set.of(HeaderNames.START_SEQ, HeaderNames.END_SEQ, HeaderNames.LIMIT,
            HeaderNames.START_TIME, HeaderNames.END_TIME, HeaderNames.ORDER, HeaderNames.LAST_N);
    private static final Set<String> DELETE = Set.of(HeaderNames.KEY, HeaderNames.SEQ, HeaderNames.EXPECT_SEQ);
    private static final Set<String> DELETE_ALL = Set.of(HeaderNames.END_SEQ);
    private static final Set<String> DESTROY = Set.of(HeaderNames.EXPECT_LAST_SEQ);
    private static final Set<String> KEYS = Set.of(HeaderNames.AFTER_KEY, HeaderNames.LIMIT);
    private static final Set<String> RESUME = Set.of(HeaderNames.EPOCH, HeaderNames.CHANGE, HeaderNames.LIMIT);

    /** What can be asked of a version too. */
    private static final Set<String> OF_VERSION = Set.of("get", "getPart", "getAll", "keys", "info");

    private Operations() {}

    /** A request that cannot be carried out, whoever it reaches. */
    static final class Unreadable extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final transient ServiceError error;

        Unreadable(ErrorCode code, String why) {
            super(why, null, false, false);
            this.error = new ServiceError(code, why);
        }

        ServiceError error() {
            return error;
        }
    }

    /**
     * @param maxBytes what key, headers and value of a message may take together
     * @throws Unreadable when there is no such operation, or a key or id is not legal, or the message is too large
     * @throws BadMessage when a header is malformed, missing or does not belong there
     */
    static Operation read(String op, Message request, long maxBytes) {
        HeaderFields fields = new HeaderFields(request.headers());
        if (!OF_VERSION.contains(op) || !fields.has(HeaderNames.VERSION)) {
            return read(op, fields, request.payload(), maxBytes);
        }
        HeaderFields others = new HeaderFields(
                request.headers().filter(name -> !name.equals(HeaderNames.VERSION)));
        return new Operation.OfVersion(fields.required(HeaderNames.VERSION),
                read(op, others, request.payload(), maxBytes));
    }

    private static Operation read(String op, HeaderFields fields, byte[] payload, long maxBytes) {
        return switch (op) {
            case "set" -> set(fields, payload, maxBytes);
            case "setMany" -> ManySets.read(only(fields, SET_MANY), payload, maxBytes);
            case "part" -> part(only(fields, PART), payload, maxBytes);
            case "getPart" -> new Operation.GetPart(only(fields, GET_PART).required(HeaderNames.SEQ),
                    fields.required(HeaderNames.CHANGE), partNumber(fields, HeaderNames.PART));
            case "get" -> new Operation.Get(which(only(fields, GET)));
            case "getAll" -> getAll(only(fields, GET_ALL));
            case "delete" -> delete(only(fields, DELETE));
            case "deleteAll" ->
                new Operation.DeleteAll(only(fields, DELETE_ALL).number(HeaderNames.END_SEQ, Long.MAX_VALUE),
                        msgId(fields));
            case "destroy" -> new Operation.Destroy(
                    only(fields, DESTROY).number(HeaderNames.EXPECT_LAST_SEQ, Operation.ABSENT), msgId(fields));
            case "config" -> config(only(fields, Set.of()), payload);
            case "keys" -> new Operation.Keys(only(fields, KEYS).text(HeaderNames.AFTER_KEY), limit(fields));
            case "info" -> {
                only(fields, Set.of());
                yield new Operation.Info();
            }
            case "flush" -> {
                only(fields, Set.of());
                yield new Operation.Flush();
            }
            case "versions" -> {
                only(fields, Set.of());
                yield new Operation.Versions();
            }
            case "resume" -> new Operation.Resume(only(fields, RESUME).required(HeaderNames.EPOCH),
                    fields.required(HeaderNames.CHANGE), limit(fields));
            default -> throw new Unreadable(ErrorCode.UNKNOWN_OPERATION, "there is no operation '" + op + "'");
        };
    }

    private static Operation config(HeaderFields fields, byte[] payload) {
        StreamConfig config = payload.length == 0 ? null : StreamConfig.read(payload);
        return new Operation.Config(config, msgId(fields));
    }

    private static HeaderFields only(HeaderFields fields, Set<String> known) {
        fields.allowOnly(known);
        return fields;
    }

    private static Operation.Set set(HeaderFields fields, byte[] payload, long maxBytes) {
        only(fields, SET);
        String key = key(fields);
        long seq = fields.number(HeaderNames.SEQ, 0);
        if (seq == 0 && fields.has(HeaderNames.SEQ)) {
            throw new BadMessage(HeaderNames.SEQ, "is 0, numbers begin at 1");
        }
        if (seq == Long.MAX_VALUE) {
            throw new BadMessage(HeaderNames.SEQ, "leaves no number for what comes after");
        }
        long expectSeq = fields.number(HeaderNames.EXPECT_SEQ, Operation.ABSENT);
        if (expectSeq != Operation.ABSENT && key == null) {
            throw new BadMessage(HeaderNames.EXPECT_SEQ, "needs " + HeaderNames.KEY);
        }
        boolean noValue = fields.flag(HeaderNames.NO_VALUE);
        if (noValue && payload.length > 0) {
            throw new BadMessage(HeaderNames.NO_VALUE, "is true, and there is a payload");
        }
        LargeValue large = large(fields);
        if (large != null && (noValue || payload.length > 0)) {
            throw new BadMessage(HeaderNames.UPLOAD, "is the value, and there is another, or none is to be");
        }
        return fitting(new Operation.Set(key, seq, fields.number(HeaderNames.EXPECT_LAST_SEQ, Operation.ABSENT),
                expectSeq, msgId(fields), fields.number(HeaderNames.TIME, Operation.ABSENT),
                fields.number(HeaderNames.TTL, Operation.ABSENT), fields.ofMessage(),
                noValue || large != null ? null : payload, large), maxBytes);
    }

    static Operation.Set fitting(Operation.Set set, long maxBytes) {
        if (set.bytes() > maxBytes) {
            throw new Unreadable(ErrorCode.TOO_LARGE,
                    "key, headers and value have " + set.bytes() + " bytes, more than " + maxBytes);
        }
        return set;
    }

    private static @Nullable LargeValue large(HeaderFields fields) {
        if (!fields.has(HeaderNames.UPLOAD) && !fields.has(HeaderNames.PARTS) && !fields.has(HeaderNames.SIZE)
                && !fields.has(HeaderNames.CRC32C)) {
            return null;
        }
        String upload = upload(fields);
        int parts = partNumber(fields, HeaderNames.PARTS);
        long size = fields.required(HeaderNames.SIZE);
        if (size < parts) {
            throw new BadMessage(HeaderNames.SIZE, "is less than a byte for each part");
        }
        return new LargeValue(upload, size, parts, checksum(fields));
    }

    private static Operation.Part part(HeaderFields fields, byte[] payload, long maxBytes) {
        Operation.Part part = new Operation.Part(upload(fields), partNumber(fields, HeaderNames.PART),
                checksum(fields), payload);
        if (payload.length == 0) {
            throw new BadMessage("part", "has no bytes");
        }
        if (payload.length > maxBytes) {
            throw new Unreadable(ErrorCode.TOO_LARGE,
                    "the part has " + payload.length + " bytes, more than " + maxBytes);
        }
        if (Crc32c.of(payload) != part.crc32c()) {
            throw new Unreadable(ErrorCode.BAD_CHECKSUM, "part " + part.part() + " of upload " + part.upload()
                    + " does not have its checksum");
        }
        return part;
    }

    private static String upload(HeaderFields fields) {
        String upload = fields.text(HeaderNames.UPLOAD);
        if (upload == null || !UPLOAD_ID.matcher(upload).matches()) {
            throw new BadMessage(HeaderNames.UPLOAD,
                    upload == null ? "is missing" : "is not 1 to 64 of A-Z a-z 0-9 _ -");
        }
        return upload;
    }

    private static int partNumber(HeaderFields fields, String header) {
        long number = fields.required(header);
        if (number < 1 || number >= Integer.MAX_VALUE) {
            throw new BadMessage(header, "is not from 1 to " + (Integer.MAX_VALUE - 1));
        }
        return (int) number;
    }

    private static int checksum(HeaderFields fields) {
        return fields.checksum(HeaderNames.CRC32C)
                .orElseThrow(() -> new BadMessage(HeaderNames.CRC32C, "is missing"));
    }

    private static Which which(HeaderFields fields) {
        String key = key(fields);
        OptionalLong seq = fields.number(HeaderNames.SEQ);
        OptionalLong since = fields.number(HeaderNames.START_TIME);
        String id = msgId(fields.text(HeaderNames.OF_MSG_ID));
        boolean last = fields.flag(HeaderNames.LAST);
        boolean byTime = since.isPresent() && id == null;
        if ((key == null ? 0 : 1) + (seq.isPresent() ? 1 : 0) + (byTime ? 1 : 0) + (id == null ? 0 : 1)
                + (last ? 1 : 0) != 1) {
            throw new BadMessage("get", "needs exactly one of " + HeaderNames.SEQ + ", " + HeaderNames.KEY + ", "
                    + HeaderNames.LAST + ", " + HeaderNames.START_TIME + ", " + HeaderNames.OF_MSG_ID);
        }
        if (key != null) {
            return new Which.Key(key);
        } else if (seq.isPresent()) {
            return new Which.Seq(seq.getAsLong());
        } else if (id != null) {
            return new Which.MsgId(id, since.orElse(0));
        }
        return byTime ? new Which.Since(since.getAsLong()) : new Which.Last();
    }

    private static Operation.GetAll getAll(HeaderFields fields) {
        Range range = new Range(fields.number(HeaderNames.START_SEQ, 1),
                fields.number(HeaderNames.END_SEQ, Long.MAX_VALUE), fields.number(HeaderNames.START_TIME, 0),
                fields.number(HeaderNames.END_TIME, Long.MAX_VALUE), newestFirst(fields));
        long lastN = fields.number(HeaderNames.LAST_N, 0);
        if (lastN == 0 && fields.has(HeaderNames.LAST_N)) {
            throw new BadMessage(HeaderNames.LAST_N, "is 0, at least 1 is needed");
        }
        return new Operation.GetAll(range, lastN, limit(fields));
    }

    private static boolean newestFirst(HeaderFields fields) {
        String order = fields.text(HeaderNames.ORDER);
        if (order == null || order.equals("oldest")) {
            return false;
        }
        if (order.equals("newest")) {
            return true;
        }
        throw new BadMessage(HeaderNames.ORDER, "is neither oldest nor newest");
    }

    private static Operation.Delete delete(HeaderFields fields) {
        String key = key(fields);
        List<Long> seqs = fields.seqs(HeaderNames.SEQ, MOST);
        long expectSeq = fields.number(HeaderNames.EXPECT_SEQ, Operation.ABSENT);
        if ((key == null) == seqs.isEmpty()) {
            throw new BadMessage("delete", "needs either " + HeaderNames.SEQ + " or " + HeaderNames.KEY);
        }
        if (expectSeq != Operation.ABSENT && key == null) {
            throw new BadMessage(HeaderNames.EXPECT_SEQ, "needs " + HeaderNames.KEY);
        }
        return new Operation.Delete(seqs, key, expectSeq, msgId(fields));
    }

    static int limit(HeaderFields fields) {
        long limit = fields.number(HeaderNames.LIMIT, MOST);
        if (limit < 1) {
            throw new BadMessage(HeaderNames.LIMIT, "is 0, at least 1 is needed");
        }
        return (int) Math.min(limit, MOST);
    }

    private static @Nullable String key(HeaderFields fields) {
        return key(fields.text(HeaderNames.KEY));
    }

    static @Nullable String key(@Nullable String key) {
        return legal("key", key, MAX_KEY);
    }

    private static @Nullable String msgId(HeaderFields fields) {
        return msgId(fields.text(HeaderNames.MSG_ID));
    }

    static @Nullable String msgId(@Nullable String msgId) {
        return legal("message id", msgId, MAX_MSG_ID);
    }

    private static @Nullable String legal(String what, @Nullable String text, int max) {
        if (text == null) {
            return null;
        }
        if (text.isEmpty() || text.length() > max) {
            throw new Unreadable(ErrorCode.BAD_NAME,
                    what + " has " + text.length() + " characters, 1 to " + max + " are legal");
        }
        if (hasControlCharacter(text)) {
            throw new Unreadable(ErrorCode.BAD_NAME, what + " has a control character");
        }
        return text;
    }

    private static boolean hasControlCharacter(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isISOControl(text.charAt(i))) {
                return true;
            }
        }
        return false;
    }
}
