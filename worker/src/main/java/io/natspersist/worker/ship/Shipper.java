// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.ship;

import io.natspersist.loop.EventLoop;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.worker.cold.ObjectStoreException;
import io.natspersist.worker.journal.Position;
import io.natspersist.worker.journal.Stretch;
import io.natspersist.worker.journal.Waiters;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores what a worker's journal forces in the bucket, in order, an object at a time, each under a name that nothing has; whatever is
 * forced meanwhile gathers. Confined to the loop.
 *
 * <p>Where an object's name is taken by somebody else, the journal was sealed: that goes to {@code sealed}, once, and nothing
 * completes any more. While the bucket does not answer, the same object is tried again, ever more slowly.
 */
final class Shipper {

    private static final Logger LOG = LoggerFactory.getLogger(Shipper.class);

    /** An object begins to be stored once it has grown to this, and ends with the group that reaches it. */
    static final int OBJECT_BYTES = 8 << 20;
    /** So many objects that are needed no longer are worth an upload that says so. */
    static final int UNNEEDED_OBJECTS = 100;
    /** How many keys one request deletes. */
    private static final int KEYS_PER_DELETE = 1_000;
    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 5_000;

    private final OwnDisk to;
    private final Incarnation journal;
    private final EventLoop loop;
    private final Source source;
    private final RandomGenerator random;
    private final Listener listener;

    private final ArrayDeque<Stretch> unshipped = new ArrayDeque<>();
    private long unshippedBytes;
    /** What the object holds that is under way. */
    private List<Stretch> underWay = List.of();
    private boolean shipping;
    private boolean stopped;
    private boolean urgent;
    private EventLoop.@Nullable Timer timer;

    private long objects;
    private long bytes;
    private long shippedGroup;
    private final Waiters shipped = new Waiters();
    private final Waiters proofs = new Waiters();
    private final Floor floor = new Floor();
    /** All objects before this one were deleted. */
    private long deletedBefore = 1;
    /** Nothing before this one will be asked for by an adopter, as an object says. */
    private long floorTold = 1;

    private long failures;
    private @Nullable String problem;

    /** Where the bytes of groups come from. Blocking. */
    interface Source {
        ShippedObject.Piece read(Stretch stretch) throws IOException;
    }

    /** Is told, on the loop. */
    interface Listener {
        /** This one, and everything before it, needs its worker's disk no longer. */
        void shipped(Stretch last);

        /** A successor has ended the journal. */
        void sealed();

        /** The worker's own disk does not give back what was forced. */
        void failed(Throwable error);
    }

    Shipper(OwnDisk to, Incarnation journal, EventLoop loop, Source source, RandomGenerator random, Listener listener) {
        this.to = to;
        this.journal = journal;
        this.loop = loop;
        this.source = source;
        this.random = random;
        this.listener = listener;
    }

    /** Stores the first object, which is empty: from then on others find the journal. */
    void open(Runnable opened) {
        proofs.add(1, opened);
        ship();
    }

    /** These were forced; each the next one. */
    void forced(Stretch next) {
        unshippedBytes += next.bytes();
        Stretch.add(unshipped, next, OBJECT_BYTES / 4);
        plan();
    }

    /** Runs {@code then} once this group is stored, and makes haste. In the order of the calls; each with a group at least as high. */
    void whenShipped(long group, Runnable then) {
        if (shipped.isEmpty() && group <= shippedGroup && !stopped) {
            then.run();
        } else {
            shipped.add(group, then);
            plan();
        }
    }

    /** Stores an object that did not begin to be stored before this call, which proves that the journal is not sealed. */
    void prove(Runnable then) {
        proofs.add(objects + (shipping ? 2 : 1), then);
        urgent = true;
        plan();
    }

    /** No adopter needs what lies before, nor what was appended before this call and lies elsewhere now, up to that group. */
    void releaseBefore(Position before, long lastGroup) {
        floor.release(before, lastGroup);
        floor.shipped(shippedGroup);
        if (!shipping && floor.firstNeeded(objects + 1) - floorTold >= UNNEEDED_OBJECTS) {
            urgent = true;
            plan();
        }
    }

    /** How long the oldest change has been waiting that is not stored yet, ms; 0: there is none. */
    long unshippedMillis() {
        Stretch oldest = underWay.isEmpty() ? unshipped.peek() : underWay.getFirst();
        return oldest == null ? 0 : Math.max(1, (loop.nanos() - oldest.sinceNanos()) / 1_000_000);
    }

    /** What the bucket said last, where it did not do what it was asked to; null: it does. */
    @Nullable
    String problem() {
        return problem;
    }

    ShipCounts counts() {
        return new ShipCounts(objects, objects + 1 - Math.min(deletedBefore, objects + 1), bytes, unshippedBytes,
                unshippedMillis(), failures);
    }

    /** Nothing more is stored, or told. */
    void close() {
        stop(() -> {});
    }

