// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.ship;

import io.natspersist.protocol.BadMessage;
import io.natspersist.protocol.Json;
import io.natspersist.protocol.table.Numbers;
import io.natspersist.worker.cold.ObjectStore;
import io.natspersist.worker.cold.ObjectStore.Condition;
import io.natspersist.worker.cold.ObjectStore.Stored;
import io.natspersist.worker.cold.ObjectStoreException;
import io.natspersist.worker.cold.ObjectStoreException.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** The highest numbers that a cluster has given out, in JSON, in an object that is replaced only by who has read it. Blocking. */
record HighestObject(ObjectStore store) {

    private static final int MAX_BYTES = 1 << 10;

    /** {@link Numbers#NONE} where nobody has written any down. */
    Numbers read() throws IOException {
        return numbers(store.get(Keys.HIGHEST, MAX_BYTES));
    }

    /** Writes down what somebody knows to have been given out. */
    void note(Numbers givenOut) throws IOException {
        change(known -> known.orHigher(givenOut));
    }

    /** Writes down numbers that nobody else has reserved, by {@code margin} above those given out and all that were written down. */
    Numbers reserve(Numbers givenOut, long margin) throws IOException {
        return change(known -> known.orHigher(givenOut).plus(margin));
    }

    private Numbers change(UnaryOperator<Numbers> to) throws IOException {
        while (true) {
            Optional<Stored> there = store.get(Keys.HIGHEST, MAX_BYTES);
            Numbers known = numbers(there);
            Numbers next = to.apply(known);
            if (next.equals(known)) {
                return next;
            }
            Condition condition = there.<Condition>map(each -> new Condition.Unchanged(each.tag()))
                    .orElseGet(Condition.Absent::new);
            try {
                store.put(Keys.HIGHEST, ByteBuffer.wrap(Json.write(next)), condition);
                return next;
            } catch (ObjectStoreException e) {
                // Another was there first, or an earlier try of one's own: what is there now is looked at anew.
                if (e.kind() != Kind.CONFLICT) {
                    throw e;
                }
            }
        }
    }

    private static Numbers numbers(Optional<Stored> object) throws IOException {
        try {
            return object.isEmpty() ? Numbers.NONE : Json.read(object.get().bytes(), Numbers.class);
        } catch (BadMessage e) {
            throw new IOException(Keys.HIGHEST + ": " + e.getMessage(), e);
        }
    }
}
