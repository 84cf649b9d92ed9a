// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import io.natspersist.protocol.BadMessage;
import io.natspersist.protocol.StreamName;
import io.natspersist.protocol.StreamPath;
import io.natspersist.worker.file.FileName.Part;
import io.natspersist.worker.file.SqliteCatalog.Buried;
import io.natspersist.worker.file.StreamFileException.Kind;
import io.natspersist.worker.file.StreamFiles.Opened;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Catalogs as SQLite databases at {@code <root>/streams/<slot>/@catalog.<epoch>.db}. A slot in which no stream was ever destroyed
 * has no file {@code @destroyed} beside it: whether there is a tombstone is then known from the listing of the folder, and
 * new streams need no catalog. The same goes for {@code @archived} and cold copies. {@code @incomplete} lies where a catalog was
 * lost, and with it which streams are cold.
 */
final class SqliteCatalogs implements Catalogs {
    private static final Logger LOG = LoggerFactory.getLogger(SqliteCatalogs.class);
    private static final String DESTROYED = "@destroyed";
    private static final String ARCHIVED = "@archived";
    private static final String INCOMPLETE = "@incomplete";
    private static final byte[] NO_BYTES = {};

    private final Names names;
    private final long idMillis;
    private final Map<Integer, Slot> slots = new ConcurrentHashMap<>();
    private final byte[] empty = NewDatabase.bytes(CatalogSchema.PAGE_SIZE, CatalogSchema.APPLICATION_ID,
            CatalogSchema.VERSION, CatalogSchema.TABLES, database -> {});

    /** Held while the slot's catalog is used. */
    private static final class Slot {
        @Nullable
        SqliteCatalog open;
        /** Into which something was put that was not forced since. */
        @Nullable
        SqliteCatalog unforced;
        boolean suspect;
    }

    private interface Work<T> {
        T run(Slot held, SqliteCatalog catalog) throws SQLException, IOException;
    }

    SqliteCatalogs(Names names, long idMillis) {
        this.names = names;
        this.idMillis = idMillis;
    }

    @Override
    public void put(int slot, long epoch, List<CatalogEntry> entries) {
        use(slot, epoch, true, true, (held, catalog) -> {
            if (entries.stream().anyMatch(e -> e.tombstone() != null)) {
                leave(slot, DESTROYED);
            }
            if (entries.stream().anyMatch(CatalogEntry::cold)) {
                leave(slot, ARCHIVED);
            }
            held.unforced = catalog;
            catalog.put(entries);
            return true;
        });
    }

    private void leave(int slot, String mark) throws IOException {
        if (!names.has(slot, mark)) {
            names.writeInSlot(slot, mark, NO_BYTES);
        }
    }

    @Override
    public void sync(int slot, long epoch) {
        use(slot, epoch, false, true, (held, catalog) -> {
            SqliteCatalog written = held.unforced;
            held.unforced = null;
            if (written != null && written != catalog) {
                throw new IOException("what was put into it may be lost: it was let go of before it was forced");
            }
            catalog.sync();
            return true;
        });
    }

    @Override
    public Optional<Tombstone> tombstone(int slot, long epoch, StreamName stream) {
        return buried(slot, epoch, stream).map(Buried::tombstone);
    }

    Optional<Buried> buried(int slot, long epoch, StreamName stream) {
        try {
            if (!names.has(slot, DESTROYED)) {
                return Optional.empty();
            }
        } catch (IOException e) {
            throw failed(slot, e);
        }
        return use(slot, epoch, false, Optional.empty(), (held, catalog) -> catalog.tombstone(stream));
    }

    /**
     * What is known of a stream that may have no file.
     *
     * @param by files of owners of lower epochs are of no meaning
     * @param opened what opening comes to where it has none
     */
    record Gone(long by, Opened opened) {}

