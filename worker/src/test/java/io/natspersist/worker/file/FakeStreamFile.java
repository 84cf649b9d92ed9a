// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import io.natspersist.protocol.StreamName;
import io.natspersist.worker.change.Change;
import io.natspersist.worker.change.Message;
import io.natspersist.worker.cold.ColdTier;
import io.natspersist.worker.file.FakeStreamFiles.Stored;
import io.natspersist.worker.file.StreamFileException.Kind;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A handle on a file of {@link FakeStreamFiles}, whose monitor guards everything here. */
final class FakeStreamFile implements StreamFile {

    /** How it stands with the lock. */
    private enum Lock {
        HELD, LOST, FENCED, DEAD
    }

    final String node;
    final Stored stored;
    private final FakeStreamFiles volume;
    private final StreamName stream;
    /** What this handle sees; the file's own state as long as the lock is held. */
    private MemoryStream seen;
    private Lock lock = Lock.HELD;

    FakeStreamFile(FakeStreamFiles volume, String node, StreamName stream, Stored stored) {
        this.volume = volume;
        this.node = node;
        this.stream = stream;
        this.stored = stored;
        this.seen = stored.current;
    }

    boolean holdsLock() {
        return lock == Lock.HELD;
    }

    /** From now on nothing written through this handle reaches the volume, and of what was not synced only some did. */
    void loseLock() {
        if (lock == Lock.HELD) {
            lock = Lock.LOST;
            seen = seen.copy();
            volume.loseUnsynced(stored);
        }
    }

    /** Another owner has opened the file. */
    void fence() {
        lock = Lock.FENCED;
    }

    void die() {
        lock = Lock.DEAD;
    }

    @Override
    public State state() {
        synchronized (volume) {
            return seen.state();
        }
    }

    @Override
    public void apply(List<Change> changes) {
        synchronized (volume) {
            volume.step(node, "before apply", stream);
            check();
            if (lock == Lock.FENCED) {
                throw lockLost();
            }
            List<Change> batch = List.copyOf(changes);
            seen.apply(batch);
            if (remember(s -> s.apply(batch))) {
                volume.applied(node, batch);
            }
            volume.step(node, "after apply", stream);
        }
    }

    @Override
    public void sync() {
        synchronized (volume) {
            volume.step(node, "before sync", stream);
            check();
            if (lock != Lock.HELD) {
                throw lockLost();
            }
            stored.sync();
            volume.step(node, "after sync", stream);
        }
    }

    /** Has a transaction reach the volume with the next sync; false: it never will. */
    private boolean remember(Consumer<MemoryStream> transaction) {
        if (lock != Lock.HELD) {
            return false;
        }
        stored.unsynced.add(transaction);
        stored.writer = node;
        return true;
    }

    @Override
    public Staged stage(String upload, int part, byte[] data, int crc32c, long now) {
        Part staged = new Part(data.clone(), crc32c);
        return write("stage", s -> s.uploads().stage(upload, part, staged, now));
    }

    @Override
    public Uploaded upload(String upload, long now) {
        return write("upload", s -> s.uploads().upload(upload, now));
    }

    @Override
    public Optional<Part> part(String upload, int part) {
        return read(s -> s.uploads().part(upload, part));
    }

    @Override
    public long oldestUnused() {
        return read(s -> s.uploads().oldestUnused());
    }

    @Override
    public void clean(long unusedSince, Set<String> keep, long maxBytes) {
        write("clean", s -> {
            s.uploads().clean(unusedSince, keep, maxBytes);
            return true;
        });
    }

    private <T> T write(String operation, Function<MemoryStream, T> how) {
        synchronized (volume) {
            volume.step(node, "before " + operation, stream);
            check();
            if (lock == Lock.FENCED) {
                throw lockLost();
            }
            T result = how.apply(seen);
            remember(s -> how.apply(s));
            volume.step(node, "after " + operation, stream);
            return result;
        }
    }

    @Override
    public Optional<Message> get(long seq) {
        return read(s -> s.get(seq));
    }

    @Override
    public Optional<Message> get(String key) {
        return read(s -> s.get(key));
    }

    @Override
    public Optional<Message> last() {
        return read(MemoryStream::last);
    }

    @Override
    public Optional<Message> firstSince(long time) {
        return read(s -> s.firstSince(time));
    }

    @Override
    public Optional<Message> ofMsgId(String msgId, long since) {
        return read(s -> s.ofMsgId(msgId, since));
    }

    @Override
    public Slice read(Range range, int limit, long maxBytes) {
        return read(s -> s.read(range, limit, maxBytes));
    }

    @Override
    public long nthNewest(Range range, long n) {
        return read(s -> s.nthNewest(range, n));
    }

    @Override
    public Counted count(long upToSeq) {
        return read(s -> s.count(upToSeq));
    }

    @Override
    public Evictable evictable(long maxMessages, long maxBytes, long oldest) {
        return read(s -> s.evictable(maxMessages, maxBytes, oldest));
    }

    @Override
    public List<Expiring> expiring(int limit) {
        return read(s -> s.expiring(limit));
    }

    @Override
    public List<KeySeq> keys(@Nullable String afterKey, int limit) {
        return read(s -> s.keys(afterKey, limit));
    }

    @Override
    public Optional<Remembered> remembered(String msgId, long since) {
        return read(s -> s.remembered(msgId, since));
    }

    @Override
    public List<String> rememberedIds(long since) {
        return read(s -> s.rememberedIds(since));
    }

    @Override
    public Optional<List<Change>> changesAfter(long after, int limit, long maxBytes) {
        return read(s -> s.changesAfter(after, limit, maxBytes));
    }

    @Override
    public ColdTier.Snapshot snapshot(long now) {
        return read(s -> volume.snapshot(stream, s, now));
    }

    @Override
    public Tombstone tombstone() {
        return read(MemoryStream::tombstone);
    }

    @Override
    public void close() {
        synchronized (volume) {
            sync();
            volume.letGo(this);
            volume.step(node, "after close", stream);
        }
    }

    @Override
    public void abandon() {
        synchronized (volume) {
            volume.letGo(this);
        }
    }

    private <T> T read(Function<MemoryStream, T> how) {
        synchronized (volume) {
            check();
            return how.apply(seen);
        }
    }

    private void check() {
        if (lock == Lock.DEAD) {
            throw new StreamFileException(Kind.UNAVAILABLE, stream, "the file is closed", null);
        }
        volume.failIfScripted(stream);
        if (stored.corrupt) {
            throw new StreamFileException(Kind.CORRUPT, stream, "scripted", null);
        }
    }

    private StreamFileException lockLost() {
        return new StreamFileException(Kind.UNAVAILABLE, stream, "the lock is lost", null);
    }
}
