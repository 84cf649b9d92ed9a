// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import com.fasterxml.jackson.databind.JsonNode;
import io.natspersist.protocol.ChangeBatch;
import io.natspersist.protocol.ErrorCode;
import io.natspersist.protocol.HeaderFields;
import io.natspersist.protocol.HeaderNames;
import io.natspersist.protocol.Json;
import io.natspersist.protocol.MessagePage;
import io.natspersist.protocol.ServiceError;
import io.natspersist.protocol.SetItem;
import io.natspersist.protocol.SetMany;
import io.natspersist.protocol.SetResults;
import io.natspersist.protocol.StreamConfig;
import io.natspersist.protocol.WireChange;
import io.natspersist.protocol.WireMessage;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Message;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Carries out operations on a {@link ModelStream} as docs/protocol.md says. */
final class FakeStream {

    final String name;
    final ModelStream model;
    /** What every stream of this cluster is configured to, whatever it says itself. */
    static final long MOST_BYTES = 1_000_000;

    /** What is kept of it as it was, by time. */
    final TreeMap<Long, FakeStream> versions = new TreeMap<>();

    int duplicates;
    private StreamConfig config = StreamConfig.NONE;
    private final Map<String, Map<String, Object>> answersById = new HashMap<>();
    /** Changes made by the last operation, to be told. */
    final List<Change> made = new ArrayList<>();

    FakeStream(String name, long epoch, int pageSize, int logLength) {
        this.name = name;
        this.model = new ModelStream(epoch, pageSize, logLength);
    }

    record Reply(Headers headers, byte[] payload) {

        static Reply json(Object value) {
            return new Reply(Headers.NONE, Json.write(value));
        }

        static Reply error(ErrorCode code, String text) {
            return new Reply(new ServiceError(code, text).headers(), new byte[0]);
        }
    }

    Reply handle(String op, Message request, String owner, long now) {
        made.clear();
        HeaderFields fields = new HeaderFields(request.headers());
        if (fields.has(HeaderNames.VERSION)) {
            FakeStream then = versions.get(fields.required(HeaderNames.VERSION));
            return then == null
                    ? Reply.error(ErrorCode.NOT_FOUND, "no such version")
                    : then.handle(op, new Message(request.subject(), null,
                            request.headers().filter(name -> !name.equals(HeaderNames.VERSION)), request.payload()),
                            owner, now);
        }
        return switch (op) {
            case "versions" -> Reply.json(Map.of("versions", versions.descendingMap().entrySet().stream().map(
                    version -> version.getValue().at(new LinkedHashMap<>(Map.of("time", version.getKey(), "bytes", 7))))
                    .toList()));
            case "set" -> once(fields, () -> set(fields, request.payload(), now));
            case "setMany" -> setMany(fields.flag(HeaderNames.ATOMIC), request.payload(), now);
            case "delete" -> once(fields, () -> delete(fields));
            case "deleteAll" -> once(fields, () -> deleteWhere(m -> true, fields.number(HeaderNames.END_SEQ,
                    model.lastSeq())));
            case "get" -> get(fields);
            case "getAll" -> getAll(fields);
            case "config" -> request.payload().length == 0
                    ? Reply.json(configured())
                    : once(fields, () -> configure(StreamConfig.read(request.payload())));
            case "keys" -> keys(fields);
            case "info" -> info(owner);
            case "flush" -> Reply.json(at(new LinkedHashMap<>()));
            case "resume" -> resume(fields);
            default -> Reply.error(ErrorCode.UNKNOWN_OPERATION, op);
        };
    }

    private interface Write {
        Object carryOut();
    }

    @SuppressWarnings("unchecked")
    private Reply once(HeaderFields fields, Write write) {
        String id = fields.text(HeaderNames.MSG_ID);
        Map<String, Object> before = id == null ? null : answersById.get(id);
        if (before != null) {
            Map<String, Object> again = new LinkedHashMap<>(before);
            again.put("duplicate", true);
            again.computeIfPresent("deleted", (name, count) -> 0); // no longer known
            duplicates++;
            return Reply.json(again);
        }
        Object result = write.carryOut();
        if (result instanceof Reply refusal) {
            return refusal;
        }
        if (id != null && !made.isEmpty()) {
            answersById.put(id, (Map<String, Object>) result);
        }
        return Reply.json(result);
    }

    private Object set(HeaderFields fields, byte[] payload, long now) {
        String key = fields.text(HeaderNames.KEY);
        OptionalLong expectLast = fields.number(HeaderNames.EXPECT_LAST_SEQ);
        OptionalLong expectSeq = fields.number(HeaderNames.EXPECT_SEQ);
        if (expectLast.isPresent() && expectLast.getAsLong() != model.lastSeq()) {
            return Reply.error(ErrorCode.WRONG_LAST_SEQ, "last is " + model.lastSeq());
        }
        if (expectSeq.isPresent() && expectSeq.getAsLong() != seqOf(key)) {
            return Reply.error(ErrorCode.WRONG_KEY_SEQ, "is " + seqOf(key));
        }
        long seq = fields.number(HeaderNames.SEQ, model.lastSeq() + 1);
        made.add(model.add(at -> new Change.Set(at, new StreamMessage(seq, fields.number(HeaderNames.TIME, now),
                expires(fields, now), at.change(), key,
                fields.text(HeaderNames.MSG_ID), fields.ofMessage(),
                fields.flag(HeaderNames.NO_VALUE) ? null : payload))));
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("seq", seq);
        return at(result);
    }

