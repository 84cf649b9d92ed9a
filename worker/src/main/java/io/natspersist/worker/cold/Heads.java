// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import io.natspersist.protocol.StreamName;
import io.natspersist.worker.cold.HeadCodec.UnknownFormat;
import io.natspersist.worker.cold.ObjectStore.Condition;
import io.natspersist.worker.cold.ObjectStore.Stored;
import io.natspersist.worker.cold.ObjectStoreException.Kind;
import java.util.Optional;

/** Heads as objects. */
final class Heads {
    private final ObjectStore store;
    private final LostHead lost;

    Heads(ObjectStore store, PackStore packs) {
        this.store = store;
        lost = new LostHead(packs);
    }

    /**
     * A head as it was read.
     *
     * @param replaceable what must hold for another one to take its place
     * @param isRemade whether it was damaged, and this was found in the packs
     */
    record Found(Head head, Condition replaceable, boolean isRemade) {}

    /** The head; where there is none, {@link Head#none}. */
    Found read(StreamName stream, ColdKeys keys) {
        Optional<Stored> stored = store.get(keys.head(), HeadCodec.MAX_BYTES);
        if (stored.isEmpty()) {
            return new Found(Head.none(stream), new Condition.Absent(), false);
        }
        Condition unchanged = new Condition.Unchanged(stored.get().tag());
        try {
            return new Found(HeadCodec.read(stored.get().bytes(), stream), unchanged, false);
        } catch (BadBytes e) {
            return new Found(lost.remake(stream, keys, e.why()), unchanged, true);
        } catch (UnknownFormat e) {
            throw new ObjectStoreException(Kind.REFUSED, keys.head() + ": " + e.getMessage(), e);
        }
    }

    /** The same for one who only reads: the packs are asked too when the head is gone, or does not come as it was stored. */
    Head find(StreamName stream, ColdKeys keys) {
        try {
            Found found = read(stream, keys);
            return found.replaceable() instanceof Condition.Absent
                    ? lost.remake(stream, keys, "it is not there")
                    : found.head();
        } catch (ObjectStoreException e) {
            if (e.kind() != Kind.DAMAGED) {
                throw e;
            }
            return lost.remake(stream, keys, "it is damaged");
        }
    }

    /** Puts a head in the place of the one that was read; false: that was not there any more. */
    boolean replace(Found before, Head head, ColdKeys keys) {
        try {
            store.put(keys.head(), HeadCodec.write(head), before.replaceable());
            return true;
        } catch (ObjectStoreException e) {
            if (e.kind() != Kind.CONFLICT) {
                throw e;
            }
            Found there = read(head.stream(), keys);
            if (there.isRemade()) {
                throw new ObjectStoreException(Kind.UNAVAILABLE, keys.head() + " is damaged: whose it is will be seen",
                        e);
            }
            return there.head().epoch() == head.epoch() && there.head().token() == head.token();
        }
    }
}
