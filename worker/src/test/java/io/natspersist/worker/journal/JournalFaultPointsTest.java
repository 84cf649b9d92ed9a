// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.simulation.VirtualTime;
import io.natspersist.worker.disk.Disk;
import io.natspersist.worker.disk.FakeDisk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Something goes wrong at every single operation on the volume: while opening, appending, forcing, rolling, deleting, closing, and
 * while sealing. What was acknowledged is read by the successor, nothing is read twice, and nothing is acknowledged afterwards.
 */
class JournalFaultPointsTest {

    private static final int SEEDS = 2;
    private static final int CHANGES = 52;
    private static final FakeDisk.Step NOTHING = (number, node, operation, path) -> {};

    enum Trouble {
        PROCESS_KILLED, MACHINE_DIES, VOLUME_LOSES_POWER, LEASE_LOST_AND_TAKEN_OVER, LEASE_LOST_AND_TAKEN_OVER_LATER,
        IO_ERROR, SUCCESSOR_TOO_EARLY
    }

    @ParameterizedTest
    @EnumSource(Trouble.class)
    void nothingAcknowledgedIsLostAtAnyStep(Trouble trouble) {
        int points = 0;
        for (Durability durability : List.of(Durability.SYNC, Durability.RELAXED)) {
            for (long seed = 1; seed <= SEEDS; seed++) {
                long steps = stepsOfAWholeRun(seed, durability);
                for (long step = 1; step <= steps; step++) {
                    check(trouble, seed, step, durability);
                    points++;
                }
            }
        }
        System.out.println(trouble + ": " + points + " fault points");
        assertThat(points).isGreaterThan(500);
    }

    private static JournalConfig config(Durability durability) {
        return JournalRun.SMALL.withDurability(durability)
                .withRelaxedForce(20, JournalRun.SMALL.relaxedForceLimitMillis());
    }

    private static long stepsOfAWholeRun(long seed, Durability durability) {
        JournalRun run = new JournalRun(seed, config(durability));
        run.work(CHANGES);
        assertThat(run.closed).isTrue();
        assertThat(JournalFolder.segments(run.volume.names("journals/w0.7")).getLast()).as("segments").isGreaterThan(4);
        long steps = run.volume.steps();
        run.volume.kill("x");
        assertThat(run.takeOver("y")).contains((long) CHANGES);
        return steps;
    }

    private static void check(Trouble trouble, long seed, long at, Durability durability) {
        JournalRun run = new JournalRun(seed, config(durability));
        List<List<Long>> early = new ArrayList<>();
        run.node.onCrash(() -> {
            switch (trouble) {
                case MACHINE_DIES -> run.volume.loseUnforced("x");
                case VOLUME_LOSES_POWER -> run.volume.loseUnforced();
                default -> run.volume.kill("x");
            }
        });
        run.volume.onStep((number, node, operation, path) -> {
            if (number != at) {
                return;
            }
            switch (trouble) {
                case PROCESS_KILLED, MACHINE_DIES, VOLUME_LOSES_POWER -> throw new VirtualTime.Crash(operation);
                case IO_ERROR -> throw new IOException("scripted: " + operation);
                case LEASE_LOST_AND_TAKEN_OVER_LATER -> run.volume.takeLocks("x");
                case LEASE_LOST_AND_TAKEN_OVER -> {
                    run.volume.takeLocks("x");
                    Sealing.Result result = run.seal("y");
                    if (result instanceof Sealing.Result.Sealed) {
                        early.add(run.read("y"));
                    }
                }
                case SUCCESSOR_TOO_EARLY -> {
                    if (run.seal("y") instanceof Sealing.Result.Sealed) {
                        early.add(run.read("y"));
                    }
                }
            }
        });
        try {
            run.work(CHANGES);
            if (durability == Durability.RELAXED && losesWhatWasOnlyWritten(trouble)) {
                run.durable.retainAll(run.forced);
            }
            if (early.isEmpty()) {
                run.volume.kill("x");
                early.add(run.takeOver("y"));
            }
            // A writer that goes on acknowledges nothing that its successor has not read.
            run.checkRead(early.getFirst());
            // Until it notices, it may still delete what it had released.
            List<Long> again = run.takeOver("z");
            List<Long> gone = new ArrayList<>(early.getFirst());
            gone.removeAll(again);
            assertThat(early.getFirst()).containsAll(again);
            assertThat(run.released).as("read no more").containsAll(gone);
        } catch (AssertionError e) {
            throw new AssertionError(trouble + ", " + durability + ", seed " + seed + ", step " + at, e);
        }
    }

    private static boolean losesWhatWasOnlyWritten(Trouble trouble) {
        return switch (trouble) {
            case PROCESS_KILLED, SUCCESSOR_TOO_EARLY -> false;
            case MACHINE_DIES, VOLUME_LOSES_POWER, LEASE_LOST_AND_TAKEN_OVER, LEASE_LOST_AND_TAKEN_OVER_LATER,
                    IO_ERROR ->
                true;
        };
    }

    @Test
    void aSealerMayDieAtAnyStepAndAnotherFinishes() throws IOException {
        int points = 0;
        for (long seed = 1; seed <= 10; seed++) {
            long same = seed;
            points += dyingAtEveryStep(step -> {
                JournalRun run = new JournalRun(same, JournalRun.SMALL);
                run.work(10);
                run.volume.kill("x");
                return run;
            }, disk -> Sealing.seal(disk, JournalRun.ID, true), run -> {
                List<Long> read = run.takeOver("z");
                run.checkRead(read);
                assertThat(run.takeOver("y")).isEqualTo(read);
            });
        }
        System.out.println("sealing: " + points + " fault points");
        assertThat(points).isGreaterThan(150);
    }

    @Test
    void deletingMayDieAtAnyStepAndWhatIsLeftIsStillAJournal() throws IOException {
        int points = dyingAtEveryStep(step -> {
            JournalRun run = new JournalRun(step, JournalRun.SMALL);
            run.work(20);
            run.volume.kill("x");
            run.takeOver("y");
            return run;
        }, disk -> Sealing.delete(disk, JournalRun.ID), run -> {
            if (run.pollSeal("z") instanceof Sealing.Result.Sealed) {
                assertThat(run.read("z")).isSorted();
            }
            Sealing.delete(run.volume.mount("z"), JournalRun.ID);
            assertThat(run.volume.names("journals")).isEmpty();
            assertThat(run.seal("z")).isInstanceOf(Sealing.Result.Gone.class);
        });
        System.out.println("deleting: " + points + " fault points");
        assertThat(points).isGreaterThan(5);
    }

    private interface Blocking<T> {
        void accept(T on) throws IOException;
    }

    /**
     * Node y, on a journal made anew each time, dies at its first operation on the volume, at its second, and so on until it comes
     * to its end; {@code check} looks at what each time is left. Returns how often it died.
     */
    private static int dyingAtEveryStep(LongFunction<JournalRun> make, Blocking<Disk> attempt,
            Blocking<JournalRun> check) throws IOException {
        for (int step = 1;; step++) {
            JournalRun run = make.apply(step);
            long at = run.volume.steps() + step;
            boolean[] reached = {false};
            run.volume.onStep((number, node, operation, path) -> {
                if (number == at) {
                    reached[0] = true;
                    run.volume.loseUnforced("y");
                    throw new IOException("dead");
                }
            });
            try {
                attempt.accept(run.volume.mount("y"));
            } catch (IOException e) {
                assertThat(reached[0]).isTrue();
            }
            run.volume.onStep(NOTHING);
            check.accept(run);
            if (!reached[0]) {
                return step - 1;
            }
        }
    }
}
