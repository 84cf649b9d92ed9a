// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import io.natspersist.protocol.BadMessage;
import io.natspersist.protocol.ChangeBatch;
import io.natspersist.protocol.HeaderFields;
import io.natspersist.protocol.HeaderNames;
import io.natspersist.protocol.Json;
import io.natspersist.protocol.MessagePage;
import io.natspersist.protocol.StreamConfig;
import io.natspersist.protocol.WireChange;
import io.natspersist.protocol.WireMessage;
import io.natspersist.transport.Message;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads what workers answer. All methods throw {@link BadMessage} where that is malformed. */
final class Answers {

    private Answers() {}

    record Set(long seq, long change, long epoch, @Nullable Boolean duplicate) {}

    record Delete(long deleted, long change, long epoch, @Nullable Boolean duplicate) {}

    record Destroy(boolean destroyed, long deleted, long change, long epoch, @Nullable Boolean duplicate) {}

    record Keys(List<Key> keys, @Nullable String next, long change, long epoch) {
        record Key(String key, long seq) {}
    }

    record Info(String stream, int slot, long messages, long bytes, long firstSeq, long lastSeq, long change,
            long epoch,
            String owner, @Nullable Boolean ephemeral) {}

    record Config(StreamConfig config, StreamConfig effective, long change, long epoch) {}

    record Versions(List<Version> versions) {
        record Version(long time, long change, long epoch, long bytes) {}
    }

    record Flush(long change, long epoch) {}

    static Stored stored(Message answer) {
        Set set = Json.read(answer.payload(), Set.class);
        return new Stored(set.seq, new Position(set.epoch, set.change), Boolean.TRUE.equals(set.duplicate));
    }

    static Deleted deleted(Message answer) {
        Delete delete = Json.read(answer.payload(), Delete.class);
        return new Deleted(delete.deleted, new Position(delete.epoch, delete.change),
                Boolean.TRUE.equals(delete.duplicate));
    }

    static Destroyed destroyed(Message answer) {
        Destroy destroy = Json.read(answer.payload(), Destroy.class);
        return new Destroyed(destroy.destroyed, destroy.deleted, new Position(destroy.epoch, destroy.change),
                Boolean.TRUE.equals(destroy.duplicate));
    }

    static Keys keys(Message answer) {
        return Json.read(answer.payload(), Keys.class);
    }

    static StreamInfo info(Message answer) {
        Info info = Json.read(answer.payload(), Info.class);
        return new StreamInfo(info.stream, info.slot, info.messages, info.bytes, info.firstSeq, info.lastSeq,
                new Position(info.epoch, info.change), info.owner, Boolean.TRUE.equals(info.ephemeral));
    }

    static Configured configured(Message answer) {
        Config config = Json.read(answer.payload(), Config.class);
        return new Configured(config.config, config.effective, new Position(config.epoch, config.change));
    }

    static Position flushed(Message answer) {
        Flush flush = Json.read(answer.payload(), Flush.class);
        return new Position(flush.epoch, flush.change);
    }

    static List<StreamVersion> versions(Message answer) {
        return Json.read(answer.payload(), Versions.class).versions.stream()
                .map(v -> new StreamVersion(v.time, new Position(v.epoch, v.change), v.bytes)).toList();
    }

    static StoredValue found(Message answer) {
        HeaderFields fields = new HeaderFields(answer.headers());
        boolean large = fields.has(HeaderNames.SIZE);
        byte[] value = large || fields.flag(HeaderNames.NO_VALUE) ? null : answer.payload();
        StreamMessage message = new StreamMessage(fields.required(HeaderNames.SEQ), fields.required(HeaderNames.TIME),
                fields.number(HeaderNames.EXPIRES, 0), fields.required(HeaderNames.CHANGE),
                fields.text(HeaderNames.KEY), fields.text(HeaderNames.MSG_ID),
                fields.ofMessage(), value,
                value != null ? value.length : fields.number(HeaderNames.SIZE, 0));
        if (!large) {
            return new StoredValue(message, 0, 0);
        }
        int crc = fields.checksum(HeaderNames.CRC32C)
                .orElseThrow(() -> new BadMessage(HeaderNames.CRC32C, "is missing"));
        return new StoredValue(message, Math.toIntExact(fields.required(HeaderNames.PARTS)), crc);
    }

    static Answer.Messages page(Message answer) {
        MessagePage page = MessagePage.decode(answer.payload());
        return new Answer.Messages(page.epoch(), page.change(), page.messages().stream().map(Answers::message).toList(),
                page.next());
    }

    static Answer missed(Message answer) {
        ChangeBatch batch = ChangeBatch.decode(answer.payload());
        if (batch instanceof ChangeBatch.Changes some) {
            List<Change> changes = some.changes().stream().map(c -> change(c, some.epoch())).toList();
            return new Answer.Changes(some.epoch(), some.change(), changes);
        }
        return new Answer.MustReset(batch.epoch(), ((ChangeBatch.Reset) batch).lost());
    }

    static Answer.Info whereWeAre(Message answer) {
        Position at = info(answer).position();
        return new Answer.Info(at.epoch(), at.change());
    }

    /** A change as the owner with this epoch tells it; who decided it may have been one before. */
    static Change change(WireChange change, long epoch) {
        Position at = new Position(epoch, change.number());
        if (change instanceof WireChange.Set set) {
            return new Change.Set(at, message(set.message()));
        }
        if (change instanceof WireChange.Delete delete) {
            return new Change.Delete(at, delete.seqs(), delete.cause());
        }
        if (change instanceof WireChange.DeleteAll all) {
            return new Change.DeleteAll(at, all.upToSeq(), all.cause());
        }
        if (change instanceof WireChange.Config config) {
            return new Change.Config(at, config.config());
        }
        return new Change.Destroy(at, ((WireChange.Destroy) change).lastSeq());
    }

    private static StreamMessage message(WireMessage m) {
        byte[] value = m.value();
        return new StreamMessage(m.seq(), m.time(), m.expires(), m.change(), m.key(), m.msgId(), m.headers(), value,
                value == null ? m.largeSize() : value.length);
    }

    static PersistException malformed(Call call, BadMessage problem) {
        return call.fault(PersistException.BAD_ANSWER, 502, false, "malformed answer: " + problem.getMessage());
    }
}
