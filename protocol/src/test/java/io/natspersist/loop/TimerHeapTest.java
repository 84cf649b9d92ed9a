// SPDX-License-Identifier: Apache-2.0
package io.natspersist.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TimerHeapTest {

    private final TimerHeap heap = new TimerHeap();

    @Test
    void cancelledTimersDoNotPileUp() {
        for (int i = 0; i < 100_000; i++) {
            TimerHeap.Entry entry = new TimerHeap.Entry(1_000_000_000L + i, () -> {});
            heap.add(entry);
            entry.cancel();
        }
        assertThat(heap.size()).isLessThan(1_000);
        assertThat(heap.nanosToNext(0)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void timersComeOutInOrderAlsoAcrossTheClocksOverflow() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        long start = Long.MAX_VALUE - 500;
        List<Long> ran = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            long after = random.nextInt(1_000);
            heap.add(new TimerHeap.Entry(start + after, () -> ran.add(after)));
        }
        assertThat(heap.pollDue(start - 1)).isNull();
        for (Runnable task = heap.pollDue(start + 1_000); task != null; task = heap.pollDue(start + 1_000)) {
            task.run();
        }
        assertThat(ran).hasSize(1_000).isSorted();
    }
}
