// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

import io.natspersist.protocol.ErrorCode;
import io.natspersist.protocol.StreamConfig;
import io.natspersist.protocol.StreamName;
import io.natspersist.worker.change.Change;
import io.natspersist.worker.cold.ColdTier.Snapshot;
import io.natspersist.worker.file.Archived;
import io.natspersist.worker.file.CatalogEntry;
import io.natspersist.worker.file.Catalogs;
import io.natspersist.worker.file.StreamFile;
import io.natspersist.worker.file.StreamFile.Expiring;
import io.natspersist.worker.file.StreamFileException;
import io.natspersist.worker.file.StreamFiles.Opened;
import io.natspersist.worker.file.Tombstone;
import io.natspersist.worker.journal.ChangeJournal;
import io.natspersist.worker.journal.Durability;
import io.natspersist.worker.journal.Position;
import io.natspersist.worker.stream.Result.Refused;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One open stream: its requests in the order they came, and its tail on the way into its file. Confined to the worker's
 * loop.
 *
 * <p>A request that needs a fact which only the file knows waits for it, and those behind it wait too, so every decision is
 * made on everything that was decided before it.
 */
final class Stream {

    /** The most changes that one transaction puts into the file. */
    private static final int MOST_PER_BATCH = 5_000;
    /** How long after a failure the file is tried again. */
    private static final long RETRY_MILLIS = 1_000;

    /** How long requests wait for a file that comes from the cold tier. */
    private static final long MOST_BRINGING_MILLIS = 5_000;
    private static final Refused NO_TIER = new Refused(ErrorCode.COLD_UNAVAILABLE,
            "its file is in the cold tier, and this worker is not told where that is", 5_000);
    private static final Refused SLOW_TIER = new Refused(ErrorCode.COLD_UNAVAILABLE,
            "its file is on its way from the cold tier", Restoring.RETRY_MILLIS);

    private static final Refused CLOSES = new Refused(ErrorCode.STORAGE_UNAVAILABLE, "the stream closes", RETRY_MILLIS);

    private enum Phase {
        OPENING, OPEN, CLOSING, CLOSED
    }

    private record Waiting(Operation operation, Consumer<Result> answer) {}

    /** Something that waits until the file has come so far. */
    private record AwaitingFile(long change, Runnable then, Consumer<Refused> failed) {}

    /** A change on its way into the file; {@code spilled}: its value must be read back. */
    private record Pending(Change change, boolean spilled, Position position) {}

    /** What the journal has of the stream and the volume need not have; null: it must be read back. */
    private record Journaled(@Nullable Change change, Position position) {}

    /** A change that is in the file, which was not synced since; or that is void. */
    private record Unsynced(long change, Position position) {}

    private final StreamName name;
    private final int slot;
    private final long epoch;
    private final StreamHost host;
    private final FileLane file;
    private final Writes writes;
    private final BatchWrites batches;
    private final Reads reads;
    private final Uploads uploads;
    private final Limits limits;
    private final Tidying tidying;

    private Backing backing;
    private Phase phase = Phase.OPENING;
    private Contents contents = new Contents(StreamFile.State.EMPTY);
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>(0);
    private boolean fetching;
    /** Whether its file is on its way from the cold tier; whether it has come from there. */
    private boolean bringing;
    private boolean brought;
    /** Whether its file could not be read when it was opened first. */
    private boolean unfit;
    /** Whether numbers of changes were left out for those that are lost, which watchers do not know yet. */
    private boolean skipped;
    /** Whether anybody has asked anything of it. */
    private boolean asked;
    /** The last change that a copy made here holds; 0: none was made. */
    private long archived;
    private boolean evicted;
    /** Whether the slot's catalog surely has the stream. */
    private boolean cataloged;
    private boolean burying;
    private boolean applying;
    private boolean syncing;
    private final ArrayDeque<Unsynced> unsynced = new ArrayDeque<>(0);
    private final ArrayDeque<AwaitingFile> awaitingFile = new ArrayDeque<>(0);
    private @Nullable Refused trouble;
    private long retryAtNanos;
    /** Requests whose changes are not durable yet, or not told. */
    private int undurable;
    /** All changes up to this one are durable and told. */
    private long told;
    /** What was journaled last is answered once it is so durable. */
    private Durability awaited = Durability.RELAXED;
    private long tailBytes;
    private long usedAtNanos;
    private long changeWhenOpened;

    Stream(StreamName name, int slot, long epoch, StreamHost host) {
        this.name = name;
        this.slot = slot;
        this.epoch = epoch;
        this.host = host;
        this.backing = host.onVolume(slot);
        this.file = new FileLane(this, host, this::mending);
        this.writes = new Writes(this, host);
        this.batches = new BatchWrites(this, host, writes);
        this.reads = new Reads(this, host);
        this.uploads = new Uploads(this, host);
        this.limits = new Limits(host.defaultsOf(name));
        this.tidying = new Tidying(this, host, writes::forgetCounted);
        this.usedAtNanos = host.loop().nanos();
    }

