// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.TreeSet;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ChangeNumbersTest {

    @Test
    void theFirstMissingOneIsThatOfASet() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        for (int run = 0; run < 500; run++) {
            ChangeNumbers numbers = new ChangeNumbers();
            TreeSet<Long> set = new TreeSet<>();
            for (int i = random.nextInt(60); i > 0; i--) {
                long number = random.nextLong(1, 50);
                numbers.add(number);
                set.add(number);
            }
            long above = random.nextLong(0, 60);
            long expected = above + 1;
            while (set.contains(expected)) {
                expected++;
            }
            boolean missing = !set.isEmpty() && expected < set.last();

            assertThat(numbers.firstMissingAbove(above)).as("above " + above + " in " + set)
                    .isEqualTo(missing ? expected : 0);
            assertThat(numbers.highest()).isEqualTo(set.isEmpty() ? 0 : set.last());
        }
    }
}
