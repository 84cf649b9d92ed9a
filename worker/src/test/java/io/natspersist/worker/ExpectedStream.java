// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.natspersist.protocol.ChangeBatch;
import io.natspersist.protocol.HeaderNames;
import io.natspersist.protocol.MessagePage;
import io.natspersist.protocol.SetItem;
import io.natspersist.protocol.SetMany;
import io.natspersist.protocol.SetResults;
import io.natspersist.protocol.WireChange;
import io.natspersist.protocol.WireMessage;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Message;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a stream that is sent {@link FuzzedRequest}s must hold and answer: told of each well-formed one, in order. */
final class ExpectedStream {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Comparator<String> UTF8_ORDER = (a, b) -> java.util.Arrays.compareUnsigned(
            a.getBytes(java.nio.charset.StandardCharsets.UTF_8), b.getBytes(java.nio.charset.StandardCharsets.UTF_8));

    /**
     * @param time -1: when it came
     * @param large the parts of a large value; null: it is none
     */
    private record Stored(@Nullable String key, long time, Headers headers, byte @Nullable [] value, long bytes,
            long change, @Nullable List<byte[]> large) {}

    private record First(long seq, long change) {}

    private final TreeMap<Long, Stored> messages = new TreeMap<>();
    private final Map<String, First> ids = new HashMap<>();
    /** Parts on their way, by the id of their upload. */
    private final Map<String, TreeMap<Integer, byte[]>> uploads = new HashMap<>();
    private final Set<String> usedUploads = new HashSet<>();
    /** Some of their parts went with the stream when it was destroyed, or will yet: which ones is not said. */
    private final Set<String> doubtfulUploads = new HashSet<>();
    private boolean exists;
    /** A doubtful upload was to become a message's value; what follows cannot be foretold. */
    private boolean uncertain;
    private long lastSeq;
    private long change;

    /** What an answer must satisfy. It may be asked after later requests were told. */
    interface Answer {
        void check(Message answer);
    }

    long lastSeq() {
        return lastSeq;
    }

    /** Until something is stored: its file, and with it what is uploaded, goes at any time. */
    boolean isDestroyed() {
        return !exists && change > 0;
    }

    /** Performs a well-formed request; {@code epochs}: the highest so far. */
    Answer perform(FuzzedRequest request, long epochs) {
        Answer answer = performed(request, epochs);
        return uncertain ? any -> {} : answer;
    }

    private Answer performed(FuzzedRequest request, long epochs) {
        return switch (request.op()) {
            case "set" -> set(request);
            case "setMany" -> setMany(request);
            case "part" -> part(request);
            case "getPart" -> unlessChanged(getPart(request));
            case "destroy" -> destroy(request);
            case "get" -> unlessChanged(get(request));
            case "getAll" -> unlessChanged(getAll(request));
            case "delete" -> delete(request);
            case "deleteAll" -> deleteAll(request);
            case "keys" -> unlessChanged(keys(request));
            case "info" -> unlessChanged(info());
            case "flush" -> unlessChanged(changeOnly());
            case "resume" -> unlessChanged(resume(request, epochs));
            default -> throw new AssertionError(request);
        };
    }

    /** A read may reflect writes that came while it was under way. */
    private Answer unlessChanged(Answer expected) {
        long at = change;
        return answer -> {
            if (change == at) {
                expected.check(answer);
            }
        };
    }

    /** What became of a set: an error's name, or numbers. */
    private record Outcome(@Nullable String error, long seq, long change, boolean duplicate) {
        static Outcome error(String name) {
            return new Outcome(name, 0, 0, false);
        }
    }

    private Answer set(FuzzedRequest request) {
        if (request.isLarge() && !ids.containsKey(request.text(HeaderNames.MSG_ID))) {
            String refusal = refusal(request.asItem(), lastSeq, lastSeq);
            List<byte[]> parts = uploaded(request);
            uploads.remove(request.text(HeaderNames.UPLOAD)); // nobody tries twice
            usedUploads.add(request.text(HeaderNames.UPLOAD));
            if (refusal == null && doubtfulUploads.contains(request.text(HeaderNames.UPLOAD))) {
                uncertain = true;
                return answer -> {};
            } else if (parts == null || refusal != null) {
                return oneOf(parts == null ? "UPLOAD_INCOMPLETE" : refusal, refusal);
            }
            Outcome outcome = store(request.asItem(), lastSeq);
            use(request, parts, outcome.seq);
            return fields(Map.of("seq", outcome.seq, "change", outcome.change));
        }
        Outcome outcome = store(request.asItem(), lastSeq);
        if (outcome.error != null) {
            return error(outcome.error);
        }
        return fields(outcome.duplicate
                ? Map.of("seq", outcome.seq, "change", outcome.change, "duplicate", true)
                : Map.of("seq", outcome.seq, "change", outcome.change));
    }