    StreamName name() {
        return name;
    }

    int slot() {
        return slot;
    }

    long epoch() {
        return epoch;
    }

    Contents contents() {
        return contents;
    }

    /** What keeps the stream: decided when it is opened, and for as long as it is open. */
    Backing backing() {
        return backing;
    }

    ChangeJournal journal() {
        return backing.journal();
    }

    FileLane file() {
        return file;
    }

    Limits limits() {
        return limits;
    }

    Uploads uploads() {
        return uploads;
    }

    /** Why the stream takes no writes just now; null: it takes them. */
    @Nullable
    Refused trouble() {
        return trouble;
    }

    long usedAtNanos() {
        return usedAtNanos;
    }

    /** Whether {@link #contents()} says what the stream holds. */
    boolean knowsContents() {
        return phase == Phase.OPEN || phase == Phase.CLOSING;
    }

    boolean isOpen() {
        return phase == Phase.OPEN;
    }

    // ---- opening

    /** {@code buried}: what the catalog keeps of a destroyed stream that has no file. */
    private record Found(StreamFile.State state, List<String> ids, List<Expiring> expiring, long oldestUnused,
            @Nullable Tombstone buried) {}

    /**
     * Opens the stream. Changes of dead owners that its file lacks go into the file before anything is answered: what they
     * replace there is known to nobody else.
     */
    void open(AdoptedTail adopted) {
        file.open(f -> catchUp(f, adopted), (opened, found) -> {
            switch (opened) {
                case Opened.File there when found != null -> nowOpen(found, adopted);
                case Opened.File there -> throw new IllegalStateException(name + ": opened, and nothing read");
                case Opened.Absent absent -> openWithoutFile(absent.before(), adopted);
                case Opened.Unavailable u -> cannotOpen(refusal(StreamFileException.Kind.UNAVAILABLE, u.why()));
                case Opened.Unfit u when host.tiering() != null && !unfit -> {
                    unfit = true; // opened again, a damaged file is set aside
                    open(adopted);
                }
                case Opened.Unfit u -> cannotOpen(refusal(StreamFileException.Kind.CORRUPT, u.why()));
                case Opened.Cold cold -> bringBack(cold, adopted, NO_TIER);
                case Opened.Corrupt c ->
                    bringBack(null, adopted, refusal(StreamFileException.Kind.CORRUPT, c.why()));
            }
        });
    }

    /**
     * Has the file brought back from its cold copy. While that takes long nobody waits for it any longer than a moment.
     *
     * @param known null: the file was damaged
     * @param otherwise where there is no cold tier, or no copy
     */
    private void bringBack(Opened.@Nullable Cold known, AdoptedTail adopted, Refused otherwise) {
        Tiering tiering = host.tiering();
        if (tiering == null || brought) {
            cannotOpen(otherwise);
            return;
        }
        Catalogs catalogs = host.onVolume(slot).files().catalogs();
        file.apart(() -> {
            catalogs.mayBeThere(slot, epoch, name);
            return known == null
                    ? catalogs.entry(slot, epoch, name).map(Opened.Cold::of).orElse(Opened.Cold.UNKNOWN)
                    : known;
        }, told -> bringBack(tiering, told, known == null, adopted, otherwise), e -> cannotOpen(refusal(e)));
    }

    /** From here on the slot may go elsewhere meanwhile. */
    private void bringBack(Tiering tiering, Opened.Cold known, boolean damaged, AdoptedTail adopted,
            Refused otherwise) {
        bringing = true;
        refuseWhileBringing();
        tiering.bringBack(this, known, damaged, adopted, outcome -> {
            if (!bringing) {
                return;
            }
            bringing = false;
            switch (outcome) {
                case Restoring.Outcome.Back back -> {
                    brought = true;
                    skipped = back.lost() > 0;
                    open(adopted);
                }
                case Restoring.Outcome.NoCopy none when none.buried() != null -> openBuried(none.buried(), adopted);
                case Restoring.Outcome.NoCopy none when !damaged && known.change() == 0 ->
                    openWithoutFile(null, adopted);
                case Restoring.Outcome.NoCopy none -> cannotOpen(damaged
                        ? otherwise
                        : new Refused(ErrorCode.STREAM_CORRUPT, "its file is gone, and it has no cold copy"));
                case Restoring.Outcome.Failed failed -> cannotOpen(failed.why());
            }
        });
    }

    private void refuseWhileBringing() {
        host.loop().after(MOST_BRINGING_MILLIS, () -> {
            if (bringing) {
                refuseWaiting(SLOW_TIER);
                refuseWhileBringing();
            }
        });
    }

