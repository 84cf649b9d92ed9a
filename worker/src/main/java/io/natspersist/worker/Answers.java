// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import io.natspersist.protocol.ChangeBatch;
import io.natspersist.protocol.HeaderNames;
import io.natspersist.protocol.Json;
import io.natspersist.protocol.MessagePage;
import io.natspersist.protocol.ServiceError;
import io.natspersist.protocol.SetResults;
import io.natspersist.protocol.StreamName;
import io.natspersist.protocol.WireChange;
import io.natspersist.protocol.WireMessage;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.transport.Headers;
import io.natspersist.worker.change.Change;
import io.natspersist.worker.change.LargeValue;
import io.natspersist.worker.change.Message;
import io.natspersist.worker.cold.ColdTier;
import io.natspersist.worker.stream.Result;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes results as docs/protocol.md has them. Stateless. */
final class Answers {

    private static final byte[] NO_BYTES = {};

    /**
     * An answer's headers and payload.
     *
     * @param error what it says, where it is an error
     */
    record Answer(Headers headers, byte[] payload, @Nullable ServiceError error) {

        Answer(Headers headers, byte[] payload) {
            this(headers, payload, null);
        }

        static Answer json(Map<String, ?> fields) {
            return new Answer(Headers.NONE, Json.write(fields));
        }
    }

    private Answers() {}

    static Answer of(ServiceError error) {
        return of(error, Headers.NONE);
    }

    private static Answer of(ServiceError error, Headers details) {
        return new Answer(error.headers().and(details), NO_BYTES, error);
    }

    static Answer of(Result result, StreamName stream, int slot, Incarnation owner) {
        return switch (result) {
            case Result.Stored r -> stored(r);
            case Result.StoredMany r -> new Answer(Headers.NONE, results(r).encode());
            case Result.Found r -> found(r);
            case Result.Removed r -> removed(r);
            case Result.Destroyed r -> destroyed(r);
            case Result.Page r -> new Answer(Headers.NONE, new MessagePage(
                    r.messages().stream().map(Answers::wire).toList(), r.next(), r.change(), r.epoch()).encode());
            case Result.KeyPage r -> keys(r);
            case Result.Info r -> info(r, stream, slot, owner);
            case Result.Versions r -> Answer.json(Map.of("versions", r.versions().stream().map(Version::of).toList()));
            case Result.Flushed r -> Answer.json(Map.of("change", r.change(), "epoch", r.epoch()));
            case Result.Configured r -> configured(r);
            case Result.Missed r -> new Answer(Headers.NONE, new ChangeBatch.Changes(
                    r.changes().stream().map(Answers::wire).toList(), r.change(), r.epoch()).encode());
            case Result.Reset r ->
                new Answer(Headers.NONE, new ChangeBatch.Reset(r.change(), r.epoch(), r.lost()).encode());
            case Result.PartKept r -> Answer.json(Map.of("upload", r.upload(), "part", r.part()));
            case Result.PartFound r -> new Answer(Headers.builder().add(HeaderNames.PART, r.part())
                    .add(HeaderNames.CRC32C, HexFormat.of().toHexDigits(r.crc32c())).build(), r.data());
            case Result.Refused r -> of(error(r), r.details());
            case Result.RefusedItem r -> refused(r);
        };
    }

    private static ServiceError error(Result.Refused r) {
        return new ServiceError(r.code(), r.why(), r.retryAfterMillis(), null, 0);
    }

    private static Answer refused(Result.RefusedItem r) {
        Result.Refused named = new Result.Refused(r.why().code(), "item " + r.index() + ": " + r.why().why(),
                r.why().retryAfterMillis());
        return of(error(named), Headers.of(HeaderNames.ITEM, Integer.toString(r.index())));
    }

    private static SetResults results(Result.StoredMany r) {
        return new SetResults(r.items().stream().map(Answers::result).toList(), r.change(), r.epoch());
    }

    private static SetResults.One result(Result item) {
        return switch (item) {
            case Result.Stored s -> new SetResults.Stored(s.seq(), s.change(), s.duplicate());
            case Result.Refused no -> new SetResults.Refused(no.code().name(), no.code().number(), no.why());
            default -> throw new IllegalStateException("an item came to " + item);
        };
    }

