// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import io.natspersist.protocol.StreamName;
import io.natspersist.worker.file.StreamFileException.Kind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The catalogs of {@link FakeStreamFiles}, whose monitor guards everything here: they lose what was put and not synced. */
final class FakeCatalogs {
    private final FakeStreamFiles volume;
    private final RandomGenerator random;
    private final Map<Integer, Stored> slots = new TreeMap<>();
    private final Set<Integer> incomplete = new HashSet<>();

    /** One slot's catalog on the volume. */
    private static final class Stored {
        final NavigableMap<StreamName, Row> durable = new TreeMap<>(NameRange.ORDER);
        NavigableMap<StreamName, Row> current = new TreeMap<>(NameRange.ORDER);
        final List<List<Row>> unsynced = new ArrayList<>();
        @Nullable
        Handle handle;
        /** By which something was put that was not synced since. */
        @Nullable
        Handle unsyncedBy;
        String writer = "";
        long epoch;

        void sync() {
            unsynced.forEach(rows -> rows.forEach(r -> durable.put(r.entry.name(), r)));
            unsynced.clear();
        }
    }

    /** {@code by}: of the owner that has removed the stream's file; 0: nobody has. {@code left}: it is cold, and its file may be there. */
    record Row(CatalogEntry entry, long by, @Nullable Archived archived, boolean left) {

        boolean isEvictable() {
            return hasFile() && archived != null && archived.change() == entry.change();
        }

        boolean isUnarchived() {
            return hasFile() && (archived == null || archived.change() != entry.change());
        }

        private boolean hasFile() {
            return entry.used() > 0 && entry.tombstone() == null && !entry.cold();
        }
    }

    private static final class Handle {
        final String node;
        boolean locked = true;

        Handle(String node) {
            this.node = node;
        }
    }

    FakeCatalogs(FakeStreamFiles volume, RandomGenerator random) {
        this.volume = volume;
        this.random = random;
    }

    private Stored opened(String node, int slot, long epoch) {
        StreamName name = StreamPlace.ofCatalog(slot).stream();
        Stored stored = slots.computeIfAbsent(slot, s -> new Stored());
        Handle handle = stored.handle;
        try {
            volume.failIfScripted(name);
        } catch (StreamFileException e) {
            stored.handle = null; // after a failure a catalog is let go of, and opened anew
            throw e;
        }
        if (stored.epoch > epoch) {
            throw unavailable(name, "taken over by epoch " + stored.epoch);
        }
        if (handle != null && handle.node.equals(node) && !handle.locked) {
            stored.handle = null;
            throw unavailable(name, "the lock is lost");
        }
        if (handle != null && !handle.node.equals(node) && handle.locked) {
            throw unavailable(name, "held by a process on " + handle.node);
        }
        if (handle == null || !handle.node.equals(node)) {
            stored.handle = new Handle(node);
        }
        if (!stored.writer.equals(node)) {
            stored.writer = ""; // a machine gives up its lock only when the volume has what it wrote
        }
        stored.epoch = epoch;
        return stored;
    }

    private static StreamFileException unavailable(StreamName name, String why) {
        return new StreamFileException(Kind.UNAVAILABLE, name, why, null);
    }