    /** Empty: where it has no file, it is not there, and never was. */
    Optional<Gone> gone(int slot, long epoch, StreamName stream) {
        try {
            if (!names.has(slot, DESTROYED) && !names.has(slot, ARCHIVED)) {
                return Optional.empty();
            }
        } catch (IOException e) {
            throw failed(slot, e);
        }
        return use(slot, epoch, false, Optional.empty(), (held, catalog) -> {
            Optional<Buried> buried = catalog.tombstone(stream);
            if (buried.isPresent() && buried.get().tombstone().isElsewhere()) {
                return Optional.of(new Gone(buried.get().by(), Opened.Cold.UNKNOWN));
            }
            if (buried.isPresent()) {
                return Optional.of(new Gone(buried.get().by(), new Opened.Absent(buried.get().tombstone())));
            }
            Optional<SqliteCatalog.Row> row = catalog.row(stream);
            if (row.isEmpty()) {
                return names.has(slot, INCOMPLETE) ? Optional.of(new Gone(0, Opened.Cold.UNKNOWN)) : Optional.empty();
            }
            CatalogEntry entry = row.get().entry();
            return entry.cold() || row.get().archived() != null
                    ? Optional.of(new Gone(entry.cold() ? row.get().by() : 0,
                            Opened.Cold.of(entry)))
                    : Optional.empty();
        });
    }

    @Override
    public void mark(int slot, long epoch, List<Archived> marks) {
        use(slot, epoch, false, true, (held, catalog) -> {
            if (marks.stream().anyMatch(mark -> mark.change() > 0)) {
                leave(slot, ARCHIVED);
            }
            held.unforced = catalog;
            catalog.mark(marks);
            return true;
        });
    }

    @Override
    public Optional<Archived> archived(int slot, long epoch, StreamName stream) {
        return use(slot, epoch, false, Optional.empty(),
                (held, catalog) -> catalog.row(stream).flatMap(row -> Optional.ofNullable(row.archived())));
    }

    @Override
    public Optional<CatalogEntry> entry(int slot, long epoch, StreamName stream) {
        return use(slot, epoch, false, Optional.empty(),
                (held, catalog) -> catalog.row(stream).map(SqliteCatalog.Row::entry));
    }

    @Override
    public void begin(int slot, long epoch, long now) {
        use(slot, epoch, false, true, (held, catalog) -> {
            catalog.begin(now);
            return true;
        });
    }

    @Override
    public List<StreamName> unarchived(int slot, long epoch, int limit) {
        return use(slot, epoch, false, List.of(), (held, catalog) -> catalog.unarchived(limit));
    }

    @Override
    public void surelyGone(int slot, long epoch, List<StreamName> streams) {
        use(slot, epoch, false, true, (held, catalog) -> {
            held.unforced = catalog;
            catalog.surelyGone(streams);
            return true;
        });
    }

    @Override
    public void mayBeThere(int slot, long epoch, StreamName stream) {
        use(slot, epoch, false, true, (held, catalog) -> {
            catalog.mayBeThere(stream);
            catalog.sync();
            return true;
        });
    }

    @Override
    public List<StreamName> evictable(int slot, long epoch, long usedBefore, int limit) {
        return use(slot, epoch, false, List.of(), (held, catalog) -> catalog.evictable(usedBefore, limit));
    }

    @Override
    public List<StreamName> destroyedWithCopies(int slot, long epoch, int limit) {
        return use(slot, epoch, false, List.of(), (held, catalog) -> catalog.destroyedWithCopies(limit));
    }

    @Override
    public List<CatalogEntry> list(int slot, long epoch, NameRange range, int limit) {
        return use(slot, epoch, false, List.of(), (held, catalog) -> catalog.list(range, limit));
    }

    @Override
    public List<Branch> branches(int slot, long epoch, NameRange range, int depth, @Nullable StreamName upTo,
            Set<String> except, int limit) {
        return use(slot, epoch, false, List.of(), (held, catalog) -> catalog.branches(range, upTo,
                new Branches(range.tokens(depth), limit, except)));
    }

