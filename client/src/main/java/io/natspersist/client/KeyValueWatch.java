// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A stream's changes as those of a key-value store. Deletes name sequence numbers, so it keeps which key has which: some
 * memory per key, none per value.
 */
final class KeyValueWatch implements WatchListener {

    private final KeyValueListener listener;
    private final Map<String, Long> seqs = new HashMap<>();
    private final NavigableMap<Long, String> keys = new TreeMap<>();
    /** Keys that were there before a reset, and have not been seen since. */
    private final Set<String> unseen = new TreeSet<>();

    KeyValueWatch(KeyValueListener listener) {
        this.listener = listener;
    }

    @Override
    public void onReset(Reset reset) {
        if (reset.lostChanges() > 0) {
            listener.onLost(reset.lostChanges());
        }
        unseen.addAll(seqs.keySet());
        seqs.clear();
        keys.clear();
    }

    @Override
    public void onMessage(StreamMessage message) {
        put(message);
    }

    @Override
    public void onSnapshotEnd(Position position) {
        List<String> gone = List.copyOf(unseen);
        unseen.clear();
        gone.forEach(listener::onDelete);
        listener.onCurrent();
    }

    @Override
    public void onChange(Change change) {
        if (change instanceof Change.Set set) {
            put(set.message());
        } else if (change instanceof Change.Delete delete) {
            delete.seqs().forEach(this::remove);
        } else if (change instanceof Change.DeleteAll all) {
            List.copyOf(keys.headMap(all.endSeq(), true).keySet()).forEach(this::remove);
        } else if (change instanceof Change.Destroy) {
            List.copyOf(keys.keySet()).forEach(this::remove);
        }
    }

    @Override
    public void onEnd(PersistException cause) {
        listener.onEnd(cause);
    }

    private void put(StreamMessage message) {
        String key = message.key();
        String replaced = keys.get(message.seq());
        if (replaced != null && !replaced.equals(key)) {
            remove(message.seq());
        }
        if (key == null) {
            return;
        }
        Long before = seqs.put(key, message.seq());
        if (before != null) {
            keys.remove(before);
        }
        keys.put(message.seq(), key);
        unseen.remove(key);
        listener.onPut(new Entry(key, message.seq(), message.time(), message.value(), message.size()));
    }

    private void remove(long seq) {
        String key = keys.remove(seq);
        if (key != null) {
            seqs.remove(key);
            listener.onDelete(key);
        }
    }
}
