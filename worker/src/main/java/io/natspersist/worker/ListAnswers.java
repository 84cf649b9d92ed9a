// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import io.natspersist.protocol.ServiceError;
import io.natspersist.protocol.SlotRanges;
import io.natspersist.protocol.StreamName;
import io.natspersist.worker.Answers.Answer;
import io.natspersist.worker.file.Branch;
import io.natspersist.worker.file.CatalogEntry;
import io.natspersist.worker.file.Catalogs;
import io.natspersist.worker.stream.Listed;
import io.natspersist.worker.stream.Result;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes what concerns many streams, as docs/protocol.md has it. Stateless. */
final class ListAnswers {

    private ListAnswers() {}

    static Answer of(Listed listed) {
        return switch (listed) {
            case Listed.Streams l -> page("streams", l.streams().stream().map(ListAnswers::stream).toList(), l.next(),
                    l.slots());
            case Listed.Tree l -> page("prefixes", l.branches().stream().map(ListAnswers::branch).toList(), l.next(),
                    l.slots());
            case Listed.Refused l -> refused(l.why());
        };
    }

    static Answer of(int slot, Catalogs.Reindexed done) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("slot", slot);
        fields.put("streams", done.streams());
        fields.put("added", done.added());
        fields.put("removed", done.removed());
        return Answer.json(fields);
    }

    private static Answer page(String what, List<?> items, @Nullable StreamName next, List<Integer> slots) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put(what, items);
        if (next != null) {
            fields.put("next", next.value());
        }
        fields.put("slots", SlotRanges.text(slots));
        return Answer.json(fields);
    }

    private static Map<String, Object> stream(CatalogEntry entry) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("name", entry.name().value());
        if (entry.change() > 0) {
            fields.put("messages", entry.messages());
            fields.put("bytes", entry.bytes());
            fields.put("change", entry.change());
            fields.put("seq", entry.lastSeq());
        }
        return fields;
    }

    private static Map<String, Object> branch(Branch branch) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("prefix", branch.prefix().value());
        fields.put("streams", branch.streams());
        if (branch.isStream()) {
            fields.put("stream", true);
        }
        return fields;
    }

    private static Answer refused(Result.Refused r) {
        return Answers.of(new ServiceError(r.code(), r.why(), r.retryAfterMillis(), null, 0));
    }
}