    @Override
    public Reindexed reindex(int slot, long epoch) {
        Slot held = slots.computeIfAbsent(slot, s -> new Slot());
        synchronized (held) {
            try {
                StreamPlace place = StreamPlace.ofCatalog(slot);
                SqliteCatalog catalog = held.open;
                if (catalog == null || catalog.epoch != epoch) {
                    catalog = FoundFiles.of(names.of(place)).database().isPresent()
                            ? opened(held, slot, epoch, true)
                            : createAnew(held, place, epoch);
                }
                return catalog == null ? new Reindexed(0, 0, 0) : catalog.reindex(new Walk(names, slot).streams());
            } catch (SQLException | IOException | BadMessage e) {
                throw failed(held, slot, e);
            }
        }
    }

    @Override
    public void close(int slot) {
        Slot held = slots.get(slot);
        if (held == null) {
            return;
        }
        synchronized (held) {
            SqliteCatalog catalog = held.open;
            if (catalog != null) {
                try {
                    closed(held, catalog);
                } catch (SQLException | IOException e) {
                    throw failed(held, slot, e);
                }
            }
        }
    }

    @Override
    public int open() {
        return (int) slots.values().stream().filter(s -> s.open != null).count();
    }

    private <T> T use(int slot, long epoch, boolean make, T whenNone, Work<T> work) {
        Slot held = slots.computeIfAbsent(slot, s -> new Slot());
        synchronized (held) {
            try {
                SqliteCatalog catalog = opened(held, slot, epoch, make);
                return catalog == null ? whenNone : work.run(held, catalog);
            } catch (SQLException | IOException | BadMessage e) {
                throw failed(held, slot, e);
            }
        }
    }

    /** Closing forces. */
    private static void closed(Slot held, SqliteCatalog open) throws SQLException, IOException {
        open.close();
        held.open = null;
        held.unforced = null;
    }

    private @Nullable SqliteCatalog opened(Slot held, int slot, long epoch, boolean make)
            throws SQLException, IOException {
        SqliteCatalog open = held.open;
        if (open != null && open.epoch == epoch) {
            return open;
        }
        if (open != null) {
            closed(held, open);
        }
        StreamPlace place = StreamPlace.ofCatalog(slot);
        try {
            return opened(held, place, epoch, make, FoundFiles.of(names.of(place)));
        } catch (NoSuchFileException e) {
            names.distrust(place);
            return opened(held, place, epoch, make, FoundFiles.of(names.of(place)));
        }
    }

    private @Nullable SqliteCatalog opened(Slot held, StreamPlace place, long epoch, boolean make, FoundFiles found)
            throws SQLException, IOException {
        Optional<FileName> database = found.database();
        if (database.isEmpty()) {
            return missing(held, place, epoch, make, found);
        }
        if (database.get().epoch() > epoch) {
            throw new IOException("epoch " + database.get().epoch() + " has taken it over");
        }
        Claim claim = Claim.take(names, place, found, epoch, () -> {});
        if (claim == null) {
            names.distrust(place);
            throw new IOException("another process holds it");
        }
        return connect(held, claim, epoch);
    }

    /** Where there was a catalog once it is made again from the files; but tombstones cannot be. */
    private @Nullable SqliteCatalog missing(Slot held, StreamPlace place, long epoch, boolean make, FoundFiles found)
            throws SQLException, IOException {
        boolean lost = found.has(Part.CORRUPT) || names.has(place.slot(), ARCHIVED);
        if (names.has(place.slot(), DESTROYED)) {
            throw new Damaged(
                    "it is gone, and with it the numbers of destroyed streams; persist reindex begins a new one");
        }
        if (!lost && !make) {
            return null;
        }
        SqliteCatalog made = createAnew(held, place, epoch);
        if (lost) {
            LOG.warn("the catalog of slot {} was damaged, or is gone, and is made again: {}", place.slot(),
                    made.reindex(new Walk(names, place.slot()).streams()));
        }
        return made;
    }

    private SqliteCatalog createAnew(Slot held, StreamPlace place, long epoch) throws SQLException, IOException {
        if (names.has(place.slot(), ARCHIVED)) {
            leave(place.slot(), INCOMPLETE);
        }
        return create(held, place, epoch);
    }

    private SqliteCatalog create(Slot held, StreamPlace place, long epoch) throws SQLException, IOException {
        Claim claim = Claim.makeNew(names, place, FoundFiles.of(names.of(place)), epoch, () -> {});
        if (claim == null) {
            throw new IOException("another process is making it");
        }
        boolean written = false;
        try {
            claim.write(empty);
            written = true;
        } finally {
            if (!written) {
                claim.abandon();
            }
        }
        return connect(held, claim, epoch);
    }

