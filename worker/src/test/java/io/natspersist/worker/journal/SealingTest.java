// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.natspersist.worker.disk.Disk;
import io.natspersist.worker.journal.Sealing.Result;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class SealingTest {

    private static final String FOLDER = "journals/w0.7";

    private final JournalRun run = new JournalRun(1, JournalRun.SMALL);

    @Test
    void aLivingWriterIsToldToHaltAndNotSealed() {
        run.open();
        assertThat(told()).isFalse();
        assertThat(run.seal("y")).isEqualTo(new Result.StillLocked());
        assertThat(told()).isTrue();
        run.onLoop(() -> run.append(10));
        run.time.runFor(100);
        assertThat(run.durable).containsExactly(1L);
    }

    @Test
    void whoSealsWithoutWritingReleaseTellsNothing() throws IOException {
        run.open();
        assertThat(Sealing.seal(run.volume.mount("y"), JournalRun.ID, false)).isEqualTo(new Result.StillLocked());
        assertThat(told()).isFalse();
        run.volume.kill("x");
        assertThat(Sealing.seal(run.volume.mount("y"), JournalRun.ID, false)).isEqualTo(new Result.Sealed());
    }

    @Test
    void aJournalThatWasNeverBegunOrWasDeletedIsGone() throws IOException {
        assertThat(run.seal("y")).isEqualTo(new Result.Gone());
        assertThat(Sealing.seal(run.volume.mount("y"), JournalRun.ID, false)).isEqualTo(new Result.Gone());
        run.work(20);
        run.volume.kill("x");
        run.takeOver("y");
        Sealing.delete(run.volume.mount("y"), JournalRun.ID);
        assertThat(run.seal("y")).isEqualTo(new Result.Gone());
        assertThat(run.volume.names("journals")).isEmpty();
    }

    @Test
    void aJournalWithoutASegmentIsSealedAndItsWriterCannotBegin() throws IOException {
        run.volume.mount("z").createFolders(FOLDER);
        assertThat(run.takeOver("y")).isEmpty();
        run.open();
        assertThat(run.opened).isFalse();
        assertThat(run.faults).singleElement().isInstanceOf(Disk.NameExists.class);
    }

    @Test
    void aJournalIsOpenedOnce() {
        run.open();
        run.volume.kill("x");
        JournalWriter again = new JournalWriter(run.volume.mount("z"), JournalRun.ID, run.node.loop(),
                run.node.executor("journal"), JournalRun.SMALL, run.faults::add);
        run.node.loop().execute(() -> again.open(() -> run.closed = true));
        run.time.runFor(1000);
        assertThat(run.closed).isFalse();
        assertThat(run.faults).singleElement().isInstanceOf(Disk.NameExists.class);
    }

    @Test
    void anUnsealedJournalIsNotRead() {
        run.open();
        assertThatThrownBy(() -> run.read("y")).hasRootCauseInstanceOf(NotSealed.class);
    }

    @Test
    void aWriterThatLostItsLeaseHaltsAtTheFirstError() {
        run.open();
        run.onLoop(() -> run.append(10));
        run.time.runFor(100);
        run.volume.takeLocks("x");
        List<Long> read = run.takeOver("y");
        run.onLoop(() -> run.append(10));
        run.time.runFor(5000);
        assertThat(run.faults).hasSize(1);
        assertThat(run.durable).containsExactly(1L);
        assertThat(read).containsExactly(1L);
    }

    @Test
    void whoSlumberedThroughATakeoverCannotProveItsLock() {
        run.open();
        run.volume.takeLocks("x");
        run.takeOver("y");
        run.onLoop(() -> run.writer.prove(() -> run.closed = true));
        run.time.runFor(5000);
        assertThat(run.closed).isFalse();
        assertThat(run.faults).hasSize(1);
    }

    @Test
    void aSealMadeBehindAWriterThatRolledAndCleanedUpHurtsNobody() {
        run.open();
        run.onLoop(() -> run.append(10));
        run.time.runFor(100);
        run.volume.onStep((number, node, operation, path) -> {
            if (node.equals("y") && operation.equals("tryLock")) {
                run.volume.onStep((n, no, o, p) -> {});
                rollTwiceAndRelease();
            }
        });
        assertThat(run.seal("y")).isEqualTo(new Result.StillLocked());
        List<String> names = run.volume.names(FOLDER);
        assertThat(names).contains("0000000002.log", "0000000003.log").doesNotContain("0000000001.log");
        assertThat(run.volume.contents(FOLDER + "/0000000002.log")).as("a seal too low").isEmpty();

        run.onLoop(() -> run.append(10));
        run.time.runFor(100);
        run.volume.kill("x");
        assertThat(run.takeOver("y")).endsWith((long) run.appended.size());
    }

    private void rollTwiceAndRelease() {
        for (int i = 0; i < 3; i++) {
            run.onLoop(() -> run.append(700));
            run.time.runFor(200);
        }
        run.onLoop(() -> {
            for (long number : run.appended.keySet()) {
                run.released.add(number);
                run.writer.release(run.positions.get(number));
            }
        });
        run.time.runFor(500);
    }

    private boolean told() {
        Boolean[] found = {null};
        run.onLoop(() -> run.writer.checkRelease(run.node.executor("probes"), told -> found[0] = told));
        run.time.runUntil(() -> found[0] != null, 1000);
        return found[0];
    }
}
