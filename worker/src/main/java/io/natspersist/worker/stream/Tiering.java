// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

import io.natspersist.protocol.ErrorCode;
import io.natspersist.protocol.StreamName;
import io.natspersist.worker.cold.ColdTier.Snapshot;
import io.natspersist.worker.cold.ObjectStoreException;
import io.natspersist.worker.file.Archived;
import io.natspersist.worker.file.StreamFiles.Opened;
import io.natspersist.worker.file.StreamVolume;
import io.natspersist.worker.file.Tombstone;
import io.natspersist.worker.journal.ChangeJournal;
import io.natspersist.worker.journal.ColdLedger;
import io.natspersist.worker.journal.Durability;
import io.natspersist.worker.journal.Position;
import io.natspersist.worker.stream.Result.Refused;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies of streams' files in the cold tier: made when changes have settled, brought back when a stream is opened whose file is gone. What it
 * asks of the tier runs on threads that nothing else waits for, one thing at a time for each stream; while the tier is away, only
 * streams whose files are there notice nothing. Confined to the worker's loop.
 */
final class Tiering {

    private static final Logger LOG = LoggerFactory.getLogger(Tiering.class);
    private static final long FIRST_PAUSE_MILLIS = 1_000;
    private static final long LONGEST_PAUSE_MILLIS = 60_000;
    /** How many files are removed at a time, at most. */
    private static final int MOST_EVICTING = 64;

    private final Tier tier;
    private final StreamHost host;
    private final StreamVolume volume;
    private final ChangeJournal journal;
    /** Open streams with changes that no copy holds, and since when. */
    private final Due toArchive = new Due();
    /** Of what is archived now, the streams that are open. */
    private final Set<Stream> archiving = new LinkedHashSet<>();
    /** Opened to be archived, or to have their file removed, as soon as they are open. */
    private final Set<Stream> toArchiveNow = new LinkedHashSet<>();
    private final Set<Stream> toEvict = new LinkedHashSet<>();
    /** Streams of which something is asked of the tier, and what is to be asked next. */
    private final Map<StreamName, ArrayDeque<Runnable>> busy = new HashMap<>();
    private int underWay;
    private int evicting;
    private boolean draining;
    /** Whether slots are wanted elsewhere, and wait for their streams' copies. */
    private boolean hurried;
    /** What no copy holds of streams, where these must have everything before others can read it; null: files are for all. */
    private final @Nullable ColdLedger ledger;
    /** Streams that were destroyed, and of which that is still to be kept with the copies. */
    private final Map<StreamName, Burial> burials = new LinkedHashMap<>();
    private long awayUntilNanos;
    private long pauseMillis;
    private long archived;
    private long archivedBytes;
    private long evicted;
    private long restored;
    private long restoredBytes;
    private long restoredForLost;
    private long failures;

    private static final class Burial {
        final int slot;
        final long epoch;
        final Tombstone tombstone;
        final Position end;
        boolean underWay;

        Burial(int slot, long epoch, Tombstone tombstone, Position end) {
            this.slot = slot;
            this.epoch = epoch;
            this.tombstone = tombstone;
            this.end = end;
        }
    }

    Tiering(Tier tier, StreamHost host, StreamVolume volume, ChangeJournal journal) {
        this.journal = journal;
        this.ledger = journal.ledger();
        this.tier = tier;
        this.host = host;
        this.volume = volume;
    }

    // ---- streams that are open

    /** The stream has a change more. */
    void changed(Stream stream) {
        if (stream.backing().lasts()) {
            toArchive.add(stream, host.loop().nanos());
        }
    }

    /** The stream is closed. */
    void forget(Stream stream) {
        toArchive.remove(stream);
        archiving.remove(stream);
        toArchiveNow.remove(stream);
        toEvict.remove(stream);
    }

    /** Whether an idle stream is to stay open a little longer: it is being archived, or is about to. */
    boolean keepsOpen(Stream stream) {
        if (isAway() || !stream.isUnarchived()) {
            return archiving.contains(stream);
        }
        if (!archiving.contains(stream) && hasRoom() && toArchive.remove(stream)) {
            archive(stream);
        }
        return archiving.contains(stream) || toArchive.contains(stream);
    }

