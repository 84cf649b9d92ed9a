// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import io.natspersist.protocol.StreamName;
import io.natspersist.worker.file.FileName.Part;
import io.natspersist.worker.file.SqliteCatalog.Buried;
import io.natspersist.worker.file.SqliteCatalogs.Gone;
import io.natspersist.worker.file.StreamFileException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Streams' files as SQLite databases at {@code <root>/streams/<slot>/<token>/.../<token>.<epoch>.db}; see docs/schema.md.
 *
 * <p>Who may write: the holder of the POSIX lock on the database's log, taken before the database is opened. It also
 * withstands a machine that lost touch with the volume and comes back, which SQLite's own lock does not.
 */
public final class SqliteStreamFiles implements StreamVolume {
    private static final Logger LOG = LoggerFactory.getLogger(SqliteStreamFiles.class);
    private static final int LISTED_NAMES = 100_000;

    private final StreamFileLimits limits;
    private final Names names;
    private final SqliteCatalogs catalogs;
    private final Suspicions suspicions = new Suspicions();
    /** Streams that this process has open: a second descriptor of one file, closed, would drop the lock of the first. */
    private final Set<StreamName> inUse = ConcurrentHashMap.newKeySet();
    private final Path scratch;
    private final byte[] emptyFile = Schema.emptyFile();
    private final LongAdder setAside = new LongAdder();

    /** @param root the volume's folder, which must exist */
    public SqliteStreamFiles(Path root) throws IOException {
        this(root, StreamFileLimits.DEFAULT);
    }

    public SqliteStreamFiles(Path root, StreamFileLimits limits) throws IOException {
        this(root, limits, new Volume(), LISTED_NAMES);
    }

    /** @param scratch a local folder for copies of large files that are being archived */
    public SqliteStreamFiles(Path root, Path scratch) throws IOException {
        this(root, StreamFileLimits.DEFAULT, new Volume(), LISTED_NAMES, scratch);
    }

    SqliteStreamFiles(Path root, StreamFileLimits limits, Volume volume, int listedNames) throws IOException {
        this(root, limits, volume, listedNames, Path.of(System.getProperty("java.io.tmpdir")));
    }

    SqliteStreamFiles(Path root, StreamFileLimits limits, Volume volume, int listedNames, Path scratch)
            throws IOException {
        if (root.toString().contains("?")) {
            throw new IllegalArgumentException("SQLite cannot open files below " + root);
        }
        Path streams = root.toAbsolutePath().resolve("streams");
        volume.makeFolder(streams);
        this.limits = limits;
        this.scratch = scratch;
        this.names = new Names(volume, streams, listedNames);
        this.catalogs = new SqliteCatalogs(names, limits.idMillis());
    }

    @Override
    public Opened open(StreamName stream, int slot, long epoch) {
        if (!inUse.add(stream)) {
            return new Opened.Unavailable("this process has it open already");
        }
        Opened opened = null;
        try {
            opened = open(StreamPlace.of(stream, slot), epoch);
            return opened;
        } finally {
            if (!(opened instanceof Opened.File)) {
                inUse.remove(stream);
            }
        }
    }

    private Opened open(StreamPlace place, long epoch) {
        try {
            try {
                return open(place, epoch, FoundFiles.of(names.of(place)));
            } catch (NoSuchFileException e) {
                names.distrust(place);
                return open(place, epoch, FoundFiles.of(names.of(place)));
            }
        } catch (IOException e) {
            names.distrust(place);
            return new Opened.Unavailable(e.toString());
        } catch (StreamFileException e) {
            return new Opened.Unavailable(e.why());
        }
    }

