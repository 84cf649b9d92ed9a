// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.ship;

import io.natspersist.protocol.table.Incarnation;
import io.natspersist.worker.cold.ObjectStore;
import io.natspersist.worker.cold.ObjectStore.Condition;
import io.natspersist.worker.cold.ObjectStoreException;
import io.natspersist.worker.cold.ObjectStoreException.Kind;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * An object that is to be stored under its journal's next number.
 *
 * @param token what no other object has
 * @param lastGroup the number of the last group up to its end
 */
record Numbered(Incarnation journal, long number, long floor, long token, long lastGroup, byte[] bytes) {

    /**
     * Stores it, unless somebody else has that number. Where the answer to an earlier try got lost, it is there. Blocking.
     *
     * @return whether it is there now; otherwise the journal is sealed
     */
    boolean store(ObjectStore store) {
        String key = Keys.of(journal, number);
        try {
            store.put(key, ByteBuffer.wrap(bytes), new Condition.Absent());
            return true;
        } catch (ObjectStoreException e) {
            if (e.kind() != Kind.CONFLICT) {
                throw e;
            }
            Optional<byte[]> there = store.get(key, 0, ObjectHeader.BYTES);
            if (there.isEmpty()) {
                throw new ObjectStoreException(Kind.UNAVAILABLE, e.getMessage() + ", and now nothing is there", e);
            }
            return isThis(there.get());
        }
    }

    /** Once it is stored: whether the store refuses to store it again, as it must, or nothing could be sealed. Blocking. */
    boolean isKept(ObjectStore store) {
        try {
            store.put(Keys.of(journal, number), ByteBuffer.wrap(bytes), new Condition.Absent());
            return false;
        } catch (ObjectStoreException e) {
            if (e.kind() != Kind.CONFLICT) {
                throw e;
            }
            return true;
        }
    }

    private boolean isThis(byte[] start) {
        try {
            ObjectHeader header = ShippedObject.header(start, journal, number);
            return header.token() == token && !header.isSeal();
        } catch (DamagedObject other) {
            return false;
        }
    }
}
