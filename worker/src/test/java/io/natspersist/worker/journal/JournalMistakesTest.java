// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.natspersist.simulation.VirtualTime;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.assertj.core.util.Throwables;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Each way to get it wrong loses something that was acknowledged, in a scenario that a journal without the mistake survives: the
 * tests can tell.
 */
class JournalMistakesTest {

    @ParameterizedTest
    @EnumSource(JournalMistake.class)
    void aPlantedMistakeIsFound(JournalMistake mistake) {
        List<Long> found = new ArrayList<>();
        int scenarios = 0;
        for (long seed = 1; seed <= 2; seed++) {
            for (long step = 1; step <= 120; step++, scenarios++) {
                assertThatCode(scenario(mistake, Set.of(), seed, step)).doesNotThrowAnyException();
                try {
                    scenario(mistake, EnumSet.of(mistake), seed, step).run();
                } catch (AssertionError | RuntimeException e) {
                    assertThat(e).as(mistake + ", seed " + seed + ", step " + step)
                            .extracting(Throwables::getStackTrace, as(STRING))
                            .containsAnyOf("acknowledged", "is not sealed");
                    found.add(step);
                }
            }
        }
        System.out.println(mistake + ": found in " + found.size() + " of " + scenarios + " scenarios");
        assertThat(found).isNotEmpty();
    }

    private interface Scenario extends org.assertj.core.api.ThrowableAssert.ThrowingCallable {
        void run();

        @Override
        default void call() {
            run();
        }
    }

    /** What the mistake is about happens when the writer comes to this step. */
    private static Scenario scenario(JournalMistake mistake, Set<JournalMistake> planted, long seed, long step) {
        return () -> {
            JournalRun run = new JournalRun(seed, JournalRun.SMALL.withMistakes(planted));
            JournalMistake[] sealers = planted.contains(JournalMistake.NAME_LOOKED_UP)
                    ? new JournalMistake[]{mistake}
                    : new JournalMistake[0];
            List<Long> read = new ArrayList<>();
            boolean[] sealed = {false};
            run.node.onCrash(() -> run.volume.loseUnforced("x"));
            Runnable takeOver = () -> {
                sealed[0] = run.seal("y", sealers) instanceof Sealing.Result.Sealed;
                if (sealed[0]) {
                    read.addAll(run.read("y"));
                }
            };
            run.volume.onStep((number, node, operation, path) -> {
                if (number != step || !node.equals("x")) {
                    return;
                }
                switch (mistake) {
                    case FORCE_SKIPPED, ANSWER_BEFORE_FORCE, SEGMENT_DELETED_EARLY ->
                        throw new VirtualTime.Crash(operation);
                    case SECOND_DESCRIPTOR -> run.node.schedule(0, () -> {
                        run.durable.stream().filter(n -> !run.released.contains(n)).reduce((n, m) -> m)
                                .ifPresent(run::readBack);
                        takeOver.run();
                    });
                    default -> {
                        run.volume.takeLocks("x");
                        takeOver.run();
                    }
                }
            });
            run.work(40);
            if (!sealed[0]) {
                run.volume.kill("x");
                read.addAll(run.takeOver("y"));
            }
            run.checkRead(read);
        };
    }
}