    /** The slot goes elsewhere: the file is brought back there. */
    void giveUpBringing() {
        if (bringing) {
            bringing = false;
            cannotOpen(SLOW_TIER);
        }
    }

    /** It was destroyed, as is known only now: the catalog learns that first. */
    private void openBuried(Tombstone buried, AdoptedTail adopted) {
        file.goOnFrom(buried);
        backing.catalog().put(CatalogEntry.of(name, buried), true, () -> openWithoutFile(buried, adopted),
                e -> cannotOpen(refusal(e)));
    }

    private void openWithoutFile(@Nullable Tombstone buried, AdoptedTail adopted) {
        Tombstone before = limits.ephemeral() && adopted.isEmpty() ? beginInMemory(buried) : buried;
        StreamFile.State state = before == null ? StreamFile.State.EMPTY : before.state();
        List<AdoptedTail.Entry> following = adopted.following(state, MOST_PER_BATCH);
        if (following.isEmpty()
                && !adopted.after(state, host.mistake(StreamMistake.HIGHER_EPOCH_IGNORED)).isEmpty()) {
            file.with(f -> catchUp(f, adopted), made -> nowOpen(made, adopted), e -> cannotOpen(refusal(e)));
            return;
        }
        List<String> ids = before == null ? List.of() : List.copyOf(before.remembered().keySet());
        Found found = new Found(state, ids, List.of(), Long.MAX_VALUE, before);
        if (following.isEmpty()) {
            nowOpen(found, adopted);
        } else {
            nowOpen(found, following);
        }
    }

    /** Only a stream of which the volume has nothing is ephemeral: what is there stays where it is, whatever the defaults say. */
    private @Nullable Tombstone beginInMemory(@Nullable Tombstone buried) {
        InMemory memory = host.inMemory(slot);
        Tombstone before = memory.before(buried, host.now());
        backing = memory;
        file.goOnFrom(before);
        return before;
    }

    /** Off the loop. */
    private Found catchUp(StreamFile f, AdoptedTail adopted) {
        List<Change> missing = adopted.after(f.state(), host.mistake(StreamMistake.HIGHER_EPOCH_IGNORED));
        long expected = f.state().change() + 1;
        for (Change change : missing) {
            if (change.number() != expected) {
                throw new StreamFileException(StreamFileException.Kind.CORRUPT, name, "change " + expected
                        + " is neither in its file nor in a journal, though change " + change.number() + " is", null);
            }
            expected++;
        }
        for (int from = 0; from < missing.size(); from += MOST_PER_BATCH) {
            f.apply(missing.subList(from, Math.min(missing.size(), from + MOST_PER_BATCH)));
        }
        return new Found(f.state(), f.rememberedIds(0), f.expiring(Expiry.MOST), f.oldestUnused(), null);
    }

    private void nowOpen(Found found, AdoptedTail adopted) {
        know(found);
        adopted.entries().forEach(e -> unsynced.add(new Unsynced(e.change().number(), e.position())));
        boolean stored = contents.change() > 0 && !found.state().destroyed(); // else the file may hold parts alone
        cataloged = file.exists() && adopted.isEmpty() && stored && !brought;
        phase = Phase.OPEN;
        host.opened(this);
        if (brought) {
            backing.catalog().refresh(contents.entry(name).usedAt(host.now()));
        }
        if (skipped) {
            host.trailLater(this);
        }
        if (!file.exists()) {
            letGo(contents.change()); // the stream was destroyed after all of these
            Tiering tiering = host.tiering();
            if (tiering != null && found.buried() != null) {
                tiering.buried(this, found.buried(), backing.journal().end());
            }
        }
        if (!unsynced.isEmpty()) {
            host.applied(this);
        }
        begin();
    }

    /** Nothing of the stream is in a file: what was adopted is its tail, and nobody waits until a file is made. */
    private void nowOpen(Found found, List<AdoptedTail.Entry> following) {
        know(found);
        Replay replay = new Replay(this, host);
        following.forEach(replay::take);
        told = contents.change();
        phase = Phase.OPEN;
        host.opened(this);
        tailChanged();
        host.changed(this);
        begin();
    }

    private void begin() {
        waiting.addFirst(new Waiting(new Operation.Tidy(), done -> {}));
        pump();
    }

    private void know(Found found) {
        contents = new Contents(found.state());
        if (found.buried() != null) {
            contents.buried(name, found.buried());
        }
        changeWhenOpened = found.state().change();
        told = contents.change();
        contents.expiry().learn(found.expiring());
        if (backing.lasts()) {
            limits.lasting();
        }
        if (!host.mistake(StreamMistake.CONFIG_FORGOTTEN)) {
            limits.configured(found.state().config());
        }
        found.ids().forEach(id -> host.recentIds().add(name, id));
        uploads.oldestUnused(found.oldestUnused());
    }

