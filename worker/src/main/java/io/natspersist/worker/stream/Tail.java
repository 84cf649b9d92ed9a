// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

import io.natspersist.worker.change.Change;
import io.natspersist.worker.file.StreamFile.Range;
import io.natspersist.worker.file.StreamFile.Remembered;
import io.natspersist.worker.journal.Position;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A stream's newest changes, journaled and not yet in its file, and what they make of the file's content: which seqs and
 * keys they set, and which they took away. Where the tail says nothing, the file is right.
 */
final class Tail {

    /** One change of the tail, and where the journal holds it. */
    static final class Entry {
        /** What an entry takes beside what its change says of itself: objects, its place in the maps, message id; measured. */
        private static final long OVERHEAD = 350;

        private Change change;
        private Position position;
        private final long bytes;
        private final long messageBytes;
        /** Seqs that this change took away or replaced, besides the one it set. */
        private final long[] removed;
        private boolean spilled;
        /** It is to be seen only together with the entry before it. */
        private boolean joined;

        Entry(Change change, Position position, long... removed) {
            this.change = change;
            this.position = position;
            this.bytes = OVERHEAD + change.bytes();
            this.messageBytes = change instanceof Change.Set set ? set.messageBytes() : 0;
            this.removed = removed;
        }

        /** The change; without its value when {@link #spilled()}. */
        Change change() {
            return change;
        }

        Position position() {
            return position;
        }

        boolean spilled() {
            return spilled;
        }

        Change.Set set() {
            return (Change.Set) change;
        }

        /** What the message counts for; of a set only. */
        long messageBytes() {
            return messageBytes;
        }

        /** Says that nobody may see the entry before it without this one. */
        void join() {
            joined = true;
        }

        /** Says that the journal holds it elsewhere now. */
        void moved(Position to) {
            position = to;
        }

        /** Lets go of the value, which the journal holds as well; returns how many bytes that frees. */
        private long spill() {
            long freed = valueBytes();
            if (freed > 0) {
                spilled = true;
                change = set().withoutValue();
            }
            return freed;
        }

        private long heldBytes() {
            return spilled ? OVERHEAD + change.bytes() : bytes;
        }

        private long valueBytes() {
            return change instanceof Change.Set s && s.value() != null ? s.value().length : 0;
        }
    }

    /** What the tail knows of a key: its seq (0: it was taken away), its message's bytes, and by which change. */
    record KeyState(long seq, long bytes, long change) {}

    private final ArrayDeque<Entry> entries = new ArrayDeque<>(0);
    private final TreeMap<Long, Entry> live = new TreeMap<>();
    /** seq -> the change that took it away. */
    private final Map<Long, Long> gone = new HashMap<>();
    private final Map<String, KeyState> keys = new HashMap<>();
    private final Map<String, Remembered> ids = new HashMap<>();
    private final Set<String> uploads = new HashSet<>();
    private long clearedUpTo;
    private long clearedBy;
    private long bytes;
    /** Those that hold a value in memory, oldest first. */
    private final ArrayDeque<Entry> withValue = new ArrayDeque<>(0);

    boolean isEmpty() {
        return entries.isEmpty();
    }

    int size() {
        return entries.size();
    }

    /** Bytes held in memory. */
    long bytes() {
        return bytes;
    }

    Entry first() {
        return entries.getFirst();
    }

    Entry newest() {
        return entries.getLast();
    }

    /** All entries, oldest first. */
    Collection<Entry> entries() {
        return entries;
    }

    /** How many of the oldest entries go into the file together: {@code most}, or more where they belong together. */
    int sizeOfBatch(int most) {
        if (entries.size() <= most) {
            return entries.size();
        }
        int size = 0;
        for (Entry entry : entries) {
            if (size >= most && !entry.joined) {
                break;
            }
            size++;
        }
        return size;
    }

    List<Entry> oldest(int n) {
        List<Entry> result = new ArrayList<>(Math.min(n, entries.size()));
        for (Entry e : entries) {
            if (result.size() == n) {
                break;
            }
            result.add(e);
        }
        return result;
    }

    void add(Entry entry) {
        entries.add(entry);
        bytes += entry.bytes;
        if (entry.valueBytes() > 0) {
            withValue.add(entry);
        }
        Change change = entry.change;
        for (long seq : entry.removed) {
            live.remove(seq);
            gone.put(seq, change.number());
        }
        switch (change) {
            case Change.Set set -> {
                live.put(set.seq(), entry);
                gone.remove(set.seq());
                if (set.key() != null) {
                    keys.put(set.key(), new KeyState(set.seq(), set.messageBytes(), set.number()));
                }
                if (set.large() != null) {
                    uploads.add(set.large().upload());
                }
                remember(set.msgId(), set, set.seq());
            }
            case Change.Delete delete -> remember(delete.msgId(), delete, 0);
            case Change.DeleteAll all -> {
                clear(all, all.upToSeq());
                remember(all.msgId(), all, 0);
            }
            case Change.Destroy destroy -> {
                clear(destroy, destroy.lastSeq());
                remember(destroy.msgId(), destroy, 0);
            }
            case Change.Config config -> remember(config.msgId(), config, 0);
        }
    }

