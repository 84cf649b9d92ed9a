// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

import io.natspersist.loop.EventLoop;
import io.natspersist.protocol.ErrorCode;
import io.natspersist.protocol.StreamConfig;
import io.natspersist.protocol.StreamName;
import io.natspersist.worker.change.Change;
import io.natspersist.worker.file.Archived;
import io.natspersist.worker.file.CatalogEntry;
import io.natspersist.worker.file.Catalogs;
import io.natspersist.worker.file.NameRange;
import io.natspersist.worker.file.StreamFileException;
import io.natspersist.worker.file.StreamMemory;
import io.natspersist.worker.file.StreamVolume;
import io.natspersist.worker.journal.ColdLedger;
import io.natspersist.worker.journal.Durability;
import io.natspersist.worker.journal.OwnJournal;
import io.natspersist.worker.journal.Position;
import io.natspersist.worker.stream.Result.Refused;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The streams of the slots that a worker serves: opened when asked for, closed when idle, their changes put into the files
 * oldest first. What is closed costs nothing. Confined to the worker's loop.
 */
public final class Streams {

    /** How often time is taken notice of, ms. */
    public static final long TICK_MILLIS = 50;

    /** How many files are written to at a time, at most. */
    private static final int MOST_WRITING = 64;
    /** What tails wait at most, beyond what is configured, while many streams are written to, ms. */
    private static final int MOST_WAITING_MILLIS = 5_000;
    /** How many streams are closed at a time, at most. */
    private static final int MOST_CLOSING = 128;

    /** How often catalogs are looked after, ms. */
    private static final long CATALOGS_MILLIS = 500;
    /** For how long a slot that is wanted elsewhere is served while its streams' copies are made, ms. */
    private static final long MOST_DEPARTING_MILLIS = 30_000;
    /** When a stream that could not be archived is opened again for that, ms. */
    private static final long OPEN_AGAIN_MILLIS = 1_000;
    /** How often the journal is told what nobody needs any more, ms. */
    private static final long RELEASE_MILLIS = 1_000;
    private static final Refused NO_VERSIONS = new Refused(ErrorCode.NO_COLD_TIER,
            "this worker keeps no copies of streams, so"
                    + " there are no older versions: start it with --s3, or give the PersistCluster a tiering section");
    private static final Logger LOG = LoggerFactory.getLogger(Streams.class);

    private final StreamsConfig config;
    private final EventLoop loop;
    private final OwnJournal journal;
    private final StreamVolume files;
    private final Executor fileThreads;
    private final Executor flushThreads;
    private final Notices notices;
    private final Consumer<Runnable> whenStillOwner;
    private final LongSupplier maxAnswerBytes;
    private final Host host = new Host();
    private final Ephemeral ephemeral;
    private final RecentIds recentIds;
    private final RecentReads recentReads = new RecentReads(this::readBytes);
    private final long clockOffsetMillis;
    private final @Nullable Tiering tiering;
    private final @Nullable ColdSweep sweep;
    private final @Nullable Versions versions;
    /** Where workers have disks of their own; else null. */
    private final @Nullable ColdLedger ledger;
    private final @Nullable SlotListing slotListing;
    private @Nullable Position shippedNeeded;
    private long releasedNanos;
    private boolean leaving;

    private final Map<Integer, ServedSlot> slots = new HashMap<>();
    /** Least recently used first. */
    private final LinkedHashMap<StreamName, Stream> open = new LinkedHashMap<>(1024, 0.75f, true);
    private final LinkedHashMap<Stream, Boolean> openFiles = new LinkedHashMap<>(1024, 0.75f, true);
    private final Due toApply = new Due();
    private final Due toSync = new Due();
    private final Due toTrail = new Due();
    private final Due troubled = new Due();
    private final Alarms alarms = new Alarms();
    private final Settling settling = new Settling();
    /** Those with parts that are to be deleted, now or later. */
    private final Set<Stream> uploading = new LinkedHashSet<>();
    private final ArrayDeque<Runnable> heldWrites = new ArrayDeque<>();
    private long tailBytes;
    /** Whether tails hold so much that writers wait. */
    private boolean tailsFull;
    private int writing;
    private int closing;
    private long catalogsKeptNanos;
    private long opened;
    private long transactions;
    private long appliedChanges;
    private long lostChanges;

