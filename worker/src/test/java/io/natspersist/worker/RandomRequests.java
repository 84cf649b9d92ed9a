// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import io.natspersist.protocol.HeaderNames;
import io.natspersist.protocol.SetItem;
import io.natspersist.protocol.SetMany;
import io.natspersist.transport.Headers;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Well-formed requests, most of them spoilt in one to three places. */
final class RandomRequests {

    private static final List<String> OPS = List.of("set", "set", "set", "set", "set", "set", "setMany", "get", "get",
            "get", "getAll", "getPart", "part", "part", "delete", "delete", "deleteAll", "destroy", "keys", "info",
            "flush", "resume", "config", "versions");
    private static final Set<String> READS = Set.of("get", "getAll", "getPart", "keys", "info", "resume");
    /** One request of so many concerns the catalogs. */
    private static final int CATALOGS = 400;
    static final List<String> STREAMS = List.of("f", "f.a", "F.a", "\u00e4.\u4e16", "x.7.db",
            "a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p");
    private static final List<String> ARGUMENTS = List.of(HeaderNames.KEY, HeaderNames.SEQ, HeaderNames.TIME,
            HeaderNames.MSG_ID, HeaderNames.NO_VALUE, HeaderNames.EXPECT_LAST_SEQ, HeaderNames.EXPECT_SEQ,
            HeaderNames.CHANGE, HeaderNames.EPOCH, HeaderNames.OP, HeaderNames.START_SEQ, HeaderNames.END_SEQ,
            HeaderNames.LIMIT, HeaderNames.LAST, HeaderNames.START_TIME, HeaderNames.AFTER_KEY, HeaderNames.ERROR,
            HeaderNames.RETRY_AFTER, HeaderNames.OWNER, HeaderNames.TTL, HeaderNames.EXPIRES, HeaderNames.DEPTH,
            HeaderNames.AFTER, HeaderNames.ATOMIC, HeaderNames.ITEM, HeaderNames.END_TIME, HeaderNames.ORDER,
            HeaderNames.LAST_N,
            HeaderNames.OF_MSG_ID, HeaderNames.UPLOAD, HeaderNames.PART, HeaderNames.PARTS, HeaderNames.SIZE,
            HeaderNames.CRC32C, HeaderNames.SERVICE_ERROR, HeaderNames.VERSION, "Persist-", "Persist-Unheard-Of",
            "Nats-Expected-Stream", "Content-Type", "X");
    private static final List<String> ODD = List.of("", "0", "-1", "-0", "+1", "1.0", "1e3", "0x10", " 1", "1 ", "NaN",
            "00000000000000000001", "0000000000000000001", "9223372036854775806", "9223372036854775807",
            "9223372036854775808", "18446744073709551616", "99999999999999999999999999", "true", "false", "TRUE", "yes",
            "null", "\u0661\u0662", "\u0000", "\u007f", "\u0085", "\ud83d\ude00", "\u00e4",
            "'; DROP TABLE messages; --",
            "../../etc/passwd", "1,2,3", "1,,2", ",", "1,1", "1,9223372036854775807", "*", ">", "{\"a\":1}", "\\u0000");

    private static final List<String> CONFIG_FIELDS = List.of("maxMsgs", "maxBytes", "maxAge", "maxMsgSize", "ttl",
            "maxMsgsPerSecond", "maxBytesPerSecond", "discard", "durability", "maxmsgs", "");
    private static final List<String> ODD_JSON = List.of("0", "-1", "1.0", "1e3", "\"5\"", "\"\"", "null", "true", "[]",
            "[5]", "{}", "9223372036854775807", "9223372036854775808", "NaN", "\"OLD\"", "\"old\"", "1", "05", "");
    /** Headers of maps, lists, texts and bytes that are longer than anything sent here. */
    private static final List<byte[]> LENGTHS = List.of(new byte[]{(byte) 0xdf, -1, -1, -1, -1},
            new byte[]{(byte) 0xdd, -1, -1, -1, -1}, new byte[]{(byte) 0xdd, 0x7f, -1, -1, -1},
            new byte[]{(byte) 0xc6, 0x7f, -1, -1, -1}, new byte[]{(byte) 0xdb, -1, -1, -1, -1},
            new byte[]{(byte) 0xdb, 0x7f, -1, -1, -1}, new byte[]{(byte) 0xdc, -1, -1});