    private void cannotOpen(Refused why) {
        phase = Phase.CLOSED;
        host.failedToOpen(this, why);
        refuseWaiting(why);
    }

    private void refuseWaiting(Refused why) {
        for (Waiting next = waiting.poll(); next != null; next = waiting.poll()) {
            next.answer.accept(why);
        }
    }

    // ---- requests

    /** Carries an operation out in its turn; {@code answer} is called exactly once, when the result may be told. */
    void submit(Operation operation, Consumer<Result> answer) {
        usedAtNanos = host.loop().nanos();
        asked = true;
        if (phase == Phase.OPEN && !fetching && waiting.isEmpty()) {
            if (!perform(operation, answer)) {
                waiting.addFirst(new Waiting(operation, answer));
            }
        } else {
            waiting.add(new Waiting(operation, answer));
        }
    }

    /** Does what there is to do by itself. */
    void tidy() {
        perform(new Operation.Tidy());
    }

    /** Destroys the stream, of which nobody asks anything any more. */
    void end() {
        perform(new Operation.Destroy(Operation.ABSENT, null));
    }

    /** Performs an operation in its turn that nobody asked for, which is not a use of the stream. */
    private void perform(Operation operation) {
        if (phase == Phase.OPEN) {
            waiting.add(new Waiting(operation, done -> {}));
            pump();
        }
    }

    /** Why such a write cannot be just now; null: it can. */
    @Nullable
    Refused refusal(Operation write) {
        return trouble == null ? backing.refusal(write) : trouble;
    }

    private boolean tidied() {
        if (!tidying.evict()) {
            return false;
        }
        wakeNext();
        return true;
    }

    private void wakeNext() {
        long next = tidying.next();
        if (next != Long.MAX_VALUE) {
            host.wake(this, next);
        }
    }

    private void pump() {
        while (phase == Phase.OPEN && !fetching && !waiting.isEmpty()) {
            Waiting next = waiting.peek();
            if (!perform(next.operation, next.answer)) {
                return;
            }
            waiting.poll();
        }
    }

    /** Returns false when the operation must wait for a {@link #fetch fact from the file}; it is then performed anew. */
    private boolean perform(Operation operation, Consumer<Result> answer) {
        boolean done = tidying.expire() && switch (operation) {
            case Operation.Set set -> writes.set(set, answer);
            case Operation.SetMany many -> batches.setMany(many, answer);
            case Operation.Delete delete -> writes.delete(delete, answer);
            case Operation.DeleteAll all -> writes.deleteAll(all, answer);
            case Operation.Destroy destroy -> writes.destroy(destroy, answer);
            case Operation.Config config -> writes.config(config, answer);
            case Operation.Tidy tidy -> tidied();
            case Operation.Get get -> reads.get(get.which(), answer);
            case Operation.Part part -> uploads.part(part, answer);
            case Operation.GetPart part -> uploads.getPart(part, answer);
            case Operation.GetAll all -> reads.getAll(all, answer);
            case Operation.Keys keys -> reads.keys(keys, answer);
            case Operation.Info info -> reads.info(answer);
            case Operation.Resume resume -> reads.resume(resume, answer);
            case Operation.Flush flush -> flush(answer);
            case Operation.Versions other -> throw new IllegalStateException("not a matter of the stream: " + other);
            case Operation.OfVersion other -> throw new IllegalStateException("not a matter of the stream: " + other);
        };
        if (done) {
            contents.forgetLearnt();
        }
        return done;
    }

    /** Reads a fact from the file for the operation whose turn it is; always returns false, for "not done yet". */
    <T> boolean fetch(Function<StreamFile, T> read, Consumer<T> learn) {
        fetching = true;
        file.with(read, fact -> {
            fetching = false;
            learn.accept(fact);
            pump();
        }, e -> fetchFailed(refusal(e)));
        return false;
    }

    /** As {@link #fetch}, when the file has all changes decided so far. */
    <T> boolean fetchFromWhole(Function<StreamFile, T> read, Consumer<T> learn) {
        fetching = true;
        whenApplied(contents.change(), () -> fetch(read, learn), this::fetchFailed);
        return false;
    }

    private void fetchFailed(Refused why) {
        fetching = false;
        Waiting next = waiting.poll();
        if (next != null) {
            contents.forgetLearnt();
            next.answer.accept(why);
        }
        pump();
    }

    private boolean flush(Consumer<Result> answer) {
        long change = contents.change();
        whenApplied(change, () -> closeFile(() -> answer.accept(new Result.Flushed(change, epoch)), answer::accept),
                answer::accept);
        return true;
    }

    // ---- durability