    /** By hand: it is the answer that has to be quick. */
    private static Answer stored(Result.Stored r) {
        String json = "{\"seq\":" + r.seq() + ",\"change\":" + r.change() + ",\"epoch\":" + r.epoch()
                + (r.duplicate() ? ",\"duplicate\":true}" : "}");
        return new Answer(Headers.NONE, json.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static Answer removed(Result.Removed r) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("deleted", r.deleted());
        return written(fields, r.change(), r.epoch(), r.duplicate());
    }

    private static Answer destroyed(Result.Destroyed r) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("destroyed", r.destroyed());
        fields.put("deleted", r.deleted());
        return written(fields, r.change(), r.epoch(), r.duplicate());
    }

    /** Ends what is answered to a write. */
    private static Answer written(Map<String, Object> fields, long change, long epoch, boolean duplicate) {
        fields.put("change", change);
        fields.put("epoch", epoch);
        if (duplicate) {
            fields.put("duplicate", true);
        }
        return Answer.json(fields);
    }

    private static Answer found(Result.Found r) {
        Message m = r.message();
        Headers.Builder headers = Headers.builder()
                .add(HeaderNames.SEQ, m.seq())
                .add(HeaderNames.TIME, m.time())
                .addIfPresent(HeaderNames.EXPIRES, m.expires() == 0 ? null : Long.toString(m.expires()))
                .add(HeaderNames.CHANGE, m.change())
                .add(HeaderNames.EPOCH, r.epoch())
                .addIfPresent(HeaderNames.KEY, m.key())
                .addIfPresent(HeaderNames.MSG_ID, m.msgId());
        byte[] value = m.value();
        if (m.large() != null) {
            headers.add(HeaderNames.SIZE, m.large().size())
                    .add(HeaderNames.PARTS, m.large().parts())
                    .add(HeaderNames.CRC32C, HexFormat.of().toHexDigits(m.large().crc32c()));
        } else if (value == null) {
            headers.add(HeaderNames.NO_VALUE, "true");
        }
        return new Answer(headers.build().and(m.headers()), value == null ? NO_BYTES : value);
    }

    private record Version(long time, long change, long epoch, long bytes) {
        static Version of(ColdTier.Copy copy) {
            return new Version(copy.at(), copy.change(), copy.epoch(), copy.bytes());
        }
    }

    private record Key(String key, long seq) {}

    private static Answer keys(Result.KeyPage r) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("keys", r.keys().stream().map(k -> new Key(k.key(), k.seq())).toList());
        if (r.next() != null) {
            fields.put("next", r.next());
        }
        fields.put("change", r.change());
        fields.put("epoch", r.epoch());
        return Answer.json(fields);
    }

    private static Answer configured(Result.Configured r) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("config", r.config());
        fields.put("effective", r.effective());
        return written(fields, r.change(), r.epoch(), r.duplicate());
    }

    private static Answer info(Result.Info r, StreamName stream, int slot, Incarnation owner) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("stream", stream.value());
        fields.put("slot", slot);
        fields.put("messages", r.messages());
        fields.put("bytes", r.bytes());
        fields.put("firstSeq", r.firstSeq());
        fields.put("lastSeq", r.lastSeq());
        fields.put("change", r.change());
        fields.put("epoch", r.epoch());
        fields.put("owner", owner.toString());
        if (r.ephemeral()) {
            fields.put("ephemeral", true);
        }
        return Answer.json(fields);
    }

    private static WireMessage wire(Message m) {
        return new WireMessage(m.seq(), m.time(), m.expires(), m.change(), m.key(), m.msgId(), m.headers(), m.value(),
                size(m.large()));
    }

    private static long size(@Nullable LargeValue large) {
        return large == null ? 0 : large.size();
    }

    static WireChange wire(Change change) {
        return switch (change) {
            case Change.Set s ->
                new WireChange.Set(s.number(), s.epoch(), s.seq(), s.time(), s.expires(), s.key(), s.msgId(),
                        s.headers(), s.value(), size(s.large()));
            case Change.Delete d -> new WireChange.Delete(d.number(), d.epoch(), d.seqs(), d.cause());
            case Change.DeleteAll a -> new WireChange.DeleteAll(a.number(), a.epoch(), a.upToSeq(), a.cause());
            case Change.Config c -> new WireChange.Config(c.number(), c.epoch(), c.config());
            case Change.Destroy d -> new WireChange.Destroy(d.number(), d.epoch(), d.lastSeq());
        };
    }

    /** The owner that a 421 names, if the slot has one. */
    static ServiceError notOwner(@Nullable Incarnation owner, long epoch) {
        return ServiceError.notOwner(owner == null ? "nobody serves this stream yet" : "served by " + owner, owner,
                epoch);
    }
}