    /** The worker is about to end: what is not archived now will not be. */
    void drain() {
        draining = true;
    }

    /** To be called often. */
    void tick(long now) {
        archiveMore(now);
        if (!isAway()) {
            List.copyOf(burials.keySet()).forEach(this::bury);
        }
        forEachReady(toEvict, MOST_EVICTING - evicting, stream -> stream.isQuiet() || stream.isAsked(), this::evict);
    }

    private void archiveMore(long now) {
        if (!isAway()) {
            long settled = draining ? 0 : tier.config().archiveAfterMillis() * 1_000_000;
            toArchive.takeOlder(now - settled, room(), this::archive);
            forEachReady(toArchiveNow, room(), Stream::isOpen, this::archive);
        }
    }

    private static void forEachReady(Set<Stream> streams, int most, Predicate<Stream> isReady, Consumer<Stream> then) {
        List<Stream> ready = streams.stream().filter(isReady).limit(Math.max(0, most)).toList();
        ready.forEach(streams::remove);
        ready.forEach(then);
    }

    // ---- streams that nobody has asked anything of

    /** Whether more streams may be opened to be archived or evicted. */
    int roomForMore() {
        return 2 * MOST_EVICTING - toEvict.size() - evicting - toArchiveNow.size();
    }

    /** Has a stream archived that is not open; false: it is, or there is no room. */
    boolean archive(StreamName name, int slot) {
        return open(name, slot, toArchiveNow);
    }

    /** Has the file of a stream that is not open removed, if its copy holds all of it; false: it is, or there is no room. */
    boolean evict(StreamName name, int slot) {
        return open(name, slot, toEvict);
    }

    private boolean open(StreamName name, int slot, Set<Stream> purpose) {
        Stream opened = busy.containsKey(name) || roomForMore() < 1 ? null : host.openUnasked(name, slot);
        return opened != null && purpose.add(opened);
    }

    private void evict(Stream stream) {
        if (!stream.mayBeEvicted()) {
            host.closeUnasked(stream);
            return;
        }
        evicting++;
        stream.evict(gone -> {
            evicting--;
            if (gone) {
                evicted++;
                host.evicted(stream);
            } else if (stream.isOpen()) {
                toArchiveNow.add(stream);
            }
        });
    }

    /** Deletes the copies of a stream that was destroyed, as its catalog said; one that is open may have been made anew since. */
    void delete(StreamName name, int slot, long epoch) {
        if (ledger != null || isAway() || busy.containsKey(name) || host.isOpen(name)) {
            return;
        }
        alone(name, () -> ask(() -> {
            tier.copies().delete(name, slot, epoch);
            return true;
        }, deleted -> {
            done(name);
            host.mark(slot, epoch, Archived.none(name));
        }, e -> {
            done(name);
            failed("the cold copies of " + name + " cannot be deleted", name, slot, e);
        }));
    }

    // ---- copies that must have everything

    /**
     * The stream was destroyed; its tombstone has all that was journaled of it before {@code end} was the journal's. Where nobody but the tier
     * keeps it, it is brought there.
     */
    void buried(Stream stream, Tombstone tombstone, Position end) {
        if (ledger != null && stream.backing().lasts() && ledger.isUncoveredBefore(stream.name(), end)) {
            burials.put(stream.name(), new Burial(stream.slot(), stream.epoch(), tombstone, end));
            bury(stream.name());
        }
    }

    /** Not before others know that it was destroyed: whoever takes over knows what was shipped. */
    private void bury(StreamName name) {
        Burial burial = burials.get(name);
        if (burial == null || burial.underWay) {
            return;
        }
        burial.underWay = true;
        journal.whenDurable(Durability.SHIPPED, () -> alone(name, () -> {
            if (burials.get(name) != burial) {
                done(name); // it was made anew, and has a copy
                return;
            }
            ask(() -> {
                tier.copies().bury(name, burial.slot, burial.epoch, burial.tombstone);
                return true;
            }, kept -> {
                done(name);
                burials.remove(name, burial);
                covered(name, burial.end);
                host.mark(burial.slot, burial.epoch, Archived.none(name));
            }, e -> {
                done(name);
                burial.underWay = false;
                failed("that " + name + " was destroyed cannot be kept with the cold copies", name, burial.slot, e);
            });
        }));
    }