    /** An id is not used again once a worker may have forgotten it; so many inputs take well below two minutes. */
    private static final int INPUTS_PER_ID = 100_000;
    private static final int MAX_PAYLOAD = 1 << 20;

    private final SplittableRandom random;
    /** What is still to be sent of large values. */
    private final Deque<Draft> steps = new ArrayDeque<>();
    private int made;
    private String fault = "";

    RandomRequests(SplittableRandom random) {
        this.random = random;
    }

    private final class Draft {
        String op = random.nextInt(CATALOGS) == 0 ? random.nextInt(4) == 0 ? "reindex" : "list" : pick(OPS);
        String stream = "";
        @Nullable
        String replyTo;
        final List<String> headers = new ArrayList<>();
        byte[] payload = {};
        /** What is wrong with it by design. */
        String fault = "";

        void add(String name, Object value) {
            headers.add(name);
            headers.add(value.toString());
        }

        FuzzedRequest request() {
            for (int i = 0; i < headers.size(); i += 2) {
                headers.set(i, name(headers.get(i)));
                String value = asOnTheWire(headers.get(i + 1).replace('\r', '_').replace('\n', '_')).strip();
                headers.set(i + 1, headers.get(i).equals(HeaderNames.MSG_ID) && !value.isEmpty()
                        ? value + "/" + made / INPUTS_PER_ID
                        : value);
            }
            int room = MAX_PAYLOAD - headers.stream().mapToInt(text -> text.length() + 2).sum() - 12;
            return new FuzzedRequest(op, asOnTheWire(stream), replyTo, Headers.of(headers.toArray(String[]::new)),
                    payload.length <= room ? payload : Arrays.copyOf(payload, room));
        }
    }

    /**
     * @param round in which half of the streams is read and the other half written, unless a request is spoilt so far
     * @param streams what they hold, if anything
     */
    FuzzedRequest next(int round, String replyTo, Function<String, @Nullable ExpectedStream> streams) {
        made++;
        Draft draft = !steps.isEmpty() && random.nextInt(3) == 0 ? steps.remove() : draft(round, streams);
        draft.replyTo = replyTo;
        fault = draft.fault;
        if (random.nextInt(10) < 6) {
            fault = "";
            for (int times = random.nextInt(1, 4); times > 0; times--) {
                spoil(draft);
            }
        }
        return draft.request();
    }

    /** What was wrong with the last one by design, and nothing else; empty: nothing, or anything. */
    String fault() {
        return fault;
    }

    private Draft draft(int round, Function<String, @Nullable ExpectedStream> streams) {
        Draft draft = new Draft();
        int half = READS.contains(draft.op) ? round : round + 1;
        // Streams come and go, so that what a hopeless one (its numbers used up) refuses does not hide the rest.
        draft.stream = STREAMS.get(2 * random.nextInt(STREAMS.size() / 2) + half % 2)
                + (random.nextInt(3) == 0 ? "" : "-" + made / 20_000);
        ExpectedStream stream = streams.apply(draft.stream);
        long lastSeq = stream == null ? 0 : stream.likelyLastSeq();
        switch (draft.op) {
            case "getPart" -> getPart(draft, stream);
            case "part" -> {
                return upload(draft.stream, lastSeq);
            }
            case "list" -> list(draft);
            case "reindex" -> draft.stream = Integer.toString(random.nextInt(OneCluster.SLOTS + 1));
            case "config" -> config(draft);
            case "destroy", "deleteAll" -> {
                if (random.nextInt(3) > 0) {
                    draft.op = "delete"; // so that streams grow, and keep their configuration for a while
                }
                fill(draft, lastSeq);
            }
            default -> fill(draft, lastSeq);
        }
        return draft;
    }

    private void list(Draft draft) {
        draft.stream = random.nextInt(3) == 0 ? "" : draft.stream.substring(0, 1);
        sometimes(draft, HeaderNames.AFTER, pick(STREAMS));
        sometimes(draft, HeaderNames.LIMIT, random.nextInt(1, 20));
        sometimes(draft, HeaderNames.DEPTH, random.nextInt(1, 4));
    }

