// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import io.natspersist.protocol.StreamConfig;
import io.natspersist.protocol.StreamName;
import io.natspersist.worker.change.Change;
import io.natspersist.worker.change.Message;
import io.natspersist.worker.file.StreamFile.Counted;
import io.natspersist.worker.file.StreamFile.EpochStart;
import io.natspersist.worker.file.StreamFile.Evictable;
import io.natspersist.worker.file.StreamFile.Expiring;
import io.natspersist.worker.file.StreamFile.KeySeq;
import io.natspersist.worker.file.StreamFile.Range;
import io.natspersist.worker.file.StreamFile.Remembered;
import io.natspersist.worker.file.StreamFile.Slice;
import io.natspersist.worker.file.StreamFile.State;
import io.natspersist.worker.file.Tombstone.UsedId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a stream's file holds, in the plainest form: the model that files are compared with, and the contents of fake ones. */
final class MemoryStream {
    private final StreamFileLimits limits;
    private final NavigableMap<Long, Change.Set> messages = new TreeMap<>();
    private final NavigableMap<String, Long> keys = new TreeMap<>(StreamFile.KEY_ORDER);
    /** Changes that no live message represents. */
    private final NavigableMap<Long, Change> log = new TreeMap<>();
    private final Map<String, Id> ids = new TreeMap<>();
    private final List<EpochStart> epochs = new ArrayList<>();
    private MemoryUploads uploads = new MemoryUploads();
    private long change;
    private boolean destroyed;
    private long lastSeq;
    private long bytes;
    private long floor;
    private long logBytes;
    private StreamConfig config = StreamConfig.NONE;

    private record Id(Remembered remembered, long at) {}

    MemoryStream(StreamFileLimits limits) {
        this.limits = limits;
    }

    /** @param before what is kept of a stream that was destroyed; null: there was none */
    MemoryStream(StreamFileLimits limits, @Nullable Tombstone before) {
        this(limits);
        if (before != null) {
            epochs.addAll(before.epochs());
            change = before.change();
            lastSeq = before.lastSeq();
            destroyed = true;
            floor = change - 1;
            log(new Change.Destroy(new StreamName("revived"), EpochStart.of(change, epochs), change, before.at(),
                    lastSeq,
                    null));
            before.ids().forEach(used -> ids.put(used.id(), new Id(new Remembered(used.change(),
                    EpochStart.of(used.change(), epochs), used.seq()), used.at())));
        }
    }

    Tombstone tombstone() {
        return new Tombstone(epochs, change, lastSeq, log.lastEntry().getValue().decidedAt(), ids.entrySet().stream()
                .map(e -> new UsedId(e.getKey(), e.getValue().remembered.change(), e.getValue().remembered.seq(),
                        e.getValue().at))
                .sorted(java.util.Comparator.comparingLong(UsedId::change))
                .toList());
    }

    MemoryStream copy() {
        MemoryStream copy = new MemoryStream(limits);
        copy.messages.putAll(messages);
        copy.keys.putAll(keys);
        copy.log.putAll(log);
        copy.ids.putAll(ids);
        copy.epochs.addAll(epochs);
        copy.uploads = uploads.copy();
        copy.change = change;
        copy.destroyed = destroyed;
        copy.lastSeq = lastSeq;
        copy.bytes = bytes;
        copy.floor = floor;
        copy.logBytes = logBytes;
        copy.config = config;
        return copy;
    }

    /** As {@link Incoming#skipTo}. */
    void skipTo(long number, long highestSeq, long epoch) {
        log.clear();
        logBytes = 0;
        change = number;
        floor = number;
        lastSeq = Math.max(lastSeq, highestSeq);
        if (epochs.isEmpty() || epochs.getLast().epoch() < epoch) {
            epochs.add(new EpochStart(epoch, number));
        }
    }

    State state() {
        Change.Set first = messages.isEmpty() ? null : messages.firstEntry().getValue();
        return new State(epochs, change, lastSeq, first == null ? 0 : first.seq(), first == null ? 0 : first.time(),
                messages.size(), bytes, config, destroyed);
    }

