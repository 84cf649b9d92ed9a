// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.nfs;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.e2e.nfs.NumberedStream.Audit;
import io.natspersist.e2e.nfs.Series.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * On real NFS: a worker cut from its volume, or switched off, under writes. Not among the tests that run by themselves, for it
 * needs a {@link Rig}; see docs/failure-modes.md.
 */
@Tag("nfs")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class VolumeFaults {

    private static final List<Fault> CUTS = List.of(Fault.CUT_AND_NOT_TOLD, Fault.CUT_AND_PAUSED, Fault.BOTH_CUT,
            Fault.VOLUME_CUT);
    private static final String SMALL_SEGMENTS = "1024";

    private static final long SEED = Long.getLong("persist.nfs.seed", System.nanoTime() & 0xffff);
    private static final Path LOGS = Path.of("target", "nfs").toAbsolutePath();

    private static Rig rig;
    private static GuestApp app;

    @BeforeAll
    static void startTheRig() throws Exception {
        System.out.println("-Dpersist.nfs.seed=" + SEED);
        Files.createDirectories(LOGS);
        app = GuestApp.build(Files.createTempDirectory(LOGS, "app"));
        rig = Rig.start(app.folder());
    }

    @AfterAll
    static void stopTheRig() {
        if (rig != null) {
            rig.close();
        }
    }

    @Test
    @Order(2)
    void aWorkerCutAtAnyMomentHaltsAndItsSuccessorHasWhatItAcknowledged() throws Exception {
        List<Outcome> outcomes = series("random", 10, CUTS, false, "--durability", "sync");
        assertThat(outcomes).allSatisfy(VolumeFaults::nothingIsLost);
    }

    @Test
    @Order(1)
    void aWorkerCutWhileItsJournalRollsHaltsAndItsSuccessorHasWhatItAcknowledged() throws Exception {
        List<Outcome> outcomes = series("rolling", 10, CUTS, true, "--durability", "sync", "--segment-bytes",
                SMALL_SEGMENTS);
        assertThat(outcomes).allSatisfy(VolumeFaults::nothingIsLost).allMatch(Outcome::rolling);
    }

    @Test
    @Order(3)
    void whatAWorkerAcknowledgedBeforeItsMachineWasSwitchedOffIsThere() throws Exception {
        List<Outcome> outcomes = series("power", 3, List.of(Fault.POWER_CUT), false, "--durability", "sync");
        assertThat(outcomes).allSatisfy(VolumeFaults::nothingIsLost);
    }

    @Test
    @Order(4)
    void inRelaxedModeACutLosesOnlyTheNewestAndLeavesNoGap() throws Exception {
        List<Outcome> outcomes = series("relaxed", 3, CUTS, false, "--durability", "relaxed");
        assertThat(outcomes).allSatisfy(VolumeFaults::historyIsWhole);
    }

    private static List<Outcome> series(String name, int runs, List<Fault> faults, boolean whileRolling,
            String... workerArguments) throws Exception {
        int wanted = Integer.getInteger("persist.nfs.runs", runs);
        Path logs = Files.createDirectories(LOGS.resolve(name));
        try (Series series = new Series(rig, new Cluster(rig, app, logs, workerArguments), new SplittableRandom(SEED),
                whileRolling)) {
            List<Outcome> outcomes = series.run(wanted, run -> faults.get(run % faults.size()));
            Audit all = series.auditAll();
            System.out.println(name + ", " + wanted + " runs, everything read again: " + all);
            long lost = outcomes.stream().mapToLong(outcome -> outcome.audit().lost()).sum();
            assertThat(all).returns(lost, Audit::lost).returns(0L, Audit::duplicated).returns(0L, Audit::gaps);
            return outcomes;
        }
    }

    private static void nothingIsLost(Outcome outcome) {
        historyIsWhole(outcome);
        assertThat(outcome.audit()).returns(0L, Audit::lost).returns(0L, Audit::misplaced);
    }

    private static void historyIsWhole(Outcome outcome) {
        assertThat(outcome.halted()).isTrue();
        assertThat(outcome.audit()).returns(0L, Audit::duplicated).returns(0L, Audit::gaps);
        assertThat(outcome.audit().acknowledged()).isPositive();
    }
}