    /** Limits that are met by what is sent here. */
    private void config(Draft draft) {
        List<String> fields = new ArrayList<>();
        if (random.nextInt(5) > 0) {
            maybe(fields, "maxMsgs", random.nextInt(1, 12));
            maybe(fields, "maxBytes", random.nextInt(30, 500));
            maybe(fields, "maxMsgSize", random.nextInt(20, 80));
            maybe(fields, "maxAge", random.nextInt(100, 3_000));
            maybe(fields, "ttl", random.nextInt(20, 3_000));
            maybe(fields, "maxMsgsPerSecond", random.nextInt(1, 30));
            maybe(fields, "maxBytesPerSecond", random.nextInt(100, 1_000));
            fields.add("\"discard\":" + (random.nextBoolean() ? "\"old\"" : "\"new\""));
            maybe(fields, "durability", random.nextBoolean() ? "\"sync\"" : "\"relaxed\"");
            if (random.nextInt(8) == 0) {
                fields.add("\"" + pick(CONFIG_FIELDS) + "\":" + pick(ODD_JSON));
            }
        }
        draft.payload = random.nextInt(3) == 0
                ? new byte[0]
                : ("{" + String.join(",", fields) + "}").getBytes(StandardCharsets.UTF_8);
        sometimes(draft, HeaderNames.MSG_ID, id());
    }

    private void maybe(List<String> fields, String name, Object value) {
        if (random.nextInt(4) == 0) {
            fields.add("\"" + name + "\":" + value);
        }
    }

    private void getPart(Draft draft, @Nullable ExpectedStream stream) {
        ExpectedStream.Large large = stream == null ? null : stream.firstLarge();
        boolean right = large != null && random.nextInt(4) > 0;
        draft.add(HeaderNames.SEQ, right ? large.seq() : random.nextInt(1, 50));
        draft.add(HeaderNames.CHANGE, right ? large.change() : random.nextInt(1, 50));
        draft.add(HeaderNames.PART, random.nextInt(1, right ? large.parts() + 1 : 4));
    }