    /**
     * @param fileThreads for file work that somebody waits for
     * @param flushThreads for the rest of it
     * @param whenStillOwner runs what it is given once it is certain that nobody else had taken over when it was called
     * @param maxAnswerBytes about how many bytes of messages one answer may carry
     * @param tier where files are archived; null: nowhere, and none is ever removed
     */
    public Streams(StreamsConfig config, EventLoop loop, OwnJournal journal, StreamVolume files,
            StreamMemory memory, Executor fileThreads, Executor flushThreads, Notices notices,
            Consumer<Runnable> whenStillOwner, LongSupplier maxAnswerBytes, @Nullable Tier tier) {
        this.config = config;
        this.loop = loop;
        this.journal = journal;
        this.files = files;
        this.fileThreads = fileThreads;
        this.flushThreads = flushThreads;
        this.notices = notices;
        this.whenStillOwner = whenStillOwner;
        this.maxAnswerBytes = maxAnswerBytes;
        this.ephemeral = new Ephemeral(memory, config, whenStillOwner);
        this.catalogsKeptNanos = loop.nanos();
        this.recentIds = new RecentIds(config.idWindowMillis(), loop.nanos());
        this.clockOffsetMillis = loop.wallMillis() - loop.nanos() / 1_000_000;
        this.ledger = journal.ledger();
        this.releasedNanos = loop.nanos();
        if (ledger != null && tier == null) {
            throw new IllegalArgumentException("a worker with a disk of its own needs a cold tier");
        }
        this.tiering = tier == null ? null : new Tiering(tier, host, files, journal);
        this.slotListing = ledger == null || tier == null ? null : new SlotListing(tier, files, loop);
        this.versions = tier == null || tiering == null ? null : new Versions(tier, tiering, host, files);
        this.sweep = tier == null || tiering == null
                ? null
                : new ColdSweep(tier, tiering, loop, flushThreads, files.catalogs(), slots::values);
    }

    // ---- slots

    /** To be called before a slot is served, once nobody else owns it and all journals are adopted: finds out which streams it has; then {@code ready}. */
    public void prepare(int slot, long epoch, Runnable ready) {
        if (slotListing == null) {
            ready.run();
        } else {
            slotListing.list(slot, epoch, ready);
        }
    }

    /**
     * Serves a slot from now on.
     *
     * @param adopted changes of dead owners, by stream; their watchers are told what number the streams have come to
     */
    public void serve(int slot, long epoch, Map<StreamName, AdoptedTail> adopted) {
        OnVolume onVolume = new OnVolume(journal, files, new CatalogLane(slot, epoch, host, files.catalogs()));
        ServedSlot served = new ServedSlot(slot, epoch, adopted, onVolume, ephemeral.slot(epoch));
        if (slots.putIfAbsent(slot, served) != null) {
            throw new IllegalStateException("slot " + slot + " is served already");
        }
        adopted.forEach((name, tail) -> {
            notices.trailing(name, epoch, tail.lastChange());
            settling.add(name, served, loop.nanos());
        });
    }

    /** Whether operations on the slot's streams may be submitted. */
    public boolean serves(int slot) {
        ServedSlot served = slots.get(slot);
        return served != null && served.released == null;
    }

    /**
     * The slot's streams take no operations any more; once all of them are whole where the next owner finds them, in their files or, where these
     * are on this worker's own disk, in their cold copies, {@code released} runs. Until most of them are there they are served.
     *
     * @param ofSlots how many slots there are
     */
    public void release(int slot, int ofSlots, Runnable released) {
        ServedSlot served = slots.get(slot);
        if (served == null) {
            released.run();
            return;
        }
        if (ledger == null) {
            served.released = released;
            letGo(served);
        } else {
            served.departure = new ServedSlot.Departure(released, ofSlots, journal.end(), loop.nanos());
            depart(served, served.departure, ledger);
        }
    }