    Catalogs of(String node) {
        return new Catalogs() {
            @Override
            public void put(int slot, long epoch, List<CatalogEntry> entries) {
                synchronized (volume) {
                    volume.step(node, "before put", StreamPlace.ofCatalog(slot).stream());
                    Stored stored = opened(node, slot, epoch);
                    List<Row> rows = entries.stream().map(e -> row(stored, e, epoch)).toList();
                    stored.unsyncedBy = stored.handle;
                    rows.forEach(r -> stored.current.put(r.entry.name(), r));
                    stored.unsynced.add(rows);
                    stored.writer = node;
                    volume.step(node, "after put", StreamPlace.ofCatalog(slot).stream());
                }
            }

            @Override
            public void sync(int slot, long epoch) {
                synchronized (volume) {
                    volume.step(node, "before catalog sync", StreamPlace.ofCatalog(slot).stream());
                    sync(opened(node, slot, epoch));
                    volume.step(node, "after catalog sync", StreamPlace.ofCatalog(slot).stream());
                }
            }

            private Row row(Stored stored, CatalogEntry entry, long epoch) {
                Row before = stored.current.get(entry.name());
                boolean gone = entry.tombstone() != null || entry.cold();
                boolean known = before != null && entry.used() == 0;
                return new Row(known ? entry.usedAt(before.entry.used()) : entry, gone ? epoch : 0,
                        before == null ? null : before.archived, entry.cold());
            }

            @Override
            public void mark(int slot, long epoch, List<Archived> marks) {
                synchronized (volume) {
                    volume.step(node, "before mark", StreamPlace.ofCatalog(slot).stream());
                    Stored stored = opened(node, slot, epoch);
                    List<Row> rows = new ArrayList<>();
                    for (Archived mark : marks) {
                        Row row = stored.current.get(mark.name());
                        if (row != null) {
                            rows.add(marked(row, mark));
                        }
                    }
                    stored.unsyncedBy = stored.handle;
                    rows.forEach(r -> stored.current.put(r.entry.name(), r));
                    stored.unsynced.add(rows);
                    stored.writer = node;
                    volume.step(node, "after mark", StreamPlace.ofCatalog(slot).stream());
                }
            }

            private Row marked(Row row, Archived mark) {
                CatalogEntry e = row.entry;
                return new Row(new CatalogEntry(e.name(), Math.max(e.change(), mark.change()), e.lastSeq(),
                        e.messages(), e.bytes(), e.tombstone(), e.used(), e.cold()), row.by,
                        mark.change() == 0 ? null : mark, row.left);
            }

            @Override
            public void surelyGone(int slot, long epoch, List<StreamName> streams) {
                synchronized (volume) {
                    Stored stored = opened(node, slot, epoch);
                    change(stored, streams, r -> r.left ? new Row(r.entry, r.by, r.archived, false) : r);
                }
            }

            @Override
            public void mayBeThere(int slot, long epoch, StreamName stream) {
                synchronized (volume) {
                    Stored stored = opened(node, slot, epoch);
                    change(stored, List.of(stream),
                            r -> r.entry.cold() ? new Row(r.entry, r.by, r.archived, true) : r);
                    stored.sync();
                }
            }

            private void change(Stored stored, List<StreamName> streams, UnaryOperator<Row> how) {
                List<Row> rows = streams.stream().map(stored.current::get).filter(Objects::nonNull).map(how).toList();
                rows.forEach(r -> stored.current.put(r.entry.name(), r));
                stored.unsyncedBy = stored.handle;
                stored.unsynced.add(rows);
                stored.writer = node;
            }

            @Override
            public Optional<Archived> archived(int slot, long epoch, StreamName stream) {
                return there(slot, epoch, stream).flatMap(r -> Optional.ofNullable(r.archived));
            }

            @Override
            public Optional<CatalogEntry> entry(int slot, long epoch, StreamName stream) {
                return there(slot, epoch, stream).map(Row::entry);
            }

            private Optional<Row> there(int slot, long epoch, StreamName stream) {
                synchronized (volume) {
                    return Optional.ofNullable(opened(node, slot, epoch).current.get(stream))
                            .filter(r -> r.entry.tombstone() == null);
                }
            }

            @Override
            public void begin(int slot, long epoch, long now) {
                synchronized (volume) {
                    opened(node, slot, epoch).current.replaceAll((name, row) -> row.entry.used() > 0
                            ? row
                            : new Row(row.entry.usedAt(now), row.by, row.archived, row.left));
                }
            }

            @Override
            public List<StreamName> unarchived(int slot, long epoch, int limit) {
                return longestUnused(slot, epoch, Row::isUnarchived, limit);
            }

            @Override
            public List<StreamName> evictable(int slot, long epoch, long usedBefore, int limit) {
                return longestUnused(slot, epoch, r -> (r.isEvictable() || r.left) && r.entry.used() < usedBefore,
                        limit);
            }

            @Override
            public List<StreamName> destroyedWithCopies(int slot, long epoch, int limit) {
                return longestUnused(slot, epoch, r -> r.entry.tombstone() != null && r.archived != null, limit);
            }

            private List<StreamName> longestUnused(int slot, long epoch, Predicate<Row> which, int limit) {
                synchronized (volume) {
                    return opened(node, slot, epoch).current.values().stream().filter(which)
                            .sorted(Comparator.comparingLong(r -> r.entry.used())).limit(limit)
                            .map(r -> r.entry.name()).toList();
                }
            }

            private void sync(Stored stored) {
                Handle by = stored.unsyncedBy;
                stored.unsyncedBy = null;
                if (by != null && by != stored.handle && by.node.equals(node)) {
                    throw unavailable(StreamPlace.ofCatalog(0).stream(), "let go of before it was synced");
                }
                stored.sync();
            }

            @Override
            public Optional<Tombstone> tombstone(int slot, long epoch, StreamName stream) {
                synchronized (volume) {
                    return Optional.ofNullable(opened(node, slot, epoch).current.get(stream))
                            .flatMap(r -> Optional.ofNullable(r.entry.tombstone()));
                }
            }

            @Override
            public List<CatalogEntry> list(int slot, long epoch, NameRange range, int limit) {
                synchronized (volume) {
                    return opened(node, slot, epoch).current.values()
                            .stream()
                            .map(Row::entry)
                            .filter(e -> e.tombstone() == null && range.contains(e.name()))
                            .limit(limit)
                            .toList();
                }
            }

            @Override
            public List<Branch> branches(int slot, long epoch, NameRange range, int depth, @Nullable StreamName upTo,
                    Set<String> except, int limit) {
                Branches branches = new Branches(range.tokens(depth), limit, except);
                list(slot, epoch, range, Integer.MAX_VALUE).forEach(e -> branches.add(NameRange.sortable(e.name())));
                return branches.counted().stream().limit(limit).toList();
            }

            @Override
            public Reindexed reindex(int slot, long epoch) {
                synchronized (volume) {
                    return FakeCatalogs.this.reindex(opened(node, slot, epoch), volume.withFile(slot), epoch);
                }
            }

            @Override
            public void close(int slot) {
                synchronized (volume) {
                    Stored stored = slots.get(slot);
                    if (stored != null && stored.handle != null && stored.handle.node.equals(node)) {
                        if (stored.handle.locked) {
                            stored.sync();
                        }
                        stored.handle = null;
                    }
                }
            }

            @Override
            public int open() {
                synchronized (volume) {
                    return (int) slots.values().stream().filter(s -> s.handle != null && s.handle.node.equals(node))
                            .count();
                }
            }
        };
    }

