// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import io.fabric8.openshift.api.model.monitoring.v1.Rule;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Alerts and dashboard speak of metrics and labels that there are, by the reference of them. */
class ChartMetricsTest {

    private static final Pattern ROW = Pattern.compile("^\\| `(persist_\\w+)` \\| (\\w+) \\| ([^|]*) \\|");
    private static final Pattern METRIC = Pattern.compile("persist_[a-z_]+");
    private static final Pattern GROUPING = Pattern.compile("by \\(([^)]*)\\)");
    private static final Pattern SELECTING = Pattern.compile("(\\w+)(=~|!=|=)\"");
    private static final Set<String> LABELS_OF_ALL = Set.of("cluster", "worker", "le");

    @Test
    void everyAlertIsOfAMetricThatThereIs() throws IOException {
        List<Rule> alerts = Chart
                .only(PrometheusRule.class, Chart.render("prometheusRule: {create: true}")).getSpec().getGroups()
                .getFirst().getRules();

        assertThat(alerts).hasSizeGreaterThan(10).extracting(Rule::getAlert).doesNotHaveDuplicates();
        for (Rule alert : alerts) {
            assertKnown(String.valueOf(alert.getExpr().getValue()));
            assertThat(alert.getAnnotations()).containsOnlyKeys("summary", "description");
            assertThat(alert.getLabels()).containsKey("severity");
        }
    }

    @Test
    void everyPanelIsOfAMetricThatThereIs() throws IOException {
        JsonNode dashboard = new ObjectMapper().readTree(Chart
                .only(ConfigMap.class, Chart.render("grafanaDashboard: {create: true}")).getData().get("persist.json"));
        List<String> expressions = dashboard.findValuesAsText("expr");

        assertThat(expressions).hasSizeGreaterThan(20);
        for (String expression : expressions) {
            if (expression.contains("persist_")) {
                assertKnown(expression);
            } else {
                assertThat(expression).containsPattern("\\b(jvm|process)_"); // Micrometer's
            }
        }
        assertThat(dashboard.findValues("id").stream().filter(JsonNode::isInt)).doesNotHaveDuplicates();
    }

    @Test
    void everyMetricThatOperationsSaysToWatchHasAnAlert() throws IOException {
        String section = Files.readString(Kubernetes.root().resolve("docs/operations.md")).split("\\| watch \\|")[1]
                .split("\n\n")[0];
        String alerts = Files.readString(Chart.FOLDER.resolve("files/alerts.yaml"));

        assertThat(METRIC.matcher(section).results().map(found -> found.group()).toList()).hasSizeGreaterThan(5)
                .allSatisfy(metric -> assertThat(alerts).contains(metric));
    }

    private static void assertKnown(String expression) throws IOException {
        Map<String, Set<String>> known = known();
        List<String> used = METRIC.matcher(expression).results().map(found -> found.group()).toList();
        assertThat(known).as(expression).containsKeys(used.toArray(String[]::new));
        Set<String> labels = used.stream().flatMap(metric -> known.get(metric).stream()).collect(Collectors.toSet());
        labels.addAll(LABELS_OF_ALL);
        assertThat(labelsIn(expression)).as(expression).allSatisfy(label -> assertThat(labels).contains(label));
    }

    private static List<String> labelsIn(String expression) {
        List<String> all = new ArrayList<>();
        GROUPING.matcher(expression).results().forEach(found -> all.addAll(List.of(found.group(1).split(", *"))));
        SELECTING.matcher(expression).results().forEach(found -> all.add(found.group(1)));
        return all;
    }

    /** Labels by metric. */
    private static Map<String, Set<String>> known() throws IOException {
        Map<String, Set<String>> all = new TreeMap<>();
        for (String line : Files.readAllLines(Kubernetes.root().resolve("docs/metrics.md"))) {
            Matcher row = ROW.matcher(line);
            if (row.find()) {
                Set<String> labels = Set.of(row.group(3).replace("`", "").split(", *"));
                all.put(row.group(1), labels);
                if (row.group(2).equals("histogram")) {
                    all.put(row.group(1) + "_bucket", labels);
                }
            }
        }
        return all;
    }
}
