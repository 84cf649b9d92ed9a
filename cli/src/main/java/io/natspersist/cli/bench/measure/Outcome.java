// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.measure;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What came of one workload.
 *
 * @param parameters what was asked for: how many streams, how many at once
 * @param counts what was counted and found right: how many messages were acknowledged and are there
 * @param notes what a reader must know to read the numbers right
 */
public record Outcome(Map<String, Object> parameters, List<Series> series, List<Goal> goals,
        Map<String, Long> counts, List<String> notes) {

    public Outcome {
        parameters = new LinkedHashMap<>(parameters);
        series = List.copyOf(series);
        goals = List.copyOf(goals);
        counts = new LinkedHashMap<>(counts);
        notes = List.copyOf(notes);
    }

    public static Draft draft() {
        return new Draft();
    }

    /** Gathers an outcome. */
    public static final class Draft {

        private final Map<String, Object> parameters = new LinkedHashMap<>();
        private final List<Series> series = new ArrayList<>();
        private final List<Goal> goals = new ArrayList<>();
        private final Map<String, Long> counts = new LinkedHashMap<>();
        private final List<String> notes = new ArrayList<>();

        private Draft() {}

        public Draft parameter(String name, Object value) {
            parameters.put(name, value);
            return this;
        }

        public Draft add(List<Series> more) {
            series.addAll(more);
            return this;
        }

        public Draft add(Series more) {
            series.add(more);
            return this;
        }

        public Draft goal(Goal goal) {
            goals.add(goal);
            return this;
        }

        public Draft note(String note) {
            notes.add(note);
            return this;
        }

        /**
         * Notes a count that must be right.
         *
         * @throws IllegalStateException when it is not
         */
        public Draft counted(String what, long expected, long found) {
            if (expected != found) {
                throw new IllegalStateException(what + ": " + expected + " expected, " + found + " found");
            }
            counts.put(what, found);
            return this;
        }

        /** @throws IllegalStateException when nothing of the kind was measured */
        public Series series(String contender, Metric metric) {
            return series.stream().filter(each -> each.contender().equals(contender) && each.metric() == metric)
                    .findFirst().orElseThrow(() -> new IllegalStateException(
                            "nobody measured " + metric + " of " + contender));
        }

        public Outcome done() {
            return new Outcome(parameters, series, goals, counts, notes);
        }
    }
}
