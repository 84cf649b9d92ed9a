// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import io.natspersist.protocol.SetItem;
import io.natspersist.protocol.StreamConfig;
import io.natspersist.protocol.WireMessage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a stream must do, in the simplest words. Its configuration is {@link StreamConfig#NONE} unless somebody sets it. */
final class StreamModel {

    record Stored(long seq, @Nullable String key, String value, long change) {
        long bytes() {
            return value.length() + (key == null ? 0 : key.length());
        }
    }

    final TreeMap<Long, Stored> messages = new TreeMap<>();
    final Map<String, Long> ids = new HashMap<>();
    StreamConfig config = StreamConfig.NONE;
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
        String refusal = limit(key, at, value);
        if (refusal != null) {
            return refusal;
        }
        messages.values().removeIf(m -> key != null && key.equals(m.key));
        change++;
        messages.put(at, new Stored(at, key, value, change));
        lastSeq = Math.max(lastSeq, at);
        if (id != null) {
            ids.put(id, at);
        }
        return "seq " + at;
    }

    /** Why a message may not come to that seq; null: it may. */
    private @Nullable String limit(@Nullable String key, long seq, String value) {
        Stored stored = new Stored(seq, key, value, 0);
        if (isOver(stored.bytes(), config.maxMsgSize()) || isOver(stored.bytes(), config.maxBytes())) {
            return "TOO_LARGE";
        }
        TreeMap<Long, Stored> then = new TreeMap<>(messages);
        then.values().removeIf(m -> key != null && key.equals(m.key));
        then.put(seq, stored);
        boolean full = isOver(then.size(), config.maxMsgs()) && then.size() > messages.size()
                || isOver(bytes(then), config.maxBytes()) && bytes(then) > bytes(messages);
        return full && config.discard() == StreamConfig.Discard.NEW ? "STREAM_FULL" : null;
    }

    private static boolean isOver(long number, @Nullable Long most) {
        return most != null && number > most;
    }

    long bytes() {
        return bytes(messages);
    }

    private static long bytes(Map<Long, Stored> messages) {
        return messages.values().stream().mapToLong(Stored::bytes).sum();
    }

    /** Whether its first messages are to go. */
    boolean isOver() {
        return config.discard() != StreamConfig.Discard.NEW
                && (isOver(messages.size(), config.maxMsgs()) || isOver(bytes(), config.maxBytes()));
    }

    /** The first messages went because they had to, and no more; false: not so. */
    boolean evicted(long upToSeq) {
        boolean hadTo = false;
        while (!messages.isEmpty() && messages.firstKey() <= upToSeq) {
            hadTo = isOver();
            messages.pollFirstEntry();
        }
        change++;
        return hadTo && !isOver();
    }

    /** Messages went because their time was up; false: some were not there. */
    boolean expired(List<Long> seqs) {
        change++;
        return messages.keySet().containsAll(seqs) && messages.keySet().removeAll(seqs);
    }

    /** Returns whether that changed something. */
    boolean configure(StreamConfig now) {
        boolean changes = !config.equals(now);
        config = now;
        change += changes ? 1 : 0;
        return changes;
    }

    /** Each as {@link #set}. */
    List<String> setMany(List<SetItem> items) {
        return items.stream().map(i -> set(i.key(), Math.max(0, i.seq()), i.expectLastSeq(), i.expectSeq(), i.msgId(),
                new String(i.value(), StandardCharsets.UTF_8))).toList();
    }

    /** The same of all, or the first error and its index. */
    List<String> setAllOrNone(List<SetItem> items) {
        StreamModel then = copy();
        for (int i = 0; i < items.size(); i++) {
            SetItem item = items.get(i);
            boolean known = item.msgId() != null && ids.containsKey(item.msgId());
            if (!known && item.expectLastSeq() >= 0 && item.expectLastSeq() != lastSeq) {
                return List.of("WRONG_LAST_SEQ " + i);
            }
            if (!known && item.expectSeq() >= 0 && item.expectSeq() != seqOf(item.key())) {
                return List.of("WRONG_KEY_SEQ " + i);
            }
            String outcome = then.unconditionally(item);
            if (!outcome.startsWith("seq ")) {
                return List.of(outcome + " " + i);
            }
        }
        return items.stream().map(this::unconditionally).toList();
    }

    private String unconditionally(SetItem item) {
        return set(item.key(), Math.max(0, item.seq()), -1, -1, item.msgId(),
                new String(item.value(), StandardCharsets.UTF_8));
    }

    private StreamModel copy() {
        StreamModel copy = new StreamModel();
        copy.messages.putAll(messages);
        copy.ids.putAll(ids);
        copy.config = config;
        copy.lastSeq = lastSeq;
        return copy;
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
        config = StreamConfig.NONE;
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