    private void covered(StreamName name, Position end) {
        if (ledger != null) {
            ledger.covered(name, end);
        }
    }

    /** Has a stream archived that is open, or about to be, before others. */
    void archiveSoon(Stream stream) {
        if (!archiving.contains(stream)) {
            toArchive.remove(stream);
            toArchiveNow.add(stream);
        }
    }

    /** Whether slots are wanted elsewhere, and wait for copies. */
    void hurry(boolean now) {
        hurried = now;
    }

    private boolean lacksCopy(Stream stream) {
        return stream.isUnarchived() || (ledger != null && !ledger.isCovered(stream.name())
                && stream.contents().exists() && stream.backing().lasts());
    }

    // ---- copies

    private int mostAtATime() {
        int threads = tier.config().threads();
        return Math.max(1, hurried ? threads : threads / 2); // the other half brings files back
    }

    private boolean hasRoom() {
        return room() > 0;
    }

    private int room() {
        return mostAtATime() - archiving.size();
    }

    private void archive(Stream stream) {
        if (!lacksCopy(stream)) {
            closeIfUnasked(stream);
            return;
        }
        if (busy.containsKey(stream.name()) || !stream.isOpen()) {
            toArchive.add(stream, host.loop().nanos());
            return;
        }
        archiving.add(stream);
        alone(stream.name(), () -> {
            Position end = journal.end();
            stream.snapshot(snapshot -> whenOthersKnow(() -> upload(stream, snapshot, end)), why -> {
                archiving.remove(stream);
                done(stream.name());
                again(stream); // the file is tried anew at its own pace
            });
        });
    }

    /** A copy must hold nothing that a successor does not know, who goes by what was shipped. */
    private void whenOthersKnow(Runnable then) {
        if (ledger == null) {
            then.run();
        } else {
            journal.whenDurable(Durability.SHIPPED, then);
        }
    }

    private void upload(Stream stream, Snapshot snapshot, Position end) {
        StreamName name = stream.name();
        Archived mark = Archived.of(name, snapshot.state());
        long bytes = snapshot.bytes();
        ask(() -> {
            try (snapshot) {
                return tier.copies().archive(name, stream.slot(), stream.epoch(), snapshot);
            }
        }, copy -> {
            archiving.remove(stream);
            Burial waits = burials.get(name);
            if (waits != null && waits.tombstone.change() < mark.change()) {
                burials.remove(name); // it was made anew since: what waits must not take this copy away
            }
            done(name);
            archived++;
            archivedBytes += bytes;
            host.mark(stream.slot(), stream.epoch(), mark);
            covered(name, end);
            if (stream.isOpen()) {
                stream.archived(mark.change());
                if (ledger != null) {
                    journal.noteApplied(name, mark.change());
                }
                closeIfUnasked(stream);
            }
            archiveMore(host.loop().nanos());
        }, e -> {
            archiving.remove(stream);
            done(name);
            failed("the file of " + name + " cannot be archived", name, stream.slot(), e);
            again(stream);
        });
    }

    private void again(Stream stream) {
        if (stream.isOpen()) {
            toArchive.add(stream, host.loop().nanos());
            closeIfUnasked(stream);
        }
    }

    private void closeIfUnasked(Stream stream) {
        if (!stream.isAsked()) {
            host.closeUnasked(stream);
        }
    }

    // ---- files that come back

