// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.report;

import io.natspersist.cli.bench.measure.Goal;
import io.natspersist.cli.bench.measure.Metric;
import io.natspersist.cli.bench.measure.Outcome;
import io.natspersist.cli.bench.measure.Series;
import io.natspersist.cli.bench.measure.Spread;
import java.util.stream.Collectors;

/** A run as text, for a terminal. */
public final class TextReport {

    private TextReport() {}

    public static String heading(Machine machine, String scale, int bytes, int inFlight) {
        return String.format("%s%n%s run, values of %,d bytes, up to %,d requests under way", machine.text(), scale,
                bytes, inFlight);
    }

    public static String of(Result result) {
        StringBuilder text = new StringBuilder(
                String.format("%n%s: %s (%.0f s)%n", result.name(), result.title(), result.seconds()));
        Outcome outcome = result.outcome();
        if (outcome == null) {
            return text.append("  FAILED  ").append(result.failure()).toString();
        }
        text.append("  ").append(outcome.parameters().entrySet().stream()
                .map(each -> each.getKey() + " " + each.getValue()).collect(Collectors.joining(", "))).append('\n');
        outcome.series().stream().filter(series -> series.metric() != Metric.MAX).map(TextReport::line)
                .forEach(text::append);
        outcome.goals().stream().map(TextReport::line).forEach(text::append);
        outcome.notes().forEach(note -> text.append("  note  ").append(note).append('\n'));
        return text.toString().stripTrailing();
    }

    private static String line(Series series) {
        Spread spread = series.spread();
        String name = series.contender()
                + (series.metric() == Metric.RATE ? "" : ", " + series.metric());
        return String.format("  %-32s %9s %-4s %s%s%n", name, Numbers.text(spread.median()), series.metric().unit(),
                range(spread), cpu(series));
    }

    private static String range(Spread spread) {
        return spread.least() == spread.most()
                ? ""
                : "(" + Numbers.text(spread.least()) + " to " + Numbers.text(spread.most()) + ")";
    }

    private static String cpu(Series series) {
        return series.cpuMicros().isEmpty()
                ? ""
                : "  CPU us each: " + series.cpuMicros().entrySet().stream()
                        .map(each -> each.getKey() + " " + Numbers.text(each.getValue()))
                        .collect(Collectors.joining(", "));
    }

    private static String line(Goal goal) {
        String verdict = goal.met().map(met -> met ? "met" : "NOT MET").orElse("cannot be shown: " + goal.undecided());
        String unit = goal.unit().isEmpty() ? "x" : " " + goal.unit();
        return String.format("  %-50s %9s  %s  goal %s %s%s  %s%n", goal.what(),
                Numbers.text(goal.got().median()) + unit, range(goal.got()), goal.atLeast() ? ">=" : "<=",
                Numbers.text(goal.wanted()), unit, verdict);
    }
}
