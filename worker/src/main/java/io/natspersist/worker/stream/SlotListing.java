// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

import io.natspersist.loop.EventLoop;
import io.natspersist.protocol.StreamName;
import io.natspersist.worker.cold.ColdTier.Listed;
import io.natspersist.worker.cold.ObjectStoreException;
import io.natspersist.worker.file.CatalogEntry;
import io.natspersist.worker.file.Catalogs;
import io.natspersist.worker.file.StreamFileException;
import io.natspersist.worker.file.StreamVolume;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a worker has a disk of its own, what a slot has when it is given to it: what lies on the disk from an earlier time goes, others may have
 * owned the slot since; and the slot's catalog is made of a listing of the cold copies. Confined to the worker's loop.
 */
final class SlotListing {

    private static final Logger LOG = LoggerFactory.getLogger(SlotListing.class);
    private static final long RETRY_MILLIS = 1_000;

    private final Tier tier;
    private final StreamVolume volume;
    private final EventLoop loop;
    private final Map<Integer, Wanted> wanted = new HashMap<>();

    private record Wanted(long epoch, Runnable then) {}

    SlotListing(Tier tier, StreamVolume volume, EventLoop loop) {
        this.tier = tier;
        this.volume = volume;
        this.loop = loop;
    }

    /** Once nobody else can add to the slot's copies: makes its catalog for the owner of that epoch, however often it takes; then {@code then}. */
    void list(int slot, long epoch, Runnable then) {
        if (wanted.put(slot, new Wanted(epoch, then)) == null) {
            begin(slot);
        } // else it is done for this one when what is under way for an earlier epoch has ended
    }

    private void begin(int slot) {
        Wanted now = wanted.get(slot);
        if (now == null) {
            return;
        }
        tier.listers().execute(() -> {
            RuntimeException failure = null;
            try {
                list(slot, now.epoch);
            } catch (ObjectStoreException | StreamFileException e) {
                failure = e;
            }
            RuntimeException why = failure;
            loop.execute(() -> ended(slot, now, why));
        });
    }

    private void list(int slot, long epoch) {
        volume.discardSlot(slot);
        Catalogs catalogs = volume.catalogs();
        boolean[] any = new boolean[1];
        tier.copies().list(slot, listed -> {
            if (!listed.isEmpty()) {
                any[0] = true;
                catalogs.put(slot, epoch,
                        listed.stream().map(each -> CatalogEntry.listed(each.stream(), each.destroyed())).toList());
                List<StreamName> cold = listed.stream().filter(each -> !each.destroyed()).map(Listed::stream).toList();
                catalogs.surelyGone(slot, epoch, cold);
            }
        });
        if (any[0]) {
            catalogs.sync(slot, epoch);
        }
    }

    private void ended(int slot, Wanted done, @Nullable RuntimeException failure) {
        if (!done.equals(wanted.get(slot))) {
            begin(slot);
        } else if (failure != null) {
            LOG.atWarn().addKeyValue("slot", slot).log("which streams slot {} has cannot be listed just now: {}", slot,
                    failure.toString());
            loop.after(RETRY_MILLIS, () -> begin(slot));
        } else {
            wanted.remove(slot);
            done.then.run();
        }
    }
}