    /** As docs/protocol.md says, but that an atomic request is refused only by its first item. */
    private Reply setMany(boolean atomic, byte[] payload, long now) {
        List<SetResults.One> results = new ArrayList<>();
        for (SetItem item : SetMany.decode(payload).items()) {
            HeaderFields fields = new HeaderFields(headers(item));
            Reply reply = once(fields, () -> set(fields, item.value() == null ? new byte[0] : item.value(), now));
            Optional<ServiceError> error = ServiceError.parse(reply.headers());
            if (error.isPresent() && atomic) {
                return reply;
            }
            results.add(error.isPresent()
                    ? new SetResults.Refused(error.get().code().name(), error.get().code().number(), error.get().text())
                    : stored(Json.read(reply.payload(), JsonNode.class)));
        }
        Map<String, Object> at = at(new LinkedHashMap<>());
        return new Reply(Headers.NONE,
                new SetResults(results, (long) at.get("change"), (long) at.get("epoch")).encode());
    }

    private static SetResults.One stored(JsonNode set) {
        return new SetResults.Stored(set.get("seq").asLong(), set.get("change").asLong(), set.has("duplicate"));
    }

    private static Headers headers(SetItem item) {
        Headers.Builder headers = Headers.builder().addIfPresent(HeaderNames.KEY, item.key())
                .addIfPresent(HeaderNames.MSG_ID, item.msgId())
                .addIfPresent(HeaderNames.NO_VALUE, item.value() == null ? "true" : null);
        Map.of(HeaderNames.SEQ, item.seq(), HeaderNames.EXPECT_LAST_SEQ, item.expectLastSeq(), HeaderNames.EXPECT_SEQ,
                item.expectSeq(), HeaderNames.TIME, item.time(), HeaderNames.TTL, item.ttl())
                .forEach((name, number) -> {
                    if (number != SetItem.ABSENT) {
                        headers.add(name, number);
                    }
                });
        return headers.build().and(item.headers());
    }

    /** 0: never. */
    private static long expires(HeaderFields fields, long now) {
        long ttl = fields.number(HeaderNames.TTL, 0);
        return ttl == 0 ? 0 : now + ttl;
    }

    private Object delete(HeaderFields fields) {
        String key = fields.text(HeaderNames.KEY);
        if (key == null) {
            List<Long> seqs = fields.seqs(HeaderNames.SEQ, 1_000);
            return deleteWhere(m -> seqs.contains(m.seq()), Long.MAX_VALUE);
        }
        OptionalLong expectSeq = fields.number(HeaderNames.EXPECT_SEQ);
        if (expectSeq.isPresent() && expectSeq.getAsLong() != seqOf(key)) {
            return Reply.error(ErrorCode.WRONG_KEY_SEQ, "is " + seqOf(key));
        }
        return deleteWhere(m -> key.equals(m.key()), Long.MAX_VALUE);
    }

    private Object deleteWhere(Predicate<StreamMessage> which, long endSeq) {
        List<Long> seqs = model.messages().headMap(endSeq, true).values().stream().filter(which).map(StreamMessage::seq)
                .toList();
        if (!seqs.isEmpty()) {
            made.add(model.delete(seqs));
        }
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("deleted", seqs.size());
        return at(result);
    }

    private Object configure(StreamConfig asked) {
        if (!asked.equals(config)) {
            config = asked;
            made.add(model.add(at -> new Change.Config(at, asked)));
        }
        return configured();
    }

    private Map<String, Object> configured() {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("config", config);
        result.put("effective", config.withMaxMsgSize(MOST_BYTES));
        return at(result);
    }

    private Reply get(HeaderFields fields) {
        Optional<StreamMessage> found;
        if (fields.has(HeaderNames.SEQ)) {
            found = Optional.ofNullable(model.messages().get(fields.required(HeaderNames.SEQ)));
        } else if (fields.has(HeaderNames.KEY)) {
            found = Optional.ofNullable(model.messages().get(seqOf(fields.text(HeaderNames.KEY))));
        } else if (fields.has(HeaderNames.START_TIME)) {
            long from = fields.required(HeaderNames.START_TIME);
            found = model.messages().values().stream().filter(m -> m.time() >= from).findFirst();
        } else {
            found = Optional.ofNullable(model.messages().lastEntry()).map(Map.Entry::getValue);
        }
        return found.map(this::message).orElseGet(() -> Reply.error(ErrorCode.NOT_FOUND, "no such message"));
    }

