// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.report;

import io.natspersist.cli.bench.measure.Goal;
import io.natspersist.cli.bench.measure.Outcome;
import java.util.List;
import java.util.Objects;

/**
 * The ratios of a run as an SVG picture: a bar for each on a logarithmic scale, a mark where its goal is. Follows the reader's
 * choice of light or dark.
 */
public final class Picture {

    private static final int WIDTH = 960;
    private static final int ROW = 24;
    private static final int HEAD = 56;
    private static final int LABEL = 430;
    private static final int BARS = 380;
    private static final double LEAST = 0.1;
    private static final double MOST = 200;

    private static final String STYLE = """
            <style>
              text { font: 13px system-ui, sans-serif; fill: #1f2328 }
              .small { font-size: 11px; fill: #59636e }
              .title { font-weight: 600; font-size: 15px }
              .grid { stroke: #d1d9e0 } .one { stroke: #59636e } .mark { stroke: #1f2328; stroke-width: 3 }
              .met { fill: #1a7f37 } .missed { fill: #bf5700 } .open { fill: #818b98 }
              @media (prefers-color-scheme: dark) {
                text { fill: #e6edf3 } .small { fill: #9198a1 }
                .grid { stroke: #3d444d } .one { stroke: #9198a1 } .mark { stroke: #e6edf3 }
                .met { fill: #3fb950 } .missed { fill: #f0883e } .open { fill: #6e7681 }
              }
            </style>
            """;

    private final StringBuilder svg = new StringBuilder();
    private int y = HEAD;

    private Picture() {}

    public static String of(Result.Run run) {
        return new Picture().draw(run);
    }

    private String draw(Result.Run run) {
        long rows = run.results().stream().map(Result::outcome).filter(Objects::nonNull)
                .mapToLong(outcome -> ratios(outcome).size()).sum();
        long height = HEAD + ROW * rows + 34;
        svg.append(String.format("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\">%n",
                WIDTH, height));
        svg.append("<title>Persist compared, ratios on a logarithmic scale</title>\n").append(STYLE);
        text(12, 22, "title", "Persist compared: ratios of one run");
        text(12, 40, "small", run.machine().processors() + " processors, nats-server " + run.machine().natsServer()
                + ", " + run.started().substring(0, 10) + "; the mark is the goal, green meets it");
        for (double at : new double[]{0.1, 0.5, 1, 2, 5, 10, 20, 50, 100}) {
            line(at == 1 ? "one" : "grid", x(at), HEAD - 6, x(at), (int) height - 30);
            text(x(at) - 8, (int) height - 14, "small", plain(at) + "x");
        }
        run.results().forEach(this::rows);
        return svg.append("</svg>\n").toString();
    }

    private void rows(Result result) {
        Outcome outcome = result.outcome();
        if (outcome != null) {
            ratios(outcome).forEach(goal -> row(result.name(), goal));
        }
    }

    private static List<Goal> ratios(Outcome outcome) {
        return outcome.goals().stream().filter(goal -> goal.unit().isEmpty()).toList();
    }

    private void row(String workload, Goal goal) {
        double got = goal.got().median();
        String colour = goal.met().map(met -> met ? "met" : "missed").orElse("open");
        text(12, y + 15, "", workload + ": " + goal.what());
        int from = Math.min(x(1), x(got));
        svg.append(String.format("<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"14\" rx=\"2\"/>%n",
                colour, from, y + 4, Math.max(2, Math.abs(x(got) - x(1)))));
        line("mark", x(goal.wanted()), y + 2, x(goal.wanted()), y + 20);
        text(LABEL + BARS + 14, y + 15, "", Numbers.text(got) + "x, goal " + (goal.atLeast() ? "\u2265 " : "\u2264 ")
                + plain(goal.wanted()));
        y += ROW;
    }

    private static String plain(double number) {
        return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
    }

    private static int x(double ratio) {
        double part = Math.log(Math.clamp(ratio, LEAST, MOST) / LEAST) / Math.log(MOST / LEAST);
        return LABEL + (int) Math.round(part * BARS);
    }

    private void text(int x, int y, String style, String text) {
        svg.append(String.format("<text class=\"%s\" x=\"%d\" y=\"%d\">%s</text>%n", style, x, y,
                text.replace("&", "&amp;").replace("<", "&lt;")));
    }

    private void line(String style, int x1, int y1, int x2, int y2) {
        svg.append(String.format("<line class=\"%s\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>%n", style, x1, y1, x2,
                y2));
    }
}