    // ---- when

    private void plan() {
        if (shipping || stopped || objects == 0) {
            return;
        }
        if (isUrgent()) {
            // Behind what the loop has queued already, so that an object takes all of it.
            loop.execute(this::shipIfUrgent);
        } else if (!unshipped.isEmpty() && timer == null) {
            timer = loop.after(Math.max(1, to.config().everyMillis() - unshippedMillis()), () -> {
                timer = null;
                urgent |= !unshipped.isEmpty();
                shipIfUrgent();
            });
        }
    }

    private boolean isUrgent() {
        return urgent || unshippedBytes >= OBJECT_BYTES
                || (!unshipped.isEmpty() && shipped.first() <= unshipped.getLast().lastGroup());
    }

    private void shipIfUrgent() {
        if (!shipping && !stopped && isUrgent()) {
            ship();
        }
    }

    // ---- storing

    private void ship() {
        shipping = true;
        urgent = false;
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
        underWay = take();
        long number = objects + 1;
        long from = floor.firstNeeded(number);
        long token = random.nextLong();
        long before = shippedGroup;
        long last = underWay.isEmpty() ? before : underWay.getLast().lastGroup();
        List<Stretch> taken = underWay;
        to.thread().execute(() -> {
            Numbered object;
            try {
                List<ShippedObject.Piece> pieces = new ArrayList<>();
                for (Stretch each : taken) {
                    pieces.add(source.read(each));
                }
                object = ShippedObject.groups(journal, number, from, token, before, last, pieces);
            } catch (IOException | RuntimeException e) {
                loop.execute(() -> stop(() -> listener.failed(e)));
                return;
            }
            put(object, FIRST_PAUSE_MILLIS);
        });
    }

    private List<Stretch> take() {
        List<Stretch> taken = new ArrayList<>();
        long length = 0;
        while (!unshipped.isEmpty() && (length == 0 || length + unshipped.element().bytes() <= OBJECT_BYTES)) {
            Stretch next = unshipped.remove();
            length += next.bytes();
            taken.add(next);
        }
        return taken;
    }

    /** Off the loop. */
    private void put(Numbered object, long pauseMillis) {
        try {
            if (object.store(to.store())) {
                if (object.number() == 1 && !object.isKept(to.store())) {
                    loop.execute(() -> stop(() -> listener.failed(new IOException(
                            "the bucket stores an object where there is one (If-None-Match): no journal is safe there"))));
                } else {
                    loop.execute(() -> stored(object));
                }
            } else {
                loop.execute(() -> stop(listener::sealed));
            }
        } catch (ObjectStoreException e) {
            loop.execute(() -> again(object, pauseMillis, e));
        }
    }

    private void again(Numbered object, long pauseMillis, ObjectStoreException why) {
        if (stopped) {
            return;
        }
        failures++;
        if (problem == null) {
            LOG.atWarn().addKeyValue("journal", journal).log("the journal cannot be shipped: {}", why.getMessage());
        }
        problem = String.valueOf(why.getMessage());
        loop.after(pauseMillis, () -> to.thread()
                .execute(() -> put(object, Math.min(LONGEST_PAUSE_MILLIS, 2 * pauseMillis))));
    }

    private void stored(Numbered object) {
        if (stopped) {
            return;
        }
        if (problem != null) {
            LOG.atInfo().addKeyValue("journal", journal).log("the journal is shipped again");
        }
        problem = null;
        shipping = false;
        objects = object.number();
        bytes += object.bytes().length;
        shippedGroup = object.lastGroup();
        floorTold = object.floor();
        List<Stretch> done = underWay;
        underWay = List.of();
        if (!done.isEmpty()) {
            done.forEach(each -> unshippedBytes -= each.bytes());
            floor.holds(object.number(), done.getLast().end());
            listener.shipped(done.getLast());
        }
        floor.shipped(shippedGroup);
        shipped.complete(shippedGroup);
        proofs.complete(objects);
        urgent |= !proofs.isEmpty();
        deleteUnneeded();
        plan();
    }

    private void stop(Runnable tell) {
        if (!stopped) {
            stopped = true;
            tell.run();
        }
    }

    // ---- deleting

    /** Only what an object that is stored says that it is not needed: a reader misses nothing else. */
    private void deleteUnneeded() {
        long first = deletedBefore;
        long end = Math.min(floorTold, first + KEYS_PER_DELETE);
        if (first == end) {
            return;
        }
        deletedBefore = end;
        to.thread().execute(() -> {
            List<String> keys = new ArrayList<>();
            for (long number = first; number < end; number++) {
                keys.add(Keys.of(journal, number));
            }
            try {
                to.store().delete(keys);
            } catch (ObjectStoreException e) {
                LOG.warn("objects that are needed no longer could not be deleted: {}", e.getMessage());
                loop.execute(() -> deletedBefore = Math.min(deletedBefore, first));
            }
        });
    }
}
