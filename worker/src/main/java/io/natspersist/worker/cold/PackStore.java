// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import io.natspersist.worker.cold.ObjectStore.Condition;
import io.natspersist.worker.cold.ObjectStore.Found;
import io.natspersist.worker.cold.ObjectStoreException.Kind;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Packs as objects. */
final class PackStore {

    /** What S3 deletes at once. */
    private static final int AT_ONCE = 1_000;

    private final ObjectStore store;

    PackStore(ObjectStore store) {
        this.store = store;
    }

    /** Stores a pack under a key that nobody else uses. */
    void put(String key, ByteBuffer bytes) {
        try {
            store.put(key, bytes, new Condition.Absent());
        } catch (ObjectStoreException e) {
            if (e.kind() != Kind.CONFLICT) {
                throw e;
            }
            if (!isThere(key, bytes)) {
                throw new ObjectStoreException(Kind.UNAVAILABLE, key + " was refused, and is not there", e);
            }
        }
    }

    /** Whether what is there was stored by an earlier try, whose answer got lost. */
    private boolean isThere(String key, ByteBuffer bytes) {
        byte[] footer = new byte[Directory.FOOTER];
        int position = bytes.remaining() - footer.length;
        bytes.get(bytes.position() + position, footer);
        return store.get(key, position, footer.length).filter(there -> ByteBuffer.wrap(there).equals(
                ByteBuffer.wrap(footer))).isPresent();
    }

    /** A part of a pack. */
    byte[] read(String key, int position, int length) {
        return store.get(key, position, length)
                .orElseThrow(() -> new ObjectStoreException(Kind.DAMAGED, key + " is not there", null));
    }

    /** The packs of a stream. */
    List<Pack> list(ColdKeys keys) {
        List<Pack> packs = new ArrayList<>();
        String after = null;
        List<Found> page;
        do {
            page = store.list(keys.prefix(), after);
            for (Found found : page) {
                Optional<PackName> name = keys.packName(found.key());
                if (name.isPresent() && found.bytes() <= Integer.MAX_VALUE) {
                    packs.add(new Pack(name.get(), (int) found.bytes()));
                }
                after = found.key();
            }
        } while (!page.isEmpty() && page.size() >= AT_ONCE);
        return packs;
    }

    void delete(ColdKeys keys, Collection<PackName> names) {
        delete(names.stream().map(keys::pack).toList());
    }

    void delete(List<String> keys) {
        for (int from = 0; from < keys.size(); from += AT_ONCE) {
            store.delete(keys.subList(from, Math.min(keys.size(), from + AT_ONCE)));
        }
    }

    /** Deletes the packs for which that holds; lists all. */
    boolean sweep(ColdKeys keys, Predicate<PackName> garbage) {
        List<PackName> names = list(keys).stream().map(Pack::name).filter(garbage).toList();
        delete(keys, names);
        return !names.isEmpty();
    }
}
