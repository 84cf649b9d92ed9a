// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import io.natspersist.protocol.StreamName;
import io.natspersist.protocol.StreamPath;
import io.natspersist.worker.cold.ColdTier.Listed;
import io.natspersist.worker.cold.ObjectStore.Found;
import io.natspersist.worker.cold.ObjectStoreException.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which heads a slot has, by a listing. The keys of a stream's packs stand right before that of its head, so a head without any is that of a
 * stream that was destroyed. Only of a path that is abbreviated the head itself is read, for the stream's name.
 */
final class SlotHeads {

    private static final Logger LOG = LoggerFactory.getLogger(SlotHeads.class);
    private static final String HEAD = ".head";
    private static final String PACK = ".pack";
    /** More than stands before a stream's name and the name. */
    private static final int START = 1 << 10;

    private final ObjectStore store;

    SlotHeads(ObjectStore store) {
        this.store = store;
    }

    void list(int slot, Consumer<List<Listed>> tell) {
        String prefix = "streams/" + slot + "/";
        @Nullable
        String last = null;
        @Nullable
        String packed = null;
        for (List<Found> page = store.list(prefix, null); !page.isEmpty(); page = store.list(prefix, last)) {
            List<Listed> found = new ArrayList<>();
            for (Found each : page) {
                String key = each.key();
                int dot = key.indexOf('.', key.lastIndexOf('/') + 1);
                String path = dot < 0 ? key : key.substring(0, dot);
                if (key.endsWith(PACK)) {
                    packed = path;
                } else if (dot >= 0 && key.substring(dot).equals(HEAD)) {
                    boolean destroyed = !path.equals(packed);
                    stream(each, path.substring(prefix.length()))
                            .ifPresent(stream -> found.add(new Listed(stream, destroyed)));
                }
                last = key;
            }
            tell.accept(found);
        }
    }

    private Optional<StreamName> stream(Found head, String path) {
        try {
            Optional<StreamName> named = StreamPath.parse(path);
            if (named.isPresent()) {
                return named;
            }
            Optional<byte[]> start = store.get(head.key(), 0, (int) Math.min(START, head.bytes()));
            return start.isPresent() ? Optional.of(HeadCodec.stream(start.get())) : Optional.empty();
        } catch (BadBytes e) {
            throw new ObjectStoreException(Kind.DAMAGED, head.key() + ": " + e.why(), e);
        } catch (IllegalArgumentException e) {
            LOG.warn("{} is the head of no stream: {}", head.key(), e.getMessage());
            return Optional.empty();
        }
    }
}
