// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.simulation.VirtualTime;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A worker dies at every single thing that it does to the volume while streams are written, flushed, handed over and taken
 * over. Whatever was acknowledged is there afterwards, in its order, and nothing twice. {@code -Dfault.step=N} runs one.
 */
@Tag("slow")
class WorkerFaultPointsTest {

    enum Death {
        PROCESS, MACHINE, VOLUME
    }

    @ParameterizedTest
    @EnumSource(Death.class)
    void nothingAcknowledgedIsLostOrDoubledWhereverAWorkerDies(Death death) {
        Map<String, Integer> kinds = diesEverywhere(death, FaultPointRun::run);

        assertThat(kinds).containsKeys("append", "force", "link", "createNew", "tryLock", "delete", "forceFolder",
                "before apply", "after apply", "after sync", "after close", "after create", "after open",
                "after stage", "after upload", "after clean", "after put", "after catalog sync", "after remove");
    }

    @ParameterizedTest
    @EnumSource(Death.class)
    void norWhileFilesAreArchivedLeaveTheVolumeAndComeBack(Death death) {
        Map<String, Integer> kinds = diesEverywhere(death, run -> {
            run.runWithColdTier();
            if (run.deaths() == 0) {
                assertThat(run.evictions()).isEqualTo(2);
            }
        });

        assertThat(kinds).containsKeys("before archive", "after archive", "before mark", "after mark", "before remove",
                "after remove", "before newest", "before restore", "before download", "while downloading",
                "after download", "before keep", "after keep");
    }

    /** Returns at what things it died, and how often. */
    private static Map<String, Integer> diesEverywhere(Death death, Consumer<FaultPointRun> script) {
        Map<String, Integer> kinds = new TreeMap<>();
        FaultPointRun whole = new FaultPointRun(1);
        script.accept(whole);
        long steps = whole.steps();
        assertThat(whole.cluster.halts).isEmpty();

        Long one = Long.getLong("fault.step");
        for (long step = one == null ? 1 : one; step <= (one == null ? steps : one); step++) {
            FaultPointRun run = new FaultPointRun(1);
            long at = step;
            run.beforeStep((number, node, what) -> {
                if (number == at) {
                    kinds.merge(what, 1, Integer::sum);
                    run.dies(node, death);
                    throw new VirtualTime.Crash(what);
                }
            });
            try {
                script.accept(run);
                assertThat(run.deaths()).as("deaths").isPositive();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(death + " at step " + step + "\n" + String.join("\n", run.history), e);
            }
        }
        System.out.println(death + ": " + steps + " fault points " + kinds);
        return kinds;
    }
}