    /** A change was journaled and is in the tail; {@code durable} runs once its answer may be given. */
    void journaled(Change change, Runnable durable) {
        journaled(List.of(change), durable);
    }

    /** The same, of changes that one request made. */
    void journaled(List<Change> changes, Runnable durable) {
        awaited = durability().orStricter(awaited());
        reads.recent().changed(changes);
        undurable++;
        tailChanged();
        wakeNext();
        host.changed(this);
        whenDurable(() -> host.tell(changes, () -> {
            undurable--;
            told = changes.getLast().number();
            durable.run();
        }));
    }

    /** In the order of the calls: while something waits for a force, or longer, so does what comes behind it. */
    private void whenDurable(Runnable then) {
        backing.journal().whenDurable(awaited, then);
    }

    private Durability durability() {
        StreamConfig.Durability asked = limits.effective().durability();
        if (asked == null || host.mistake(StreamMistake.DURABILITY_IGNORED)) {
            return backing.journal().durability();
        }
        return switch (asked) {
            case SHIPPED -> Durability.SHIPPED;
            case SYNC -> Durability.SYNC;
            case RELAXED, EPHEMERAL -> Durability.RELAXED;
        };
    }

    /** How durable the changes must be that {@link #contents()} reflects, before any of them is told. */
    Durability awaited() {
        return undurable > 0 ? awaited : Durability.RELAXED;
    }

    /** Gives an answer that reflects the stream as it is now, once all of that is durable, told, and surely still ours to tell. */
    void answer(Runnable answer) {
        if (undurable == 0) {
            host.whenStillOwner(answer);
        } else {
            whenDurable(() -> host.tell(List.of(), () -> host.whenStillOwner(answer)));
        }
    }

    /** The same for an answer that reflects that change, and none after it but for what has expired. */
    void answer(long change, Runnable answer) {
        if (Math.max(change, tidying.lastExpiry()) <= told) {
            host.whenStillOwner(answer);
        } else {
            answer(answer);
        }
    }

    // ---- into the file

    /** Runs {@code then} once the file has every change up to that number. */
    void whenApplied(long change, Runnable then, Consumer<Refused> failed) {
        if (contents.tail().isEmpty() || contents.tail().first().change().number() > change) {
            then.run();
            return;
        }
        awaitingFile.add(new AwaitingFile(change, then, failed));
        apply();
    }

    /** Puts the tail, as it is now, into the file, once it is forced. */
    void apply() {
        if (applying || contents.tail().isEmpty()) {
            return;
        }
        applying = true;
        host.writing(1);
        int count = contents.tail().sizeOfBatch(MOST_PER_BATCH);
        if (host.mistake(StreamMistake.ROW_BEFORE_FORCE)) {
            applyForced(count);
        } else {
            backing.journal().whenForced(() -> applyForced(count));
        }
    }

    private void applyForced(int count) {
        List<Tail.Entry> entries = contents.tail().oldest(count);
        List<Pending> pending = new ArrayList<>(count);
        for (Tail.Entry entry : entries) {
            pending.add(new Pending(entry.change(), entry.spilled(), entry.position()));
        }
        Function<StreamFile, Applied> transaction = f -> {
            List<Change> next = new ArrayList<>(pending.size());
            for (Pending p : pending) {
                if (p.change.number() > f.state().change()) { // a transaction that failed may have been committed
                    next.add(p.spilled ? readBack(p.position) : p.change);
                }
            }
            if (!next.isEmpty()) {
                f.apply(next);
            }
            return new Applied(f.state(), f.oldestUnused());
        };
        Consumer<StreamFileException> failed = e -> {
            applying = false;
            host.writing(-1);
            inTrouble(refusal(e));
        };
        if (awaitingFile.isEmpty()) {
            file.inBackground(transaction, applied -> applied(count, applied), failed);
        } else {
            file.with(transaction, applied -> applied(count, applied), failed);
        }
    }

    private record Applied(StreamFile.State state, long oldestUnused) {}

    private void applied(int count, Applied now) {
        StreamFile.State state = now.state;
        uploads.oldestUnused(now.oldestUnused);
        applying = false;
        host.writing(-1);
        trouble = null;
        contents.tail().oldest(count).forEach(e -> unsynced.add(new Unsynced(e.change().number(), e.position())));
        contents.applied(count, state);
        tailChanged();
        host.transaction(count);
        host.applied(this);
        long change = state.change();
        List<AwaitingFile> ready = new ArrayList<>();
        awaitingFile.removeIf(a -> a.change <= change && ready.add(a));
        ready.forEach(a -> a.then.run());
        if (!awaitingFile.isEmpty()) {
            apply();
        }
    }

    private void inTrouble(Refused why) {
        trouble = why;
        retryAtNanos = host.loop().nanos() + RETRY_MILLIS * 1_000_000;
        host.troubled(this);
        List<AwaitingFile> failed = new ArrayList<>(awaitingFile);
        awaitingFile.clear();
        failed.forEach(a -> a.failed.accept(why));
    }

