// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class JournalWriterTest {

    private final JournalRun run = new JournalRun(1, JournalRun.SMALL);
    private final Map<String, Integer> operations = new HashMap<>();

    private void count(JournalRun counted) {
        counted.volume.onStep((number, node, operation, path) -> operations.merge(operation, 1, Integer::sum));
    }

    private static JournalRun relaxed() {
        return new JournalRun(1, JournalRun.SMALL.withSegmentBytes(1 << 20).withDurability(Durability.RELAXED)).open();
    }

    private static void settle(JournalRun run) {
        assertThat(run.time.runUntil(() -> run.writer.oldestUnforcedMillis() == 0, 10_000)).isTrue();
    }

    @Test
    void changesAreAnsweredInTheirOrder() {
        run.open();
        for (int i = 0; i < 20; i++) {
            run.onLoop(() -> run.append(40));
        }
        settle(run);
        assertThat(run.durable).containsExactlyElementsOf(LongStream.rangeClosed(1, 20).boxed().toList());
    }

    @Test
    void whatWaitsIsWrittenAndForcedAtOnce() {
        run.open();
        count(run);
        run.onLoop(() -> {
            for (int i = 0; i < 1000; i++) {
                run.append(1);
            }
        });
        settle(run);
        assertThat(run.durable).hasSize(1000);
        assertThat(operations.get("append")).isLessThan(5);
        assertThat(operations.get("force")).isLessThan(5);
        assertThat(run.writer.unwrittenBytes()).isZero();
    }

    @Test
    void whoAsksWhenNothingIsPendingIsAnsweredAtOnce() {
        run.open();
        List<String> order = new ArrayList<>();
        run.onLoop(() -> {
            run.writer.whenDurable(() -> order.add("durable"));
            run.writer.whenForced(() -> order.add("forced"));
            order.add("returned");
        });
        assertThat(order).containsExactly("durable", "forced", "returned");
    }

    @Test
    void aProofIsANewGroup() {
        run.open();
        long before = run.writer.forcedGroups();
        boolean[] proven = {false};
        run.onLoop(() -> run.writer.prove(() -> proven[0] = true));
        settle(run);
        assertThat(proven[0]).isTrue();
        assertThat(run.writer.forcedGroups()).isEqualTo(before + 1);
    }

    @Test
    void theFirstErrorIsFinal() {
        run.open();
        run.volume.onStep((number, node, operation, path) -> {
            if (operation.equals("force")) {
                run.volume.onStep((n, no, o, p) -> {});
                throw new IOException("once");
            }
        });
        run.onLoop(() -> run.append(10));
        run.time.runFor(1000);
        run.onLoop(() -> {
            run.append(10);
            run.writer.prove(() -> run.closed = true);
            run.writer.whenForced(() -> run.closed = true);
        });
        run.time.runFor(1000);
        assertThat(run.faults).singleElement().extracting(Throwable::getMessage).isEqualTo("once");
        assertThat(run.durable).isEmpty();
        assertThat(run.closed).isFalse();
    }

    @Test
    void relaxedAnswersOnceWrittenAndForcesSoon() {
        JournalRun relaxed = relaxed();
        count(relaxed);
        relaxed.onLoop(() -> relaxed.append(10));
        relaxed.time.runUntil(() -> !relaxed.durable.isEmpty(), 100);
        assertThat(relaxed.durable).hasSize(1);
        assertThat(operations).doesNotContainKey("force");
        assertThat(relaxed.writer.forcedGroups()).isZero();
        relaxed.time.runFor(1100);
        assertThat(operations.get("force")).isEqualTo(1);
        assertThat(relaxed.writer.forcedGroups()).isEqualTo(1);
        assertThat(relaxed.writer.oldestUnforcedMillis()).isZero();
        relaxed.time.runFor(5000);
        assertThat(operations.get("force")).as("nothing more to force").isEqualTo(1);
    }

    @Test
    void relaxedForcesAtOnceForWhoAsks() {
        JournalRun relaxed = relaxed();
        relaxed.onLoop(() -> {
            long number = relaxed.append(10);
            relaxed.writer.whenForced(() -> relaxed.forced.add(number));
        });
        relaxed.time.runFor(100);
        assertThat(relaxed.forced).containsExactly(1L);
    }

    @Test
    void syncAnswersWhoIsContentWithTheWriteBeforeTheForceEnds() {
        run.open();
        List<String> answered = new ArrayList<>();
        List<String> whileItForces = new ArrayList<>();
        run.volume.onStep((number, node, operation, path) -> {
            if (operation.equals("force")) {
                run.time.runFor(100);
                whileItForces.addAll(answered);
            }
        });

        run.onLoop(() -> {
            run.writer.append(JournalRun.change(1, 10));
            run.writer.whenDurable(Durability.RELAXED, () -> answered.add("relaxed"));
            run.writer.whenDurable(Durability.SYNC, () -> answered.add("sync"));
        });
        settle(run);

        assertThat(whileItForces).containsExactly("relaxed");
        assertThat(answered).containsExactly("relaxed", "sync");
        assertThat(run.writer.forcedGroups()).isEqualTo(1);
    }

    @Test
    void relaxedAnswersNothingWhileAForceTakesLongerThanTwoSeconds() {
        List<Runnable> io = new ArrayList<>();
        JournalRun at = new JournalRun(1, JournalRun.SMALL);
        JournalWriter writer = new JournalWriter(at.volume.mount("x"), JournalRun.ID, at.node.loop(), io::add,
                JournalRun.SMALL.withDurability(Durability.RELAXED).withSegmentBytes(1 << 20).withSpace(0, 0)
                        .withRelaxedForce(300, 2_000),
                at.faults::add);
        List<Integer> answered = new ArrayList<>();
        at.onLoop(() -> writer.open(() -> {}));
        runAll(at, io);
        append(at, writer, 1, answered);
        runAll(at, io);
        assertThat(answered).containsExactly(1);

        // When: the force has begun and does not end
        at.time.runFor(400);
        assertThat(io).hasSize(1);
        Runnable force = io.removeFirst();
        at.time.runFor(1500);
        io.clear();
        append(at, writer, 2, answered);
        runAll(at, io);
        assertThat(answered).as("after 1.5 s").containsExactly(1, 2);
        at.time.runFor(600);
        io.clear();
        append(at, writer, 3, answered);
        runAll(at, io);
        assertThat(answered).as("after 2.1 s").containsExactly(1, 2);
        assertThat(writer.oldestUnforcedMillis()).isGreaterThan(2000);
        force.run();
        at.time.runFor(1);
        assertThat(answered).as("once it has ended").containsExactly(1, 2, 3);
    }

    private static void append(JournalRun at, JournalWriter writer, int number, List<Integer> answered) {
        at.onLoop(() -> {
            writer.append(JournalRun.change(number, 1));
            writer.whenDurable(() -> answered.add(number));
        });
    }

    private static void runAll(JournalRun at, List<Runnable> io) {
        while (!io.isEmpty()) {
            io.removeFirst().run();
            at.time.runFor(1);
        }
    }

    @Test
    void releasedSegmentsAreDeletedOldestFirst() {
        run.open();
        for (int i = 0; i < 6; i++) {
            run.onLoop(() -> run.append(600));
            settle(run);
        }
        long full = run.writer.bytes();
        assertThat(segments()).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
        run.onLoop(() -> List.of(2L, 3L).forEach(n -> run.writer.release(run.positions.get(n))));
        run.time.runFor(500);
        assertThat(segments()).as("the oldest is still needed").containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
        run.onLoop(() -> run.writer.release(run.positions.get(1L)));
        run.time.runFor(500);
        assertThat(segments()).containsExactly(4L, 5L, 6L);
        assertThat(run.writer.bytes()).isEqualTo(full / 2);
        run.onLoop(() -> List.of(4L, 5L, 6L).forEach(n -> run.writer.release(run.positions.get(n))));
        run.time.runFor(500);
        assertThat(segments()).as("the one that is written stays").containsExactly(6L);
    }

    private List<Long> segments() {
        return JournalFolder.segments(run.volume.names("journals/w0.7"));
    }

    @Test
    void entriesAreReadBackFromWhereverTheyLie() {
        run.open();
        for (int i = 0; i < 40; i++) {
            run.onLoop(() -> run.append(run.random.nextInt(400)));
        }
        settle(run);
        assertThat(segments().size()).isGreaterThan(5);
        run.appended.keySet().forEach(run::readBack);
        run.onLoop(() -> run.append(10));
        settle(run);
        assertThat(run.faults).as("reading has not cost the lock").isEmpty();
        assertThat(run.seal("y")).isEqualTo(new Sealing.Result.StillLocked());
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> run.writer.read(new Position(99, 128, 20)))
                .withMessageContaining("not there");
    }

    @Test
    void lowSpaceIsNoticedWithinASecondAndTheBallastGoes() {
        JournalRun tight = new JournalRun(1, JournalRun.SMALL.withSpace(10 << 20, 3 << 20)).open();
        tight.time.runFor(10_000);
        assertThat(tight.writer.spaceLow()).isFalse();
        assertThat(tight.volume.contents("journals/w0.7/ballast")).hasSize(3 << 20);
        tight.volume.setUsableBytes(9 << 20);
        tight.time.runFor(1200);
        assertThat(tight.writer.spaceLow()).isTrue();
        assertThat(tight.volume.names("journals/w0.7")).contains("ballast");
        tight.volume.setUsableBytes(1 << 20);
        tight.time.runFor(1200);
        assertThat(tight.volume.names("journals/w0.7")).doesNotContain("ballast");
        tight.onLoop(() -> tight.append(2 << 20));
        settle(tight);
        assertThat(tight.durable).as("there is room to take over").hasSize(1);
        tight.volume.setUsableBytes(50 << 20);
        tight.time.runFor(5200);
        assertThat(tight.writer.spaceLow()).isFalse();
        assertThat(tight.volume.names("journals/w0.7")).contains("ballast");
    }

    @Test
    void aFullVolumeIsAFaultAndNoAnswer() {
        run.open();
        run.volume.setUsableBytes(50);
        run.onLoop(() -> run.append(200));
        run.time.runFor(1000);
        assertThat(run.faults).singleElement().extracting(Throwable::getMessage).asString().contains("No space");
        assertThat(run.durable).isEmpty();
    }

    @Test
    void aStalledVolumeShowsInTheAgeOfTheOldestGroup() {
        run.open();
        run.node.stallExecutors(true);
        run.onLoop(() -> run.append(10));
        run.time.runFor(3000);
        assertThat(run.writer.oldestUnforcedMillis()).isBetween(2990L, 3010L);
        assertThat(run.writer.unwrittenBytes()).isPositive();
        run.node.stallExecutors(false);
        settle(run);
        assertThat(run.durable).containsExactly(1L);
    }

    @Test
    void aClosedJournalTakesNothingMoreAndLetsGoOfItsLock() {
        run.open();
        run.onLoop(() -> {
            run.append(10);
            run.writer.close(() -> run.closed = true);
        });
        run.time.runUntil(() -> run.closed, 1000);
        assertThat(run.durable).containsExactly(1L);
        assertThatIllegalStateException().isThrownBy(() -> run.append(10));
        assertThat(run.seal("y")).isEqualTo(new Sealing.Result.Sealed());
        assertThat(run.read("y")).containsExactly(1L);
    }

    @Test
    void largeBurstsBecomeSeveralGroups() {
        JournalRun large = new JournalRun(1, JournalConfig.DEFAULT.withSpace(0, 0)).open();
        large.onLoop(() -> {
            for (int i = 0; i < 30; i++) {
                large.append(1 << 20);
            }
        });
        settle(large);
        assertThat(large.durable).hasSize(30);
        assertThat(large.writer.forcedGroups()).isGreaterThan(5);
        large.volume.kill("x");
        assertThat(large.takeOver("y")).hasSize(30);
    }
}