    private void clear(Change by, long upToSeq) {
        clearedUpTo = Math.max(clearedUpTo, upToSeq);
        clearedBy = by.number();
        live.headMap(upToSeq, true).clear();
        gone.keySet().removeIf(seq -> seq <= upToSeq);
        keys.replaceAll((key, state) -> state.seq != 0 && state.seq <= upToSeq
                ? new KeyState(0, 0, by.number())
                : state);
    }

    /** Says that a key's message is gone, because the message at its seq was deleted or replaced. */
    void dropKey(String key, long byChange) {
        keys.put(key, new KeyState(0, 0, byChange));
    }

    private void remember(@Nullable String msgId, Change change, long seq) {
        if (msgId != null) {
            ids.put(msgId, new Remembered(change.number(), change.epoch(), seq));
        }
    }

    /** The entry that set the message at {@code seq}, if it is still there. */
    @Nullable
    Entry at(long seq) {
        return live.get(seq);
    }

    /** Whether the tail took away what the file may still have at {@code seq}. */
    boolean tookAway(long seq) {
        return seq <= clearedUpTo || gone.containsKey(seq);
    }

    @Nullable
    KeyState key(String key) {
        return keys.get(key);
    }

    @Nullable
    Remembered id(String msgId) {
        return ids.get(msgId);
    }

    /** Whether a set of the tail has made this upload a value, which the file may not know. */
    boolean uses(String upload) {
        return uploads.contains(upload);
    }

    /** All uploads of which that is so. */
    Set<String> uploads() {
        return Set.copyOf(uploads);
    }

    /** The seq up to which a deleteAll in the tail voids the file; 0: none. */
    long clearedUpTo() {
        return clearedUpTo;
    }

    /** The live entries from {@code fromSeq} on, by seq. */
    Collection<Entry> liveFrom(long fromSeq) {
        return live.tailMap(fromSeq, true).values();
    }

    /** The live entries with a seq of the range, in its order; their times may lie outside of it. */
    Collection<Entry> live(Range range) {
        if (range.fromSeq() > range.toSeq()) {
            return List.of();
        }
        NavigableMap<Long, Entry> inside = live.subMap(range.fromSeq(), true, range.toSeq(), true);
        return (range.newestFirst() ? inside.descendingMap() : inside).values();
    }

    /** The seq of the {@code n}-th newest live entry of the range; 0: there are fewer. */
    long nthNewest(Range range, long n) {
        long left = n;
        for (Entry entry : live(new Range(range.fromSeq(), range.toSeq(), 0, Long.MAX_VALUE, true))) {
            if (range.includesTime(entry.set().time()) && --left == 0) {
                return entry.set().seq();
            }
        }
        return 0;
    }

    @Nullable
    Entry firstLive() {
        return live.isEmpty() ? null : live.firstEntry().getValue();
    }

    @Nullable
    Entry lastLive() {
        return live.isEmpty() ? null : live.lastEntry().getValue();
    }

    Map<String, KeyState> keys() {
        return keys;
    }

    /**
     * Forgets the oldest entries, which are in the file now; {@code settled} hears what the file now says of their keys.
     */
    void applied(int count, BiConsumer<String, KeyState> settled) {
        long number = 0;
        for (int i = 0; i < count; i++) {
            Entry entry = entries.removeFirst();
            bytes -= entry.heldBytes();
            if (entry == withValue.peek()) {
                withValue.remove();
            }
            number = entry.change.number();
            forget(entry);
        }
        settleKeys(number, settled);
    }

    private void forget(Entry entry) {
        Change change = entry.change;
        long number = change.number();
        for (long seq : entry.removed) {
            gone.remove(seq, number);
        }
        switch (change) {
            case Change.Set set -> {
                live.remove(set.seq(), entry);
                if (set.msgId() != null) {
                    ids.remove(set.msgId());
                }
                if (set.large() != null) {
                    uploads.remove(set.large().upload());
                }
            }
            case Change.Delete delete -> {
                if (delete.msgId() != null) {
                    ids.remove(delete.msgId());
                }
            }
            case Change.DeleteAll all -> {
                if (all.msgId() != null) {
                    ids.remove(all.msgId());
                }
                forgetClear(number);
            }
            case Change.Destroy destroy -> {
                if (destroy.msgId() != null) {
                    ids.remove(destroy.msgId());
                }
                forgetClear(number);
            }
            case Change.Config config -> {
                if (config.msgId() != null) {
                    ids.remove(config.msgId());
                }
            }
        }
    }

    private void forgetClear(long number) {
        if (clearedBy == number) {
            clearedUpTo = 0;
            clearedBy = 0;
        }
    }

    private void settleKeys(long upToChange, BiConsumer<String, KeyState> settled) {
        keys.entrySet().removeIf(e -> {
            if (e.getValue().change > upToChange) {
                return false;
            }
            settled.accept(e.getKey(), e.getValue());
            return true;
        });
    }

    /** Lets go of values, oldest first, until {@code wanted} bytes are freed; returns how many were. */
    long spill(long wanted) {
        long freed = 0;
        while (freed < wanted && !withValue.isEmpty()) {
            freed += withValue.remove().spill();
        }
        bytes -= freed;
        return freed;
    }
}