    /** Tries the file again after a failure, when it is time. Returns whether the stream is still in trouble. */
    boolean retry(long nowNanos) {
        if (phase != Phase.OPEN || trouble == null || applying) {
            return trouble != null;
        }
        if (file.isLost() && backing.lasts() && host.tiering() != null) {
            leaveFile();
        } else if (nowNanos - retryAtNanos >= 0) {
            retryAtNanos = nowNanos + RETRY_MILLIS * 1_000_000;
            if (contents.tail().isEmpty()) {
                file.with(StreamFile::state, state -> outOfTrouble(), e -> inTrouble(refusal(e)));
            } else {
                apply();
            }
        }
        return trouble != null;
    }

    private void outOfTrouble() {
        trouble = null;
        if (!unsynced.isEmpty()) {
            host.applied(this);
        }
    }

    /** Something could not be done with the file. Whatever that was, a file that is lost is brought back. */
    void fileFailed(StreamFileException e) {
        if (trouble == null && phase == Phase.OPEN && file.isLost() && host.tiering() != null) {
            inTrouble(refusal(e));
        }
    }

    /**
     * Ends here, without its file, which is damaged or gone, and leaves what the journal has of it to its next opening, which brings the file
     * back. Requests wait for that.
     */
    private void leaveFile() {
        if (fetching || syncing || undurable > 0 || !file.isIdle()) {
            return;
        }
        phase = Phase.CLOSING;
        Opened.Cold reached = new Opened.Cold(contents.change(), contents.lastSeq());
        List<Journaled> journaled = new ArrayList<>();
        unsynced.forEach(u -> journaled.add(new Journaled(null, u.position)));
        contents.tail().entries().forEach(
                e -> journaled.add(new Journaled(e.spilled() ? null : e.change(), e.position())));
        file.apart(() -> {
            AdoptedTail left = new AdoptedTail(reached);
            journaled.forEach(j -> left.add(j.change == null ? readBack(j.position) : j.change, j.position));
            return left;
        }, left -> {
            phase = Phase.CLOSED;
            reads.recent().clear();
            host.tailBytes(-tailBytes);
            host.leftFile(this, left);
            submitWaitingAgain();
        }, e -> cannotClose(() -> inTrouble(refusal(e))));
    }

    private void submitWaitingAgain() {
        for (Waiting next = waiting.poll(); next != null; next = waiting.poll()) {
            host.submitAgain(this, next.operation, next.answer);
        }
    }

    /** Reads a change back from the journal; off the loop. */
    Change readBack(Position position) {
        try {
            return backing.journal().read(position);
        } catch (IOException e) {
            throw new StreamFileException(StreamFileException.Kind.UNAVAILABLE, name, "its journal cannot be read", e);
        }
    }

    /** What a file that was let go of lacks, though it was applied: the journal still has it. */
    private Consumer<StreamFile> mending() {
        if (file.isOpen() || unsynced.isEmpty()) {
            return f -> {};
        }
        List<Unsynced> known = List.copyOf(unsynced);
        return f -> {
            AdoptedTail inJournal = new AdoptedTail();
            for (Unsynced entry : known) {
                if (entry.change > f.state().change()) {
                    inJournal.add(readBack(entry.position), entry.position);
                }
            }
            List<Change> lacking = inJournal.after(f.state(), false);
            if (!lacking.isEmpty()) {
                f.apply(lacking);
            }
        };
    }

    /** Makes what was applied durable in the file, so that the journal can let go of it. */
    void sync() {
        if (phase != Phase.OPEN || syncing || unsynced.isEmpty()) {
            return;
        }
        syncing = true;
        if (isBuriable()) {
            bury(() -> syncing = false, why -> syncing = false);
            return;
        }
        host.writing(1);
        file.inBackground(f -> {
            f.sync();
            return f.state();
        }, state -> {
            host.writing(-1);
            synced(state, false, () -> syncing = false, why -> syncing = false);
        }, e -> {
            syncing = false;
            host.writing(-1);
            inTrouble(refusal(e));
        });
    }

    /**
     * All that is unsynced was in the file when it was synced: nothing else is done with the file meanwhile. The journal lets go of that
     * once the catalog has the stream.
     *
     * @param urgently somebody waits for that
     */
    private void synced(StreamFile.State state, boolean urgently, Runnable then, Consumer<Refused> failed) {
        if (state.destroyed()) {
            then.run(); // and stored again: when that is in the file too
            return;
        }
        if (unsynced.isEmpty() || cataloged) {
            letGo(state.change());
            then.run();
            return;
        }
        List<Unsynced> inFile = List.copyOf(unsynced);
        unsynced.clear();
        boolean tooEarly = host.mistake(StreamMistake.JOURNAL_BEFORE_CATALOG);
        if (tooEarly) {
            letGo(inFile, state.change());
        }
        backing.catalog().put(CatalogEntry.of(name, state).usedAt(host.tiering() == null ? 0 : host.now()), urgently,
                () -> {
                    cataloged = true;
                    if (!tooEarly) {
                        letGo(inFile, state.change());
                    }
                    then.run();
                }, e -> {
                    inFile.reversed().forEach(unsynced::addFirst);
                    inTrouble(refusal(e));
                    failed.accept(refusal(e));
                });
    }