    private Catalogs.Reindexed reindex(Stored stored, Collection<StreamName> withFile, long epoch) {
        Set<StreamName> missing = new HashSet<>(withFile);
        missing.removeAll(stored.current.keySet());
        List<StreamName> gone = stored.current.values().stream()
                .filter(r -> r.entry.tombstone() == null && r.archived == null)
                .map(r -> r.entry.name()).filter(n -> !withFile.contains(n)).toList();
        stored.sync();
        missing.forEach(n -> stored.current.put(n, new Row(new CatalogEntry(n, 0, 0, 0, 0, null), 0, null, false)));
        gone.forEach(stored.current::remove);
        stored.durable.clear();
        stored.durable.putAll(stored.current);
        long live = stored.current.values().stream().filter(r -> r.entry.tombstone() == null).count();
        return new Catalogs.Reindexed(live, missing.size(), gone.size());
    }

    /** What is known of a stream that was destroyed, or has a copy elsewhere; null: neither. */
    @Nullable
    Row gone(String node, int slot, long epoch, StreamName stream) {
        Stored stored = slots.get(slot);
        if (stored == null
                || stored.current.values().stream()
                        .noneMatch(r -> r.entry.tombstone() != null || r.archived != null || r.entry.cold())) {
            return null;
        }
        Row row = opened(node, slot, epoch).current.get(stream);
        return row == null || (row.entry.tombstone() == null && row.archived == null && !row.entry.cold()) ? null : row;
    }

    void discard(int slot) {
        slots.remove(slot);
        incomplete.remove(slot);
    }

    void lose() {
        incomplete.addAll(slots.keySet());
        slots.clear();
    }

    boolean isIncomplete(int slot) {
        return incomplete.contains(slot);
    }

    void kill(String node) {
        slots.values().stream().filter(s -> s.handle != null && s.handle.node.equals(node))
                .forEach(s -> s.handle = null);
    }

    /** Of what the node put and did not sync some first batches survive. */
    void losePower(String node) {
        kill(node);
        slots.values().stream().filter(s -> s.writer.equals(node)).forEach(this::loseUnsynced);
    }

    void losePower() {
        slots.values().forEach(s -> {
            s.handle = null;
            loseUnsynced(s);
        });
    }

    void takeLocks(String node) {
        for (Stored stored : slots.values()) {
            if (stored.handle != null && stored.handle.node.equals(node) && stored.handle.locked) {
                stored.handle.locked = false;
                loseUnsynced(stored);
            }
        }
    }

    private void loseUnsynced(Stored stored) {
        int kept = stored.unsynced.isEmpty() ? 0 : random.nextInt(stored.unsynced.size() + 1);
        stored.unsynced.subList(kept, stored.unsynced.size()).clear();
        stored.sync();
        stored.current = new TreeMap<>(NameRange.ORDER);
        stored.current.putAll(stored.durable);
    }

    /** Whether the volume would know the stream after a power failure, be it as one that was destroyed. */
    boolean knows(StreamName stream) {
        return slots.values().stream().anyMatch(s -> s.durable.containsKey(stream));
    }

    boolean hasCopy(StreamName stream, Archived copy) {
        return slots.values().stream().anyMatch(s -> s.durable.containsKey(stream)
                && copy.equals(s.durable.get(stream).archived) && copy.equals(s.current.get(stream).archived));
    }

    List<StreamName> durable() {
        Map<StreamName, Boolean> all = new HashMap<>();
        slots.values().forEach(s -> s.durable.values().stream().filter(r -> r.entry.tombstone() == null)
                .forEach(r -> all.put(r.entry.name(), true)));
        return all.keySet().stream().sorted(NameRange.ORDER).toList();
    }
}
