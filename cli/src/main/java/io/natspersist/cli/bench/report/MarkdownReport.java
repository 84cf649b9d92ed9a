// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.report;

import io.natspersist.cli.bench.measure.Goal;
import io.natspersist.cli.bench.measure.Metric;
import io.natspersist.cli.bench.measure.Outcome;
import io.natspersist.cli.bench.measure.Series;
import io.natspersist.cli.bench.measure.Spread;
import java.util.stream.Collectors;

/** A run as tables in a page that is otherwise written by hand: what stands between two marks is replaced. */
public final class MarkdownReport {

    public static final String BEGIN = "<!-- figures: written by persist bench -->";
    public static final String END = "<!-- end of figures -->";

    private final StringBuilder text = new StringBuilder();

    private MarkdownReport() {}

    /** @throws IllegalArgumentException when the page has no marks */
    public static String into(String page, Result.Run run) {
        int begin = page.indexOf(BEGIN);
        int end = page.indexOf(END);
        if (begin < 0 || end < begin) {
            throw new IllegalArgumentException("the page has no lines '" + BEGIN + "' and '" + END + "'");
        }
        return page.substring(0, begin + BEGIN.length()) + "\n\n" + of(run) + "\n" + page.substring(end);
    }

    static String of(Result.Run run) {
        MarkdownReport report = new MarkdownReport();
        report.line(run.started().substring(0, 10) + ": " + run.scale() + " run on " + run.machine().text() + ".");
        report.line("");
        report.row("workload", "compared", "reached", "least to most", "goal", "");
        report.row("---", "---", "---", "---", "---", "---");
        run.results().forEach(report::goals);
        report.line("");
        report.row("workload", "who", "median", "least to most", "CPU us each");
        report.row("---", "---", "---", "---", "---");
        run.results().forEach(report::measured);
        return report.text.toString();
    }

    private void goals(Result result) {
        Outcome outcome = result.outcome();
        if (outcome == null) {
            row(code(result), "failed: " + result.failure(), "", "", "", "");
            return;
        }
        for (Goal goal : outcome.goals()) {
            String unit = goal.unit().isEmpty() ? "x" : " " + goal.unit();
            row(code(result), goal.what(), Numbers.text(goal.got().median()) + unit, range(goal.got()),
                    (goal.atLeast() ? "\u2265 " : "\u2264 ") + Numbers.text(goal.wanted()) + unit,
                    goal.met().map(met -> met ? "met" : "**not met**").orElse("not shown: " + goal.undecided()));
        }
    }

    private void measured(Result result) {
        Outcome outcome = result.outcome();
        if (outcome != null) {
            outcome.series().forEach(series -> row(code(result),
                    series.contender() + (series.metric() == Metric.RATE ? "" : ", " + series.metric()),
                    Numbers.text(series.spread().median()) + " " + series.metric().unit(), range(series.spread()),
                    cpu(series)));
        }
    }

    private static String code(Result result) {
        return "`" + result.name() + "`";
    }

    private static String range(Spread spread) {
        return spread.least() == spread.most()
                ? ""
                : Numbers.text(spread.least()) + " to " + Numbers.text(spread.most());
    }

    private static String cpu(Series series) {
        return series.cpuMicros().entrySet().stream().map(each -> each.getKey() + " " + Numbers.text(each.getValue()))
                .collect(Collectors.joining(", "));
    }

    private void row(String... cells) {
        line("| " + String.join(" | ", cells) + " |");
    }

    private void line(String line) {
        text.append(line).append('\n');
    }
}
