// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

import io.natspersist.loop.EventLoop;
import io.natspersist.protocol.StreamName;
import io.natspersist.worker.file.Catalogs;
import io.natspersist.worker.file.StreamFileException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Goes through the catalogs of the slots that are served, one after the other and slowly, for streams that nobody has open: those with
 * changes that their copy lacks are archived, files that are not used any more removed, copies of destroyed streams deleted. Confined to
 * the worker's loop.
 */
final class ColdSweep {

    private static final Logger LOG = LoggerFactory.getLogger(ColdSweep.class);
    /** How long a round through all slots takes, where there is little to do. */
    private static final long ROUND_MILLIS = 600_000;
    /** The same while the volume is too full. */
    private static final long FULL_ROUND_MILLIS = 30_000;
    /** How often the volume is asked how full it is. */
    private static final long VOLUME_MILLIS = 10_000;
    private static final int MOST_DELETING = 16;
    /** How many catalogs are read before it is looked whether there is room for more. */
    private static final int MOST_AT_A_TIME = 32;
    /** About how many streams of one slot are open, so that their rows may be passed over. */
    private static final int MOST_OPEN = 256;

    private final Tier tier;
    private final Tiering tiering;
    private final EventLoop loop;
    private final Executor threads;
    private final Catalogs catalogs;
    private final Supplier<Collection<ServedSlot>> served;
    private ArrayDeque<ServedSlot> round = new ArrayDeque<>();
    private int slots;
    private boolean reading;
    private long readNanos;
    private boolean askingVolume;
    private long volumeNanos;
    private boolean full;
    /** Whether the volume was looked at since the time after which unused files go was last reckoned. */
    private boolean looked;
    /** How often the time after which unused files go was halved, because the volume is too full. */
    private int halved;

    /** What one slot's catalog says. */
    private record Found(List<StreamName> unarchived, List<StreamName> evictable, List<StreamName> destroyed,
            boolean more) {}

    ColdSweep(Tier tier, Tiering tiering, EventLoop loop, Executor threads, Catalogs catalogs,
            Supplier<Collection<ServedSlot>> served) {
        this.tier = tier;
        this.tiering = tiering;
        this.loop = loop;
        this.threads = threads;
        this.catalogs = catalogs;
        this.served = served;
        this.readNanos = loop.nanos();
        this.volumeNanos = loop.nanos();
    }

    /** To be called often. */
    void tick(long now, long wallMillis) {
        lookAtVolume(now);
        long pause = pauseNanos();
        long due = pause == 0 ? MOST_AT_A_TIME : Math.min(MOST_AT_A_TIME, (now - readNanos) / pause);
        if (reading || due == 0 || tiering.roomForMore() < 2) {
            return;
        }
        readNanos = now;
        List<ServedSlot> next = next((int) due);
        if (!next.isEmpty()) {
            read(next, wallMillis);
        }
    }

    /** From one slot to the next. */
    private long pauseNanos() {
        long quickest = Math.min(tier.config().archiveAfterMillis(), tier.config().evictAfterMillis());
        long round = Math.min(full ? FULL_ROUND_MILLIS : ROUND_MILLIS, quickest);
        return round * 1_000_000 / Math.max(1, slots);
    }

    /** Not again before it is known what the last time has brought. */
    private void halve() {
        if (looked) {
            looked = false;
            halved = full ? Math.min(halved + 1, Long.SIZE - 1) : 0;
        }
    }

    private List<ServedSlot> next(int most) {
        if (round.isEmpty()) {
            round = new ArrayDeque<>(served.get());
            slots = round.size();
            halve();
        }
        List<ServedSlot> next = new ArrayList<>();
        while (next.size() < most && !round.isEmpty()) {
            ServedSlot slot = round.poll();
            if (slot.released == null) {
                next.add(slot);
            }
        }
        return next;
    }

    private void read(List<ServedSlot> next, long wallMillis) {
        reading = true;
        for (ServedSlot slot : next) {
            slot.listings++;
            slot.catalog.used(loop.nanos());
        }
        int limit = tiering.roomForMore() + MOST_OPEN;
        long usedBefore = wallMillis - (tier.config().evictAfterMillis() >> halved);
        List<Boolean> swept = next.stream().map(slot -> slot.swept).toList();
        next.forEach(slot -> slot.swept = true);
        threads.execute(() -> {
            List<Found> found = new ArrayList<>();
            for (int i = 0; i < next.size(); i++) {
                found.add(found(next.get(i), !swept.get(i), wallMillis, usedBefore, limit));
            }
            loop.execute(() -> {
                reading = false;
                next.forEach(slot -> slot.listings--);
                for (int i = 0; i < next.size(); i++) {
                    if (next.get(i).released == null) {
                        act(next.get(i), found.get(i));
                    }
                }
            });
        });
    }

    private Found found(ServedSlot slot, boolean first, long wallMillis, long usedBefore, int limit) {
        try {
            if (first) {
                catalogs.begin(slot.number, slot.epoch, wallMillis);
            }
            List<StreamName> unarchived = catalogs.unarchived(slot.number, slot.epoch, limit);
            List<StreamName> evictable = catalogs.evictable(slot.number, slot.epoch, usedBefore, limit);
            List<StreamName> destroyed = catalogs.destroyedWithCopies(slot.number, slot.epoch, MOST_DELETING);
            return new Found(unarchived, evictable, destroyed,
                    evictable.size() == limit || unarchived.size() == limit || destroyed.size() == MOST_DELETING);
        } catch (StreamFileException e) {
            LOG.atWarn().addKeyValue("slot", slot.number).log("what is to be archived of slot {} is not known: {}",
                    slot.number, e.getMessage());
            return new Found(List.of(), List.of(), List.of(), false);
        }
    }

    private void act(ServedSlot slot, Found found) {
        long begun = found.evictable.stream()
                .filter(name -> !slot.catalog.isGone(name) && tiering.evict(name, slot.number)).count();
        if (!tiering.isAway()) {
            begun += found.unarchived.stream().filter(name -> tiering.archive(name, slot.number)).count();
            found.destroyed.forEach(name -> tiering.delete(name, slot.number, slot.epoch));
        }
        if (begun > 0 && (found.more || tiering.roomForMore() < 1)) {
            round.addFirst(slot); // as soon as there is room
        }
    }

    private void lookAtVolume(long now) {
        int most = tier.config().highWaterPercent();
        if (most == 0 || askingVolume || now - volumeNanos < VOLUME_MILLIS * 1_000_000) {
            return;
        }
        askingVolume = true;
        threads.execute(() -> {
            int percent = tier.volumePercent().getAsInt();
            loop.execute(() -> {
                askingVolume = false;
                volumeNanos = loop.nanos();
                full = percent > most;
                looked = true;
            });
        });
    }
}
