// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

import io.natspersist.protocol.ErrorCode;
import io.natspersist.protocol.StreamName;
import io.natspersist.worker.cold.ColdTier.Snapshot;
import io.natspersist.worker.cold.ObjectStoreException;
import io.natspersist.worker.file.Archived;
import io.natspersist.worker.file.StreamFiles.Opened;
import io.natspersist.worker.file.StreamVolume;
import io.natspersist.worker.stream.Result.Refused;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
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
    private long awayUntilNanos;
    private long pauseMillis;
    private long archived;
    private long archivedBytes;
    private long evicted;
    private long restored;
    private long restoredBytes;
    private long restoredForLost;
    private long failures;

    Tiering(Tier tier, StreamHost host, StreamVolume volume) {
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
        if (isAway() || busy.containsKey(name) || host.isOpen(name)) {
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

    // ---- copies

    private int mostAtATime() {
        return Math.max(1, tier.config().threads() / 2); // the other half brings files back
    }

    private boolean hasRoom() {
        return room() > 0;
    }

    private int room() {
        return mostAtATime() - archiving.size();
    }

    private void archive(Stream stream) {
        if (!stream.isUnarchived()) {
            closeIfUnasked(stream);
            return;
        }
        if (busy.containsKey(stream.name()) || !stream.isOpen()) {
            toArchive.add(stream, host.loop().nanos());
            return;
        }
        archiving.add(stream);
        alone(stream.name(), () -> stream.snapshot(snapshot -> upload(stream, snapshot), why -> {
            archiving.remove(stream);
            done(stream.name());
            again(stream); // the file is tried anew at its own pace
        }));
    }

    private void upload(Stream stream, Snapshot snapshot) {
        StreamName name = stream.name();
        Archived mark = Archived.of(name, snapshot.state());
        long bytes = snapshot.bytes();
        ask(() -> {
            try (snapshot) {
                return tier.copies().archive(name, stream.slot(), stream.epoch(), snapshot);
            }
        }, copy -> {
            archiving.remove(stream);
            done(name);
            archived++;
            archivedBytes += bytes;
            host.mark(stream.slot(), stream.epoch(), mark);
            if (stream.isOpen()) {
                stream.archived(mark.change());
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
                host.mistake(StreamMistake.OLDER_COPY_RESTORED));
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
