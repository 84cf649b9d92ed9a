// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import io.natspersist.protocol.StreamName;
import io.natspersist.worker.change.Change;
import io.natspersist.worker.change.LargeValue;
import io.natspersist.worker.cold.ColdTier;
import io.natspersist.worker.file.StreamFile.State;
import io.natspersist.worker.file.StreamFileException.Kind;
import io.natspersist.worker.file.StreamFiles.Opened;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A volume of stream files in memory, mounted by several nodes, that behaves like a shared one at its worst: what was applied
 * and not synced is lost with the power (but not with a process), locks can be taken away, and who lost one goes on
 * without noticing until it syncs. Safe for use by several threads.
 */
public final class FakeStreamFiles {
    private final StreamFileLimits limits;
    private final RandomGenerator random;
    private final Map<StreamName, Stored> streams = new TreeMap<>();
    private final Map<StreamName, Deque<Kind>> failures = new HashMap<>();
    private final Map<StreamName, Kind> failing = new HashMap<>();
    private final Map<StreamName, Integer> slotOf = new HashMap<>();
    private final FakeCatalogs catalogs;
    private final Set<FakeStreamFile> open = new LinkedHashSet<>();
    private final List<StreamName> setAside = new ArrayList<>();
    private final FakeSnapshots snapshots;
    private int scratchFiles;
    private Step step = (node, operation, stream) -> {};
    private BiConsumer<String, List<Change>> applies = (node, changes) -> {};
    private BiConsumer<StreamName, Held> removals = (stream, held) -> {};
    private BiConsumer<String, StreamName> returns = (node, stream) -> {};
    private long opens;
    private long creates;
    private long renames;

    /** Is called before and after everything that alters a file or who holds it; may throw to end the process there. */
    public interface Step {
        void at(String node, String operation, StreamName stream);
    }

    /** One stream's file on the volume. */
    static final class Stored {
        private final MemoryStream durable;
        /** What its owner and whoever comes after a mere kill see: the durable state and the unsynced batches. */
        MemoryStream current;
        final Set<FakeStreamFile> handles = new LinkedHashSet<>();
        /** Transactions, in order. */
        final List<Consumer<MemoryStream>> unsynced = new ArrayList<>();
        String writer = "";
        long epoch;
        boolean corrupt;

        Stored(StreamFileLimits limits, long epoch, @Nullable Tombstone before) {
            this.durable = new MemoryStream(limits, before);
            this.current = new MemoryStream(limits, before);
            this.epoch = epoch;
        }

        /** One that has come back. */
        Stored(MemoryStream durable, long epoch) {
            this.durable = durable;
            this.current = durable.copy();
            this.epoch = epoch;
        }

        void sync() {
            unsynced.forEach(transaction -> transaction.accept(durable));
            unsynced.clear();
        }
    }

    /** @param random decides how much of what was not synced survives: some first batches */
    public FakeStreamFiles(RandomGenerator random) {
        this(random, StreamFileLimits.DEFAULT);
    }

    public FakeStreamFiles(RandomGenerator random, StreamFileLimits limits) {
        this(random, limits, new FakeSnapshots());
    }

    private FakeStreamFiles(RandomGenerator random, StreamFileLimits limits, FakeSnapshots snapshots) {
        this.snapshots = snapshots;
        this.random = random;
        this.limits = limits;
        this.catalogs = new FakeCatalogs(this, random);
    }

    /** Another volume, on which copies of files of this one can be read. */
    public FakeStreamFiles another(RandomGenerator itsRandom) {
        return new FakeStreamFiles(itsRandom, limits, snapshots);
    }

