// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.measure;

import static io.natspersist.cli.bench.measure.Metric.RATE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TurnsTest {

    @Test
    void contendersTakeTurns() throws Exception {
        List<String> order = new ArrayList<>();
        new Turns().add("a", () -> noted(order, "a")).add("b", () -> noted(order, "b")).run(3);
        assertThat(order).containsExactly("a", "b", "a", "b", "a", "b");
    }

    private static Sample noted(List<String> order, String contender) {
        order.add(contender);
        return Sample.of(RATE, 1);
    }

    @Test
    void aRatioIsThatOfTheSameTurnsAndNotOfTheMedians() throws Exception {
        Iterator<Double> ours = List.of(100.0, 10.0, 300.0).iterator();
        Iterator<Double> theirs = List.of(50.0, 1.0, 300.0).iterator();
        List<Series> series = new Turns().add("ours", () -> Sample.of(RATE, ours.next()))
                .add("theirs", () -> Sample.of(RATE, theirs.next())).run(3);
        assertThat(series.getFirst().spread()).isEqualTo(new Spread(100, 10, 300));
        Goal goal = Goal.atLeast(2, series.getFirst(), series.getLast());
        assertThat(goal.got()).isEqualTo(new Spread(2, 1, 10));
        assertThat(goal.met()).contains(true);
        assertThat(Goal.atMost(1.9, series.getFirst(), series.getLast()).met()).contains(false);
        assertThat(goal.undecided("too few cores").met()).isEqualTo(Optional.empty());
    }

    @Test
    void cpuTimeIsTheMedianOfEachKindOfProcess() throws Exception {
        Iterator<Double> cpu = List.of(3.0, 9.0, 6.0).iterator();
        List<Series> series = new Turns()
                .add("ours", () -> new Sample(Map.of(RATE, 1.0), Map.of("worker", cpu.next()))).run(3);
        assertThat(series).singleElement()
                .satisfies(only -> assertThat(only.cpuMicros()).isEqualTo(Map.of("worker", 6.0)));
    }

    @Test
    void anEvenNumberOfTurnsHasItsMedianInBetween() {
        assertThat(Spread.of(List.of(4.0, 1.0, 3.0, 2.0))).isEqualTo(new Spread(2.5, 1, 4));
    }
}