    /**
     * All slots that are released from now on, or were and are still here, need not be in cold copies: nobody takes them over before this
     * worker's journal is adopted.
     */
    public void leave() {
        leaving = true;
    }

    /** Whether what is released by a worker that leaves is whole where others find it without its journal. */
    public boolean leavesFiles() {
        return ledger == null;
    }

    private void depart(ServedSlot served, ServedSlot.Departure departure, ColdLedger ledger) {
        long now = loop.nanos();
        Collection<StreamName> uncovered = leaving ? List.of() : ledger.uncovered(served.number, departure.ofSlots);
        if (served.released == null && (now - departure.sinceNanos >= nanos(MOST_DEPARTING_MILLIS)
                || uncovered.stream().noneMatch(name -> ledger.isUncoveredBefore(name, departure.end)))) {
            served.released = departure.released;
        }
        for (StreamName name : uncovered) {
            if (served.released != null || ledger.isUncoveredBefore(name, departure.end)) {
                archiveSoon(name, served, departure, now);
            }
        }
        if (served.released != null && uncovered.isEmpty()) {
            letGo(served);
        }
    }

    private void archiveSoon(StreamName name, ServedSlot served, ServedSlot.Departure departure, long now) {
        Stream stream = open.get(name);
        if (tiering == null || tiering.isAway()) {
            return;
        }
        Long before = departure.opened.get(name);
        if (stream == null && tiering.roomForMore() > 0
                && (before == null || now - before >= nanos(OPEN_AGAIN_MILLIS))) {
            departure.opened.put(name, now);
            stream = open(name, served);
        }
        if (stream != null) {
            tiering.archiveSoon(stream);
        }
    }

    private void departures() {
        if (ledger == null || tiering == null) {
            return;
        }
        boolean any = false;
        for (ServedSlot served : List.copyOf(slots.values())) {
            if (served.departure != null) {
                any = true;
                depart(served, served.departure, ledger);
            }
        }
        tiering.hurry(any);
    }

    /** Tells the journal from where on it is still needed by who adopts it. */
    private void releaseShipped(long now) {
        if (ledger == null || now - releasedNanos < nanos(RELEASE_MILLIS)) {
            return;
        }
        releasedNanos = now;
        Position first = ledger.first();
        Position needed = first == null ? journal.end() : first;
        if (!needed.equals(shippedNeeded)) {
            shippedNeeded = needed;
            journal.releaseShipped(needed);
        }
    }

    private void letGo(ServedSlot served) {
        for (StreamName name : List.copyOf(served.adopted.keySet())) {
            if (closing < MOST_CLOSING && !open.containsKey(name) && settling.mayOpen(name, loop.nanos())) {
                open(name, served);
            }
        }
        List.copyOf(served.streams).forEach(stream -> {
            stream.giveUpBringing();
            close(stream);
        });
        Runnable released = served.released;
        if (released != null && served.streams.isEmpty() && served.adopted.isEmpty() && served.listings == 0
                && served.catalog.finish()) {
            slots.remove(served.number);
            fileThreads.execute(() -> {
                files.forgetSlot(served.number);
                loop.execute(released);
            });
        }
    }

    /** Slots that could not be let go of just now: a change of theirs cannot be put into its file. */
    public List<Integer> immovable() {
        Set<Integer> immovable = new TreeSet<>();
        if (ledger != null && tiering != null && (tiering.isAway() || journal.behind() != null)) {
            immovable.addAll(slots.keySet());
        }
        troubled.all().forEach(stream -> immovable.add(stream.slot()));
        settling.failed().forEach(unsettled -> immovable.add(unsettled.slot().number));
        return List.copyOf(immovable);
    }

    /** Slots that it would take long to let go of just now: adopted changes of theirs are on their way into files. */
    public List<Integer> unsettled() {
        return slots.values().stream().filter(s -> !s.unsettled.isEmpty()).map(s -> s.number).sorted().toList();
    }

