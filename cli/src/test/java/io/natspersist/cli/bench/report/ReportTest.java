// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.natspersist.cli.bench.measure.Goal;
import io.natspersist.cli.bench.measure.Metric;
import io.natspersist.cli.bench.measure.Outcome;
import io.natspersist.cli.bench.measure.Series;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;

class ReportTest {

    private static final Series OURS = new Series("ours", Metric.RATE, List.of(300.0, 500.0),
            Map.of("worker", 12.3456));
    private static final Series THEIRS = new Series("theirs < all", Metric.RATE, List.of(100.0, 100.0));
    private static final Outcome OUTCOME = Outcome.draft().parameter("streams", 5_000).add(List.of(OURS, THEIRS))
            .goal(Goal.atLeast(2.5, OURS, THEIRS)).goal(Goal.atLeast(10, OURS, THEIRS))
            .goal(Goal.atLeast(1.8, OURS, THEIRS).undecided("two cores")).counted("ours acknowledged", 7, 7)
            .note("as it is").done();
    private static final Result.Run RUN = new Result.Run(new Machine(2, "a cpu", "Linux amd64", "25", "2.15.1", "0.1"),
            "2026-11-23T20:00:00Z", "quick", List.of(new Result("sets", "many sets", 1.5, OUTCOME, null),
                    new Result("gets", "many gets", 0.5, null, "refused")));

    @Test
    void theJsonHasWhatWasMeasuredAndWhetherTheGoalsAreMet() throws Exception {
        JsonNode sets = new ObjectMapper().readTree(JsonReport.of(RUN)).path("workloads").get(0);
        assertThat(sets.path("measured").get(0).toString()).isEqualTo("""
                {"contender":"ours","metric":"rate","unit":"/s","median":400.0,"least":300.0,"most":500.0,\
                "turns":[300.0,500.0],"cpuMicrosEach":{"worker":12.35}}""");
        assertThat(sets.path("goals").toString()).isEqualTo("""
                [{"what":"ours / theirs < all","relation":">=","wanted":2.5,"unit":"ratio","median":4.0,"least":3.0,\
                "most":5.0,"met":true},\
                {"what":"ours / theirs < all","relation":">=","wanted":10.0,"unit":"ratio","median":4.0,"least":3.0,\
                "most":5.0,"met":false},\
                {"what":"ours / theirs < all","relation":">=","wanted":1.8,"unit":"ratio","median":4.0,"least":3.0,\
                "most":5.0,"undecided":"two cores"}]""");
        assertThat(sets.path("counted").toString()).isEqualTo("{\"ours acknowledged\":7}");
    }

    @Test
    void theJsonSaysWhatFailed() throws Exception {
        JsonNode gets = new ObjectMapper().readTree(JsonReport.of(RUN)).path("workloads").get(1);
        assertThat(gets.path("failure").textValue()).isEqualTo("refused");
        assertThat(TextReport.of(RUN.results().getLast())).contains("FAILED  refused");
    }

    @Test
    void thePictureHasABarForEachRatioInTheColourOfItsVerdict() throws Exception {
        Document picture = DocumentBuilderFactory.newInstance().newDocumentBuilder()
                .parse(new ByteArrayInputStream(Picture.of(RUN).getBytes(StandardCharsets.UTF_8)));
        var bars = picture.getElementsByTagName("rect");
        assertThat(List.of(0, 1, 2)).extracting(n -> bars.item(n).getAttributes().getNamedItem("class").getNodeValue())
                .containsExactly("met", "missed", "open");
        assertThat(bars.getLength()).isEqualTo(3);
        assertThat(Picture.of(RUN)).contains("prefers-color-scheme: dark");
    }

    @Test
    void onlyWhatStandsBetweenTheMarksOfAPageIsReplaced() {
        String page = "# Ours\n" + MarkdownReport.BEGIN + "\nold\n" + MarkdownReport.END + "\nmore\n";
        String once = MarkdownReport.into(page, RUN);
        assertThat(once).startsWith("# Ours\n").endsWith("\nmore\n").doesNotContain("old")
                .contains("| `sets` | ours / theirs < all | 4.00x | 3.00 to 5.00 | \u2265 10.0x | **not met** |");
        assertThat(MarkdownReport.into(once, RUN)).isEqualTo(once);
    }

    @Test
    void theTextSaysWhatIsMetAndWhatCannotBeShown() {
        assertThat(TextReport.of(RUN.results().getFirst()).lines().filter(line -> line.contains("goal")))
                .satisfiesExactly(met -> assertThat(met).contains("4.00x").endsWith("  met"),
                        missed -> assertThat(missed).endsWith("  NOT MET"),
                        open -> assertThat(open).endsWith("  cannot be shown: two cores"));
    }
}