    /** Brings a stream's file back, of which that is known; {@code damaged}: it was, and is set aside. */
    void bringBack(Stream stream, Opened.Cold known, boolean damaged, AdoptedTail adopted,
            Consumer<Restoring.Outcome> then) {
        StreamName name = stream.name();
        host.bringingBack(stream);
        Opened.Cold reached = known.and(adopted.known())
                .and(host.pendingEntry(stream).map(Opened.Cold::of).orElse(Opened.Cold.UNKNOWN));
        Restoring restoring = new Restoring(tier.copies(), volume, name, stream.slot(), stream.epoch(), adopted,
                ledger != null, host.mistake(StreamMistake.OLDER_COPY_RESTORED));
        alone(name, () -> ask(() -> restoring.run(reached), outcome -> {
            done(name);
            switch (outcome) {
                case Restoring.Outcome.Back back -> broughtBack(stream, back, damaged || adopted.isWithoutFile());
                case Restoring.Outcome.NoCopy none -> {
                }
                case Restoring.Outcome.Failed why -> {
                    failures++;
                    LOG.atWarn().addKeyValue("stream", name).addKeyValue("slot", stream.slot())
                            .log("the file of {} cannot be brought back: {}", name, why.why().why());
                }
            }
            then.accept(outcome);
        }, e -> {
            done(name);
            failed("the file of " + name + " cannot be brought back", name, stream.slot(), e);
            then.accept(new Restoring.Outcome.Failed(
                    new Refused(ErrorCode.COLD_UNAVAILABLE, String.valueOf(e.getMessage()), Restoring.RETRY_MILLIS)));
        }));
    }

    private void broughtBack(Stream stream, Restoring.Outcome.Back back, boolean damaged) {
        restored++;
        restoredBytes += back.bytes();
        if (ledger != null && back.lost() == 0) {
            host.mark(stream.slot(), stream.epoch(), back.copy());
        }
        if (back.lost() > 0 || damaged) {
            restoredForLost++;
            host.lost(stream, back.lost());
            LOG.atError().addKeyValue("stream", stream.name()).addKeyValue("slot", stream.slot())
                    .addKeyValue("lost", back.lost())
                    .log("the file of {} was lost or damaged, and is that of its cold copy now: {} changes are lost",
                            stream.name(), back.lost());
        }
    }

    // ---- the tier

    /** Asks the tier something of a stream that alters nothing. */
    <T> void look(StreamName name, int slot, String otherwise, Supplier<T> question, Consumer<T> then,
            Consumer<RuntimeException> failed) {
        alone(name, () -> ask(question, answer -> {
            done(name);
            then.accept(answer);
        }, e -> {
            done(name);
            failed(otherwise, name, slot, e);
            failed.accept(e);
        }));
    }

    /** Runs {@code task} when nothing else is asked about the stream; it must end with {@link #done}. */
    private void alone(StreamName name, Runnable task) {
        ArrayDeque<Runnable> waiting = busy.get(name);
        if (waiting == null) {
            busy.put(name, new ArrayDeque<>(0));
            task.run();
        } else {
            waiting.add(task);
        }
    }

    private void done(StreamName name) {
        Runnable next = busy.getOrDefault(name, new ArrayDeque<>(0)).poll();
        if (next == null) {
            busy.remove(name);
        } else {
            next.run();
        }
    }

    private <T> void ask(Supplier<T> question, Consumer<T> then, Consumer<RuntimeException> failed) {
        underWay++;
        tier.threads().execute(() -> {
            Runnable back;
            try {
                T answer = question.get();
                back = () -> {
                    pauseMillis = 0;
                    then.accept(answer);
                };
            } catch (RuntimeException e) {
                back = () -> failed.accept(e);
            }
            Runnable answered = back;
            host.loop().execute(() -> {
                underWay--;
                answered.run();
            });
        });
    }

    boolean isAway() {
        return pauseMillis > 0 && host.loop().nanos() - awayUntilNanos < 0;
    }

    /** While the tier is away it is asked less and less often; what concerns one stream holds up no other. */
    private void failed(String what, StreamName stream, int slot, RuntimeException e) {
        failures++;
        LOG.atWarn().addKeyValue("stream", stream).addKeyValue("slot", slot).log("{}: {}", what, e.toString());
        if (e instanceof ObjectStoreException store && store.kind() != ObjectStoreException.Kind.DAMAGED
                && !isAway()) {
            pauseMillis = Math.clamp(2 * pauseMillis, FIRST_PAUSE_MILLIS, LONGEST_PAUSE_MILLIS);
            awayUntilNanos = host.loop().nanos() + pauseMillis * 1_000_000;
        }
    }

    /** @param versions how many versions of streams are here, or on their way */
    TierCounts counts(int versions) {
        return new TierCounts(archived, archivedBytes, evicted, restored, restoredBytes, restoredForLost, failures,
                toArchive.size() + archiving.size(), underWay, versions, pauseMillis > 0);
    }
}