    private void settled(Stream stream) {
        ServedSlot served = slots.get(stream.slot());
        if (served != null) {
            served.unsettled.remove(stream.name());
        }
    }

    // ---- operations

    /** Carries out an operation on a stream of a slot that {@link #serves is served}; answers exactly once. */
    public void submit(int slot, StreamName name, Operation operation, Consumer<Result> answer) {
        if (operation.writes() && (!takesWrites() || !heldWrites.isEmpty())) {
            heldWrites.add(() -> submitNow(slot, name, operation, answer));
        } else {
            submitNow(slot, name, operation, answer);
        }
    }

    private boolean takesWrites() {
        return journal.bytes() <= config.journalMaxBytes() && !tailsFull;
    }

    private void submitNow(int slot, StreamName name, Operation operation, Consumer<Result> answer) {
        switch (operation) {
            case Operation.Versions all when versions != null -> versions.list(name, slot, answer);
            case Operation.OfVersion one when versions != null -> versions.read(name, slot, one, answer);
            case Operation.Versions all -> answer.accept(NO_VERSIONS);
            case Operation.OfVersion one -> answer.accept(NO_VERSIONS);
            default -> submitToStream(slot, name, operation, answer);
        }
    }

    private void submitToStream(int slot, StreamName name, Operation operation, Consumer<Result> answer) {
        Stream stream = open.get(name);
        if (stream == null) {
            ServedSlot served = slots.get(slot);
            if (served == null || served.released != null) {
                answer.accept(new Refused(ErrorCode.NOT_OWNER, "the slot is served elsewhere now"));
                return;
            }
            if (open.size() >= 2L * config.maxOpenStreams()) {
                answer.accept(new Refused(ErrorCode.OVERLOADED, "too many streams are open", 500));
                return;
            }
            stream = open(name, served);
        }
        stream.submit(operation, answer);
    }

    // ---- what there is

    /** Tells one page of the streams of all slots that are served, as of some moment after this call; answers exactly once. */
    public void list(ListRequest request, Consumer<Listed> answer) {
        List<ServedSlot> read = slots.values().stream().filter(s -> s.released == null).toList();
        TreeMap<StreamName, Listing.Known> inMemory = new TreeMap<>(NameRange.ORDER);
        for (ServedSlot served : read) {
            served.listings++;
            served.catalog.used(loop.nanos());
            known(served, request.range(), inMemory);
        }
        Listing listing = new Listing(request,
                read.stream().map(s -> new Listing.Slot(s.number, s.epoch)).toList(), inMemory, files.catalogs(),
                host.maxAnswerBytes());
        Durability durability = read.stream().flatMap(s -> s.streams.stream()).map(Stream::awaited)
                .reduce(journal.durability(), Durability::orStricter);
        fileThreads.execute(() -> {
            Listed listed = page(listing);
            loop.execute(() -> {
                read.forEach(s -> s.listings--);
                journal.whenDurable(durability, () -> host.whenStillOwner(() -> answer.accept(listed)));
            });
        });
    }

    private static Listed page(Listing listing) {
        try {
            return listing.page();
        } catch (StreamFileException e) {
            return new Listed.Refused(Stream.refusal(e));
        }
    }

    private static void known(ServedSlot served, NameRange range, Map<StreamName, Listing.Known> inMemory) {
        served.adopted.forEach((name, tail) -> {
            if (!tail.isEmpty() && range.contains(name)) {
                inMemory.put(name, new Listing.Known(tail.leavesStream(), null));
            }
        });
        for (Stream stream : served.streams) {
            if (stream.knowsContents() && range.contains(stream.name())) {
                Contents contents = stream.contents();
                inMemory.put(stream.name(), new Listing.Known(contents.exists(), contents.entry(stream.name())));
            }
        }
    }

