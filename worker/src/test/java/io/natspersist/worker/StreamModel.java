// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import io.natspersist.protocol.SetItem;
import io.natspersist.protocol.WireMessage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a stream must do, in the simplest words. */
final class StreamModel {

    record Stored(long seq, @Nullable String key, String value) {}

    final TreeMap<Long, Stored> messages = new TreeMap<>();
    final Map<String, Long> ids = new HashMap<>();
    long lastSeq;
    long change;
    private long destroyedBy;

    /** Returns the seq, or the name of the error. */
    String set(@Nullable String key, long seq, long expectLast, long expectSeq, @Nullable String id, String value) {
        if (id != null && ids.containsKey(id)) {
            return "seq " + ids.get(id) + " again";
        }
        if (expectLast >= 0 && expectLast != lastSeq) {
            return "WRONG_LAST_SEQ";
        }
        if (expectSeq >= 0 && expectSeq != seqOf(key)) {
            return "WRONG_KEY_SEQ";
        }
        long at = seq == 0 ? lastSeq + 1 : seq;
        messages.values().removeIf(m -> key != null && key.equals(m.key));
        messages.put(at, new Stored(at, key, value));
        lastSeq = Math.max(lastSeq, at);
        change++;
        if (id != null) {
            ids.put(id, at);
        }
        return "seq " + at;
    }

    /** Each as {@link #set}. */
    List<String> setMany(List<SetItem> items) {
        return items.stream().map(i -> set(i.key(), Math.max(0, i.seq()), i.expectLastSeq(), i.expectSeq(), i.msgId(),
                new String(i.value(), StandardCharsets.UTF_8))).toList();
    }

    /** The same of all, or the first error and its index. */
    List<String> setAllOrNone(List<SetItem> items) {
        for (int i = 0; i < items.size(); i++) {
            SetItem item = items.get(i);
            boolean known = item.msgId() != null && ids.containsKey(item.msgId());
            if (!known && item.expectLastSeq() >= 0 && item.expectLastSeq() != lastSeq) {
                return List.of("WRONG_LAST_SEQ " + i);
            }
            if (!known && item.expectSeq() >= 0 && item.expectSeq() != seqOf(item.key())) {
                return List.of("WRONG_KEY_SEQ " + i);
            }
        }
        return items.stream().map(i -> set(i.key(), Math.max(0, i.seq()), -1, -1, i.msgId(),
                new String(i.value(), StandardCharsets.UTF_8))).toList();
    }

    long seqOf(@Nullable String key) {
        return messages.values().stream().filter(m -> key != null && key.equals(m.key)).mapToLong(Stored::seq).findAny()
                .orElse(0);
    }

    long delete(List<Long> seqs) {
        return removed(seqs.stream().filter(s -> messages.remove(s) != null).count());
    }

    long deleteKey(String key) {
        return removed(messages.values().removeIf(m -> key.equals(m.key)) ? 1 : 0);
    }

    long deleteAll(long upTo) {
        int count = messages.headMap(upTo, true).size();
        messages.headMap(upTo, true).clear();
        return removed(count);
    }

    boolean exists() {
        return change > 0 && destroyedBy != change;
    }

    /** Returns how many messages went; -1: there was no stream. */
    long destroy() {
        if (!exists()) {
            return -1;
        }
        long count = messages.size();
        messages.clear();
        destroyedBy = ++change;
        return count;
    }

    private long removed(long count) {
        change += count == 0 ? 0 : 1;
        return count;
    }

    List<String> read(long from, long to) {
        return messages.subMap(from, true, to, true).values().stream()
                .map(m -> m.seq + " " + m.key + " " + m.value).toList();
    }

    static List<String> read(List<WireMessage> page) {
        List<String> result = new ArrayList<>();
        page.forEach(m -> result.add(m.seq() + " " + m.key() + " " + (m.largeSize() > 0
                ? large(m.largeSize())
                : m.value() == null ? "" : new String(m.value()))));
        return result;
    }

    /** What stands for a large value. */
    static String large(long size) {
        return "(" + size + " bytes)";
    }

    List<String> keys() {
        return messages.values().stream().filter(m -> m.key != null).map(m -> m.key + "=" + m.seq).sorted().toList();
    }
}
