// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

import io.natspersist.protocol.StreamName;
import io.natspersist.worker.change.Change;
import io.natspersist.worker.change.Message;
import io.natspersist.worker.file.CatalogEntry;
import io.natspersist.worker.file.StreamFile;
import io.natspersist.worker.file.StreamFile.EpochStart;
import io.natspersist.worker.file.StreamFile.Evictable;
import io.natspersist.worker.file.StreamFile.Remembered;
import io.natspersist.worker.file.StreamFile.Uploaded;
import io.natspersist.worker.file.Tombstone;
import io.natspersist.worker.journal.Position;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a stream holds, as its owner has decided it: the file's counters, the tail over it, and the facts about single keys
 * and seqs that were read from the file. Answers {@link Lookup.AskFile} where only the file knows.
 */
final class Contents {

    /** How many keys a stream remembers beside those of its tail. */
    static final int CACHED_KEYS = 256;

    /** What is known of the message at a seq or under a key. */
    sealed interface Lookup {
        record Present(long seq, @Nullable String key, long bytes) implements Lookup {}

        record Missing() implements Lookup {}

        /** Only the file knows: read it and {@link Contents#learnKey tell}. */
        record AskFile() implements Lookup {}
    }

    private static final Lookup MISSING = new Lookup.Missing();
    private static final Lookup ASK_FILE = new Lookup.AskFile();

    private final Tail tail = new Tail();
    private final List<EpochStart> epochs = new ArrayList<>();
    private long change;
    private long lastSeq;
    private long messages;
    private long bytes;
    private boolean destroyed;
    private final Expiry expiry = new Expiry();
    private long fileFirstSeq;
    private long fileFirstTime;

    /** Whether the file has no message at all, so that what the tail does not know is not there. */
    private boolean fileEmpty;
    /** Whether {@link #cachedKeys} and the tail know every key. */
    private boolean allKeysKnown;
    private final LinkedHashMap<String, KnownKey> cachedKeys = new LinkedHashMap<>(16, 0.75f, true);
    private Map<Long, Lookup> learntSeqs = Map.of();
    private Map<String, KnownKey> learntKeys = Map.of();
    private Map<String, Optional<Remembered>> learntIds = Map.of();
    private Map<String, Uploaded> learntUploads = Map.of();
    /** The message ids of a stream that was destroyed and whose file is gone. */
    private Map<String, Remembered> idsBefore = Map.of();
    private Change.@Nullable Destroy buriedBy;

    /** The file's word on a key that the tail does not know; seq 0: no such key. */
    private record KnownKey(long seq, long bytes) {}

    /** @param file the counters of the file; {@link StreamFile.State#EMPTY} where there is none */
    Contents(StreamFile.State file) {
        epochs.addAll(file.epochs());
        change = file.change();
        lastSeq = file.lastSeq();
        messages = file.messages();
        bytes = file.bytes();
        fileFirstSeq = file.firstSeq();
        fileFirstTime = file.firstTime();
        destroyed = file.destroyed();
        fileEmpty = file.messages() == 0;
        allKeysKnown = fileEmpty;
    }

    Tail tail() {
        return tail;
    }

    List<EpochStart> epochs() {
        return epochs;
    }

    long change() {
        return change;
    }

    long lastSeq() {
        return lastSeq;
    }

    long messages() {
        return messages;
    }

    long bytes() {
        return bytes;
    }

    /** Whether there is such a stream: something was stored in it, and it was not destroyed since. */
    boolean exists() {
        return change > 0 && !destroyed;
    }

    /** Whether the last change has destroyed the stream. */
    boolean isDestroyed() {
        return destroyed;
    }

    Expiry expiry() {
        return expiry;
    }

    /** The time of the first message, or of one that was the first a moment ago; only where there are messages. */
    long firstTime() {
        Tail.Entry inTail = tail.firstLive();
        boolean first = inTail != null && (fileEmpty || inTail.set().seq() < fileFirstSeq);
        return inTail != null && first ? inTail.set().time() : fileFirstTime;
    }

    /** As {@link StreamFile#evictable}, where everything is in the tail. */
    Evictable evictable(long maxMessages, long maxBytes, long oldest) {
        Evictable goes = new Evictable(0, 0, 0);
        for (Tail.Entry first : tail.liveFrom(0)) {
            if (messages - goes.messages() <= maxMessages && bytes - goes.bytes() <= maxBytes
                    && first.set().time() >= oldest) {
                break;
            }
            goes = new Evictable(first.set().seq(), goes.messages() + 1, goes.bytes() + first.messageBytes());
        }
        return goes;
    }

