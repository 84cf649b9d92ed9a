// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

import io.natspersist.loop.EventLoop;
import io.natspersist.protocol.StreamName;
import io.natspersist.worker.file.Catalogs;
import io.natspersist.worker.file.StreamFileException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
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
    /** How often the volume is asked how full it is. */
    private static final long VOLUME_MILLIS = 10_000;
    private static final int MOST_DELETING = 16;
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
        if (reading || tiering.roomForMore() < 2 || now - readNanos < pauseMillis() * 1_000_000) {
            return;
        }
        readNanos = now;
        ServedSlot slot = next();
        if (slot != null) {
            read(slot, wallMillis);
        }
    }

    private long pauseMillis() {
        long quickest = Math.min(tier.config().archiveAfterMillis(), tier.config().evictAfterMillis());
        return full ? 0 : Math.min(ROUND_MILLIS, quickest) / Math.max(1, slots);
    }

    private @Nullable ServedSlot next() {
        ServedSlot next = round.poll();
        if (next == null) {
            round = new ArrayDeque<>(served.get());
            slots = round.size();
            halved = full ? Math.min(halved + 1, Long.SIZE - 1) : 0;
            next = round.poll();
        }
        return next == null || next.released != null ? null : next;
    }

    private void read(ServedSlot slot, long wallMillis) {
        reading = true;
        slot.listings++;
        slot.catalog.used(loop.nanos());
        int limit = tiering.roomForMore() + MOST_OPEN;
        long usedBefore = wallMillis - (tier.config().evictAfterMillis() >> halved);
        boolean first = !slot.swept;
        slot.swept = true;
        threads.execute(() -> {
            Found found = found(slot, first, wallMillis, usedBefore, limit);
            loop.execute(() -> {
                reading = false;
                slot.listings--;
                if (slot.released == null) {
                    act(slot, found);
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
        long begun = found.evictable.stream().filter(name -> tiering.evict(name, slot.number)).count();
        if (!tiering.isAway()) {
            begun += found.unarchived.stream().filter(name -> tiering.archive(name, slot.number)).count();
            found.destroyed.forEach(name -> tiering.delete(name, slot.number, slot.epoch));
        }
        if (begun > 0 && (found.more || tiering.roomForMore() < 1)) {
            round.addFirst(slot);
            readNanos -= pauseMillis() * 1_000_000; // as soon as there is room
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
            });
        });
    }
}