    /**
     * Compares a slot's catalog with the files that there are, and corrects it; answers exactly once, with null where the slot is not
     * served here.
     */
    public void reindex(int slot, Consumer<Catalogs.@Nullable Reindexed> done, Consumer<Refused> failed) {
        ServedSlot served = slots.get(slot);
        if (served == null || served.released != null) {
            done.accept(null);
            return;
        }
        served.listings++;
        served.catalog.used(loop.nanos());
        fileThreads.execute(() -> {
            Runnable tell;
            try {
                Catalogs.Reindexed reindexed = files.catalogs().reindex(slot, served.epoch);
                tell = () -> host.whenStillOwner(() -> done.accept(reindexed));
            } catch (StreamFileException e) {
                tell = () -> failed.accept(Stream.refusal(e));
            }
            Runnable then = tell;
            loop.execute(() -> {
                served.listings--;
                then.run();
            });
        });
    }

    private Stream open(StreamName name, ServedSlot served) {
        Stream stream = new Stream(name, served.number, served.epoch, host);
        open.put(name, stream);
        served.streams.add(stream);
        served.catalog.used(loop.nanos());
        opened++;
        stream.open(served.adopted.getOrDefault(name, AdoptedTail.NONE));
        return stream;
    }

    /** A stream in trouble stays open: its file is tried at its own pace. */
    private void close(Stream stream) {
        if (closing < MOST_CLOSING && stream.isQuiet() && stream.trouble() == null) {
            closing++;
            stream.close(() -> closing--);
        }
    }

    private void forget(Stream stream) {
        open.remove(stream.name(), stream);
        openFiles.remove(stream);
        toApply.remove(stream);
        toSync.remove(stream);
        toTrail.remove(stream);
        troubled.remove(stream);
        alarms.remove(stream);
        uploading.remove(stream);
        if (tiering != null) {
            tiering.forget(stream);
        }
        ephemeral.closed(stream);
        ServedSlot served = slots.get(stream.slot());
        if (served != null) {
            served.streams.remove(stream);
        }
    }

    // ---- what time brings

    /** To be called every {@link #TICK_MILLIS}. */
    public void tick() {
        long now = loop.nanos();
        recentIds.age(now);
        int tooManyFiles = openFiles.size() - mostFiles();
        if (tooManyFiles < MOST_CLOSING) {
            toApply.takeOlder(now - nanos(applyAfterMillis()), MOST_WRITING - writing, Stream::apply);
        }
        boolean pressed = journal.bytes() > config.journalSyncBytes();
        toSync.takeOlder(pressed ? now : now - nanos(config.syncAfterMillis()), MOST_WRITING - writing, Stream::sync);
        settleAdopted(now, pressed);
        alarms.due(host.now()).forEach(Stream::tidy);
        toTrail.takeOlder(now - nanos(config.trailingMillis()), Integer.MAX_VALUE, this::trail);
        uploading.removeIf(stream -> !cleaned(stream));
        ephemeral.tick(now);
        closeIdle(now);
        closeFiles(tooManyFiles);
        spill();
        recentReads.trim();
        tailsFull = tailBytes > config.tailBytes() * 3 / 2 && tailBytes - troubledBytes() > config.tailBytes() * 3 / 2;
        retryTroubled(now);
        keepCatalogs(now);
        if (tiering != null && sweep != null && versions != null) {
            tiering.tick(now);
            versions.tick(now);
            sweep.tick(now, host.now());
        }
        releaseHeldWrites();
        if (ledger == null) {
            List.copyOf(slots.values()).stream().filter(s -> s.released != null).forEach(this::letGo);
        }
        departures();
        releaseShipped(now);
    }

    /** What cannot go into its file just now: nobody else is to wait for that. */
    private long troubledBytes() {
        long sum = 0;
        for (Stream stream : troubled.all()) {
            sum += stream.tailBytes();
        }
        return sum;
    }

