// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.simulation;

import io.natspersist.protocol.StreamConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a stream holds after some changes: the simplest thing that could be right. */
final class StreamModel {

    private final NavigableMap<Long, Item> items = new TreeMap<>();
    private final Map<String, Long> keys = new TreeMap<>();
    private long lastSeq;
    private long change;
    private boolean destroyed;
    private StreamConfig config = StreamConfig.NONE;

    /** Begins anew with nothing, at that change. */
    void reset(long atChange) {
        items.clear();
        keys.clear();
        change = atChange;
    }

    void apply(Told told) {
        change = told.number();
        if (told instanceof Told.Set set) {
            put(new Item(set.seq(), set.key(), set.value()));
        } else if (told instanceof Told.Delete delete) {
            delete.seqs().forEach(this::remove);
        } else if (told instanceof Told.DeleteAll all) {
            List.copyOf(items.headMap(all.endSeq(), true).keySet()).forEach(this::remove);
        } else if (told instanceof Told.Destroy destroy) {
            lastSeq = destroy.lastSeq();
            items.clear();
            keys.clear();
            config = StreamConfig.NONE;
        } else if (told instanceof Told.Config configured) {
            config = configured.config();
        }
        destroyed = told instanceof Told.Destroy;
    }

    /** A copy that has this change too. */
    StreamModel with(Told told) {
        StreamModel copy = new StreamModel();
        items.values().forEach(copy::put);
        copy.apply(told);
        return copy;
    }

    void put(Item item) {
        if (item.key() != null) {
            remove(keys.get(item.key()));
            keys.put(item.key(), item.seq());
        }
        Item old = items.put(item.seq(), item);
        if (old != null && old.key() != null && !old.key().equals(item.key())) {
            keys.remove(old.key());
        }
        lastSeq = Math.max(lastSeq, item.seq());
    }

    private void remove(@Nullable Long seq) {
        Item old = seq == null ? null : items.remove(seq);
        if (old != null && old.key() != null) {
            keys.remove(old.key());
        }
    }

    /** Whether something was stored, and not destroyed since. */
    boolean exists() {
        return change > 0 && !destroyed;
    }

    /** What was configured last. */
    StreamConfig config() {
        return config;
    }

    /** The number of the last change. */
    long change() {
        return change;
    }

    /** The highest sequence number ever given out. */
    long lastSeq() {
        return lastSeq;
    }

    @Nullable
    Item get(long seq) {
        return items.get(seq);
    }

    @Nullable
    Item get(String key) {
        Long seq = keys.get(key);
        return seq == null ? null : items.get(seq);
    }

    @Nullable
    Item last() {
        return items.isEmpty() ? null : items.lastEntry().getValue();
    }

    /** 0: the key is not there. */
    long seqOf(@Nullable String key) {
        return key == null ? 0 : keys.getOrDefault(key, 0L);
    }

    Map<String, Long> keys() {
        return Map.copyOf(keys);
    }

    List<Item> items() {
        return List.copyOf(items.values());
    }

    List<Item> from(long startSeq, int limit) {
        List<Item> page = new ArrayList<>();
        for (Item item : items.tailMap(startSeq, true).values()) {
            if (page.size() == limit) {
                break;
            }
            page.add(item);
        }
        return page;
    }

    /** All that the pages of a read would have, one after the other. */
    List<Item> wanted(Op.GetAll asked) {
        List<Item> all = from(asked.startSeq(), Integer.MAX_VALUE);
        List<Item> wanted = asked.last() == 0 ? all : all.subList(Math.max(0, all.size() - asked.last()), all.size());
        return asked.newestFirst() ? wanted.reversed() : wanted;
    }

    boolean hasFrom(long startSeq) {
        return !items.tailMap(startSeq, true).isEmpty();
    }

    /** How many messages a deletion up to there would remove. */
    int countUpTo(long endSeq) {
        return items.headMap(endSeq, true).size();
    }
}