    private Answer setMany(FuzzedRequest request) {
        List<SetItem> items = SetMany.decode(request.payload()).items();
        if (request.isTrue(HeaderNames.ATOMIC)) {
            long last = lastSeq;
            for (int i = 0; i < items.size(); i++) {
                SetItem item = items.get(i);
                String refusal = ids.containsKey(item.msgId()) ? null : refusal(item, lastSeq, last);
                if (refusal != null) {
                    String index = Integer.toString(i);
                    return answer -> {
                        error(refusal).check(answer);
                        same(index, answer.headers().first(HeaderNames.ITEM), "item");
                    };
                }
                last = ids.containsKey(item.msgId()) ? last : Math.max(last, item.seq() > 0 ? item.seq() : last + 1);
            }
        }
        long before = lastSeq;
        List<Outcome> expected = items.stream()
                .map(item -> store(item, request.isTrue(HeaderNames.ATOMIC) ? before : lastSeq)).toList();
        long at = change;
        return answer -> {
            noError(answer);
            SetResults got = SetResults.decode(answer.payload());
            same(at, got.change(), "change");
            same(expected, got.results().stream().map(one -> switch (one) {
                case SetResults.Stored s -> new Outcome(null, s.seq(), s.change(), s.duplicate());
                case SetResults.Refused r -> Outcome.error(r.code());
            }).toList(), "results");
        };
    }

    private Answer part(FuzzedRequest request) {
        String upload = request.text(HeaderNames.UPLOAD);
        if (!FuzzedRequest.checksum(request.payload()).equalsIgnoreCase(request.text(HeaderNames.CRC32C))) {
            return error("BAD_CHECKSUM");
        } else if (isDestroyed()) {
            doubtfulUploads.add(upload);
        }
        if (usedUploads.contains(upload) || doubtfulUploads.contains(upload)) {
            return answer -> {}; // what is left of it decides
        }
        byte[] there = uploads.computeIfAbsent(upload, u -> new TreeMap<>())
                .putIfAbsent((int) request.number(HeaderNames.PART, 0), request.payload());
        return there == null || java.util.Arrays.equals(there, request.payload())
                ? fields(Map.of("part", request.number(HeaderNames.PART, 0)))
                : error("BAD_REQUEST");
    }

    /** The parts that a set names, if they are what it says. */
    private @Nullable List<byte[]> uploaded(FuzzedRequest request) {
        TreeMap<Integer, byte[]> parts = uploads.getOrDefault(request.text(HeaderNames.UPLOAD), new TreeMap<>());
        java.io.ByteArrayOutputStream all = new java.io.ByteArrayOutputStream();
        parts.values().forEach(all::writeBytes);
        boolean whole = !parts.isEmpty() && parts.size() == request.number(HeaderNames.PARTS, 0)
                && parts.lastKey() == parts.size() && all.size() == request.number(HeaderNames.SIZE, 0)
                && FuzzedRequest.checksum(all.toByteArray()).equalsIgnoreCase(request.text(HeaderNames.CRC32C));
        return whole ? List.copyOf(parts.values()) : null;
    }

    private void use(FuzzedRequest request, List<byte[]> parts, long seq) {
        Stored stored = Objects.requireNonNull(messages.get(seq));
        messages.put(seq, new Stored(stored.key, stored.time, stored.headers, null,
                stored.bytes + request.number(HeaderNames.SIZE, 0), stored.change, parts));
    }

    private Answer getPart(FuzzedRequest request) {
        Stored stored = messages.get(request.number(HeaderNames.SEQ, 0));
        long part = request.number(HeaderNames.PART, 0);
        if (stored == null || stored.large == null || stored.change != request.number(HeaderNames.CHANGE, 0)
                || part > stored.large.size()) {
            return error("NOT_FOUND");
        }
        byte[] expected = stored.large.get((int) part - 1);
        return answer -> {
            noError(answer);
            sameBytes(expected, answer.payload());
            same(FuzzedRequest.checksum(expected), answer.headers().first(HeaderNames.CRC32C), "checksum");
        };
    }

