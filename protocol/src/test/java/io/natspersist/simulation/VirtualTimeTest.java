// SPDX-License-Identifier: Apache-2.0
package io.natspersist.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.natspersist.loop.EventLoop;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class VirtualTimeTest {

    private final VirtualTime time = new VirtualTime(1);
    private final List<String> seen = new ArrayList<>();

    @Test
    void aLoopRunsTasksInTheOrderTheyWereGiven() {
        EventLoop loop = time.node("a").loop();
        for (int i = 0; i < 50; i++) {
            String name = "" + i;
            loop.execute(() -> seen.add(name));
        }
        time.runFor(1);
        assertThat(seen).hasSize(50).isSortedAccordingTo((a, b) -> Integer.compare(Integer.parseInt(a),
                Integer.parseInt(b)));
    }

    @Test
    void aTimerWaitsForItsTimeAndACancelledOneNeverRuns() {
        EventLoop loop = time.node("a").loop();
        loop.after(100, () -> seen.add("late"));
        loop.after(50, () -> seen.add("cancelled")).cancel();
        time.runFor(99);
        assertThat(seen).isEmpty();
        time.runFor(2);
        assertThat(seen).containsExactly("late");
    }

    @Test
    void anExecutorWithOneLaneRunsItsTasksInOrderAndSeveralLanesMayOvertake() {
        VirtualTime.Node node = time.node("a");
        List<Integer> one = new ArrayList<>();
        List<Integer> four = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            int number = i;
            node.executor("one").execute(() -> one.add(number));
            node.executor("four", 4).execute(() -> four.add(number));
        }
        time.runFor(60_000);
        assertThat(one).hasSize(40).isSorted();
        assertThat(four).hasSize(40).isNotEqualTo(one);
    }

    @Test
    void nothingRunsOnACrashedNode() {
        VirtualTime.Node node = time.node("a");
        node.loop().after(10, () -> seen.add("timer"));
        node.executor("io").execute(() -> seen.add("io"));
        node.crash();
        node.loop().execute(() -> seen.add("task"));
        time.runFor(1_000);
        assertThat(seen).isEmpty();
    }

    @Test
    void aTaskMayCrashItsNode() {
        VirtualTime.Node node = time.node("a");
        node.executor("io").execute(() -> {
            throw new VirtualTime.Crash("in the middle");
        });
        time.runFor(1_000);
        assertThat(node.crashed()).isTrue();
    }

    @Test
    void aPausedNodeCatchesUpInOrder() {
        VirtualTime.Node node = time.node("a");
        for (int i = 0; i < 20; i++) {
            String name = String.format("%02d", i);
            node.loop().after(i, () -> seen.add(name));
        }
        node.pause();
        time.runFor(100);
        assertThat(seen).isEmpty();
        node.resume();
        node.loop().execute(() -> seen.add("next"));
        time.runFor(1);
        assertThat(seen).hasSize(21).isSorted().endsWith("next");
    }

    @Test
    void aStalledExecutorHoldsItsTasks() {
        VirtualTime.Node node = time.node("a");
        node.executor("io").execute(() -> seen.add("1"));
        node.executor("io").execute(() -> seen.add("2"));
        node.stallExecutors(true);
        time.runFor(1_000);
        assertThat(seen).isEmpty();
        node.stallExecutors(false);
        time.runFor(1_000);
        assertThat(seen).containsExactly("1", "2");
    }

    @Test
    void onlyTheWallClockJumps() {
        EventLoop loop = time.node("a").loop();
        VirtualTime.Node node = time.node("b");
        long before = node.loop().nanos();
        node.jumpWallClock(-5_000);
        assertThat(loop.wallMillis() - node.loop().wallMillis()).isEqualTo(5_000);
        assertThat(node.loop().nanos()).isEqualTo(before);
    }

    @Test
    void aTaskThatThrowsFailsTheRunAndNamesTheSeed() {
        time.node("a").loop().execute(() -> {
            throw new IllegalStateException("broken");
        });
        assertThatThrownBy(() -> time.runFor(1)).isInstanceOf(SimulationFailure.class).hasMessageContaining("seed 1")
                .hasMessageContaining("broken");
    }

    @Test
    void aRunThatNeverRestsIsStopped() {
        time.limitSteps(1_000);
        EventLoop loop = time.node("a").loop();
        loop.execute(new Runnable() {
            @Override
            public void run() {
                loop.execute(this);
            }
        });
        assertThatThrownBy(() -> time.runFor(60_000)).hasMessageContaining("still busy after 1000 steps");
    }

    @Test
    void theSeedDecidesEverything() {
        assertThat(hashOfARun(7)).isEqualTo(hashOfARun(7)).isNotEqualTo(hashOfARun(8));
    }

    private static long hashOfARun(long seed) {
        VirtualTime time = new VirtualTime(seed);
        VirtualTime.Node a = time.node("a");
        VirtualTime.Node b = time.node("b");
        for (int i = 0; i < 20; i++) {
            a.executor("io", 3).execute(() -> b.loop().execute(() -> a.loop().after(1, () -> {})));
        }
        time.runFor(1_000);
        return time.hash();
    }
}