    private SqliteCatalog connect(Slot held, Claim claim, long epoch) throws SQLException, IOException {
        Database database = null;
        boolean good = false;
        try {
            database = Database.connect(claim.database());
            if (Files.exists(claim.database().resolveSibling(claim.database().getFileName() + "-shm"))) {
                throw new IOException("another program uses it: it has shared memory");
            }
            requireOurs(database);
            if (held.suspect && !database.text("PRAGMA quick_check(1)").equals("ok")) {
                throw new Damaged("it is damaged");
            }
            database.run("PRAGMA cache_size=64");
            SqliteCatalog catalog = new SqliteCatalog(claim, database, epoch, idMillis);
            held.open = catalog;
            held.suspect = false;
            good = true;
            return catalog;
        } catch (SQLException e) {
            if (SqliteStreamFile.isDamage(e)) {
                letGo(claim, database);
                database = null;
                claim.lock().force();
                claim.setAside();
            }
            throw e;
        } finally {
            if (!good) {
                if (database != null) {
                    letGo(claim, database);
                }
                claim.abandon();
            }
        }
    }

    private static void requireOurs(Database database) throws SQLException, IOException {
        if (database.number("PRAGMA application_id") != CatalogSchema.APPLICATION_ID) {
            throw new Damaged("it is no catalog");
        }
        long version = database.number("PRAGMA user_version");
        if (version > CatalogSchema.VERSION) {
            throw new IOException("its version is " + version + ", which only a newer program can read");
        }
        if (version == CatalogSchema.VERSION_WITHOUT_COPIES) {
            database.begin();
            database.run(CatalogSchema.UPGRADE);
            database.commit();
        }
    }

    /** Closes a connection that changed nothing; the log keeps its name. */
    private static void letGo(Claim claim, @Nullable Database database) throws IOException {
        if (database != null) {
            try {
                claim.rest();
            } finally {
                database.abandon();
            }
            claim.wake();
        }
    }

    private StreamFileException failed(Slot held, int slot, Exception e) {
        SqliteCatalog open = held.open;
        if (open != null) {
            held.open = null;
            open.abandon();
        }
        held.suspect |= SqliteStreamFile.isDamage(e);
        names.distrust(StreamPlace.ofCatalog(slot));
        return failed(slot, e);
    }

    private static StreamFileException failed(int slot, Exception e) {
        Kind kind = SqliteStreamFile.isDamage(e) ? Kind.CORRUPT : Kind.UNAVAILABLE;
        return new StreamFileException(kind, StreamPlace.ofCatalog(slot).stream(),
                "the catalog of slot " + slot + ": " + e.getMessage(), e);
    }

    /** The streams of a slot, by their files. */
    private record Walk(Names names, int slot) {

        Set<StreamName> streams() throws IOException {
            Set<StreamName> found = new LinkedHashSet<>();
            walk(List.of(), found);
            return found;
        }

        private void walk(List<String> folders, Set<StreamName> found) throws IOException {
            for (String name : names.listed(slot, folders)) {
                Optional<FileName> file = FileName.parse(name);
                if (name.startsWith("@")) {
                    continue;
                }
                if (file.isPresent()) {
                    if (file.get().part() == Part.DATABASE || file.get().part() == Part.CORRUPT) {
                        stream(folders, file.get().token()).ifPresent(found::add);
                    }
                } else if (name.indexOf('.') < 0) {
                    List<String> below = new ArrayList<>(folders);
                    below.add(name);
                    walk(below, found);
                }
            }
        }

        /** Empty where the path is abbreviated: who uses the stream enters it. */
        private static Optional<StreamName> stream(List<String> folders, String token) {
            List<String> path = new ArrayList<>(folders);
            path.add(token);
            try {
                return StreamPath.parse(String.join("/", path));
            } catch (IllegalArgumentException e) {
                return Optional.empty();
            }
        }
    }
}
