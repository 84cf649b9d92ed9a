// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

import io.natspersist.worker.change.Change;
import io.natspersist.worker.change.Message;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Messages that were read from files lately, the least recently used first to go. What is here is what the stream holds, with all that
 * was decided. Confined to the worker's loop.
 */
final class RecentReads {

    /** What an entry takes beside its message's text and value: objects, its places in three maps. */
    private static final long OVERHEAD = 350;

    private final LongSupplier mostBytes;
    private final LinkedHashMap<Entry, OfStream> all = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    /** Equal to itself alone. */
    private static final class Entry {
        private final Message message;

        Entry(Message message) {
            this.message = message;
        }

        private long bytes() {
            return OVERHEAD + message.heldBytes();
        }
    }

    RecentReads(LongSupplier mostBytes) {
        this.mostBytes = mostBytes;
    }

    OfStream ofStream() {
        return new OfStream();
    }

    /** What all of it takes, in bytes. */
    long bytes() {
        return bytes;
    }

    /** Lets go of what is more than there is room for. */
    void trim() {
        while (!all.isEmpty() && bytes > mostBytes.getAsLong()) {
            Map.Entry<Entry, OfStream> oldest = all.firstEntry();
            oldest.getValue().remove(oldest.getKey().message.seq());
        }
    }

    /** Those of one stream. */
    final class OfStream {

        private Map<Long, Entry> bySeq = Map.of();
        private Map<String, Entry> byKey = Map.of();

        /** Takes in what was read from the file, of which nothing that was decided meanwhile took anything away. */
        void read(Message message) {
            remove(message.seq());
            if (bySeq.isEmpty()) {
                bySeq = new HashMap<>();
                byKey = new HashMap<>();
            }
            Entry entry = new Entry(message);
            bySeq.put(message.seq(), entry);
            if (message.key() != null) {
                byKey.put(message.key(), entry);
            }
            all.put(entry, this);
            bytes += entry.bytes();
            trim();
        }

        @Nullable
        Message at(long seq) {
            return used(bySeq.get(seq));
        }

        @Nullable
        Message at(String key) {
            return used(byKey.get(key));
        }

        private @Nullable Message used(@Nullable Entry entry) {
            if (entry == null) {
                return null;
            }
            all.get(entry);
            return entry.message;
        }

        /** Forgets what these changes, just decided, took away or replaced. */
        void changed(List<Change> changes) {
            for (int i = 0; i < changes.size() && !bySeq.isEmpty(); i++) {
                switch (changes.get(i)) {
                    case Change.Set set -> {
                        remove(set.seq());
                        Entry sameKey = set.key() == null ? null : byKey.get(set.key());
                        if (sameKey != null) {
                            remove(sameKey.message.seq());
                        }
                    }
                    case Change.Delete delete -> delete.seqs().forEach(this::remove);
                    case Change.DeleteAll some ->
                        List.copyOf(bySeq.keySet()).stream().filter(s -> s <= some.upToSeq()).forEach(this::remove);
                    case Change.Destroy destroy -> clear();
                    case Change.Config config -> {
                    }
                }
            }
        }

        void clear() {
            List.copyOf(bySeq.keySet()).forEach(this::remove);
        }

        private void remove(long seq) {
            Entry entry = bySeq.get(seq);
            if (entry == null) {
                return;
            }
            bySeq.remove(seq);
            if (entry.message.key() != null) {
                byKey.remove(entry.message.key());
            }
            all.remove(entry);
            bytes -= entry.bytes();
            if (bySeq.isEmpty()) {
                bySeq = Map.of();
                byKey = Map.of();
            }
        }
    }
}
