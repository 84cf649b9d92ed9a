// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.stream;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.natspersist.client.Branch;
import io.natspersist.client.Change;
import io.natspersist.client.Configured;
import io.natspersist.client.Deleted;
import io.natspersist.client.Destroyed;
import io.natspersist.client.KeyEntry;
import io.natspersist.client.ListedStream;
import io.natspersist.client.Location;
import io.natspersist.client.NotStored;
import io.natspersist.client.Position;
import io.natspersist.client.Reindexed;
import io.natspersist.client.Reset;
import io.natspersist.client.SetResult;
import io.natspersist.client.Stored;
import io.natspersist.client.StreamInfo;
import io.natspersist.client.StreamMessage;
import io.natspersist.client.StreamVersion;
import io.natspersist.protocol.Cause;
import io.natspersist.protocol.Json;
import io.natspersist.protocol.StreamConfig;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One line of output, for people and for programs. In JSON a value that is UTF-8 is text under "value", any other is under
 * "base64", and an absent one is left out; of a large one its "size" is told.
 *
 * @param text tab-separated
 * @param json one object
 */
record Line(String text, ObjectNode json) {

    static Line of(Stored stored) {
        ObjectNode json = at(stored.position()).put("seq", stored.seq());
        if (stored.duplicate()) {
            json.put("duplicate", true);
        }
        return new Line(Long.toString(stored.seq()), json);
    }

    static Line of(SetResult result) {
        return switch (result) {
            case Stored stored -> of(stored);
            case NotStored no -> new Line("-\t" + no.code() + "\t" + no.why(),
                    object().put("error", no.code()).put("code", no.number()).put("message", no.why()));
        };
    }

    static Line of(Deleted deleted) {
        ObjectNode json = at(deleted.position()).put("deleted", deleted.count());
        if (deleted.duplicate()) {
            json.put("duplicate", true);
        }
        return new Line(Long.toString(deleted.count()), json);
    }

    static Line of(Destroyed destroyed) {
        ObjectNode json = at(destroyed.position()).put("destroyed", destroyed.destroyed()).put("deleted",
                destroyed.count());
        if (destroyed.duplicate()) {
            json.put("duplicate", true);
        }
        return new Line(destroyed.destroyed() ? "destroyed" : "no such stream", json);
    }

    static Line of(StreamVersion version) {
        ObjectNode json = at(version.position()).put("time", version.time()).put("bytes", version.bytes());
        return new Line(Instant.ofEpochMilli(version.time()) + "\t" + version.position().change() + "\t"
                + version.bytes(), json);
    }

    static Line of(ListedStream stream, boolean counters) {
        ObjectNode json = object().put("name", stream.name());
        boolean known = stream.change() > 0;
        if (known) {
            json.put("messages", stream.messages()).put("bytes", stream.bytes()).put("lastSeq", stream.lastSeq())
                    .put("change", stream.change());
        }
        String numbers = known
                ? stream.messages() + "\t" + stream.bytes() + "\t" + stream.lastSeq() + "\t" + stream.change()
                : "-\t-\t-\t-";
        return new Line(counters ? numbers + "\t" + stream.name() : stream.name(), json);
    }

    static Line of(Branch branch) {
        return new Line(branch.streams() + "\t" + branch.prefix() + (branch.isStream() ? "\t*" : ""),
                object().put("prefix", branch.prefix()).put("streams", branch.streams()).put("stream",
                        branch.isStream()));
    }

    static Line of(Reindexed slot) {
        return new Line("slot " + slot.slot() + ": " + slot.added() + " added, " + slot.removed() + " removed",
                object().put("slot", slot.slot()).put("streams", slot.streams()).put("added", slot.added())
                        .put("removed", slot.removed()));
    }

    static Line ofReindexed(long slots, long streams, long added, long removed) {
        return new Line(slots + " slots, " + streams + " streams; " + added + " added, " + removed + " removed",
                object().put("slots", slots).put("streams", streams).put("added", added).put("removed", removed));
    }

    static Line of(Position position) {
        return new Line("change " + position.change() + ", epoch " + position.epoch(), at(position));
    }

    static Line of(KeyEntry key) {
        return new Line(key.key() + "\t" + key.seq(), object().put("key", key.key()).put("seq", key.seq()));
    }

    static Line of(StreamMessage message) {
        return new Line(message.seq() + "\t" + orDash(message.key()) + "\t" + shown(message), MessageJson.of(message));
    }

