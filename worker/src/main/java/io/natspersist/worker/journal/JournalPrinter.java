// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.journal;

import io.natspersist.protocol.Cause;
import io.natspersist.protocol.Json;
import io.natspersist.worker.change.Change;
import io.natspersist.worker.change.LargeValue;
import io.natspersist.worker.disk.VolumeDisk;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Prints what a journal's folder holds, for people or, one object a line, for programs. Only reads, without locks, so it may be used
 * beside a living writer, but never in the writer's own process.
 */
public final class JournalPrinter implements JournalScan.Visitor {

    private static final int SHOWN_VALUE = 60;

    private final PrintStream out;
    private final boolean json;

    private JournalPrinter(PrintStream out, boolean json) {
        this.out = out;
        this.json = json;
    }

    /**
     * @param folder a journal's folder, or a copy of one
     * @param json one JSON object a line
     * @return whether all that was forced could be read
     * @throws IOException when the folder or a file in it cannot be read at all
     */
    public static boolean print(Path folder, boolean json, PrintStream out) throws IOException {
        JournalPrinter printer = new JournalPrinter(out, json);
        try {
            JournalScan.Result result = new JournalScan(VolumeDisk.readOnly(folder), new JournalFolder(""), printer)
                    .run();
            printer.end(result);
            return true;
        } catch (CorruptJournal e) {
            Map<String, Object> fields = fields("corrupt");
            fields.put("segment", e.segment());
            fields.put("offset", e.offset());
            put(fields, "why", e.getMessage());
            printer.line(fields, "CORRUPT: " + e.getMessage());
            return false;
        }
    }

    @Override
    public void segment(SegmentHeader header, long bytes) {
        Map<String, Object> fields = fields("segment");
        fields.put("journal", header.journal().toString());
        fields.put("segment", header.segment());
        fields.put("bytes", bytes);
        fields.put("firstGroup", header.firstGroup());
        line(fields,
                "segment %d of journal %s, %d bytes, from group %d".formatted(header.segment(), header.journal(), bytes,
                        header.firstGroup()));
    }

    @Override
    public void group(Position position, GroupHeader header) {
        Map<String, Object> fields = fields("group");
        fields.put("group", header.number());
        fields.put("segment", position.segment());
        fields.put("offset", position.offset());
        fields.put("bytes", position.bytes());
        fields.put("entries", header.entries());
        fields.put("lastForced", header.lastForced());
        line(fields, "  group %d at %d, %d bytes, %d entries, forced before it: up to %d".formatted(header.number(),
                position.offset(), position.bytes(), header.entries(), header.lastForced()));
    }

    @Override
    public void entry(Position position, Entry entry) {
        switch (entry) {
            case Entry.Changed(var change) -> change(change);
            case Entry.Applied(var stream, var change) -> {
                Map<String, Object> fields = fields("applied");
                fields.put("stream", stream.value());
                fields.put("change", change);
                line(fields, "    applied    %s up to change %d".formatted(stream, change));
            }
        }
    }

    private void change(Change change) {
        Map<String, Object> fields = fields(switch (change) {
            case Change.Set s -> "set";
            case Change.Delete d -> d.cause() == Cause.EXPIRED ? "expire" : "delete";
            case Change.DeleteAll d -> d.cause() == Cause.EVICTED ? "evict" : "deleteAll";
            case Change.Config c -> "config";
            case Change.Destroy d -> "destroy";
        });
        fields.put("stream", change.stream().value());
        fields.put("change", change.number());
        fields.put("epoch", change.epoch());
        fields.put("decidedAt", change.decidedAt());
        String text = "    %-10s %s change %d, epoch %d, %s".formatted(fields.get("kind"), change.stream(),
                change.number(),
                change.epoch(), Instant.ofEpochMilli(change.decidedAt()));
        switch (change) {
            case Change.Set s -> {
                fields.put("seq", s.seq());
                fields.put("time", s.time());
                put(fields, "expires", s.expires() == 0 ? null : s.expires());
                put(fields, "key", s.key());
                put(fields, "msgId", s.msgId());
                if (!s.headers().isEmpty()) {
                    List<List<String>> headers = new ArrayList<>();
                    s.headers().forEach((name, value) -> headers.add(List.of(name, value)));
                    fields.put("headers", headers);
                }
                put(fields, "value", s.value());
                put(fields, "large", s.large());
                text += ", seq " + s.seq() + named("key", s.key()) + named("id", s.msgId()) + ", "
                        + (s.large() == null ? shown(s.value()) : shown(s.large()));
            }
            case Change.Delete d -> {
                fields.put("seqs", d.seqs());
                put(fields, "key", d.key());
                put(fields, "msgId", d.msgId());
                text += ", seqs " + d.seqs() + named("key", d.key()) + named("id", d.msgId());
            }
            case Change.DeleteAll d -> {
                fields.put("upToSeq", d.upToSeq());
                put(fields, "msgId", d.msgId());
                text += ", up to seq " + d.upToSeq() + named("id", d.msgId());
            }
            case Change.Destroy d -> {
                fields.put("lastSeq", d.lastSeq());
                put(fields, "msgId", d.msgId());
                text += ", last seq " + d.lastSeq() + named("id", d.msgId());
            }
            case Change.Config c -> {
                fields.put("config", c.config());
                put(fields, "msgId", c.msgId());
                text += ", " + new String(c.config().json(), StandardCharsets.UTF_8) + named("id", c.msgId());
            }
        }
        line(fields, text);
    }

    private void end(JournalScan.Result result) {
        Map<String, Object> fields = fields("end");
        fields.put("sealed", result.sealed());
        fields.put("segments", result.segments());
        fields.put("lastGroup", result.lastGroup());
        fields.put("changes", result.changes());
        fields.put("bytes", result.bytes());
        fields.put("why", result.end());
        line(fields, "%d changes, last group %d, %d bytes in %d segments, %s; %s".formatted(result.changes(),
                result.lastGroup(), result.bytes(), result.segments(), result.sealed() ? "sealed" : "not sealed",
                result.end()));
    }

    private void line(Map<String, Object> fields, String text) {
        out.println(json ? new String(Json.write(fields), StandardCharsets.UTF_8) : text);
    }

    private static Map<String, Object> fields(String kind) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("kind", kind);
        return fields;
    }

    private static void put(Map<String, Object> fields, String name, @Nullable Object value) {
        if (value != null) {
            fields.put(name, value);
        }
    }

    private static String named(String name, @Nullable String value) {
        return value == null ? "" : ", " + name + " \"" + value + "\"";
    }

    private static String shown(LargeValue value) {
        return value.size() + " bytes in " + value.parts() + " parts of upload " + value.upload();
    }

    private static String shown(byte @Nullable [] value) {
        if (value == null) {
            return "no value";
        }
        String text = new String(value, StandardCharsets.UTF_8);
        boolean printable = text.codePoints().noneMatch(c -> Character.isISOControl(c) || c == 0xFFFD);
        return value.length + " bytes" + (printable && value.length <= SHOWN_VALUE ? " \"" + text + "\"" : "");
    }
}
