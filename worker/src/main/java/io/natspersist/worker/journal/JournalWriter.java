// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.journal;

import io.natspersist.loop.EventLoop;
import io.natspersist.metrics.Times;
import io.natspersist.protocol.StreamName;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.worker.change.Change;
import io.natspersist.worker.disk.Disk;
import io.natspersist.worker.disk.Disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Writes one worker's journal. Whatever is appended while a group is on its way to the volume gathers in the next one. Confined
 * to the loop, but for {@link #read}.
 *
 * <p>The first error of a write, force, lock or link is final: it goes to the fault handler, once, on the loop, and nothing
 * completes after it.
 */
public final class JournalWriter implements OwnJournal {

    private static final Logger log = LoggerFactory.getLogger(JournalWriter.class);

    /** A group that has grown to this waits its turn as it is, and the next one begins. */
    private static final int GROUP_BYTES = 4 << 20;
    private static final int SPARE_GROUPS = 4;
    private static final long SPACE_CHECK_MILLIS = 1000;

    private final Disk disk;
    private final Incarnation id;
    private final JournalFolder folder;
    private final EventLoop loop;
    private final Executor io;
    private final JournalConfig config;
    private final Consumer<Throwable> fault;
    /** Each group is forced before anything else happens with it. */
    private final boolean forceFirst;
    private final ReadBack readBack;
    private final Ballast ballast;

    private final ArrayDeque<Group> full = new ArrayDeque<>();
    private final ArrayDeque<Group> spare = new ArrayDeque<>();
    private Group gathering = new Group().begin(1, 1, SegmentHeader.BYTES);

    /** The one that is written; null until the journal is open. */
    private @Nullable Segment segment;
    private Consumer<Stretch> whenForced = stretch -> {};
    /** This segment and those behind it stay, needed or not. */
    private long keptFrom = Long.MAX_VALUE;
    private boolean pumpQueued;
    private boolean writing;
    private boolean rolling;
    private boolean forcing;
    private boolean forceDue;
    private boolean deleting;
    private boolean closing;
    private boolean failed;
    private boolean spaceLow;
    private long forceBegan;
    private long unwrittenBytes;
    private long writtenGroup;
    private long forcedGroup;
    private EventLoop.@Nullable Timer forceTimer;
    private final ArrayDeque<Stretch> unforced = new ArrayDeque<>();
    private final Waiters written = new Waiters();
    private final Waiters forced = new Waiters();
    private final SegmentCounts counts;

    private final Times writes = new Times();
    private final Times forces = new Times();
    private long writtenBytes;

    /** How long a write and a force took, ns; passes from the thread that did it to the loop. */
    private static final class Took {
        long write;
        long force;
    }

    /**
     * @param io for everything that blocks; where it runs two tasks at a time, {@code RELAXED} goes on writing while it forces
     */
    public JournalWriter(Disk disk, Incarnation id, EventLoop loop, Executor io, JournalConfig config,
            Consumer<Throwable> fault) {
        this.disk = disk;
        this.id = id;
        this.folder = JournalFolder.of(id);
        this.loop = loop;
        this.io = io;
        this.config = config;
        this.fault = fault;
        this.forceFirst = config.durability() != Durability.RELAXED
                && !config.mistakes().contains(JournalMistake.ANSWER_BEFORE_FORCE);
        this.readBack = new ReadBack(disk, folder, config);
        this.counts = new SegmentCounts(config);
        this.ballast = new Ballast(disk, folder, config);
    }

    /**
     * Tells, on the loop, of all groups that were forced, each once, in order; and keeps their segments until
     * {@link #keepFrom} says otherwise. To be asked before the journal is opened.
     */
    public void tellForced(Consumer<Stretch> tell) {
        whenForced = tell;
        keptFrom = 1;
    }

    /** The segments before this one may go once nothing in them is needed. */
    public void keepFrom(long firstKept) {
        keptFrom = firstKept;
        deleteReleased();
    }

    /** The bytes of a segment's header. Blocking; from any thread, which must not be interrupted. */
    public ByteBuffer segmentHeader(long number) throws IOException {
        return readBack.bytes(number, 0, SegmentHeader.BYTES);
    }

    /** The bytes of groups that were told to be forced. Blocking; from any thread, which must not be interrupted. */
    public ByteBuffer read(Stretch stretch) throws IOException {
        return readBack.bytes(stretch.segment(), stretch.from(), (int) stretch.bytes());
    }

    /** The number of the group that holds what was appended last. */
    public long lastGroup() {
        return gathering.wanted() ? gathering.number() : gathering.number() - 1;
    }

    /** Makes the journal's folder and its first segment, locked and forced; then {@code opened}. Called once. */
    @Override
    public void open(Runnable opened) {
        onIo(this::createFirst, first -> {
            segment = first;
            watchSpace();
            opened.run();
            pump();
        });
    }

    /** Adds a change to the group that gathers. */
    @Override
    public Position append(Change change) {
        Position position = add(change);
        endGroupIfFull();
        return position;
    }

    /** They are in one group, however large it grows, and so reach the volume together or not at all. */
    @Override
    public List<Position> append(List<? extends Change> together) {
        List<Position> positions = new ArrayList<>(together.size());
        for (Change change : together) {
            positions.add(add(change));
            if (config.mistakes().contains(JournalMistake.BATCH_SPLIT) && positions.size() == together.size() / 2) {
                endGroup();
            }
        }
        endGroupIfFull();
        return positions;
    }

    private Position add(Change change) {
        Position position = accepting().add(change, loop.nanos());
        counts.entry(position);
        added(position.bytes());
        return position;
    }

    @Override
    public void noteApplied(StreamName stream, long change) {
        Group group = accepting();
        int before = group.bytes();
        group.addApplied(stream, change, loop.nanos());
        added(group.bytes() - before);
        endGroupIfFull();
    }

    @Override
    public Position end() {
        return new Position(gathering.segment(), gathering.end(), 0);
    }

    @Override
    public Durability durability() {
        return config.durability();
    }

    /** As {@link #whenDurable(Durability, Runnable)}, as durable as configured. */
    public void whenDurable(Runnable then) {
        whenDurable(config.durability(), then);
    }

    @Override
    public void whenDurable(Durability asked, Runnable then) {
        if (asked != Durability.RELAXED && !config.mistakes().contains(JournalMistake.ANSWER_BEFORE_FORCE)) {
            whenForced(then);
        } else {
            when(written, answerableGroup(), then);
        }
    }

    @Override
    public void whenForced(Runnable then) {
        when(forced, forcedGroup, then);
        forceIfWanted();
    }

    /** Writes and forces a new group, empty if need be, which proves that the lock is still held; then {@code then}. */
    @Override
    public void prove(Runnable then) {
        accepting();
        forceGroup(then);
    }

    /** A segment without needed entries is deleted, oldest first. */
    @Override
    public void release(Position position) {
        counts.release(position);
        deleteReleased();
    }

    @Override
    public boolean isHeldUpBy(Position position) {
        return segment != null && position.segment() < segment.number() && counts.isHeldUpBy(position);
    }

    @Override
    public Change read(Position position) throws IOException {
        return readBack.read(position);
    }

    /** What the journal takes on the volume, with what is still to be written. */
    @Override
    public long bytes() {
        return counts.bytes();
    }

    /** What is appended and not yet written, in memory. Grows while the volume stalls: its owner must push back. */
    public long unwrittenBytes() {
        return unwrittenBytes;
    }

    /** For how long the oldest group that is not forced has been waiting, ms, at least 1; 0: there is none. */
    @Override
    public long oldestUnforcedMillis() {
        Stretch oldest = unforced.peek();
        if (oldest == null && !gathering.wanted()) {
            return 0;
        }
        long since = oldest == null ? gathering.sinceNanos() : oldest.sinceNanos();
        return Math.max(1, (loop.nanos() - since) / 1_000_000);
    }

    /** How many groups were forced. */
    @Override
    public long forcedGroups() {
        return forcedGroup;
    }

    /** Whether the volume had less free space than the reserve when last asked, once a second. */
    @Override
    public boolean spaceLow() {
        return spaceLow;
    }

    /** How it stands. */
    @Override
    public JournalCounts counts() {
        return new JournalCounts(bytes(), unwrittenBytes, writtenBytes, writtenGroup, writes.distribution(),
                forces.distribution(), oldestUnforcedMillis(), spaceLow);
    }

    /** Looks, on {@code probes}, whether a successor has told this worker to halt; then tells {@code found} on the loop. */
    @Override
    public void checkRelease(Executor probes, Consumer<Boolean> found) {
        probes.execute(() -> {
            boolean told = toldToHalt();
            loop.execute(() -> found.accept(told));
        });
    }

    /** Forces what there is, lets go of the journal, then {@code closed}. Nothing may be appended any more. */
    @Override
    public void close(Runnable closed) {
        closing = true;
        if (segment == null) {
            closed.run();
            return;
        }
        // The second, empty group says that the first was forced: damage to it cannot pass for a torn end.
        forceGroup(() -> forceGroup(() -> onIo(() -> {
            readBack.close();
            return true;
        }, done -> closed.run())));
    }

    // ---- gathering

    private Group accepting() {
        if (closing) {
            throw new IllegalStateException("journal " + id + " is closed");
        }
        return gathering;
    }

    private void forceGroup(Runnable then) {
        gathering.want(loop.nanos());
        forced.add(gathering.number(), then);
        queuePump();
    }

    private void added(int bytes) {
        counts.grow(gathering.segment(), bytes);
        unwrittenBytes += bytes;
        queuePump();
    }

    private void endGroupIfFull() {
        if (gathering.bytes() >= GROUP_BYTES) {
            endGroup();
        }
    }

    private void endGroup() {
        full.add(gathering);
        beginGroup();
    }

    /** Ends the group that gathers. Where the next will lie is known now: its entries' positions follow from that. */
    private void beginGroup() {
        Group ended = gathering;
        unforced.add(new Stretch(ended.segment(), ended.end() - ended.bytes(), ended.end(), ended.number(),
                ended.number(), ended.sinceNanos()));
        counts.grow(ended.segment(), GroupHeader.BYTES);
        boolean roll = ended.end() >= config.segmentBytes();
        gathering = (spare.isEmpty() ? new Group() : spare.pop()).begin(ended.number() + 1,
                ended.segment() + (roll ? 1 : 0), roll ? SegmentHeader.BYTES : ended.end());
    }

    private void when(Waiters waiters, long reached, Runnable then) {
        long last = lastGroup();
        if (waiters.isEmpty() && last <= reached && !failed) {
            then.run();
        } else {
            waiters.add(last, then);
        }
    }

    // ---- writing

    /** Behind what the loop has queued already, so that a group takes all of it. */
    private void queuePump() {
        if (!pumpQueued && !writing && segment != null) {
            pumpQueued = true;
            loop.execute(() -> {
                pumpQueued = false;
                pump();
            });
        }
    }

    private void pump() {
        if (failed || writing || segment == null) {
            return;
        }
        if (full.isEmpty()) {
            if (!gathering.wanted()) {
                return;
            }
            endGroup();
        }
        rolling = full.element().segment() != segment.number();
        if (!rolling || !forcing) {
            write(full.remove(), segment);
        }
    }

    private void write(Group group, Segment into) {
        writing = true;
        boolean roll = rolling;
        boolean force = forceFirst;
        boolean writtenIsEnough = force && written.first() <= group.number();
        long lastForced = roll ? group.number() - 1 : forcedGroup;
        Took took = new Took();
        onIo(() -> {
            Segment to = roll ? roll(into, group.number()) : into;
            long began = loop.nanos();
            to.append(group.encoded(to.salt(), lastForced));
            took.write = loop.nanos() - began;
            if (writtenIsEnough) {
                loop.execute(() -> writtenOnly(group.number()));
            }
            if (force) {
                to.force();
                took.force = loop.nanos() - began - took.write;
            }
            return to;
        }, to -> {
            segment = to;
            writes.record(took.write);
            writtenBytes += group.bytes();
            if (force) {
                forces.record(took.force);
            }
            writing = false;
            rolling = false;
            forcing &= !force;
            writtenGroup = group.number();
            wasForced(force ? group.number() : lastForced);
            recycle(group);
            forceDue |= config.durability() != Durability.RELAXED && !force;
            pump();
            forceIfWanted();
            complete();
            planForce();
            deleteReleased();
        });
    }

    private void recycle(Group group) {
        unwrittenBytes -= group.bytes() - GroupHeader.BYTES;
        if (spare.size() < SPARE_GROUPS && group.capacity() <= 2 * GROUP_BYTES) {
            spare.push(group);
        }
    }

    /** The task that writes this group has begun to force it; some were waiting for the write alone. */
    private void writtenOnly(long group) {
        if (!failed) {
            writtenGroup = group;
            forcing = true;
            forceBegan = loop.nanos();
            complete();
        }
    }

    private void complete() {
        written.complete(answerableGroup());
        forced.complete(forcedGroup);
    }

    /** The last group that may be answered for where writing is enough. */
    private long answerableGroup() {
        boolean forceIsSlow = forcing && loop.nanos() - forceBegan > config.relaxedForceLimitMillis() * 1_000_000;
        return forceIsSlow ? forcedGroup : writtenGroup;
    }

    // ---- forcing in RELAXED; in SYNC every write ends with a force

    private void planForce() {
        if (forceTimer == null && writtenGroup > forcedGroup) {
            forceTimer = loop.after(Math.max(0, config.relaxedForceMillis() - oldestUnforcedMillis()), () -> {
                forceTimer = null;
                forceDue = true;
                forceIfWanted();
            });
        }
    }

    private void forceIfWanted() {
        boolean wanted = forceDue || forced.first() <= writtenGroup;
        if (wanted && writtenGroup > forcedGroup && !forcing && !rolling && !failed && segment != null) {
            force(segment, writtenGroup);
        }
    }

    private void force(Segment into, long covered) {
        forcing = true;
        forceDue = false;
        forceBegan = loop.nanos();
        Took took = new Took();
        onIo(() -> {
            long began = loop.nanos();
            into.force();
            took.force = loop.nanos() - began;
            return true;
        }, done -> {
            forces.record(took.force);
            forcing = false;
            wasForced(covered);
            pump();
            forceIfWanted();
            complete();
            planForce();
        });
    }

    private void wasForced(long group) {
        forcedGroup = Math.max(forcedGroup, group);
        for (Stretch next = unforced.peek(); next != null && next.lastGroup() <= forcedGroup; next = unforced.peek()) {
            whenForced.accept(unforced.remove());
        }
    }

    // ---- segments

    private Segment createFirst() throws IOException {
        disk.createFolders(folder.path());
        disk.forceFolder("");
        disk.forceFolder(JournalFolder.JOURNALS);
        disk.createNew(folder.release()).close();
        Segment first = Segment.create(disk, folder, new SegmentHeader(id, 1, 1), config.mistakes());
        readBack.writing(first);
        return first;
    }

    private Segment roll(Segment from, long firstGroup) throws IOException {
        Segment next = from.roll(id, firstGroup);
        readBack.writing(next);
        readBack.written(from.number());
        return next;
    }

    private void deleteReleased() {
        if (segment == null || deleting || closing || failed) {
            return;
        }
        long oldest = counts.deletable(Math.min(segment.number(), keptFrom));
        if (oldest == 0) {
            return;
        }
        deleting = true;
        onIo(() -> {
            readBack.deleted(oldest);
            disk.delete(folder.segment(oldest));
            disk.forceFolder(folder.path());
            return oldest;
        }, deleted -> {
            deleting = false;
            counts.delete(deleted);
            deleteReleased();
        });
    }

    // ---- what else the volume is asked

    private void watchSpace() {
        onIo(ballast::check, low -> {
            noteSpace(low);
            if (!closing) {
                loop.after(SPACE_CHECK_MILLIS, () -> {
                    if (!closing && !failed) {
                        watchSpace();
                    }
                });
            }
        });
    }

    private void noteSpace(boolean low) {
        if (low != spaceLow) {
            log.atLevel(low ? Level.WARN : Level.INFO).addKeyValue("worker", id.worker())
                    .addKeyValue("incarnation", id.number())
                    .log(low
                            ? "the volume has less free space than its reserve: writes are refused"
                            : "the volume has space again: writes are taken");
        }
        spaceLow = low;
    }

    private boolean toldToHalt() {
        try (DiskFile release = disk.open(folder.release())) {
            return release.size() > 0;
        } catch (NoSuchFileException e) {
            // It was there when the journal was opened: the journal was deleted.
            return true;
        } catch (IOException e) {
            log.warn("cannot look whether journal {} was taken over", id, e);
            return false;
        }
    }

    private interface Blocking<T> {
        T run() throws IOException;
    }

    private <T> void onIo(Blocking<T> task, Consumer<T> then) {
        io.execute(() -> {
            try {
                T result = task.run();
                loop.executeHere(() -> {
                    if (!failed) {
                        then.accept(result);
                    }
                });
            } catch (IOException | RuntimeException e) {
                loop.execute(() -> fail(e));
            } catch (Error e) {
                loop.execute(() -> fail(e));
                throw e;
            }
        });
    }

    private void fail(Throwable error) {
        if (!failed) {
            failed = true;
            fault.accept(error);
        }
    }
}