    /** The more streams wait, the longer each waits, as far as there is room: transactions grow, and there are fewer of them. */
    private long applyAfterMillis() {
        if (tailsFull) {
            return 0;
        }
        double room = Math.max(0, 1 - (double) tailBytes / config.tailBytes());
        return config.applyAfterMillis() + (long) (room * Math.min(toApply.size(), MOST_WAITING_MILLIS));
    }

    /** What messages that were read lately may take: what tails leave of a quarter of their room. */
    private long readBytes() {
        return Math.min(config.tailBytes() / 4, config.tailBytes() - tailBytes);
    }

    private static long nanos(long millis) {
        return millis * 1_000_000;
    }

    private void keepCatalogs(long now) {
        if (now - catalogsKeptNanos >= nanos(CATALOGS_MILLIS)) {
            catalogsKeptNanos = now;
            boolean many = files.catalogs().open() > config.maxOpenFiles() / 2;
            for (ServedSlot served : slots.values()) {
                served.catalog.flushIfDue(now);
                served.catalog.closeIfIdle(now, nanos(many ? CATALOGS_MILLIS : config.idleMillis()));
            }
        }
    }

    private void settleAdopted(long now, boolean pressed) {
        for (Settling.Unsettled next = settling.next(now, pressed); next != null; next = settling.next(now, pressed)) {
            if (!open.containsKey(next.name())) {
                open(next.name(), next.slot());
            }
        }
        if (pressed) {
            settling.copyForward(journal);
        }
    }

    /** Returns whether there may be more to be deleted. */
    private static boolean cleaned(Stream stream) {
        if (stream.isQuiet()) {
            stream.uploads().clean();
        }
        return stream.uploads().waits();
    }

    private void trail(Stream stream) {
        if (!config.mistakes().contains(StreamMistake.NOTICE_LOST)) {
            long change = stream.contents().change();
            stream.answer(() -> notices.trailing(stream.name(), stream.epoch(), change));
        }
    }

    private void closeIdle(long now) {
        int tooMany = open.size() - config.maxOpenStreams();
        List<Stream> toClose = new ArrayList<>();
        for (Stream stream : open.values()) {
            if ((now - stream.usedAtNanos() < nanos(config.idleMillis()) && toClose.size() >= tooMany)
                    || toClose.size() >= MOST_CLOSING) {
                break;
            }
            boolean ends = !stream.backing().lasts() && stream.contents().exists(); // at its own time
            boolean busy = stream.uploads().waits() || (tiering != null && tiering.keepsOpen(stream));
            if (!ends && (!busy || toClose.size() < tooMany)) {
                toClose.add(stream);
            }
        }
        toClose.forEach(this::close);
    }

    /** Catalogs count too, but leave half of what may be open to streams. */
    private int mostFiles() {
        int most = config.maxOpenFiles();
        return openFiles.size() <= most / 2 ? most : Math.max(most / 2, most - files.catalogs().open());
    }

    private void closeFiles(int tooMany) {
        Iterator<Stream> oldest = List.copyOf(tooMany > 0 ? openFiles.keySet() : List.<Stream>of()).iterator();
        for (int i = 0; i < Math.min(tooMany, MOST_CLOSING) && oldest.hasNext(); i++) {
            oldest.next().closeFileIfQuiet();
        }
    }

    private void spill() {
        long over = tailBytes - config.tailBytes();
        for (Stream stream : over > 0 ? toApply.all() : List.<Stream>of()) {
            over -= stream.spill(over);
            if (over <= 0) {
                return;
            }
        }
    }

    private void retryTroubled(long now) {
        for (Stream stream : troubled.copy()) {
            if (!stream.retry(now)) {
                troubled.remove(stream);
            } else if (journal.bytes() > config.journalSyncBytes()) {
                stream.copyForward();
            }
        }
    }

    private void releaseHeldWrites() {
        while (!heldWrites.isEmpty() && takesWrites()) {
            heldWrites.poll().run();
        }
    }

    /** The worker is about to end: what is not archived is archived now, as far as there is time. */
    public void drain() {
        if (tiering != null) {
            tiering.drain();
        }
    }

    // ---- what it looks like from outside