    /** Takes in a configuration just decided and journaled. */
    void configured(Change.Config config, Position position) {
        begin(config);
        tail.add(new Tail.Entry(config, position));
    }

    /** Whether everything that the stream holds is in the tail's memory. */
    boolean onlyInTail() {
        return fileEmpty;
    }

    Lookup key(String key) {
        Tail.KeyState inTail = tail.key(key);
        if (inTail != null) {
            return inTail.seq() == 0 ? MISSING : new Lookup.Present(inTail.seq(), key, inTail.bytes());
        }
        if (fileEmpty) {
            return MISSING;
        }
        KnownKey known = cachedKeys.getOrDefault(key, learntKeys.get(key));
        if (known != null) {
            return known.seq == 0 || known.seq <= tail.clearedUpTo()
                    ? MISSING
                    : new Lookup.Present(known.seq, key, known.bytes);
        }
        return allKeysKnown ? MISSING : ASK_FILE;
    }

    /** Takes the file's word on a key, and remembers it until the next {@link #forgetLearnt} at least. */
    void learnKey(String key, @Nullable Message inFile) {
        KnownKey known = inFile == null || inFile.seq() <= tail.clearedUpTo()
                ? new KnownKey(0, 0)
                : new KnownKey(inFile.seq(), inFile.bytes());
        learntKeys = learnt(learntKeys, key, known);
        cacheKey(key, known);
    }

    private void cacheKey(String key, KnownKey known) {
        if (known.seq == 0 && allKeysKnown) {
            cachedKeys.remove(key);
            return;
        }
        cachedKeys.put(key, known);
        if (cachedKeys.size() > CACHED_KEYS) {
            cachedKeys.pollFirstEntry();
            allKeysKnown = false;
        }
    }

    Lookup seq(long seq) {
        if (seq > lastSeq) {
            return MISSING;
        }
        Tail.Entry entry = tail.at(seq);
        if (entry != null) {
            Change.Set set = entry.set();
            return new Lookup.Present(seq, set.key(), entry.messageBytes());
        }
        if (fileEmpty || tail.tookAway(seq)) {
            return MISSING;
        }
        return learntSeqs.getOrDefault(seq, ASK_FILE);
    }

    /** Takes the file's word on a seq, until the next {@link #forgetLearnt}. */
    void learnSeq(long seq, @Nullable Message inFile) {
        learntSeqs = learnt(learntSeqs, seq,
                inFile == null ? MISSING : new Lookup.Present(inFile.seq(), inFile.key(), inFile.bytes()));
    }

    /** What is remembered under a message id, as far as the tail and {@link #learnId} know. */
    @Nullable
    Remembered remembered(String msgId) {
        Remembered inTail = tail.id(msgId);
        return inTail != null
                ? inTail
                : learntIds.getOrDefault(msgId, Optional.empty()).orElse(idsBefore.get(msgId));
    }

    /** Whether the file was asked for this message id. */
    boolean askedForId(String msgId) {
        return learntIds.containsKey(msgId);
    }

    void learnId(String msgId, Optional<Remembered> inFile) {
        learntIds = learnt(learntIds, msgId, inFile);
    }

    /** What there is of an upload; null: the file was not asked yet. */
    @Nullable
    Uploaded upload(String upload) {
        return learntUploads.get(upload);
    }

    void learnUpload(String upload, Uploaded inFile) {
        learntUploads = learnt(learntUploads, upload, inFile);
    }

    /** Most operations learn nothing, so what they learn has a map only while there is something in it. */
    private static <K, V> Map<K, V> learnt(Map<K, V> before, K about, V fact) {
        Map<K, V> facts = before.isEmpty() ? new HashMap<>() : before;
        facts.put(about, fact);
        return facts;
    }

    /** Forgets what was read from the file for the operation that has just been decided. */
    void forgetLearnt() {
        learntSeqs = Map.of();
        learntKeys = Map.of();
        learntIds = Map.of();
        learntUploads = Map.of();
    }