    /** The volume as one node (a machine with one worker process at a time) sees it. */
    public StreamVolume mount(String node) {
        return new StreamVolume() {
            @Override
            public Opened open(StreamName stream, int slot, long epoch) {
                step(node, "before open", stream);
                Opened opened = openFor(node, stream, slot, epoch);
                step(node, "after open", stream);
                return opened;
            }

            @Override
            public StreamFile create(StreamName stream, int slot, long epoch, @Nullable Tombstone before) {
                step(node, "before create", stream);
                StreamFile created = createFor(node, stream, slot, epoch, before);
                step(node, "after create", stream);
                return created;
            }

            @Override
            public void remove(StreamName stream, int slot, long epoch) {
                step(node, "before remove", stream);
                removeFor(stream, epoch);
                step(node, "after remove", stream);
            }

            @Override
            public Incoming restore(StreamName stream, int slot, long epoch) {
                step(node, "before restore", stream);
                failIfScripted(stream);
                return new FakeIncoming(node, stream, slot, epoch);
            }

            @Override
            public ScratchFile scratch(StreamName stream) {
                step(node, "before scratch", stream);
                return new FakeScratchFile(node, stream);
            }

            @Override
            public Catalogs catalogs() {
                return catalogs.of(node);
            }

            @Override
            public void discardSlot(int slot) {
                synchronized (FakeStreamFiles.this) {
                    failIfScripted(StreamPlace.ofCatalog(slot).stream());
                    streams.keySet().removeIf(stream -> slotOf.getOrDefault(stream, -1) == slot);
                    catalogs.discard(slot);
                }
            }

            @Override
            public void forgetSlot(int slot) {
                catalogs.of(node).close(slot);
            }

            @Override
            public long setAside() {
                return FakeStreamFiles.this.setAsideFiles();
            }
        };
    }

    synchronized ColdTier.Snapshot snapshot(StreamName name, MemoryStream stream, long now) {
        byte[] pages = snapshots.take(name, stream);
        State state = stream.state();
        return new ColdTier.Snapshot() {
            @Override
            public State state() {
                return state;
            }

            @Override
            public long at() {
                return now;
            }

            @Override
            public long bytes() {
                return pages.length;
            }

            @Override
            public void read(long position, ByteBuffer into) {
                into.put(pages, (int) position, (int) Math.min(into.remaining(), pages.length - position));
            }

            @Override
            public void close() {
                // There is nothing to let go of.
            }
        };
    }

    /** A snapshot on its way back. */
    private final class FakeIncoming implements Incoming {
        private final String node;
        private final StreamName stream;
        private final int slot;
        private final long epoch;
        private final ByteBuffer pages = ByteBuffer.allocate(64 << 10);
        private @Nullable MemoryStream written;

        FakeIncoming(String node, StreamName stream, int slot, long epoch) {
            this.node = node;
            this.stream = stream;
            this.slot = slot;
            this.epoch = epoch;
        }

        @Override
        public void write(ByteBuffer bytes) {
            pages.put(bytes);
        }

        private MemoryStream whole() {
            MemoryStream known = written == null ? snapshots.contents(stream, pages.flip()) : written;
            written = known;
            return known;
        }

        @Override
        public State written() {
            synchronized (FakeStreamFiles.this) {
                return whole().state();
            }
        }

        @Override
        public boolean has(LargeValue value) {
            synchronized (FakeStreamFiles.this) {
                return whole().uploads().upload(value.upload(), 0).isWhole(value);
            }
        }

        @Override
        public void skipTo(long change, long lastSeq, long skippedIn) {
            synchronized (FakeStreamFiles.this) {
                whole().skipTo(change, lastSeq, skippedIn);
            }
        }

        @Override
        public void keep() {
            synchronized (FakeStreamFiles.this) {
                step(node, "before keep", stream);
                failIfScripted(stream);
                Stored there = streams.get(stream);
                if (there == null || there.epoch < epoch) { // else it is a name that leads nowhere
                    slotOf.put(stream, slot);
                    streams.put(stream, new Stored(whole(), epoch));
                    returns.accept(node, stream);
                }
                step(node, "after keep", stream);
            }
        }