    /** A message with a large value: its seq, its change, and how many parts it has. */
    record Large(long seq, long change, int parts) {}

    @Nullable
    Large firstLarge() {
        return messages.entrySet().stream().filter(m -> m.getValue().large != null).findFirst()
                .map(m -> new Large(m.getKey(), m.getValue().change, m.getValue().large.size())).orElse(null);
    }

    private Answer destroy(FuzzedRequest request) {
        First first = ids.get(request.text(HeaderNames.MSG_ID));
        if (first != null) {
            return fields(Map.of("destroyed", true, "change", first.change, "duplicate", true));
        } else if (request.number(HeaderNames.EXPECT_LAST_SEQ, lastSeq) != lastSeq) {
            return error("WRONG_LAST_SEQ");
        } else if (!exists) {
            return fields(Map.of("destroyed", false, "deleted", 0L, "change", change));
        }
        long count = messages.size();
        messages.clear();
        doubtfulUploads.addAll(uploads.keySet());
        changed(request.text(HeaderNames.MSG_ID), 0);
        exists = false;
        return fields(Map.of("destroyed", true, "deleted", count, "change", change));
    }

    /** @param comparedWith the last seq that a condition speaks of */
    private @Nullable String refusal(SetItem item, long comparedWith, long last) {
        if (item.expectLastSeq() != SetItem.ABSENT && item.expectLastSeq() != comparedWith) {
            return "WRONG_LAST_SEQ";
        } else if (item.expectSeq() != SetItem.ABSENT && item.expectSeq() != seqOf(item.key())) {
            return "WRONG_KEY_SEQ";
        }
        return item.seq() <= 0 && last >= Long.MAX_VALUE - 1 ? "BAD_REQUEST" : null;
    }

    private Outcome store(SetItem item, long comparedWith) {
        First first = ids.get(item.msgId());
        if (first != null) {
            return new Outcome(null, first.seq, first.change, true);
        }
        String refusal = refusal(item, comparedWith, lastSeq);
        if (refusal != null) {
            return Outcome.error(refusal);
        }
        long seq = item.seq() > 0 ? item.seq() : lastSeq + 1;
        if (item.key() != null) {
            messages.remove(seqOf(item.key()));
        }
        lastSeq = Math.max(lastSeq, seq);
        changed(item.msgId(), seq);
        exists = true;
        messages.put(seq, new Stored(item.key(), item.time(), item.headers(), item.value(),
                FuzzedRequest.messageBytes(item), change, null));
        return new Outcome(null, seq, change, false);
    }

    private void changed(@Nullable String msgId, long seq) {
        change++;
        if (msgId != null) {
            ids.put(msgId, new First(seq, change));
        }
    }

    private Answer delete(FuzzedRequest request) {
        First first = ids.get(request.text(HeaderNames.MSG_ID));
        if (first != null) {
            return fields(Map.of("deleted", 0L, "change", first.change, "duplicate", true));
        }
        String key = request.text(HeaderNames.KEY);
        if (key == null) {
            return removed(request, request.seqs().stream().filter(seq -> messages.remove(seq) != null).count());
        }
        long keySeq = seqOf(key);
        if (request.number(HeaderNames.EXPECT_SEQ, keySeq) != keySeq) {
            return error("WRONG_KEY_SEQ");
        }
        return removed(request, messages.remove(keySeq) == null ? 0 : 1);
    }

    private Answer deleteAll(FuzzedRequest request) {
        First first = ids.get(request.text(HeaderNames.MSG_ID));
        if (first != null) {
            return fields(Map.of("deleted", 0L, "change", first.change, "duplicate", true));
        }
        Map<Long, Stored> going = messages.headMap(request.number(HeaderNames.END_SEQ, Long.MAX_VALUE), true);
        long count = going.size();
        going.clear();
        return removed(request, count);
    }

    private Answer removed(FuzzedRequest request, long count) {
        if (count > 0) {
            changed(request.text(HeaderNames.MSG_ID), 0);
        }
        return fields(Map.of("deleted", count, "change", change));
    }

