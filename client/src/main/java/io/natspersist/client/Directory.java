// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import io.natspersist.protocol.StreamName;
import io.natspersist.protocol.table.AssignmentTable;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.protocol.table.SlotAssignment;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the client knows of who serves what: the newest table it has seen, and single answers that name a higher epoch than the
 * table does for that slot. Answers learned before a table are forgotten where their epoch is not above all that the table
 * gave out: the table knows better, or they were lost with another table and never came to be. Answers learned after it count,
 * whatever the table's highest epoch: slots go on being told of one by one.
 */
final class Directory {

    private @Nullable AssignmentTable table;
    private int slots;
    private final Map<Integer, Owner> newer = new HashMap<>();

    /** The version of the table that is known; 0: none. */
    long version() {
        return table == null ? 0 : table.version();
    }

    /** The newest that was seen. */
    @Nullable
    AssignmentTable table() {
        return table;
    }

    /** Null: not known, or nobody serves it. */
    @Nullable
    Owner owner(StreamName stream) {
        return slots == 0 ? null : ownerOf(stream.slot(slots));
    }

    private @Nullable Owner ownerOf(int slot) {
        Owner single = newer.get(slot);
        SlotAssignment entry = table == null ? SlotAssignment.NONE : table.slot(slot);
        if (single != null && single.epoch() > entry.epoch()) {
            return single;
        }
        return entry.owner() == null ? null : new Owner(slot, entry.owner(), entry.epoch());
    }

    /**
     * Learns of a table. One whose version and epochs are both no higher than those of the table that is known is an older one and
     * says nothing; whatever becomes of the stored table, the next one that is told has higher ones.
     *
     * @return whether it is newer
     */
    boolean learn(AssignmentTable other) {
        if (table != null && other.version() <= table.version() && other.epochs() <= table.epochs()) {
            return false;
        }
        table = other;
        slots = other.slots().size();
        newer.values().removeIf(owner -> owner.epoch() <= other.epochs());
        return true;
    }

    /** Learns how many slots there are, and who serves one of them. */
    boolean learn(int slotCount, int slot, Incarnation owner, long epoch) {
        slots = slotCount;
        Owner known = ownerOf(slot);
        if (known != null && epoch <= known.epoch()) {
            return false;
        }
        newer.put(slot, new Owner(slot, owner, epoch));
        return true;
    }

    /** Learns who serves a stream, from a redirect. */
    boolean learn(StreamName stream, Incarnation owner, long epoch) {
        return slots != 0 && learn(slots, stream.slot(slots), owner, epoch);
    }
}
