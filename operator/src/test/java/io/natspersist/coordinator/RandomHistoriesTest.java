// SPDX-License-Identifier: Apache-2.0
package io.natspersist.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RandomHistoriesTest {

    private static final long SEEDS = Long.getLong("persist.seeds", 2_000);
    private static final long FIRST = Long.getLong("persist.seed", 1);

    /** {@link History} checks after every table that no rule was broken, and at the end that the cluster came to rest. */
    @Test
    void noHistoryBreaksTheRulesAndEachComesToRest() {
        long tables = 0;
        long deaths = 0;
        long adoptions = 0;
        long handovers = 0;
        long losses = 0;
        for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
            History history = new History(seed);
            try {
                history.run(150);
                history.comeToRest();
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + " (-Dpersist.seed=" + seed + " -Dpersist.seeds=1): "
                        + e.getMessage() + "\n" + history.lastEvents(), e);
            }
            tables += history.tables;
            deaths += history.deaths;
            adoptions += history.adoptions;
            handovers += history.handovers;
            losses += history.losses;
        }
        System.out.printf(
                "%d histories from seed %d: %d tables, %d deaths, %d adoptions, %d handovers, %d tables lost%n", SEEDS,
                FIRST,
                tables, deaths, adoptions, handovers, losses);
        assertThat(deaths).isGreaterThan(SEEDS);
        assertThat(adoptions).isGreaterThan(SEEDS);
        assertThat(handovers).isGreaterThan(SEEDS);
        assertThat(losses).isGreaterThan(SEEDS / 8);
    }
}
