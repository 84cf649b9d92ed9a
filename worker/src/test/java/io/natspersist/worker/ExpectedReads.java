// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import static io.natspersist.worker.ExpectedAnswers.fields;
import static io.natspersist.worker.ExpectedAnswers.json;
import static io.natspersist.worker.ExpectedAnswers.noError;
import static io.natspersist.worker.ExpectedAnswers.same;
import static io.natspersist.worker.ExpectedAnswers.sameBytes;

import com.fasterxml.jackson.databind.JsonNode;
import io.natspersist.protocol.ChangeBatch;
import io.natspersist.protocol.HeaderNames;
import io.natspersist.protocol.Json;
import io.natspersist.protocol.MessagePage;
import io.natspersist.protocol.StreamConfig;
import io.natspersist.protocol.WireChange;
import io.natspersist.protocol.WireMessage;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Message;
import io.natspersist.worker.ExpectedAnswers.Answer;
import io.natspersist.worker.ExpectedStream.Stored;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What reads of a stream that holds what an {@link ExpectedStream} says must be answered. */
final class ExpectedReads {

    private static final Comparator<String> UTF8_ORDER = (a, b) -> Arrays
            .compareUnsigned(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));

    private final ExpectedStream stream;
    private final TreeMap<Long, Stored> messages;
    private final long change;

    ExpectedReads(ExpectedStream stream) {
        this.stream = stream;
        this.messages = stream.messages;
        this.change = stream.change;
    }

    Answer perform(FuzzedRequest request, long epochs) {
        return switch (request.op()) {
            case "get" -> get(request);
            case "getPart" -> getPart(request);
            case "getAll" -> getAll(request);
            case "keys" -> keys(request);
            case "info" -> info();
            case "flush" -> fields(Map.of("change", change));
            case "resume" -> resume(request, epochs);
            case "config" -> config();
            default -> throw new AssertionError(request);
        };
    }

    private Answer get(FuzzedRequest request) {
        String key = request.text(HeaderNames.KEY);
        Long seq;
        String id = request.text(HeaderNames.OF_MSG_ID);
        if (id != null) {
            long since = request.number(HeaderNames.START_TIME, 0);
            if (timesAreUnknown()) {
                return answer -> {};
            }
            seq = messages.descendingMap().entrySet().stream().filter(m -> id.equals(m.getValue().msgId())).limit(1)
                    .filter(m -> m.getValue().time() >= since).map(Map.Entry::getKey).findFirst().orElse(0L);
        } else if (key != null) {
            seq = stream.seqOf(key);
        } else if (request.text(HeaderNames.SEQ) != null) {
            seq = request.number(HeaderNames.SEQ, 0);
        } else if (request.text(HeaderNames.START_TIME) != null) {
            long since = request.number(HeaderNames.START_TIME, 0);
            if (timesAreUnknown()) {
                return answer -> {};
            }
            seq = messages.entrySet().stream().filter(m -> m.getValue().time() >= since).map(Map.Entry::getKey)
                    .findFirst().orElse(0L);
        } else {
            seq = messages.isEmpty() ? 0 : messages.lastKey();
        }
        Stored found = messages.get(seq);
        return found == null ? notFound() : answer -> {
            noError(answer);
            Headers got = answer.headers();
            same(Long.toString(seq), got.first(HeaderNames.SEQ), "seq");
            same(found.key(), got.first(HeaderNames.KEY), "key");
            same(found.msgId(), got.first(HeaderNames.MSG_ID), "message id");
            same(Long.toString(found.change()), got.first(HeaderNames.CHANGE), "change");
            same(found.expires() == 0 ? null : Long.toString(found.expires()), got.first(HeaderNames.EXPIRES),
                    "when it expires");
            same(found.value() == null && found.large() == null ? "true" : null, got.first(HeaderNames.NO_VALUE),
                    "no value");
            same(found.large() == null ? null : Integer.toString(found.large().size()), got.first(HeaderNames.PARTS),
                    "parts");
            same(found.headers(), answer.headers().filter(n -> !n.startsWith("Persist-") && !n.startsWith("Nats-")),
                    "headers");
            sameBytes(found.value() == null ? new byte[0] : found.value(), answer.payload());
        };
    }

    private Answer getPart(FuzzedRequest request) {
        Stored stored = messages.get(request.number(HeaderNames.SEQ, 0));
        long part = request.number(HeaderNames.PART, 0);
        if (stored == null || stored.large() == null || stored.change() != request.number(HeaderNames.CHANGE, 0)
                || part > stored.large().size()) {
            return notFound();
        }
        byte[] expected = stored.large().get((int) part - 1);
        return answer -> {
            noError(answer);
            sameBytes(expected, answer.payload());
            same(FuzzedRequest.checksum(expected), answer.headers().first(HeaderNames.CRC32C), "checksum");
        };
    }

    private Answer getAll(FuzzedRequest request) {
        long from = request.number(HeaderNames.START_TIME, 0);
        long to = request.number(HeaderNames.END_TIME, Long.MAX_VALUE);
        if ((from > 0 || to < Long.MAX_VALUE) && timesAreUnknown()) {
            return answer -> {};
        }
        long start = request.number(HeaderNames.START_SEQ, 1);
        long end = request.number(HeaderNames.END_SEQ, Long.MAX_VALUE);
        List<Map.Entry<Long, Stored>> wanted = messages.entrySet().stream()
                .filter(m -> m.getKey() >= start && m.getKey() <= end)
                .filter(m -> from == 0 && to == Long.MAX_VALUE
                        || m.getValue().time() >= from && m.getValue().time() <= to)
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
                same(message.key(), got.get(i).key(), "key");
                same(message.msgId(), got.get(i).msgId(), "message id");
                same(message.change(), got.get(i).change(), "the message's change");
                same(message.expires(), got.get(i).expires(), "when it expires");
                same(message.time() == -1 ? got.get(i).time() : message.time(), got.get(i).time(), "time");
                same(message.headers(), got.get(i).headers(), "headers");
                same(sizeOf(message), got.get(i).largeSize(), "size of a large value");
                sameBytes(message.value(), got.get(i).value());
            }
        };
    }

    /** Everything, as {@link #getAll} from {@code start} on; and the start of the next page, 0: there is none. */
    long checkPage(long start, Message answer) {
        getAll(List.copyOf(messages.tailMap(start, true).entrySet()), 1_000).check(answer);
        return MessagePage.decode(answer.payload()).next();
    }

    private Answer keys(FuzzedRequest request) {
        String after = request.text(HeaderNames.AFTER_KEY);
        long limit = Math.min(1_000, request.number(HeaderNames.LIMIT, 1_000));
        List<String> expected = messages.entrySet().stream().filter(m -> m.getValue().key() != null)
                .filter(m -> after == null || UTF8_ORDER.compare(m.getValue().key(), after) > 0)
                .sorted((a, b) -> UTF8_ORDER.compare(a.getValue().key(), b.getValue().key()))
                .map(m -> m.getValue().key() + "=" + m.getKey()).toList();
        return answer -> {
            JsonNode got = json(answer);
            List<String> keys = new ArrayList<>();
            got.get("keys").forEach(k -> keys.add(k.get("key").asText() + "=" + k.get("seq").asLong()));
            same(expected.stream().limit(limit).toList(), keys, "keys");
            same(expected.size() > limit, got.has("next"), "whether there is more");
        };
    }

    private Answer info() {
        return fields(
                Map.of("messages", (long) messages.size(), "lastSeq", stream.lastSeq, "change", change, "firstSeq",
                        messages.isEmpty() ? 0 : messages.firstKey(), "bytes",
                        messages.values().stream().mapToLong(Stored::bytes).sum()));
    }

    private Answer resume(FuzzedRequest request, long epochs) {
        long after = request.number(HeaderNames.CHANGE, 0);
        if (request.number(HeaderNames.EPOCH, 0) > epochs) {
            return ExpectedAnswers.oneOf(Set.of("NOT_OWNER"));
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

    private Answer config() {
        StreamConfig set = stream.config();
        return answer -> {
            fields(Map.of("change", change)).check(answer);
            checkConfig(set, answer);
        };
    }

    static void checkConfig(StreamConfig set, Message answer) {
        JsonNode got = json(answer);
        same(set, StreamConfig.read(Json.write(got.get("config"))), "config");
        same(set, StreamConfig.read(Json.write(got.get("effective"))), "what holds");
    }

    private static long sizeOf(Stored message) {
        return message.large() == null ? 0 : message.large().stream().mapToLong(part -> part.length).sum();
    }

    private boolean timesAreUnknown() {
        return messages.values().stream().anyMatch(m -> m.time() == -1);
    }

    private static Answer notFound() {
        return ExpectedAnswers.oneOf(Set.of("NOT_FOUND"));
    }
}