    /** The first part of a large value; the others, and the set that makes it a message's, come later. */
    private Draft upload(String stream, long lastSeq) {
        String id = Long.toString(random.nextLong() >>> 1, 36);
        int count = random.nextInt(1, 5);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        List<Draft> parts = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            Draft part = part(stream, id, i, bytes(random.nextInt(1, 100)));
            all.writeBytes(part.payload);
            parts.add(part);
        }
        Draft set = large(stream, lastSeq, id);
        long announced = count;
        byte[] value = all.toByteArray();
        long size = value.length;
        String checksum = FuzzedRequest.checksum(value);
        int which = random.nextInt(count);
        switch (random.nextInt(16)) {
            case 0 -> {
                set.fault = "parts in another order";
                parts = new ArrayList<>(parts.reversed());
            }
            case 1 -> {
                set.fault = "a part that came twice";
                parts.add(part(stream, id, which + 1, parts.get(which).payload));
            }
            case 2 -> {
                set.fault = "a part that came again with other bytes";
                Draft other = part(stream, id, which + 1, bytes(100));
                other.fault = "other bytes of a part";
                parts.add(other);
            }
            case 3 -> {
                set.fault = "a missing part";
                parts.remove(which);
            }
            case 4 -> {
                set.fault = "a part cut short";
                byte[] whole = parts.get(which).payload;
                parts.set(which, part(stream, id, which + 1, Arrays.copyOf(whole, Math.max(1, whole.length / 2))));
                size += whole.length == 1 ? 1 : 0; // nothing to cut
            }
            case 5 -> {
                parts.get(which).payload = bytes(parts.get(which).payload.length + 1);
                parts.get(which).fault = "another checksum";
                set.fault = "a part that was refused";
            }
            case 6 -> {
                set.fault = "parts with each other's numbers";
                parts = renumbered(stream, id, parts);
                checksum = count == 1 ? "00000000" : checksum;
            }
            case 7 -> {
                set.fault = "a part too many";
                parts.add(part(stream, id, count + 1, bytes(10)));
            }
            case 8 -> {
                set.fault = "a lying size";
                size += random.nextInt(1, 100);
            }
            case 9 -> {
                set.fault = "a lying count";
                announced++;
                size = Math.max(size, announced);
            }
            case 10 -> {
                set.fault = "a lying checksum";
                checksum = FuzzedRequest.checksum(bytes(8));
            }
            default -> set.fault = "a value in parts";
        }
        set.add(HeaderNames.PARTS, announced);
        set.add(HeaderNames.SIZE, size);
        set.add(HeaderNames.CRC32C, checksum);
        steps.addAll(parts);
        steps.add(set);
        return steps.remove();
    }

    private Draft part(String stream, String upload, int number, byte[] bytes) {
        Draft part = new Draft();
        part.op = "part";
        part.stream = stream;
        part.payload = bytes;
        part.add(HeaderNames.UPLOAD, upload);
        part.add(HeaderNames.PART, number);
        part.add(HeaderNames.CRC32C, FuzzedRequest.checksum(bytes));
        return part;
    }

    private List<Draft> renumbered(String stream, String upload, List<Draft> parts) {
        List<Draft> renumbered = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            renumbered.add(part(stream, upload, parts.size() - i, parts.get(i).payload));
        }
        return renumbered;
    }

    private Draft large(String stream, long lastSeq, String upload) {
        Draft set = new Draft();
        set.op = "set";
        set.stream = stream;
        set(set, lastSeq);
        int noValue = set.headers.indexOf(HeaderNames.NO_VALUE);
        if (noValue >= 0) {
            set.headers.subList(noValue, noValue + 2).clear();
        }
        set.payload = new byte[0];
        set.add(HeaderNames.UPLOAD, upload);
        return set;
    }

    private void fill(Draft draft, long lastSeq) {
        switch (draft.op) {
            case "set" -> set(draft, lastSeq);
            case "get" -> which(draft, lastSeq);
            case "getAll" -> {
                sometimes(draft, HeaderNames.START_SEQ, seq(lastSeq));
                sometimes(draft, HeaderNames.END_SEQ, seq(lastSeq));
                sometimes(draft, HeaderNames.LIMIT, random.nextInt(1, 20));
                sometimes(draft, HeaderNames.START_TIME, time());
                sometimes(draft, HeaderNames.END_TIME, time());
                sometimes(draft, HeaderNames.LAST_N, random.nextInt(1, 20));
                sometimes(draft, HeaderNames.ORDER, random.nextBoolean() ? "newest" : "oldest");
            }
            case "setMany" -> {
                sometimes(draft, HeaderNames.ATOMIC, random.nextBoolean());
                draft.payload = new SetMany(random.longs(random.nextInt(1, 6)).mapToObj(any -> item(lastSeq)).toList())
                        .encode();
                if (random.nextInt(3) == 0) {
                    badMessagePack(draft);
                }
            }
            case "delete" -> delete(draft, lastSeq);
            case "deleteAll" -> {
                sometimes(draft, HeaderNames.END_SEQ, seq(lastSeq));
                sometimes(draft, HeaderNames.MSG_ID, id());
            }
            case "destroy" -> {
                sometimes(draft, HeaderNames.EXPECT_LAST_SEQ, lastSeq);
                sometimes(draft, HeaderNames.MSG_ID, id());
            }
            case "keys" -> {
                sometimes(draft, HeaderNames.AFTER_KEY, key());
                sometimes(draft, HeaderNames.LIMIT, random.nextInt(1, 20));
            }
            case "resume" -> {
                draft.add(HeaderNames.EPOCH, random.nextInt(4));
                draft.add(HeaderNames.CHANGE, random.nextLong(Math.min(lastSeq, 1 << 20) * 2 + 2));
                sometimes(draft, HeaderNames.LIMIT, random.nextInt(1, 20));
            }
            default -> {
                // they have no arguments
            }
        }
    }

    private void set(Draft draft, long lastSeq) {
        boolean keyed = random.nextBoolean();
        if (keyed) {
            draft.add(HeaderNames.KEY, key());
        }
        if (keyed && random.nextInt(4) == 0) {
            draft.add(HeaderNames.EXPECT_SEQ, random.nextBoolean() ? 0 : seq(lastSeq));
        }
        if (random.nextInt(6) == 0) {
            draft.add(HeaderNames.SEQ, seq(lastSeq));
        }
        if (random.nextInt(6) == 0) {
            draft.add(HeaderNames.EXPECT_LAST_SEQ, Math.max(0, lastSeq - random.nextInt(2)));
        }
        sometimes(draft, HeaderNames.MSG_ID, id());
        sometimes(draft, HeaderNames.TIME, time());
        if (random.nextInt(6) == 0) {
            draft.add(HeaderNames.TTL, ttl());
        }
        sometimes(draft, "Content-Type", "text/plain");
        if (random.nextInt(8) == 0) {
            draft.add(HeaderNames.NO_VALUE, "true");
        } else {
            draft.payload = bytes(random.nextInt(20_000) == 0 ? 1 << 19 : random.nextInt(1, 60));
        }
    }

    private SetItem item(long lastSeq) {
        String key = random.nextBoolean() ? key() : null;
        return new SetItem(key, random.nextInt(8) == 0 ? seq(lastSeq) : SetItem.ABSENT,
                random.nextInt(8) == 0 ? lastSeq : SetItem.ABSENT,
                key != null && random.nextInt(8) == 0 ? random.nextLong(3) : SetItem.ABSENT,
                random.nextInt(3) == 0 ? "many-" + made + "-" + random.nextInt(1_000_000) : null,
                random.nextBoolean() ? time() : SetItem.ABSENT, random.nextInt(6) == 0 ? ttl() : SetItem.ABSENT,
                random.nextInt(4) == 0 ? Headers.of("Content-Type", "text/plain") : Headers.NONE,
                random.nextInt(6) == 0 ? null : bytes(random.nextInt(30)));
    }

    private void badMessagePack(Draft draft) {
        byte[] good = draft.payload;
        int at = random.nextInt(good.length);
        switch (random.nextInt(6)) {
            case 0 -> {
                draft.fault = "MessagePack cut short";
                draft.payload = Arrays.copyOf(good, at);
            }
            case 1 -> {
                draft.fault = "bytes after the end of MessagePack";
                draft.payload = Arrays.copyOf(good, good.length + random.nextInt(1, 20));
            }
            case 2 -> {
                draft.fault = "garbage for MessagePack";
                draft.payload = bytes(random.nextInt(1, 200));
            }
            case 3 -> {
                draft.fault = "a lying count of items";
                draft.payload = joined(Arrays.copyOf(good, 7), LENGTHS.get(random.nextInt(LENGTHS.size())),
                        Arrays.copyOfRange(good, 8, good.length));
            }
            case 4 -> {
                draft.fault = "a lying length within";
                draft.payload = joined(Arrays.copyOf(good, 9), LENGTHS.get(random.nextInt(LENGTHS.size())),
                        Arrays.copyOfRange(good, 9, good.length));
            }
            default -> {
                draft.fault = "lists without end";
                draft.payload = joined(Arrays.copyOf(good, 7), "\u0091".repeat(random.nextInt(100, 5_000))
                        .getBytes(StandardCharsets.ISO_8859_1), new byte[0]);
            }
        }
    }

    private static byte[] joined(byte[]... pieces) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] piece : pieces) {
            all.writeBytes(piece);
        }
        return all.toByteArray();
    }

    private long ttl() {
        return switch (random.nextInt(8)) {
            case 0 -> 0;
            case 1 -> Long.MAX_VALUE - random.nextInt(2);
            default -> random.nextInt(1, 2_000);
        };
    }

    private long time() {
        return random.nextLong(2_000_000_000_000L);
    }

    private void which(Draft draft, long lastSeq) {
        switch (random.nextInt(5)) {
            case 0 -> draft.add(HeaderNames.SEQ, seq(lastSeq));
            case 1 -> draft.add(HeaderNames.KEY, key());
            case 2 -> draft.add(HeaderNames.LAST, "true");
            case 3 -> {
                draft.add(HeaderNames.OF_MSG_ID, id());
                sometimes(draft, HeaderNames.START_TIME, time());
            }
            default -> draft.add(HeaderNames.START_TIME, time());
        }
    }

    private void delete(Draft draft, long lastSeq) {
        if (random.nextBoolean()) {
            draft.add(HeaderNames.KEY, key());
            sometimes(draft, HeaderNames.EXPECT_SEQ, seq(lastSeq));
        } else {
            draft.add(HeaderNames.SEQ, String.join(",", random.longs(random.nextInt(1, 5))
                    .map(any -> seq(lastSeq)).distinct().mapToObj(Long::toString).toList()));
        }
        sometimes(draft, HeaderNames.MSG_ID, id());
    }

    private void sometimes(Draft draft, String name, Object value) {
        if (random.nextInt(3) == 0) {
            draft.add(name, value);
        }
    }

    private long seq(long lastSeq) {
        return random.nextInt(2_000) == 0
                ? Long.MAX_VALUE - random.nextInt(3)
                : Math.max(1, Math.min(lastSeq, Long.MAX_VALUE - 5) + 3 - random.nextInt(20));
    }

    private String key() {
        return (random.nextInt(10) == 0 ? "\u4e16\u754c\ud83d\ude00" : "k") + random.nextInt(30);
    }

    /** Mostly new, sometimes one of the last. */
    private String id() {
        return "id-" + (made - (random.nextInt(4) == 0 ? random.nextInt(60) : 0));
    }

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    // ---- spoiling

    private void spoil(Draft draft) {
        int header = draft.headers.isEmpty() ? -1 : 2 * random.nextInt(draft.headers.size() / 2);
        switch (random.nextInt(header < 0 ? 8 : 14)) {
            case 0 -> draft.op = random.nextBoolean() ? spoilt(draft.op) : pick(OPS);
            case 1, 2 -> draft.stream = spoiltName(draft.stream);
            case 3 -> draft.replyTo = spoiltReply();
            case 4 -> draft.payload = bytes(random.nextInt(1_000) == 0 ? MAX_PAYLOAD - 1_000 : random.nextInt(100));
            case 5 -> draft.payload = draft.payload.length > 0 && random.nextInt(4) > 0
                    ? spoilt(draft.payload)
                    : pick(ODD).getBytes(StandardCharsets.UTF_8);
            case 6 -> draft.add(pick(ARGUMENTS), pick(ODD));
            case 7 -> draft.add(pick(ARGUMENTS), number());
            case 8 -> draft.headers.set(header, random.nextBoolean()
                    ? spoilt(draft.headers.get(header))
                    : pick(ARGUMENTS));
            case 9, 10 -> draft.headers.set(header + 1, pick(ODD));
            case 11 -> draft.headers.set(header + 1, random.nextInt(50) == 0
                    ? pick(ODD).repeat(random.nextInt(2_000))
                    : spoilt(draft.headers.get(header + 1)));
            case 12 -> draft.add(draft.headers.get(header), draft.headers.get(header + 1));
            default -> {
                draft.headers.remove(header + 1);
                draft.headers.remove(header);
            }
        }
    }

    private String number() {
        return Long.toString(random.nextLong() >>> random.nextInt(64));
    }

    private @Nullable String spoiltReply() {
        return switch (random.nextInt(6)) {
            case 0 -> null;
            case 1 -> "$SYS.REQ.SERVER.PING";
            case 2 -> "$JS.API.STREAM.DELETE.x";
            case 3 -> OneCluster.SUBJECTS.prefix();
            case 4 -> OneCluster.SUBJECTS.prefix() + ".heartbeat.w0";
            default -> OneCluster.SUBJECTS.prefix() + ".changes." + pick(STREAMS);
        };
    }

    private String spoiltName(String name) {
        return switch (random.nextInt(8)) {
            case 0 -> name + "." + pick(ODD);
            case 1 -> pick(ODD) + name;
            case 2 -> "." + name;
            case 3 -> name + ".";
            case 4 -> name.replace(".", "..");
            case 5 -> (name + ".").repeat(random.nextInt(1, 40)) + "x";
            case 6 -> name + "y".repeat(random.nextInt(480, 530));
            default -> spoilt(name);
        };
    }

    /** One byte more, less, or changed. */
    private byte[] spoilt(byte[] bytes) {
        byte[] spoilt = Arrays.copyOf(bytes, Math.max(1, bytes.length + random.nextInt(-1, 2)));
        spoilt[random.nextInt(spoilt.length)] = (byte) random.nextInt();
        return spoilt;
    }

    /** One character more, less, changed, or in another case. */
    private String spoilt(String text) {
        if (text.isEmpty()) {
            return Character.toString(codePoint());
        }
        int at = random.nextInt(text.length());
        return switch (random.nextInt(5)) {
            case 0 -> text.substring(0, at) + Character.toString(codePoint()) + text.substring(at);
            case 1 -> text.substring(0, at) + text.substring(at + 1);
            case 2 -> text.substring(0, at) + Character.toString(codePoint()) + text.substring(at + 1);
            case 3 -> text.toLowerCase(java.util.Locale.ROOT);
            default -> text.toUpperCase(java.util.Locale.ROOT);
        };
    }

    private int codePoint() {
        return switch (random.nextInt(4)) {
            case 0 -> random.nextInt(0x80);
            case 1 -> random.nextInt(0x800);
            case 2 -> random.nextInt(0x10_000);
            default -> random.nextInt(Character.MAX_CODE_POINT + 1);
        };
    }

    private String pick(List<String> from) {
        return from.get(random.nextInt(from.size()));
    }

    /** No bytes decode to half a surrogate pair. */
    private static String asOnTheWire(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    /** A transport drops the message that has any other, before anybody sees it. */
    private static String name(String text) {
        String name = text.chars().filter(c -> c > ' ' && c <= '~' && c != ':')
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString();
        return name.isEmpty() ? "X" : name;
    }
}
