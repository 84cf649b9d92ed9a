// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CompactionTest {
    private static final Compaction COMPACTION = new Compaction(1_000);
    private final List<Chunk> chunks = new ArrayList<>();

    private Pack pack(int number, int bytes, int live) {
        Pack pack = new Pack(new PackName(1, 1, 1, number), bytes);
        chunks.add(new Chunk(new Hash(number, 1), pack, 8, live / 2));
        chunks.add(null);
        chunks.add(new Chunk(new Hash(number, 2), pack, 400, live - live / 2));
        return pack;
    }

    @Test
    void nothingIsLeftWhileMostOfThePacksIsOfUse() {
        pack(1, 1_000, 900);
        pack(2, 1_000, 200);

        assertThat(COMPACTION.leaves(chunks)).isEmpty();
    }

    @Test
    void sparsePacksAreLeftWhenHalfOfAllIsOfNoUse() {
        pack(1, 1_000, 600);
        Pack sparse = pack(2, 1_000, 200);

        assertThat(COMPACTION.leaves(chunks)).containsExactly(sparse);
    }

    @Test
    void smallPacksAreLeftWhenThereAreMany() {
        List<Pack> small = new ArrayList<>();
        pack(1, 1_000, 900);
        for (int i = 2; i <= 7; i++) {
            small.add(pack(i, 50, 40));
        }
        assertThat(COMPACTION.leaves(chunks)).containsExactlyInAnyOrderElementsOf(small);

        chunks.subList(chunks.size() - 3, chunks.size()).clear();
        assertThat(COMPACTION.leaves(chunks)).isEmpty();
    }
}