    /**
     * Takes in a message just decided and journaled.
     *
     * @param atSeq what stood at its seq
     * @param atKey what had its key
     */
    Tail.Entry stored(Change.Set set, Position position, Lookup atSeq, Lookup atKey) {
        if (atSeq instanceof Lookup.AskFile || atKey instanceof Lookup.AskFile) {
            throw new IllegalStateException(set.stream() + ": what change " + set.number() + " replaces is not known");
        }
        begin(set);
        long replaced = 0;
        if (atSeq instanceof Lookup.Present old) {
            uncount(old);
            if (old.key() != null && !old.key().equals(set.key())) {
                tail.dropKey(old.key(), set.number());
            }
        }
        if (atKey instanceof Lookup.Present old && old.seq() != set.seq()) {
            uncount(old);
            replaced = old.seq();
        }
        messages++;
        bytes += set.messageBytes();
        lastSeq = Math.max(lastSeq, set.seq());
        expiry.stored(set);
        Tail.Entry entry = replaced == 0 ? new Tail.Entry(set, position) : new Tail.Entry(set, position, replaced);
        tail.add(entry);
        return entry;
    }

    /** Takes in a delete just decided and journaled, of messages that are there. */
    Tail.Entry deleted(Change.Delete delete, Position position, List<Lookup.Present> messagesGone) {
        begin(delete);
        long[] seqs = new long[messagesGone.size()];
        int n = 0;
        for (Lookup.Present old : messagesGone) {
            uncount(old);
            seqs[n++] = old.seq();
            if (old.key() != null) {
                tail.dropKey(old.key(), delete.number());
            }
        }
        Tail.Entry entry = new Tail.Entry(delete, position, seqs);
        tail.add(entry);
        return entry;
    }

    /** Takes in a deleteAll just decided and journaled; {@code count} messages of {@code size} bytes go. */
    Tail.Entry cleared(Change.DeleteAll all, Position position, long count, long size) {
        begin(all);
        messages -= count;
        bytes -= size;
        expiry.goneUpTo(all.upToSeq());
        cachedKeys.replaceAll((key, known) -> known.seq <= all.upToSeq() ? new KnownKey(0, 0) : known);
        Tail.Entry entry = new Tail.Entry(all, position);
        tail.add(entry);
        return entry;
    }

    /** The file of the destroyed stream is gone; this is what is kept. */
    void buried(StreamName name, Tombstone tombstone) {
        idsBefore = tombstone.remembered();
        buriedBy = new Change.Destroy(name, EpochStart.of(tombstone.change(), tombstone.epochs()), tombstone.change(),
                tombstone.at(), tombstone.lastSeq(), null);
    }

    /** The change that destroyed the stream whose file is gone; null: it was not, or has a file. */
    Change.@Nullable Destroy buriedBy() {
        return buriedBy;
    }

    /** What the catalog is to say of the stream, which is there. */
    CatalogEntry entry(StreamName name) {
        return new CatalogEntry(name, change, lastSeq, messages, bytes, null);
    }

    /** Takes in that the stream was destroyed. */
    Tail.Entry destroyed(Change.Destroy destroy, Position position) {
        begin(destroy);
        messages = 0;
        bytes = 0;
        expiry.learn(List.of());
        cachedKeys.replaceAll((key, known) -> new KnownKey(0, 0));
        Tail.Entry entry = new Tail.Entry(destroy, position);
        tail.add(entry);
        return entry;
    }

    private void begin(Change next) {
        if (next.number() != change + 1) {
            throw new IllegalStateException(next.stream() + ": change " + next.number() + " does not follow " + change);
        }
        change = next.number();
        destroyed = next instanceof Change.Destroy;
        if (epochs.isEmpty() || epochs.getLast().epoch() < next.epoch()) {
            epochs.add(new EpochStart(next.epoch(), next.number()));
        }
    }

    private void uncount(Lookup.Present old) {
        expiry.gone(old.seq());
        messages--;
        bytes -= old.bytes();
    }

    /** The {@code count} oldest changes of the tail are in the file now, whose counters are {@code file}. */
    void applied(int count, StreamFile.State file) {
        fileEmpty = file.messages() == 0;
        fileFirstSeq = file.firstSeq();
        fileFirstTime = file.firstTime();
        learntSeqs = Map.of(); // they spoke of the file as it was
        learntKeys = Map.of();
        tail.applied(count, (key, state) -> cacheKey(key, new KnownKey(state.seq(), state.bytes())));
    }
}