        @Override
        public void close() {
            // What is not kept was never there.
        }
    }

    /** A snapshot beside its stream. */
    private final class FakeScratchFile implements ScratchFile {
        private final String node;
        private final StreamName stream;
        private final ByteBuffer pages = ByteBuffer.allocate(64 << 10);
        private boolean open = true;

        FakeScratchFile(String node, StreamName stream) {
            this.node = node;
            this.stream = stream;
            synchronized (FakeStreamFiles.this) {
                scratchFiles++;
            }
        }

        @Override
        public void write(ByteBuffer bytes) {
            pages.put(bytes);
        }

        @Override
        public StreamFile opened() {
            synchronized (FakeStreamFiles.this) {
                MemoryStream contents = snapshots.contents(stream, pages.flip());
                return new FakeStreamFile(FakeStreamFiles.this, node, stream, new Stored(contents, 0));
            }
        }

        @Override
        public void close() {
            synchronized (FakeStreamFiles.this) {
                scratchFiles -= open ? 1 : 0;
                open = false;
            }
        }
    }

    /** How many copies there are beside their streams. */
    public synchronized int scratchFiles() {
        return scratchFiles;
    }

    private synchronized long setAsideFiles() {
        return setAside.size();
    }

    public synchronized void onStep(Step hook) {
        step = hook;
    }

    synchronized void step(String node, String operation, StreamName stream) {
        step.at(node, operation, stream);
    }

    private synchronized Opened openFor(String node, StreamName stream, int slot, long epoch) {
        opens++;
        Kind failure = nextFailure(stream);
        if (failure == Kind.UNAVAILABLE) {
            return new Opened.Unavailable("scripted");
        }
        FakeCatalogs.Row gone;
        try {
            gone = catalogs.gone(node, slot, epoch, stream);
        } catch (StreamFileException e) {
            return new Opened.Unavailable(e.why());
        }
        Stored stored = madeSince(gone == null ? 0 : gone.by(), stream);
        if (stored == null) {
            if (gone == null && catalogs.isIncomplete(slot)) {
                return Opened.Cold.UNKNOWN;
            }
            if (gone != null && Tombstone.ELSEWHERE.equals(gone.entry().tombstone())) {
                return Opened.Cold.UNKNOWN;
            }
            if (gone != null && gone.entry().tombstone() == null) {
                return Opened.Cold.of(gone.entry());
            }
            return setAside.contains(stream) && gone == null
                    ? new Opened.Corrupt("a damaged file was set aside")
                    : new Opened.Absent(gone == null ? null : gone.entry().tombstone());
        }
        if (stored.epoch > epoch) {
            return new Opened.Unavailable("taken over by epoch " + stored.epoch);
        }
        for (FakeStreamFile other : stored.handles) {
            if (other.holdsLock()) {
                return new Opened.Unavailable("held by a process on " + other.node);
            }
        }
        if (stored.corrupt || failure == Kind.CORRUPT) {
            streams.remove(stream);
            setAside.add(stream);
            return new Opened.Corrupt("scripted");
        }
        stored.handles.forEach(FakeStreamFile::fence);
        if (!stored.writer.equals(node)) {
            stored.writer = ""; // a machine gives up its lock only when the volume has what it wrote
        }
        if (stored.epoch != epoch) {
            stored.epoch = epoch;
            renames += 2;
        }
        return new Opened.File(hold(node, stream, stored));
    }

    /** What a fenced owner has made after the stream was destroyed or evicted is of no meaning. */
    private @Nullable Stored madeSince(long by, StreamName stream) {
        Stored stored = streams.get(stream);
        return stored != null && stored.epoch < by ? null : stored;
    }