    void apply(List<Change> changes) {
        if (changes.isEmpty()) {
            return;
        }
        checkOrder(changes);
        changes.forEach(this::applyOne);
        endBatch(changes.getLast().decidedAt());
    }

    /** One of a batch, which {@link #endBatch} must end. */
    void applyOne(Change next) {
        if (epochs.isEmpty() || epochs.getLast().epoch() < next.epoch()) {
            epochs.add(new EpochStart(next.epoch(), next.number()));
        }
        switch (next) {
            case Change.Set set -> set(set);
            case Change.Delete delete -> delete(delete);
            case Change.DeleteAll all -> deleteAll(all);
            case Change.Destroy destroy -> destroy(destroy);
            case Change.Config c -> configure(c);
        }
        change = next.number();
        destroyed = next instanceof Change.Destroy;
    }

    void endBatch(long decidedAt) {
        trim();
        ids.values().removeIf(id -> id.at < decidedAt - limits.idMillis());
    }

    private void checkOrder(List<Change> changes) {
        long expected = change;
        long epoch = epochs.isEmpty() ? 0 : epochs.getLast().epoch();
        for (Change next : changes) {
            if (next.number() != ++expected || next.epoch() < epoch) {
                throw new IllegalArgumentException(
                        "change " + next.number() + " of epoch " + next.epoch() + " where change "
                                + expected + " of epoch " + epoch + " or later must follow");
            }
            epoch = next.epoch();
        }
    }

    private void set(Change.Set set) {
        remove(set.seq());
        Long sameKey = set.key() == null ? null : keys.get(set.key());
        if (sameKey != null) {
            remove(sameKey);
        }
        messages.put(set.seq(), set);
        if (set.key() != null) {
            keys.put(set.key(), set.seq());
        }
        if (set.large() != null) {
            uploads.use(set.large(), set.seq(), set.decidedAt());
        }
        bytes += set.message().bytes();
        lastSeq = Math.max(lastSeq, set.seq());
        remember(set.msgId(), set, set.seq());
    }

    private void delete(Change.Delete delete) {
        delete.seqs().forEach(this::remove);
        log(delete);
        remember(delete.msgId(), delete, 0);
    }

    private void deleteAll(Change.DeleteAll all) {
        List.copyOf(messages.headMap(all.upToSeq(), true).keySet()).forEach(this::remove);
        log(all);
        remember(all.msgId(), all, 0);
    }

    private void destroy(Change.Destroy destroy) {
        List.copyOf(messages.keySet()).forEach(this::remove);
        config = StreamConfig.NONE;
        log.clear();
        logBytes = 0;
        floor = destroy.number() - 1;
        log(destroy);
        remember(destroy.msgId(), destroy, 0);
    }

    private void configure(Change.Config next) {
        config = next.config();
        log(next);
        remember(next.msgId(), next, 0);
    }

    private void remove(long seq) {
        Change.Set gone = messages.remove(seq);
        if (gone != null) {
            bytes -= gone.message().bytes();
            if (gone.large() != null) {
                uploads.drop(gone.large());
            }
            if (gone.key() != null) {
                keys.remove(gone.key());
            }
            log(gone);
        }
    }

    private void log(Change gone) {
        if (gone.number() > floor) {
            log.put(gone.number(), gone);
            logBytes += gone.bytes();
        }
    }

    private void trim() {
        while (log.size() > limits.logChanges() || log.size() > 1 && logBytes > limits.logBytes()) {
            Change oldest = log.pollFirstEntry().getValue();
            logBytes -= oldest.bytes();
            floor = oldest.number();
        }
    }

    private void remember(@Nullable String msgId, Change by, long seq) {
        if (msgId != null) {
            ids.put(msgId, new Id(new Remembered(by.number(), by.epoch(), seq), by.decidedAt()));
        }
    }

    MemoryUploads uploads() {
        return uploads;
    }

    Optional<Message> get(long seq) {
        return Optional.ofNullable(messages.get(seq)).map(Change.Set::message);
    }