    private void letGo(long upToChange) {
        if (!unsynced.isEmpty()) {
            List<Unsynced> all = List.copyOf(unsynced);
            unsynced.clear();
            letGo(all, upToChange);
        }
    }

    private void letGo(List<Unsynced> inFile, long upToChange) {
        inFile.forEach(u -> backing.journal().release(u.position));
        if (!backing.journal().isShipped()) {
            backing.journal().noteApplied(name, upToChange);
        }
        if (unsynced.isEmpty()) {
            host.synced(this);
        } else {
            host.applied(this);
        }
    }

    /** Whether the stream is destroyed and has a file that holds nothing else. */
    boolean isBuriable() {
        return contents.isDestroyed() && isIdleForBurial() && file.exists() && !burying;
    }

    /** Whether nothing was stored since, nor is about to be with parts that are in the file. */
    boolean isIdleForBurial() {
        return contents.tail().isEmpty() && !fetching;
    }

    private void bury(Runnable then, Consumer<Refused> failed) {
        burying = true;
        file.bury(tombstone -> {
            burying = false;
            if (tombstone != null) {
                cataloged = false;
                contents.buried(name, tombstone);
                uploads.oldestUnused(Long.MAX_VALUE);
                Tiering tiering = host.tiering();
                if (tiering != null) {
                    tiering.buried(this, tombstone, contents.tail().isEmpty()
                            ? backing.journal().end()
                            : contents.tail().first().position());
                }
                letGo(tombstone.change());
            }
            then.run();
        }, e -> {
            burying = false;
            inTrouble(refusal(e));
            failed.accept(refusal(e));
        });
    }

    /** Lets go of values in memory that are in the journal; returns how many bytes that freed. */
    long spill(long wanted) {
        long freed = undurable == 0 && backing.lasts() ? contents.tail().spill(wanted) : 0;
        tailChanged();
        return freed;
    }

    /** What its tail holds in memory, bytes. */
    long tailBytes() {
        return tailBytes;
    }

    private void tailChanged() {
        long now = contents.tail().bytes();
        host.tailBytes(now - tailBytes);
        tailBytes = now;
    }

    /** Syncs and closes the file; the stream stays open. */
    void closeFile(Runnable done, Consumer<Refused> failed) {
        if (isBuriable()) {
            bury(done, failed);
            return;
        }
        file.close(state -> {
            if (state == null) {
                fileClosed(done, failed);
            } else {
                synced(state, true, () -> fileClosed(done, failed), failed);
            }
        }, e -> {
            inTrouble(refusal(e));
            failed.accept(refusal(e));
        });
    }

    private void fileClosed(Runnable done, Consumer<Refused> failed) {
        if (unsynced.isEmpty()) {
            done.run();
        } else {
            mendAndClose(done, failed);
        }
    }

    /** As {@link #closeFile}, unless something is under way. */
    void closeFileIfQuiet() {
        if (isQuiet()) {
            syncing = true;
            closeFile(() -> syncing = false, failed -> syncing = false);
        }
    }

    /** The file was let go of after a failure: opened again, it is given what it may have lost. */
    private void mendAndClose(Runnable done, Consumer<Refused> failed) {
        file.with(StreamFile::state, state -> closeFile(done, failed), e -> {
            inTrouble(refusal(e));
            failed.accept(refusal(e));
        });
    }

    /** Writes what the file cannot take into the journal once more, where it keeps the oldest segment from going. */
    void copyForward() {
        if (phase != Phase.OPEN || applying || syncing || trouble == null || !file.isIdle()) {
            return;
        }
        List<Unsynced> inFile = List.copyOf(unsynced);
        List<Tail.Entry> inTail = List.copyOf(contents.tail().entries());
        List<Position> old = new ArrayList<>();
        inFile.forEach(u -> old.add(u.position));
        inTail.forEach(e -> old.add(e.position()));
        if (old.isEmpty() || !backing.journal().isHeldUpBy(old.getFirst())) {
            return;
        }
        syncing = true;
        file.apart(() -> old.stream().map(this::readBack).toList(), changes -> {
            syncing = false;
            unsynced.clear();
            for (int i = 0; i < changes.size(); i++) {
                Position moved = backing.journal().append(changes.get(i));
                if (i < inFile.size()) {
                    unsynced.add(new Unsynced(inFile.get(i).change, moved));
                } else {
                    inTail.get(i - inFile.size()).moved(moved);
                }
            }
            backing.journal().whenForced(() -> old.forEach(backing.journal()::release));
        }, e -> syncing = false);
    }