    private synchronized StreamFile createFor(String node, StreamName stream, int slot, long epoch,
            @Nullable Tombstone before) {
        creates++;
        Kind failure = nextFailure(stream);
        FakeCatalogs.Row gone = before == null ? null : catalogs.gone(node, slot, epoch, stream);
        boolean exists = madeSince(gone == null ? 0 : gone.by(), stream) != null;
        if (failure != null || exists || (setAside.contains(stream) && before == null)) {
            throw new StreamFileException(Kind.UNAVAILABLE, stream, failure != null ? "scripted" : "its file exists",
                    null);
        }
        Stored stored = new Stored(limits, epoch, before);
        slotOf.put(stream, slot);
        streams.put(stream, stored);
        return hold(node, stream, stored);
    }

    private synchronized void removeFor(StreamName stream, long epoch) {
        failIfScripted(stream);
        Stored stored = streams.get(stream);
        if (stored != null && stored.handles.stream().anyMatch(FakeStreamFile::holdsLock)) {
            throw new StreamFileException(Kind.UNAVAILABLE, stream, "it is open", null);
        }
        if (stored != null && stored.epoch <= epoch) {
            removals.accept(stream, new Held(stored.current));
            streams.remove(stream);
        }
    }

    /** What a file holds. */
    public final class Held {
        private final MemoryStream contents;

        private Held(MemoryStream contents) {
            this.contents = contents;
        }

        public State state() {
            return contents.state();
        }

        /** Whether it has parts of values that no message shows yet, or any more. */
        public boolean hasUnusedParts() {
            return contents.uploads().oldestUnused() != Long.MAX_VALUE;
        }

        /** Whether a copy holds all of that, with the parts of values that are on their way. */
        public boolean isWholeIn(Held copy) {
            return state().equals(copy.state())
                    && copy.contents.uploads().names().containsAll(contents.uploads().names());
        }
    }

    /** Is told of each file that is removed, be it because the stream was destroyed or evicted, before it is gone. */
    public synchronized void onRemove(BiConsumer<StreamName, Held> listener) {
        removals = listener;
    }

    /** Is told of each file that has come back from a copy, and on which node. */
    public synchronized void onReturn(BiConsumer<String, StreamName> listener) {
        returns = listener;
    }

    /** What the bytes of a snapshot hold. */
    public synchronized Held held(StreamName stream, byte[] snapshot) {
        return new Held(snapshots.contents(stream, ByteBuffer.wrap(snapshot)));
    }

    /** What the stream's file holds; null: it has none, or that is damaged. */
    public synchronized @Nullable Held held(StreamName stream) {
        Stored stored = streams.get(stream);
        return stored == null || stored.corrupt ? null : new Held(stored.current);
    }

    /** What would be left of it after a power failure is all that it holds, and nobody has it open. */
    public synchronized boolean isAtRest(StreamName stream) {
        Stored stored = streams.get(stream);
        return stored != null && stored.handles.isEmpty() && stored.unsynced.isEmpty();
    }

    /** Whether its catalog would say after a power failure that there is a copy with that change. */
    public synchronized boolean catalogHasCopy(StreamName stream, Archived copy) {
        return catalogs.hasCopy(stream, copy);
    }

    /** Somebody deletes the file. */
    public synchronized void vanish(StreamName stream) {
        streams.remove(stream);
    }

    /** The streams of a slot that have a file. */
    List<StreamName> withFile(int slot) {
        return streams.keySet().stream().filter(s -> slotOf.getOrDefault(s, -1) == slot).toList();
    }

    /** Whether the stream's catalog would know it after a power failure, be it as one that was destroyed. */
    public synchronized boolean catalogKnows(StreamName stream) {
        return catalogs.knows(stream);
    }

    /** The streams that the catalogs have durably, those that were destroyed left out. */
    public synchronized List<StreamName> cataloged() {
        return catalogs.durable();
    }

    /** Every catalog is gone, and what was archived is not known. */
    public synchronized void loseCatalogs() {
        catalogs.lose();
    }