    Optional<Message> get(String key) {
        return Optional.ofNullable(keys.get(key)).flatMap(this::get);
    }

    Optional<Message> last() {
        return Optional.ofNullable(messages.lastEntry()).map(e -> e.getValue().message());
    }

    Optional<Message> firstSince(long time) {
        return messages.values().stream().filter(m -> m.time() >= time).findFirst().map(Change.Set::message);
    }

    Optional<Message> ofMsgId(String msgId, long since) {
        return messages.descendingMap().values().stream()
                .filter(m -> msgId.equals(m.msgId()) && m.time() >= since)
                .findFirst()
                .map(Change.Set::message);
    }

    Slice read(Range range, int limit, long maxBytes) {
        List<Message> read = new ArrayList<>();
        long sum = 0;
        for (Message message : of(range)) {
            sum += message.heldBytes();
            if (read.size() == limit || sum > maxBytes && !read.isEmpty()) {
                return new Slice(read, message.seq());
            }
            read.add(message);
        }
        return new Slice(read, 0);
    }

    long nthNewest(Range range, long n) {
        List<Message> newestFirst = of(new Range(range.fromSeq(), range.toSeq(), range.fromTime(), range.toTime(),
                true));
        return n > newestFirst.size() ? 0 : newestFirst.get((int) n - 1).seq();
    }

    private List<Message> of(Range range) {
        return (range.newestFirst() ? messages.descendingMap() : messages).values()
                .stream()
                .map(Change.Set::message)
                .filter(m -> m.seq() >= range.fromSeq() && m.seq() <= range.toSeq() && range.includesTime(m.time()))
                .toList();
    }

    Counted count(long upToSeq) {
        Collection<Change.Set> counted = messages.headMap(upToSeq, true).values();
        return new Counted(counted.size(), counted.stream().mapToLong(m -> m.message().bytes()).sum());
    }

    Evictable evictable(long maxMessages, long maxBytes, long oldest) {
        Evictable goes = new Evictable(0, 0, 0);
        for (Change.Set first : messages.values()) {
            if (messages.size() - goes.messages() <= maxMessages && bytes - goes.bytes() <= maxBytes
                    && first.time() >= oldest) {
                break;
            }
            goes = new Evictable(first.seq(), goes.messages() + 1, goes.bytes() + first.message().bytes());
        }
        return goes;
    }

    List<Expiring> expiring(int limit) {
        return messages.values().stream().filter(m -> m.expires() != 0)
                .sorted(Comparator.comparingLong(Change.Set::expires).thenComparingLong(Change.Set::seq)).limit(limit)
                .map(m -> new Expiring(m.expires(), m.seq(), m.key(), m.message().bytes())).toList();
    }

    List<KeySeq> keys(@Nullable String afterKey, int limit) {
        return (afterKey == null ? keys : keys.tailMap(afterKey, false)).entrySet()
                .stream()
                .limit(limit)
                .map(e -> new KeySeq(e.getKey(), e.getValue()))
                .toList();
    }

    Optional<Remembered> remembered(String msgId, long since) {
        return Optional.ofNullable(ids.get(msgId)).filter(id -> id.at >= since).map(Id::remembered);
    }

    List<String> rememberedIds(long since) {
        return ids.entrySet().stream().filter(e -> e.getValue().at >= since).map(Map.Entry::getKey).toList();
    }

    Optional<List<Change>> changesAfter(long after, int limit, long maxBytes) {
        if (after < floor) {
            return Optional.empty();
        }
        NavigableMap<Long, Change> all = new TreeMap<>(log.tailMap(after, false));
        messages.values().stream().filter(m -> m.number() > after).forEach(m -> all.put(m.number(), m));
        List<Change> read = new ArrayList<>();
        long sum = 0;
        for (Change next : all.values()) {
            sum += next.bytes();
            if (read.size() == limit || sum > maxBytes && !read.isEmpty()) {
                break;
            }
            read.add(next);
        }
        return Optional.of(read);
    }
}