    private Opened open(StreamPlace place, long epoch, FoundFiles named) throws IOException {
        Optional<Gone> gone = catalogs.gone(place.slot(), epoch, place.stream());
        FoundFiles found = gone.map(g -> named.since(g.by())).orElse(named);
        Optional<FileName> database = found.database();
        if (database.isEmpty()) {
            Opened otherwise = gone.map(Gone::opened).orElse(new Opened.Absent());
            boolean isGone = otherwise instanceof Opened.Cold
                    || (otherwise instanceof Opened.Absent absent && absent.before() != null);
            return found.has(Part.CORRUPT) && !isGone
                    ? new Opened.Corrupt("a damaged file was set aside")
                    : otherwise;
        }
        if (database.get().epoch() > epoch) {
            return new Opened.Unavailable("epoch " + database.get().epoch() + " has taken it over");
        }
        Claim claim = Claim.take(names, place, found, epoch, () -> inUse.remove(place.stream()));
        if (claim == null) {
            names.distrust(place);
            return new Opened.Unavailable("another process holds it");
        }
        Opened opened = null;
        try {
            opened = open(claim);
            return opened;
        } finally {
            if (!(opened instanceof Opened.File)) {
                claim.abandon();
            }
        }
    }

    private Opened open(Claim claim) throws IOException {
        StreamName stream = claim.place().stream();
        try {
            return new Opened.File(connect(claim, suspicions.contains(stream)));
        } catch (WrongFile e) {
            return unavailable(e);
        } catch (SQLException e) {
            if (!SqliteStreamFile.isDamage(e)) {
                return unavailable(e);
            }
            return openDamaged(claim);
        }
    }

    /**
     * SQLite calls a file malformed too when it could not read it. Only what a new connection finds, under a lock that is
     * still held, is damage.
     */
    private Opened openDamaged(Claim claim) throws IOException {
        try {
            return new Opened.File(connect(claim, true));
        } catch (WrongFile e) {
            return unavailable(e);
        } catch (SQLException e) {
            if (!SqliteStreamFile.isDamage(e)) {
                return unavailable(e);
            }
            claim.lock().force();
            claim.setAside();
            suspicions.settled(claim.place().stream());
            setAside.increment();
            LOG.atError().addKeyValue("stream", claim.place().stream()).addKeyValue("slot", claim.place().slot())
                    .log("the file of {} is damaged and was set aside, {}: {}", claim.place().stream(),
                            claim.database(),
                            e.getMessage());
            return new Opened.Corrupt(String.valueOf(e.getMessage()));
        }
    }

    private StreamFile connect(Claim claim, boolean check) throws IOException, SQLException, WrongFile {
        Path file = claim.database();
        Database database = Database.connect(file);
        SqliteStreamFile opened = null;
        try {
            if (Files.exists(file.resolveSibling(file.getFileName() + "-shm"))) {
                throw new WrongFile("another program uses it: it has shared memory");
            }
            requireOurs(database);
            Meta meta = Meta.read(claim.place().stream(), database);
            if (check) {
                FileCheck.run(database, meta);
                suspicions.settled(claim.place().stream());
            }
            opened = new SqliteStreamFile(claim, database, meta, limits, suspicions, scratch);
            return opened;
        } finally {
            if (opened == null) {
                letGo(claim, database);
            }
        }
    }

    /** Closes a connection that changed nothing, so that another may be opened: the log must not lose its name for that. */
    private static void letGo(Claim claim, Database database) throws IOException {
        try {
            claim.rest();
        } finally {
            database.abandon();
        }
        claim.wake();
    }

    static void requireOurs(Database database) throws SQLException, WrongFile {
        long application = database.number("PRAGMA application_id");
        long version = database.number("PRAGMA user_version");
        if (application == 0) {
            throw new Damaged("it has been emptied, or never was a stream's file");
        }
        if (application != Schema.APPLICATION_ID) {
            throw new WrongFile("it is no stream's file: its application_id is " + application);
        }
        if (version != Schema.VERSION) {
            throw new WrongFile("its version is " + version + ", and this program knows " + Schema.VERSION);
        }
    }

    @Override
    public StreamFile create(StreamName stream, int slot, long epoch, @Nullable Tombstone before) {
        if (!inUse.add(stream)) {
            throw unavailable(stream, "this process has it open already", null);
        }
        StreamPlace place = StreamPlace.of(stream, slot);
        StreamFile created = null;
        try {
            created = create(place, epoch, before);
            return created;
        } catch (IOException | SQLException | WrongFile e) {
            throw unavailable(stream, e.toString(), e);
        } finally {
            if (created == null) {
                names.distrust(place);
                inUse.remove(stream);
            }
        }
    }