    private Reply message(StreamMessage m) {
        Headers headers = Headers.builder().add(HeaderNames.SEQ, m.seq()).add(HeaderNames.TIME, m.time())
                .addIfPresent(HeaderNames.EXPIRES, m.expires() == 0 ? null : Long.toString(m.expires()))
                .add(HeaderNames.CHANGE, m.change()).add(HeaderNames.EPOCH, model.position().epoch())
                .addIfPresent(HeaderNames.KEY, m.key()).addIfPresent(HeaderNames.MSG_ID, m.msgId())
                .addIfPresent(HeaderNames.NO_VALUE, m.value() == null ? "true" : null).build().and(m.headers());
        return new Reply(headers, m.value() == null ? new byte[0] : m.value());
    }

    private Reply getAll(HeaderFields fields) {
        Answer.Messages page = (Answer.Messages) model
                .answer(new Question.WhatIsThere(fields.number(HeaderNames.START_SEQ, 1)));
        long end = fields.number(HeaderNames.END_SEQ, Long.MAX_VALUE);
        List<WireMessage> messages = page.messages().stream().filter(m -> m.seq() <= end)
                .map(m -> new WireMessage(m.seq(),
                        m.time(), m.expires(), m.change(), m.key(), m.msgId(), m.headers(), m.value()))
                .toList();
        return new Reply(Headers.NONE,
                new MessagePage(messages, page.next() > end ? 0 : page.next(), page.change(), page.epoch()).encode());
    }

    private Reply keys(HeaderFields fields) {
        String after = fields.text(HeaderNames.AFTER_KEY);
        TreeMap<String, Long> keys = new TreeMap<>();
        model.messages().values().stream()
                .filter(m -> m.key() != null && (after == null || m.key().compareTo(after) > 0))
                .forEach(m -> keys.put(m.key(), m.seq()));
        List<Map<String, Object>> some = new ArrayList<>();
        keys.entrySet().stream().limit(2).forEach(e -> some.add(Map.of("key", e.getKey(), "seq", e.getValue())));
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("keys", some);
        if (keys.size() > some.size()) {
            result.put("next", some.get(some.size() - 1).get("key"));
        }
        return Reply.json(at(result));
    }

    private Reply info(String owner) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("stream", name);
        result.put("slot", 0);
        result.put("messages", model.messages().size());
        result.put("bytes", 0);
        result.put("firstSeq", model.messages().isEmpty() ? 0 : model.messages().firstKey());
        result.put("lastSeq", model.lastSeq());
        result.put("owner", owner);
        return Reply.json(at(result));
    }

    /** As an item of a list. */
    Map<String, Object> listed() {
        return Map.of("name", name, "messages", model.messages().size(), "bytes",
                model.messages().values().stream().mapToLong(StreamMessage::size).sum(), "change",
                model.position().change(), "seq", model.lastSeq());
    }

    private Reply resume(HeaderFields fields) {
        Position from = new Position(fields.required(HeaderNames.EPOCH), fields.required(HeaderNames.CHANGE));
        Answer answer = model.answer(new Question.WhatDidIMiss(from));
        if (answer instanceof Answer.MustReset reset) {
            return new Reply(Headers.NONE,
                    new ChangeBatch.Reset(model.position().change(), reset.epoch(), reset.lost()).encode());
        }
        Answer.Changes changes = (Answer.Changes) answer;
        return new Reply(Headers.NONE,
                new ChangeBatch.Changes(changes.changes().stream().map(FakeStream::wire).toList(),
                        changes.change(), changes.epoch()).encode());
    }

    static WireChange wire(Change change) {
        Position at = change.position();
        if (change instanceof Change.Set set) {
            StreamMessage m = set.message();
            return new WireChange.Set(at.change(), at.epoch(), m.seq(), m.time(), m.expires(), m.key(), m.msgId(),
                    m.headers(), m.value());
        }
        if (change instanceof Change.Delete delete) {
            return new WireChange.Delete(at.change(), at.epoch(), delete.seqs(), delete.cause());
        }
        if (change instanceof Change.Destroy destroy) {
            return new WireChange.Destroy(at.change(), at.epoch(), destroy.lastSeq());
        }
        if (change instanceof Change.Config config) {
            return new WireChange.Config(at.change(), at.epoch(), config.config());
        }
        Change.DeleteAll all = (Change.DeleteAll) change;
        return new WireChange.DeleteAll(at.change(), at.epoch(), all.endSeq(), all.cause());
    }

    private long seqOf(@Nullable String key) {
        return model.messages().values().stream().filter(m -> m.key() != null && m.key().equals(key))
                .mapToLong(StreamMessage::seq).findFirst().orElse(0);
    }

    private Map<String, Object> at(Map<String, Object> result) {
        result.put("change", model.position().change());
        result.put("epoch", model.position().epoch());
        return result;
    }
}
