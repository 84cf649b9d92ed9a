// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.ship;

import io.natspersist.protocol.table.Incarnation;
import io.natspersist.worker.cold.ObjectStore;
import io.natspersist.worker.cold.ObjectStore.Found;
import io.natspersist.worker.cold.ObjectStoreException;
import io.natspersist.worker.disk.Disk;
import io.natspersist.worker.journal.CorruptJournal;
import io.natspersist.worker.journal.JournalInspection;
import io.natspersist.worker.journal.Journals;
import io.natspersist.worker.journal.Stretch;
import io.natspersist.worker.journal.WrittenGroups;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Journals that former incarnations left on this disk. What they had written and not shipped is shipped when a process starts on that
 * disk again, if nobody has taken over meanwhile: then the death of a process alone loses nothing. Blocking.
 */
public final class FormerJournals {

    private static final Logger LOG = LoggerFactory.getLogger(FormerJournals.class);

    private FormerJournals() {}

    /**
     * Ships what is left of every journal on this disk that no process writes. To be called before this process has a journal of its
     * own. It may be called again after a failure.
     */
    public static void shipRest(Disk disk, ObjectStore store, RandomGenerator random) throws IOException {
        for (Incarnation former : Journals.list(disk)) {
            try {
                if (JournalInspection.isLocked(disk, former)) {
                    throw new IOException("journal " + former + " is written by another process on this worker's disk");
                }
                while (!shipRest(former, disk, store, random)) {
                    LOG.info("an upload of journal {} arrived only now: looking again", former);
                }
            } catch (NoSuchFileException e) {
                LOG.warn("journal {} is gone: {}", former, e.toString());
            } catch (ObjectStoreException e) {
                throw new IOException(e.getMessage(), e);
            }
        }
    }

    /** @return false: it has got an object meanwhile, a seal or a late one of its owner's */
    private static boolean shipRest(Incarnation former, Disk disk, ObjectStore store, RandomGenerator random)
            throws IOException {
        List<Found> objects = ShippedJournals.objects(store, former);
        if (objects.isEmpty()) {
            return true; // it never was a journal to others, or it is none any more
        }
        long last = Keys.number(objects.getLast().key());
        boolean sealed = objects.getLast().bytes() == ObjectHeader.BYTES;
        if (sealed && objects.size() == 1) {
            return true;
        }
        ObjectHeader header = ShippedJournals.header(store, former, sealed ? last - 1 : last);
        WrittenGroups rest = WrittenGroups.after(header.lastGroup(), disk, former, Shipper.OBJECT_BYTES);
        CorruptJournal damage = rest.damage();
        if (damage != null) {
            LOG.error("journal {} is damaged on this disk; what lies before is shipped: {}", former,
                    damage.getMessage());
        }
        if (rest.stretches().isEmpty()) {
            return true;
        }
        if (sealed) {
            LOG.error("journal {} was taken over before all of it was shipped: what groups {} to {} hold is lost",
                    former,
                    rest.stretches().getFirst().firstGroup(), rest.stretches().getLast().lastGroup());
            return true;
        }
        return ship(header, last, rest, store, random);
    }

    /** @return false: the next number was taken */
    private static boolean ship(ObjectHeader before, long lastObject, WrittenGroups rest, ObjectStore store,
            RandomGenerator random) throws IOException {
        Incarnation journal = before.journal();
        long number = lastObject;
        long group = before.lastGroup();
        for (Stretch each : rest.stretches()) {
            ShippedObject.Piece piece = new ShippedObject.Piece(rest.segmentHeader(each.segment()), each.from(),
                    rest.read(each));
            Numbered object = ShippedObject.groups(journal, ++number, before.floor(), random.nextLong(), group,
                    each.lastGroup(), List.of(piece));
            if (!object.store(store)) {
                return false;
            }
            group = each.lastGroup();
        }
        LOG.info("the rest of journal {} was shipped, groups {} to {}", journal, before.lastGroup() + 1, group);
        return true;
    }
}
