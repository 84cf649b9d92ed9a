// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which packs a new copy shall not share with the one before, though it could: when half of what its packs hold is of no use to it,
 * those that are less than half of use; when they are many, which makes a restore slow, all that are less than half a pack.
 */
record Compaction(int packBytes) {

    private static final int FEW = 4;

    /** @param chunks those of the new copy that have not changed; null where they have */
    Set<Pack> leaves(List<@Nullable Chunk> chunks) {
        Map<Pack, Long> used = new HashMap<>();
        for (Chunk chunk : chunks) {
            if (chunk != null) {
                used.merge(chunk.pack(), (long) chunk.stored(), Long::sum);
            }
        }
        long all = used.keySet().stream().mapToLong(Pack::bytes).sum();
        long live = used.values().stream().mapToLong(Long::longValue).sum();
        Set<Pack> left = new HashSet<>();
        if (2 * live < all) {
            used.forEach((pack, bytes) -> {
                if (2 * bytes < pack.bytes()) {
                    left.add(pack);
                }
            });
        }
        if (used.size() - left.size() > FEW + 2 * (all / packBytes)) {
            used.forEach((pack, bytes) -> {
                if (2 * bytes < packBytes) {
                    left.add(pack);
                }
            });
        }
        return left;
    }
}