    private FakeStreamFile hold(String node, StreamName stream, Stored stored) {
        FakeStreamFile file = new FakeStreamFile(this, node, stream, stored);
        open.add(file);
        stored.handles.add(file);
        return file;
    }

    private @Nullable Kind nextFailure(StreamName stream) {
        Deque<Kind> scripted = failures.get(stream);
        Kind next = scripted == null ? null : scripted.poll();
        return next == null ? failing.get(stream) : next;
    }

    /** Called by files before each verb. */
    void failIfScripted(StreamName stream) {
        Kind failure = nextFailure(stream);
        if (failure != null) {
            throw new StreamFileException(failure, stream, "scripted", null);
        }
    }

    void letGo(FakeStreamFile file) {
        file.die();
        open.remove(file);
        file.stored.handles.remove(file);
    }

    void loseUnsynced(Stored stored) {
        int kept = stored.unsynced.isEmpty() ? 0 : random.nextInt(stored.unsynced.size() + 1);
        stored.unsynced.subList(kept, stored.unsynced.size()).clear();
        stored.sync();
        stored.current = stored.durable.copy();
    }

    /** Is told of each batch that comes into a file, and who applied it. */
    public synchronized void onApply(BiConsumer<String, List<Change>> listener) {
        applies = listener;
    }

    void applied(String node, List<Change> changes) {
        applies.accept(node, changes);
    }

    /** The node's process dies: its locks are free, what it applied is there. */
    public synchronized void kill(String node) {
        letGoOfAll(node);
        catalogs.kill(node);
    }

    /** The node's machine dies: of what it applied and did not sync, some first batches survive. */
    public synchronized void losePower(String node) {
        letGoOfAll(node);
        streams.values().stream().filter(s -> s.writer.equals(node)).forEach(this::loseUnsynced);
        catalogs.losePower(node);
    }

    /** Every machine and the volume die. */
    public synchronized void losePower() {
        List.copyOf(open).forEach(f -> letGoOfAll(f.node));
        streams.values().forEach(this::loseUnsynced);
        catalogs.losePower();
    }

    /** The volume takes the node's locks away, as an NFS server does when a lease ends. The node does not notice yet. */
    public synchronized void takeLocks(String node) {
        open.stream().filter(f -> f.node.equals(node)).forEach(FakeStreamFile::loseLock);
        catalogs.takeLocks(node);
    }

    private void letGoOfAll(String node) {
        List.copyOf(open).stream().filter(f -> f.node.equals(node)).forEach(this::letGo);
    }

    /** The next call that concerns this stream (its state excepted) fails so; called again, the one after it too. */
    public synchronized void failNext(StreamName stream, Kind kind) {
        failures.computeIfAbsent(stream, s -> new ArrayDeque<>()).add(kind);
    }

    /** Until {@link #mend}, every call that concerns this stream (its state excepted) fails so. */
    public synchronized void fail(StreamName stream, Kind kind) {
        failing.put(stream, kind);
    }

    public synchronized void mend(StreamName stream) {
        failing.remove(stream);
    }

    /** The file is damaged: whoever uses or opens it is told. */
    public synchronized void corrupt(StreamName stream) {
        streams.get(stream).corrupt = true;
    }

    public synchronized List<StreamName> setAside() {
        return List.copyOf(setAside);
    }

    public synchronized List<StreamName> streams() {
        return List.copyOf(streams.keySet());
    }

    /** The parts of large values in a stream's file: the upload and the number of each, in order. */
    public synchronized List<String> parts(StreamName stream) {
        return streams.get(stream).current.uploads().names();
    }

    /** What all streams hold. */
    public synchronized long bytes() {
        return streams.values().stream().mapToLong(stored -> stored.current.state().bytes()).sum();
    }

    public synchronized int openFiles() {
        return open.size();
    }

    public synchronized long opens() {
        return opens;
    }

    public synchronized long creates() {
        return creates;
    }

    public synchronized long renames() {
        return renames;
    }
}
