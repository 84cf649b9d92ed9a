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
 * What the client knows of who serves what: the newest table it has seen, and single answers newer than that. An epoch up to
 * the highest that the table names was given out before it: what the table does not say of it is past, or was lost with
 * another table and never came to be.
 */
final class Directory {

    private @Nullable AssignmentTable table;
    private int slots;
    private final Map<Integer, Owner> newer = new HashMap<>();

    /** The version of the table that is known; 0: none. */
    long version() {
        return table == null ? 0 : table.version();
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
     * Learns of a table; an older one than is known says nothing. One that was rebuilt counts its epochs on.
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