    /** What became of files as far as the cold tier is concerned. */
    public TierCounts tierCounts() {
        return tiering == null || versions == null ? TierCounts.NONE : tiering.counts(versions.count());
    }

    public int openStreams() {
        return open.size();
    }

    public int openFiles() {
        return openFiles.size();
    }

    /** What all tails hold in memory, bytes. */
    public long tailBytes() {
        return tailBytes;
    }

    /** How many streams were opened so far, those that have closed again included. */
    public long opened() {
        return opened;
    }

    /** How they stand. */
    public StreamCounts counts() {
        return new StreamCounts(open.size(), openFiles.size(), tailBytes, ephemeral.bytes(), opened, heldWrites.size(),
                troubled.size(),
                toApply.size(), toApply.oldestNanos(loop.nanos()) / 1_000_000, transactions, appliedChanges,
                lostChanges);
    }

    private final class Host implements StreamHost {

        @Override
        public EventLoop loop() {
            return loop;
        }

        @Override
        public OnVolume onVolume(int slot) {
            return served(slot).onVolume;
        }

        @Override
        public InMemory inMemory(int slot) {
            return served(slot).inMemory;
        }

        private ServedSlot served(int slot) {
            return java.util.Objects.requireNonNull(slots.get(slot), "a slot that is served");
        }

        @Override
        public Executor fileThreads() {
            return fileThreads;
        }

        @Override
        public Executor flushThreads() {
            return flushThreads;
        }

        @Override
        public RecentIds recentIds() {
            return recentIds;
        }

        @Override
        public RecentReads recentReads() {
            return recentReads;
        }

        @Override
        public long now() {
            return clockOffsetMillis + loop.nanos() / 1_000_000;
        }

        @Override
        public void whenStillOwner(Runnable answer) {
            whenStillOwner.accept(answer);
        }

        @Override
        public void tell(List<Change> changes, Runnable then) {
            List<Change> told = changes;
            if (mistake(StreamMistake.NOTICE_LOST)) {
                told = changes.stream().filter(c -> c.number() % 5 != 0).toList();
            }
            if (mistake(StreamMistake.PACKED_NOTICE_SKIPS)) {
                told = skipped(changes);
            }
            notices.changed(told, then);
        }

        /** Leaves out the second of several, and gives the others the numbers that would be right without it. */
        private static List<Change> skipped(List<Change> changes) {
            List<Change> told = new ArrayList<>(changes);
            if (told.size() > 2) {
                told.remove(1);
                for (int i = 1; i < told.size(); i++) {
                    Change.Set s = (Change.Set) told.get(i);
                    told.set(i, new Change.Set(s.stream(), s.epoch(), s.number() - 1, s.decidedAt(), s.seq(), s.time(),
                            s.expires(), s.key(), s.msgId(), s.headers(), s.value()));
                }
            }
            return told;
        }

        @Override
        public void changed(Stream stream) {
            long now = loop.nanos();
            toApply.add(stream, now);
            toTrail.renew(stream, now);
            if (tiering != null) {
                tiering.changed(stream);
            }
            boolean soon = stream.contents().tail().bytes() > config.applyAboveBytes()
                    || stream.contents().isDestroyed() || !stream.backing().lasts();
            if (soon && writing < MOST_WRITING) {
                stream.apply();
            }
        }

        @Override
        public void trailLater(Stream stream) {
            toTrail.renew(stream, loop.nanos());
        }

        @Override
        public void applied(Stream stream) {
            long now = loop.nanos();
            settled(stream);
            toSync.add(stream, now);
            if (stream.isBuriable() && writing < MOST_WRITING) {
                stream.sync();
            }
            toApply.remove(stream);
            if (!stream.contents().tail().isEmpty()) {
                toApply.add(stream, now);
            }
        }

        @Override
        public void transaction(int changes) {
            transactions++;
            appliedChanges += changes;
        }