    /** What holds, and whether it was said for this stream ("own") or comes with its name. */
    static Line of(Configured configured) {
        List<String> lines = new ArrayList<>();
        ObjectNode own = object(configured.config());
        object(configured.effective()).properties().forEach(setting -> lines.add("%-18s %s%s".formatted(
                setting.getKey(), setting.getValue().asText(), own.has(setting.getKey()) ? "" : " (by its name)")));
        ObjectNode json = at(configured.position());
        json.set("config", own);
        json.set("effective", object(configured.effective()));
        return new Line(lines.isEmpty() ? "unlimited" : String.join("\n", lines), json);
    }

    private static ObjectNode object(StreamConfig config) {
        return Json.read(config.json(), ObjectNode.class);
    }

    static Line of(Location at) {
        String text = """
                served by       %s
                slot            %d
                epoch           %d
                requests go to  %s.<op>.%s""".formatted(at.owner(), at.slot(), at.epoch(), at.requestPrefix(),
                at.stream());
        return new Line(text, object().put("stream", at.stream()).put("slot", at.slot()).put("owner", at.owner())
                .put("epoch", at.epoch()).put("prefix", at.requestPrefix()));
    }

    static Line of(StreamInfo info) {
        String text = """
                messages   %,d
                bytes      %,d
                first seq  %d
                last seq   %d
                change     %d
                slot       %d
                served by  %s, epoch %d%s""".formatted(info.messages(), info.bytes(), info.firstSeq(), info.lastSeq(),
                info.position().change(), info.slot(), info.owner(), info.position().epoch(),
                info.ephemeral() ? "\nephemeral  gone when its worker goes" : "");
        ObjectNode json = at(info.position()).put("stream", info.stream()).put("slot", info.slot())
                .put("messages", info.messages()).put("bytes", info.bytes()).put("firstSeq", info.firstSeq())
                .put("lastSeq", info.lastSeq()).put("owner", info.owner());
        if (info.ephemeral()) {
            json.put("ephemeral", true);
        }
        return new Line(text, json);
    }

    static Line of(Change change) {
        return switch (change) {
            case Change.Set set -> new Line("set\t" + of(set.message()).text(), op("set", set.position())
                    .setAll(MessageJson.of(set.message())));
            case Change.Delete delete -> {
                String op = delete.cause() == Cause.EXPIRED ? "expire" : "delete";
                ObjectNode json = op(op, delete.position());
                ArrayNode seqs = json.putArray("seqs");
                delete.seqs().forEach(seqs::add);
                yield new Line(
                        op + "\t" + delete.seqs().stream().map(Object::toString).collect(Collectors.joining(",")),
                        json);
            }
            case Change.DeleteAll all -> {
                String op = all.cause() == Cause.EVICTED ? "evict" : "deleteAll";
                yield new Line(op + "\t" + all.endSeq(), op(op, all.position()).put("endSeq", all.endSeq()));
            }
            case Change.Config config -> new Line(
                    "config\t" + new String(config.config().json(), StandardCharsets.UTF_8),
                    op("config", config.position()).putPOJO("config", config.config()));
            case Change.Destroy destroy -> new Line("destroy\t" + destroy.lastSeq(), op("destroy", destroy.position())
                    .put("lastSeq", destroy.lastSeq()));
        };
    }

    static Line of(Reset reset) {
        String why = reset.reason().name().toLowerCase(Locale.ROOT);
        return new Line("reset\t" + why + "\tlost " + reset.lostChanges(), op("reset", reset.last()).put("reason", why)
                .put("lost", reset.lostChanges()));
    }

    /** A message that a watched stream held when the watch began. */
    static Line ofSnapshot(StreamMessage message) {
        ObjectNode json = object().put("op", "message");
        json.setAll(MessageJson.of(message));
        return new Line("message\t" + of(message).text(), json);
    }

    static Line ofSnapshotEnd(Position position) {
        return new Line("current\t" + position.change(), op("current", position));
    }

    private static ObjectNode op(String op, Position position) {
        return object().put("op", op).put("change", position.change()).put("epoch", position.epoch());
    }

    private static ObjectNode at(Position position) {
        return object().put("change", position.change()).put("epoch", position.epoch());
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    private static String orDash(@Nullable String text) {
        return text == null ? "-" : text;
    }

    private static String shown(StreamMessage message) {
        byte[] value = message.value();
        if (value == null) {
            return message.large() ? "(" + message.size() + " bytes)" : "(no value)";
        }
        String text = MessageJson.utf8(value);
        return text != null ? text : "(" + value.length + " bytes)";
    }
}