    // ---- closing

    /** Puts everything into the file, closes it and has the stream forgotten; requests that come meanwhile wait. Only when quiet. */
    void close(Runnable ended) {
        phase = Phase.CLOSING;
        whenApplied(contents.change(), () -> closeFile(() -> letGoOfFile(() -> {
            ended.run();
            closed();
        }), why -> cannotClose(ended)), why -> cannotClose(ended));
    }

    /** What does not last goes with the stream. */
    private void letGoOfFile(Runnable then) {
        if (backing.lasts() || !file.exists()) {
            then.run();
        } else {
            file.discard(then);
        }
    }

    private void closed() {
        if (!unsynced.isEmpty() || !contents.tail().isEmpty()) {
            throw new IllegalStateException(name + ": closed with changes that are not in its file");
        }
        phase = Phase.CLOSED;
        reads.recent().clear();
        boolean used = asked && host.tiering() != null;
        if (contents.exists() && (contents.change() > changeWhenOpened || used) && !evicted) {
            backing.catalog().refresh(contents.entry(name).usedAt(used()));
        }
        host.closed(this);
        submitWaitingAgain(); // what came meanwhile finds the stream anew
    }

    /** When it was used last, where somebody keeps account of that; else 0. */
    private long used() {
        return asked && host.tiering() != null ? host.now() : 0;
    }

    // ---- the cold tier

    /** Whether anybody has asked anything of it since it was opened. */
    boolean isAsked() {
        return asked;
    }

    /** Whether it has changes that no copy made here holds. */
    boolean isUnarchived() {
        return contents.exists() && contents.change() != archived && backing.lasts();
    }

    /** Takes a snapshot of the file, with all changes up to now in it; which is the receiver's to close. */
    void snapshot(Consumer<Snapshot> taken, Consumer<Refused> failed) {
        if (phase != Phase.OPEN) {
            failed.accept(CLOSES); // what is opened after the file was closed nobody would close
            return;
        }
        long now = host.now();
        whenApplied(contents.change(), () -> file.inBackground(f -> f.snapshot(now), taken, e -> {
            inTrouble(refusal(e));
            failed.accept(refusal(e));
        }), failed);
    }

    /** There is a copy with this change; the catalog is to know of the next one before the journal lets go of it. */
    void archived(long change) {
        archived = change;
        cataloged = false;
    }

    /** Whether its file may be removed, if the cold copy holds all of it. */
    boolean mayBeEvicted() {
        return isQuiet() && !asked && trouble == null && unsynced.isEmpty() && contents.tail().isEmpty()
                && contents.exists() && backing.lasts() && file.exists() && !uploads.waits();
    }

    /**
     * Closes the stream and removes its file, if the cold copy holds all of it. Only when it {@link #mayBeEvicted may be}; requests that come
     * meanwhile wait.
     *
     * @param ended gets whether the file is gone
     */
    void evict(Consumer<Boolean> ended) {
        phase = Phase.CLOSING;
        Catalogs catalogs = host.onVolume(slot).files().catalogs();
        file.apart(() -> catalogs.archived(slot, epoch, name), copy -> {
            boolean whole = copy.filter(Archived.of(name, contents.change(), contents.epochs())::equals).isPresent();
            if (!whole && !host.mistake(StreamMistake.EVICTED_UNARCHIVED)) {
                cannotClose(() -> ended.accept(false));
                return;
            }
            closeFile(() -> file.evict(contents.entry(name), gone -> {
                evicted = gone;
                ended.accept(gone);
                closed();
            }), why -> cannotClose(() -> ended.accept(false)));
        }, e -> cannotClose(() -> ended.accept(false)));
    }

    private void cannotClose(Runnable ended) {
        phase = Phase.OPEN;
        ended.run();
        pump();
    }

    /** Whether it does nothing, waits for nothing and holds nothing that its file lacks. */
    boolean isQuiet() {
        return phase == Phase.OPEN && !fetching && !applying && !syncing && waiting.isEmpty();
    }

    static Refused refusal(StreamFileException e) {
        return refusal(e.kind(), e.why());
    }

    private static Refused refusal(StreamFileException.Kind kind, String why) {
        return switch (kind) {
            case CORRUPT -> new Refused(ErrorCode.STREAM_CORRUPT, why);
            case UNAVAILABLE -> new Refused(ErrorCode.STORAGE_UNAVAILABLE, why, RETRY_MILLIS);
        };
    }
}