        @Override
        public void lost(Stream stream, long changes) {
            if (!stream.backing().lasts()) {
                return; // as it was configured
            }
            lostChanges += changes;
            LOG.atWarn().addKeyValue("stream", stream.name()).addKeyValue("slot", stream.slot())
                    .addKeyValue("lost", changes)
                    .log("{}: a watcher is told that {} changes it saw are lost", stream.name(), changes);
        }

        @Override
        public void synced(Stream stream) {
            settled(stream);
            toSync.remove(stream);
        }

        @Override
        public StreamConfig defaultsOf(StreamName stream) {
            return config.defaults().of(stream);
        }

        @Override
        public void wake(Stream stream, long atMillis) {
            alarms.set(stream, atMillis);
        }

        @Override
        public void uploading(Stream stream) {
            uploading.add(stream);
        }

        @Override
        public void troubled(Stream stream) {
            troubled.add(stream, loop.nanos());
        }

        @Override
        public void tailBytes(long more) {
            tailBytes += more;
        }

        @Override
        public void writing(int more) {
            writing += more;
        }

        @Override
        public void fileUsed(Stream stream) {
            if (stream.backing().lasts()) {
                openFiles.put(stream, true);
            }
        }

        @Override
        public void fileClosed(Stream stream) {
            openFiles.remove(stream);
        }

        @Override
        public void opened(Stream stream) {
            ServedSlot served = slots.get(stream.slot());
            if (served != null) {
                served.adopted.remove(stream.name());
            }
            settling.opened(stream.name());
            if (!stream.backing().lasts()) {
                ephemeral.opened(stream);
            }
        }

        @Override
        public void closed(Stream stream) {
            if (toTrail.remove(stream)) {
                trail(stream);
            }
            forget(stream);
        }

        @Override
        public void leftFile(Stream stream, AdoptedTail left) {
            ServedSlot served = served(stream.slot());
            served.adopted.put(stream.name(), left);
            served.unsettled.add(stream.name());
            settling.add(stream.name(), served, loop.nanos());
            closed(stream);
        }

        @Override
        public void failedToOpen(Stream stream, Refused why) {
            forget(stream);
            ServedSlot served = slots.get(stream.slot());
            if (served != null) {
                settling.failedToOpen(stream.name(), served, loop.nanos());
            }
        }

        @Override
        public void submitAgain(Stream closed, Operation operation, Consumer<Result> answer) {
            submitNow(closed.slot(), closed.name(), operation, answer);
        }

        @Override
        public long maxAnswerBytes() {
            return maxAnswerBytes.getAsLong();
        }

        @Override
        public @Nullable Tiering tiering() {
            return tiering;
        }

        @Override
        public boolean isOpen(StreamName stream) {
            return open.containsKey(stream);
        }

        @Override
        public @Nullable Stream openUnasked(StreamName stream, int slot) {
            ServedSlot served = slots.get(slot);
            return served == null || served.released != null || open.containsKey(stream)
                    || open.size() >= config.maxOpenStreams()
                            ? null
                            : Streams.this.open(stream, served);
        }

        @Override
        public void closeUnasked(Stream stream) {
            if (!stream.isAsked()) {
                close(stream);
            }
        }

        @Override
        public void mark(int slot, long epoch, Archived copy) {
            ServedSlot served = slots.get(slot);
            if (served != null && served.epoch == epoch) {
                served.catalog.mark(copy);
            }
        }

        @Override
        public void evicted(Stream stream) {
            ServedSlot served = slots.get(stream.slot());
            if (served != null) {
                served.catalog.surelyGone(stream.name());
            }
        }

        @Override
        public void bringingBack(Stream stream) {
            ServedSlot served = slots.get(stream.slot());
            if (served != null) {
                served.catalog.mayBeThere(stream.name());
            }
        }

        @Override
        public Optional<CatalogEntry> pendingEntry(Stream stream) {
            ServedSlot served = slots.get(stream.slot());
            return served == null ? Optional.empty() : served.catalog.pending(stream.name());
        }

        @Override
        public boolean mistake(StreamMistake which) {
            return config.mistakes().contains(which);
        }
    }
}