    private StreamFile create(StreamPlace place, long epoch, @Nullable Tombstone before)
            throws IOException, SQLException, WrongFile {
        FoundFiles found = before == null ? FoundFiles.of(names.of(place)) : withoutRemains(place, epoch);
        if (found.has(Part.DATABASE) || (found.has(Part.CORRUPT) && before == null)) {
            throw unavailable(place.stream(), "it has a file already", null);
        }
        names.makeFolders(place);
        Claim claim = Claim.makeNew(names, place, found, epoch, () -> inUse.remove(place.stream()));
        if (claim == null) {
            throw unavailable(place.stream(), "another process is making it", null);
        }
        StreamFile created = null;
        try {
            claim.write(before == null ? emptyFile : Schema.fileAfter(place.stream(), before));
            created = connect(claim, false);
            return created;
        } finally {
            if (created == null) {
                claim.abandon();
            }
        }
    }

    /** What is left of the files of a destroyed stream, or was made too late by an owner of a lower epoch, goes. */
    private FoundFiles withoutRemains(StreamPlace place, long epoch) throws IOException {
        long since = catalogs.buried(place.slot(), epoch, place.stream()).map(Buried::by).orElse(0L);
        FoundFiles all = FoundFiles.of(names.of(place));
        FoundFiles found = all.since(since);
        for (FileName name : all.names()) {
            boolean ofADatabase = found.database().isPresent() && found.has(name);
            if (!ofADatabase && name.part() != Part.CORRUPT && name.part() != Part.CORRUPT_LOG) {
                names.takeBack(place, name);
            }
        }
        return FoundFiles.of(names.of(place)).since(since);
    }

    @Override
    public void remove(StreamName stream, int slot, long epoch) {
        StreamPlace place = StreamPlace.of(stream, slot);
        if (!inUse.add(stream)) {
            throw unavailable(stream, "this process has it open", null);
        }
        try {
            List<FileName> mine = FoundFiles.of(names.of(place)).names().stream()
                    .filter(n -> n.epoch() <= epoch && n.part() != Part.CORRUPT && n.part() != Part.CORRUPT_LOG)
                    .sorted(Comparator.comparing(FileName::part)) // the database before its log
                    .toList();
            for (FileName name : mine) {
                names.takeBack(place, name);
            }
            names.force(place);
        } catch (IOException e) {
            names.distrust(place);
            throw unavailable(stream, e.toString(), e);
        } finally {
            inUse.remove(stream);
        }
    }

    @Override
    public Incoming restore(StreamName stream, int slot, long epoch) {
        StreamPlace place = StreamPlace.of(stream, slot);
        try {
            names.makeFolders(place);
            remove(stream, slot, epoch); // logs, and what a fenced owner made
            return RestoredFile.begin(names, place, epoch);
        } catch (IOException e) {
            names.distrust(place);
            throw unavailable(stream, e.toString(), e);
        }
    }

    @Override
    public ScratchFile scratch(StreamName stream) {
        try {
            return LocalScratchFile.begin(stream, scratch);
        } catch (IOException e) {
            throw unavailable(stream, e.toString(), e);
        }
    }

    @Override
    public Catalogs catalogs() {
        return catalogs;
    }

    private static Opened unavailable(Exception e) {
        return new Opened.Unavailable(String.valueOf(e.getMessage()));
    }

    private static StreamFileException unavailable(StreamName stream, String why, @Nullable Throwable cause) {
        return new StreamFileException(Kind.UNAVAILABLE, stream, why, cause);
    }

    @Override
    public long setAside() {
        return setAside.sum();
    }

    @Override
    public void discardSlot(int slot) {
        forgetSlot(slot);
        try {
            names.discardSlot(slot);
        } catch (IOException e) {
            throw unavailable(StreamPlace.ofCatalog(slot).stream(), "slot " + slot + ": " + e, e);
        }
    }

    @Override
    public void forgetSlot(int slot) {
        try {
            catalogs.close(slot);
        } catch (StreamFileException e) {
            LOG.warn("let go of a catalog that could not be closed: {}", e.getMessage());
        }
        names.forgetSlot(slot);
    }
}
