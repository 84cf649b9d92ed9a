// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

import io.natspersist.protocol.StreamName;
import io.natspersist.worker.file.Archived;
import io.natspersist.worker.file.CatalogEntry;
import io.natspersist.worker.file.Catalogs;
import io.natspersist.worker.file.StreamFileException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Entries on their way into one slot's catalog, many at a time, in the order in which they were given. Everything here is called on the
 * loop, and calls back on it.
 */
final class CatalogLane implements SlotCatalog {

    /** How long an entry waits for others when nobody waits for it. */
    private static final long GATHER_MILLIS = 1_000;
    private static final long GONE_LATELY_MILLIS = 60_000;

    private final int slot;
    private final long epoch;
    private final StreamHost host;
    private final Catalogs catalogs;
    private Map<StreamName, CatalogEntry> entries = new LinkedHashMap<>();
    /** What is being written. */
    private Map<StreamName, CatalogEntry> underWay = Map.of();
    private Map<StreamName, Archived> marks = new LinkedHashMap<>();
    private Set<StreamName> gone = new LinkedHashSet<>();
    /** Those of the last minute, and when. */
    private final LinkedHashMap<StreamName, Long> goneLately = new LinkedHashMap<>();
    private List<Waiting> waiting = new ArrayList<>();
    private boolean busy;
    private boolean urgent;
    private long sinceNanos;
    private boolean mayBeOpen;
    private long usedAtNanos;

    private record Waiting(Runnable forced, Consumer<StreamFileException> failed) {}

    CatalogLane(int slot, long epoch, StreamHost host, Catalogs catalogs) {
        this.slot = slot;
        this.epoch = epoch;
        this.host = host;
        this.catalogs = catalogs;
    }

    @Override
    public void put(CatalogEntry entry, boolean urgently, Runnable forced, Consumer<StreamFileException> failed) {
        add(entry);
        waiting.add(new Waiting(forced, failed));
        urgent |= urgently;
        flushIfDue(host.loop().nanos());
    }

    @Override
    public void refresh(CatalogEntry entry) {
        add(entry);
    }

    /** Has noted that a stream has a copy, or none any more. It may be lost. */
    void mark(Archived copy) {
        beginToGather();
        marks.put(copy.name(), copy);
    }

    /** Has noted that the file of a cold stream is gone. It may be lost. */
    void surelyGone(StreamName stream) {
        beginToGather();
        gone.add(stream);
        goneLately.put(stream, host.loop().nanos());
    }

    /** The stream's file comes back. */
    void mayBeThere(StreamName stream) {
        gone.remove(stream);
        goneLately.remove(stream);
    }

    /** Whether its file is gone, though the catalog may not have said so when it was read. */
    boolean isGone(StreamName stream) {
        return goneLately.containsKey(stream);
    }

    /** What was given last and may not be in the catalog. */
    Optional<CatalogEntry> pending(StreamName stream) {
        return Optional.ofNullable(entries.getOrDefault(stream, underWay.get(stream)));
    }

    private void add(CatalogEntry entry) {
        beginToGather();
        entries.put(entry.name(), entry);
    }

    private void beginToGather() {
        if (isEmpty()) {
            sinceNanos = host.loop().nanos();
        }
    }

    private boolean isEmpty() {
        return entries.isEmpty() && marks.isEmpty() && gone.isEmpty();
    }

    /** To be called now and then. */
    void flushIfDue(long nowNanos) {
        boolean due = urgent || nowNanos - sinceNanos >= GATHER_MILLIS * 1_000_000;
        if (busy || isEmpty() || !due) {
            return;
        }
        List<CatalogEntry> batch = List.copyOf(entries.values());
        underWay = entries;
        List<Archived> marked = List.copyOf(marks.values());
        List<StreamName> left = List.copyOf(gone);
        List<Waiting> told = waiting;
        gone = new LinkedHashSet<>();
        while (!goneLately.isEmpty()
                && nowNanos - goneLately.firstEntry().getValue() > GONE_LATELY_MILLIS * 1_000_000) {
            goneLately.pollFirstEntry();
        }
        entries = new LinkedHashMap<>();
        marks = new LinkedHashMap<>();
        waiting = new ArrayList<>();
        urgent = false;
        busy = true;
        used(nowNanos);
        host.flushThreads().execute(() -> {
            try {
                if (!batch.isEmpty()) {
                    catalogs.put(slot, epoch, batch);
                }
                if (!marked.isEmpty()) {
                    catalogs.mark(slot, epoch, marked);
                }
                if (!left.isEmpty()) {
                    catalogs.surelyGone(slot, epoch, left);
                }
                if (!told.isEmpty() && !host.mistake(StreamMistake.CATALOG_NOT_FORCED)) {
                    catalogs.sync(slot, epoch);
                }
                host.loop().execute(() -> flushed(() -> told.forEach(w -> w.forced.run())));
            } catch (StreamFileException e) {
                host.loop().execute(() -> flushed(() -> told.forEach(w -> w.failed.accept(e))));
            }
        });
    }

    private void flushed(Runnable tell) {
        busy = false;
        underWay = Map.of();
        tell.run();
        flushIfDue(host.loop().nanos());
    }

    /** Puts what waits on its way: the slot is let go of. Returns whether nothing is left. */
    boolean finish() {
        urgent = true;
        flushIfDue(host.loop().nanos());
        return !busy && isEmpty();
    }

    /** The catalog is used, and perhaps opened. */
    void used(long nowNanos) {
        mayBeOpen = true;
        usedAtNanos = nowNanos;
    }

    /** Lets go of the catalog if nobody used it for so long. */
    void closeIfIdle(long nowNanos, long idleNanos) {
        if (mayBeOpen && !busy && isEmpty() && nowNanos - usedAtNanos >= idleNanos) {
            mayBeOpen = false;
            busy = true;
            host.flushThreads().execute(() -> {
                try {
                    catalogs.close(slot);
                } catch (StreamFileException e) {
                    // It was let go of all the same; whoever needs it next opens it anew.
                }
                host.loop().execute(() -> flushed(() -> {}));
            });
        }
    }
}