    private Answer get(FuzzedRequest request) {
        String key = request.text(HeaderNames.KEY);
        Long seq;
        String id = request.text(HeaderNames.OF_MSG_ID);
        if (id != null) {
            return byId(id, request.number(HeaderNames.START_TIME, 0));
        } else if (key != null) {
            seq = seqOf(key);
        } else if (request.text(HeaderNames.SEQ) != null) {
            seq = request.number(HeaderNames.SEQ, 0);
        } else if (request.text(HeaderNames.START_TIME) != null) {
            long since = request.number(HeaderNames.START_TIME, 0);
            if (messages.values().stream().anyMatch(m -> m.time == -1)) {
                return answer -> {}; // whether they are that old is the worker's clock's to say
            }
            seq = messages.entrySet().stream().filter(m -> m.getValue().time >= since).map(Map.Entry::getKey)
                    .findFirst().orElse(0L);
        } else {
            seq = messages.isEmpty() ? 0 : messages.lastKey();
        }
        Stored found = messages.get(seq);
        return found == null ? error("NOT_FOUND") : answer -> {
            noError(answer);
            HeaderNamesOf got = new HeaderNamesOf(answer.headers());
            same(Long.toString(seq), got.first(HeaderNames.SEQ), "seq");
            same(found.key, got.first(HeaderNames.KEY), "key");
            same(found.value == null && found.large == null ? "true" : null, got.first(HeaderNames.NO_VALUE),
                    "no value");
            same(found.large == null ? null : Integer.toString(found.large.size()), got.first(HeaderNames.PARTS),
                    "parts");
            same(found.headers, answer.headers().filter(n -> !n.startsWith("Persist-") && !n.startsWith("Nats-")),
                    "headers");
            sameBytes(found.value == null ? new byte[0] : found.value, answer.payload());
        };
    }

    /** Ids of messages are not kept here: an answer is looked at by itself. */
    private Answer byId(String id, long since) {
        return answer -> {
            if (answer.headers().first(HeaderNames.ERROR) != null) {
                error("NOT_FOUND").check(answer);
            } else {
                same(id, answer.headers().first(HeaderNames.MSG_ID), "message id");
            }
        };
    }

    private record HeaderNamesOf(Headers headers) {
        @Nullable
        String first(String name) {
            return headers.first(name);
        }
    }

    private Answer getAll(FuzzedRequest request) {
        long from = request.number(HeaderNames.START_TIME, 0);
        long to = request.number(HeaderNames.END_TIME, Long.MAX_VALUE);
        if ((from > 0 || to < Long.MAX_VALUE) && messages.values().stream().anyMatch(m -> m.time == -1)) {
            return answer -> {}; // when they came is the worker's clock's to say
        }
        long start = request.number(HeaderNames.START_SEQ, 1);
        long end = request.number(HeaderNames.END_SEQ, Long.MAX_VALUE);
        List<Map.Entry<Long, Stored>> wanted = messages.entrySet().stream()
                .filter(m -> m.getKey() >= start && m.getKey() <= end)
                .filter(m -> m.getValue().time == -1 || m.getValue().time >= from && m.getValue().time <= to)
                .toList();
        long lastN = request.number(HeaderNames.LAST_N, Long.MAX_VALUE);
        List<Map.Entry<Long, Stored>> last = wanted.subList((int) Math.max(0, wanted.size() - lastN), wanted.size());
        return getAll("newest".equals(request.text(HeaderNames.ORDER)) ? last.reversed() : last,
                request.number(HeaderNames.LIMIT, 1_000));
    }

    private Answer getAll(List<Map.Entry<Long, Stored>> expected, long limit) {
        long at = change;
        return answer -> {
            noError(answer);
            MessagePage page = MessagePage.decode(answer.payload());
            same(at, page.change(), "change");
            List<WireMessage> got = page.messages();
            if (got.size() > Math.min(limit, expected.size()) || got.isEmpty() && !expected.isEmpty()
                    || got.size() < Math.min(limit, expected.size()) && page.next() == 0) {
                throw new AssertionError("a page of " + got.size() + " of " + expected.size());
            }
            for (int i = 0; i < got.size(); i++) {
                Stored message = expected.get(i).getValue();
                same(expected.get(i).getKey(), got.get(i).seq(), "seq");
                same(message.key, got.get(i).key(), "key");
                same(message.headers, got.get(i).headers(), "headers");
                sameBytes(message.value, got.get(i).value());
            }
        };
    }

