// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import static java.util.Map.entry;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.natspersist.protocol.BadMessage;
import io.natspersist.protocol.HeaderNames;
import io.natspersist.protocol.SetItem;
import io.natspersist.protocol.SetMany;
import io.natspersist.transport.Headers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A request as a client may send it, with docs/protocol.md's own words on whether it is well-formed, written down a second
 * time and independently of the worker.
 *
 * @param replyTo null: nobody is told
 */
record FuzzedRequest(String op, String stream, @Nullable String replyTo, Headers headers, byte[] payload) {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final int MOST_TOKENS = 32;
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,19}");
    private static final String MOST = Long.toString(Long.MAX_VALUE);

    private static final Map<String, Set<String>> ARGUMENTS = Map.ofEntries(
            entry("set", Set.of(HeaderNames.KEY, HeaderNames.SEQ, HeaderNames.EXPECT_LAST_SEQ, HeaderNames.EXPECT_SEQ,
                    HeaderNames.TIME, HeaderNames.TTL, HeaderNames.NO_VALUE, HeaderNames.UPLOAD, HeaderNames.PARTS,
                    HeaderNames.SIZE,
                    HeaderNames.CRC32C)),
            entry("setMany", Set.of(HeaderNames.ATOMIC)),
            entry("part", Set.of(HeaderNames.UPLOAD, HeaderNames.PART, HeaderNames.CRC32C)),
            entry("getPart", Set.of(HeaderNames.SEQ, HeaderNames.CHANGE, HeaderNames.PART, HeaderNames.VERSION)),
            entry("get", Set.of(HeaderNames.SEQ, HeaderNames.KEY, HeaderNames.LAST, HeaderNames.START_TIME,
                    HeaderNames.OF_MSG_ID, HeaderNames.VERSION)),
            entry("getAll", Set.of(HeaderNames.START_SEQ, HeaderNames.END_SEQ, HeaderNames.LIMIT,
                    HeaderNames.START_TIME, HeaderNames.END_TIME, HeaderNames.ORDER, HeaderNames.LAST_N,
                    HeaderNames.VERSION)),
            entry("delete", Set.of(HeaderNames.SEQ, HeaderNames.KEY, HeaderNames.EXPECT_SEQ)),
            entry("deleteAll", Set.of(HeaderNames.END_SEQ)),
            entry("destroy", Set.of(HeaderNames.EXPECT_LAST_SEQ)),
            entry("config", Set.of()), entry("reindex", Set.of()),
            entry("list", Set.of(HeaderNames.AFTER, HeaderNames.LIMIT, HeaderNames.DEPTH)),
            entry("keys", Set.of(HeaderNames.AFTER_KEY, HeaderNames.LIMIT, HeaderNames.VERSION)),
            entry("info", Set.of(HeaderNames.VERSION)), entry("versions", Set.of()),
            entry("flush", Set.of()),
            entry("resume", Set.of(HeaderNames.EPOCH, HeaderNames.CHANGE, HeaderNames.LIMIT)));

    /** An operation that was spoilt with a dot ends there: the rest belongs to the stream's name. */
    FuzzedRequest {
        String[] subject = (op + "." + stream).split("\\.", 2);
        op = subject[0];
        stream = subject[1];
    }

    boolean mayBeAnswered(String prefix) {
        return replyTo == null || !replyTo.startsWith("$") && !replyTo.equals(prefix)
                && !replyTo.startsWith(prefix + ".");
    }

    boolean isWellFormed(long maxMessageBytes) {
        Set<String> arguments = ARGUMENTS.get(op);
        return arguments != null && subjectIsLegal() && headersBelong(arguments)
                && isNumberOrAbsent(HeaderNames.VERSION) && switch (op) {
                    case "config" -> idIsLegal() && (payload.length == 0 || configIsLegal());
                    case "list" ->
                        limitIsLegal() && isNumberOrAbsent(HeaderNames.DEPTH) && number(HeaderNames.DEPTH, 1) > 0
                                && number(HeaderNames.DEPTH, 1) <= MOST_TOKENS
                                && (text(HeaderNames.AFTER) == null || nameIsLegal(text(HeaderNames.AFTER)));
                    case "set" -> setIsWellFormed(maxMessageBytes);
                    case "setMany" -> manyAreWellFormed(maxMessageBytes);
                    case "get" ->
                        keyIsLegal() && isTextOrAbsent(HeaderNames.OF_MSG_ID, 256) && isNumberOrAbsent(HeaderNames.SEQ)
                                && isNumberOrAbsent(HeaderNames.START_TIME) && isFlagOrAbsent(HeaderNames.LAST)
                                && count(HeaderNames.KEY) + count(HeaderNames.SEQ) + (isTrue(HeaderNames.LAST) ? 1 : 0)
                                        + Math.max(count(HeaderNames.START_TIME), count(HeaderNames.OF_MSG_ID)) == 1;
                    case "getAll" -> isNumberOrAbsent(HeaderNames.START_SEQ) && isNumberOrAbsent(HeaderNames.END_SEQ)
                            && isNumberOrAbsent(HeaderNames.START_TIME) && isNumberOrAbsent(HeaderNames.END_TIME)
                            && isNumberOrAbsent(HeaderNames.LAST_N) && number(HeaderNames.LAST_N, 1) > 0
                            && (text(HeaderNames.ORDER) == null || text(HeaderNames.ORDER).matches("oldest|newest"))
                            && limitIsLegal();
                    case "delete" ->
                        keyIsLegal() && idIsLegal() && seqsAreLegal() && isNumberOrAbsent(HeaderNames.EXPECT_SEQ)
                                && count(HeaderNames.KEY) + count(HeaderNames.SEQ) == 1
                                && count(HeaderNames.EXPECT_SEQ) <= count(HeaderNames.KEY);
                    case "part" ->
                        uploadIsLegal() && isPartNumber(HeaderNames.PART) && isChecksum() && payload.length > 0
                                && payload.length <= maxMessageBytes;
                    case "getPart" -> isNumber(HeaderNames.SEQ) && isNumber(HeaderNames.CHANGE)
                            && isPartNumber(HeaderNames.PART);
                    case "destroy" -> idIsLegal() && isNumberOrAbsent(HeaderNames.EXPECT_LAST_SEQ);
                    case "deleteAll" -> idIsLegal() && isNumberOrAbsent(HeaderNames.END_SEQ);
                    case "keys" -> limitIsLegal() && count(HeaderNames.AFTER_KEY) <= 1;
                    case "resume" -> limitIsLegal() && isNumber(HeaderNames.EPOCH) && isNumber(HeaderNames.CHANGE);
                    default -> true;
                };
    }

    private boolean setIsWellFormed(long maxMessageBytes) {
        String seq = text(HeaderNames.SEQ);
        return keyIsLegal() && idIsLegal() && seqIsLegal() && !MOST.equals(seq == null ? "" : unpadded(seq))
                && isNumberOrAbsent(HeaderNames.EXPECT_LAST_SEQ) && isNumberOrAbsent(HeaderNames.EXPECT_SEQ)
                && isNumberOrAbsent(HeaderNames.TIME) && isNumberOrAbsent(HeaderNames.TTL)
                && isFlagOrAbsent(HeaderNames.NO_VALUE)
                && count(HeaderNames.EXPECT_SEQ) <= count(HeaderNames.KEY)
                && !(isTrue(HeaderNames.NO_VALUE) && payload.length > 0) && (!isLarge() || largeIsWellFormed())
                && messageBytes(asItem()) <= maxMessageBytes;
    }

    /** Whether it is about what the stream was. */
    boolean isOfThePast() {
        return op.equals("versions") || count(HeaderNames.VERSION) > 0;
    }

    /** Whether it speaks of a large value, rightly or wrongly. */
    boolean isLarge() {
        return count(HeaderNames.UPLOAD) + count(HeaderNames.PARTS) + count(HeaderNames.SIZE)
                + count(HeaderNames.CRC32C) > 0;
    }

    private boolean largeIsWellFormed() {
        return uploadIsLegal() && isPartNumber(HeaderNames.PARTS) && isChecksum() && isNumber(HeaderNames.SIZE)
                && number(HeaderNames.SIZE, 0) >= number(HeaderNames.PARTS, 0) && payload.length == 0
                && !isTrue(HeaderNames.NO_VALUE);
    }

    private boolean uploadIsLegal() {
        String upload = text(HeaderNames.UPLOAD);
        return upload != null && upload.matches("[A-Za-z0-9_-]{1,64}");
    }

    private boolean isPartNumber(String name) {
        return isNumber(name) && number(name, 0) > 0 && number(name, 0) < Integer.MAX_VALUE;
    }

    private boolean isChecksum() {
        String text = text(HeaderNames.CRC32C);
        return text != null && text.matches("[0-9a-fA-F]{8}");
    }

    /** Whether a part has the checksum that it says. */
    boolean isAsSummed() {
        return checksum(payload).equalsIgnoreCase(text(HeaderNames.CRC32C));
    }

    /** Of some bytes, as a header says it. */
    static String checksum(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return String.format("%08x", crc.getValue());
    }

    private boolean manyAreWellFormed(long maxMessageBytes) {
        if (!isFlagOrAbsent(HeaderNames.ATOMIC) || !ownHeaders().isEmpty() || count(HeaderNames.MSG_ID) > 0) {
            return false;
        }
        List<SetItem> items;
        try {
            items = SetMany.decode(payload).items();
        } catch (BadMessage e) {
            return false;
        }
        return items.stream().allMatch(item -> isWellFormed(item, maxMessageBytes))
                && (!isTrue(HeaderNames.ATOMIC) || areDistinct(items.stream().map(SetItem::key).toList())
                        && areDistinct(items.stream().map(SetItem::msgId).toList())
                        && areDistinct(items.stream().map(i -> i.seq() < 0 ? null : i.seq()).toList()));
    }

    private static boolean isWellFormed(SetItem item, long maxMessageBytes) {
        boolean[] reserved = {false};
        item.headers().forEach((name, value) -> reserved[0] |= name.startsWith("Persist-") || name.startsWith("Nats-"));
        return !reserved[0] && item.seq() != 0 && item.seq() != Long.MAX_VALUE
                && (item.expectSeq() < 0 || item.key() != null) && isAbsentOrLegal(item.key(), 1_024)
                && isAbsentOrLegal(item.msgId(), 256) && messageBytes(item) <= maxMessageBytes;
    }

    private static boolean areDistinct(List<?> values) {
        List<?> given = values.stream().filter(Objects::nonNull).toList();
        return new HashSet<>(given).size() == given.size();
    }

    /** Key, headers and value together, as a limit counts them. */
    static long messageBytes(SetItem item) {
        long[] sum = {
                (item.value() == null ? 0 : item.value().length) + (item.key() == null ? 0 : item.key().length())};
        item.headers().forEach((name, value) -> sum[0] += name.length() + value.length());
        return sum[0];
    }

    /** What a well-formed set asks for. */
    SetItem asItem() {
        return new SetItem(text(HeaderNames.KEY), number(HeaderNames.SEQ, SetItem.ABSENT),
                number(HeaderNames.EXPECT_LAST_SEQ, SetItem.ABSENT), number(HeaderNames.EXPECT_SEQ, SetItem.ABSENT),
                text(HeaderNames.MSG_ID), number(HeaderNames.TIME, SetItem.ABSENT),
                number(HeaderNames.TTL, SetItem.ABSENT), ownHeaders(),
                isTrue(HeaderNames.NO_VALUE) ? null : payload);
    }

    Headers ownHeaders() {
        return headers.filter(name -> !name.startsWith("Persist-") && !name.startsWith("Nats-"));
    }

    /** Whether it concerns many streams. */
    boolean isOfCatalogs() {
        return op.equals("list") || op.equals("reindex");
    }

    private boolean subjectIsLegal() {
        return switch (op) {
            case "list" -> stream.isEmpty() || nameIsLegal(stream);
            case "reindex" -> stream.matches("[0-9]{1,9}");
            default -> nameIsLegal(stream);
        };
    }

    private static boolean nameIsLegal(String name) {
        List<String> tokens = List.of(name.split("\\.", -1));
        return tokens.size() <= MOST_TOKENS && name.getBytes(StandardCharsets.UTF_8).length <= 512
                && tokens.stream().noneMatch(String::isEmpty)
                && name.codePoints().noneMatch(c -> c == '*' || c == '>' || c == 0xFFFD || Character.isISOControl(c)
                        || Character.isWhitespace(c));
    }

    private boolean configIsLegal() {
        JsonNode config;
        try {
            config = JSON.readTree(payload);
        } catch (IOException e) {
            return false;
        }
        boolean[] legal = {config != null && config.isObject()};
        if (legal[0]) {
            config.properties().forEach(field -> legal[0] &= fieldIsLegal(field.getKey(), field.getValue()));
        }
        return legal[0];
    }

    private static boolean fieldIsLegal(String name, JsonNode value) {
        return switch (name) {
            case "maxMsgs", "maxBytes", "maxAge", "maxMsgSize", "maxMsgsPerSecond", "maxBytesPerSecond", "ttl" ->
                value.isNull() || value.isIntegralNumber() && value.canConvertToLong() && value.longValue() > 0;
            case "discard" -> value.isNull() || value.isTextual() && value.textValue().matches("old|new");
            case "durability" -> value.isNull() || value.isTextual() && value.textValue().matches("sync|relaxed");
            default -> false;
        };
    }

    private boolean headersBelong(Set<String> arguments) {
        boolean[] belong = {true};
        headers.forEach((name, value) -> belong[0] &= arguments.contains(name)
                || !name.regionMatches(true, 0, "persist-", 0, 8));
        return belong[0] && arguments.stream().allMatch(name -> count(name) <= 1);
    }

    private boolean keyIsLegal() {
        return isTextOrAbsent(HeaderNames.KEY, 1_024);
    }

    private boolean idIsLegal() {
        return count(HeaderNames.MSG_ID) <= 1 && isTextOrAbsent(HeaderNames.MSG_ID, 256);
    }

    private boolean isTextOrAbsent(String name, int longest) {
        return isAbsentOrLegal(text(name), longest);
    }

    private static boolean isAbsentOrLegal(@Nullable String text, int longest) {
        return text == null || !text.isEmpty() && text.length() <= longest
                && text.chars().noneMatch(c -> c < ' ' || c >= 0x7f && c <= 0x9f);
    }

    private boolean seqIsLegal() {
        return count(HeaderNames.SEQ) == 0 || isNumber(HeaderNames.SEQ) && number(HeaderNames.SEQ, 0) > 0;
    }

    private boolean seqsAreLegal() {
        String text = text(HeaderNames.SEQ);
        if (text == null) {
            return true;
        }
        List<String> seqs = List.of(text.split(",", -1));
        return seqs.size() <= 1_000 && seqs.stream().allMatch(s -> isNumberText(s) && Long.parseLong(s) > 0)
                && new HashSet<>(seqs.stream().map(Long::parseLong).toList()).size() == seqs.size();
    }

    private boolean limitIsLegal() {
        return isNumberOrAbsent(HeaderNames.LIMIT) && number(HeaderNames.LIMIT, 1) > 0;
    }

    private boolean isFlagOrAbsent(String name) {
        String text = text(name);
        return text == null || text.equals("true") || text.equals("false");
    }

    private boolean isNumberOrAbsent(String name) {
        return text(name) == null || isNumber(name);
    }

    private boolean isNumber(String name) {
        String text = text(name);
        return text != null && isNumberText(text);
    }

    private static boolean isNumberText(String text) {
        return NUMBER.matcher(text).matches() && (text.length() < 19 || text.compareTo(MOST) <= 0);
    }

    private static String unpadded(String number) {
        return number.replaceFirst("^0+", "");
    }

    boolean isTrue(String name) {
        return "true".equals(text(name));
    }

    long number(String name, long otherwise) {
        String text = text(name);
        return text == null ? otherwise : Long.parseLong(text);
    }

    List<Long> seqs() {
        String text = text(HeaderNames.SEQ);
        return text == null ? List.of() : List.of(text.split(",")).stream().map(Long::parseLong).toList();
    }

    @Nullable
    String text(String name) {
        return headers.first(name);
    }

    private int count(String name) {
        int[] count = {0};
        headers.forEach((n, value) -> count[0] += n.equals(name) ? 1 : 0);
        return count[0];
    }

    @Override
    public String toString() {
        List<String> lines = new ArrayList<>();
        headers.forEach((name, value) -> lines.add(name + ": " + value));
        return op + "." + stream + " -> " + replyTo + " " + lines + " "
                + (payload.length > 200 ? payload.length + " bytes" : new String(payload, StandardCharsets.ISO_8859_1));
    }
}