    /** Everything, as {@link #getAll} from {@code start} on; and the start of the next page, 0: there is none. */
    long checkPage(long start, Message answer) {
        if (uncertain) {
            return 0;
        }
        getAll(List.copyOf(messages.tailMap(start, true).entrySet()), 1_000).check(answer);
        return MessagePage.decode(answer.payload()).next();
    }

    private Answer keys(FuzzedRequest request) {
        String after = request.text(HeaderNames.AFTER_KEY);
        long limit = Math.min(1_000, request.number(HeaderNames.LIMIT, 1_000));
        List<String> expected = messages.entrySet().stream().filter(m -> m.getValue().key != null)
                .filter(m -> after == null || UTF8_ORDER.compare(m.getValue().key, after) > 0)
                .sorted((a, b) -> UTF8_ORDER.compare(a.getValue().key, b.getValue().key))
                .map(m -> m.getValue().key + "=" + m.getKey()).toList();
        return answer -> {
            JsonNode got = json(answer);
            List<String> keys = new java.util.ArrayList<>();
            got.get("keys").forEach(k -> keys.add(k.get("key").asText() + "=" + k.get("seq").asLong()));
            same(expected.stream().limit(limit).toList(), keys, "keys");
            same(expected.size() > limit, got.has("next"), "whether there is more");
        };
    }

    private Answer info() {
        return fields(Map.of("messages", (long) messages.size(), "lastSeq", lastSeq, "change", change, "firstSeq",
                messages.isEmpty() ? 0 : messages.firstKey(), "bytes",
                messages.values().stream().mapToLong(Stored::bytes).sum()));
    }

    private Answer changeOnly() {
        return fields(Map.of("change", change));
    }

    private Answer resume(FuzzedRequest request, long epochs) {
        long after = request.number(HeaderNames.CHANGE, 0);
        if (request.number(HeaderNames.EPOCH, 0) > epochs) {
            return error("NOT_OWNER");
        }
        long at = change;
        return answer -> {
            noError(answer);
            ChangeBatch batch = ChangeBatch.decode(answer.payload());
            same(at, batch.change(), "change");
            if (batch instanceof ChangeBatch.Changes changes) {
                long expected = after;
                for (WireChange next : changes.changes()) {
                    same(++expected, next.number(), "change");
                }
                if (after > at || after < at && changes.changes().isEmpty()) {
                    throw new AssertionError(changes.changes().size() + " changes after " + after + " of " + at);
                }
            }
        };
    }

    private long seqOf(String key) {
        return messages.entrySet().stream().filter(m -> key.equals(m.getValue().key)).map(Map.Entry::getKey).findAny()
                .orElse(0L);
    }

    // ---- answers

    private static Answer error(String code) {
        return answer -> same(code, answer.headers().first(HeaderNames.ERROR), "error");
    }

    /** Which of two checks comes first is not said. */
    private static Answer oneOf(String code, @Nullable String other) {
        return answer -> {
            if (!Objects.equals(other, answer.headers().first(HeaderNames.ERROR))) {
                error(code).check(answer);
            }
        };
    }

    private static Answer fields(Map<String, Object> expected) {
        return answer -> {
            JsonNode got = json(answer);
            expected.forEach((name, value) -> same(value,
                    value instanceof Boolean ? got.path(name).asBoolean() : (Object) got.path(name).asLong(-1), name));
            same(expected.containsKey("duplicate"), got.has("duplicate"), "whether it is a duplicate");
        };
    }

    private static JsonNode json(Message answer) {
        noError(answer);
        try {
            return JSON.readTree(answer.payload());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void noError(Message answer) {
        same(null, answer.headers().first(HeaderNames.ERROR), "error");
    }

    private static void same(@Nullable Object expected, @Nullable Object actual, String what) {
        if (!Objects.equals(expected, actual)) {
            throw new AssertionError(what + ": " + actual + " where " + expected + " was expected");
        }
    }

    private static void sameBytes(byte @Nullable [] expected, byte @Nullable [] actual) {
        if (!java.util.Arrays.equals(expected, actual)) {
            throw new AssertionError("another value");
        }
    }
}
