// SPDX-License-Identifier: Apache-2.0
package io.natspersist.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.metrics.Metric.Sample;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ObservationServerTest {

    private record Moment(double level, Map<String, Integer> names, Times.Distribution times, List<String> hung,
            List<String> notReady) {}

    private static final List<Metric<Moment>> METRICS = List.of(
            Metric.gauge("persist_test_level_bytes", "how high", Moment::level),
            Metric.counter("persist_test_done_total", "how many", m -> 7),
            Metric.gauges("persist_test_named", "by name", "name", Moment::names),
            new Metric<>("persist_test_asked_total", Metric.Kind.COUNTER, "two labels", List.of("op", "code"),
                    m -> List.of(new Sample.Number(List.of("get", "OK"), 3))),
            Metric.histogram("persist_test_took_seconds", "how long", Moment::times));

    private final Times times = new Times();
    private CompletableFuture<Moment> now = new CompletableFuture<>();
    private ObservationServer<Moment> server;

    private final class Process implements Observed<Moment> {
        @Override
        public Map<String, String> tags() {
            return Map.of("cluster", "c");
        }

        @Override
        public List<Metric<Moment>> metrics() {
            return METRICS;
        }

        @Override
        public CompletableFuture<Moment> moment() {
            return now;
        }

        @Override
        public List<String> hung(Moment moment) {
            return moment.hung;
        }

        @Override
        public List<String> notReady(Moment moment) {
            return moment.notReady;
        }
    }

    @BeforeEach
    void start() throws IOException {
        server = ObservationServer.start(new Process(), Listen.parse("0"), 500);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private void stands(double level, Map<String, Integer> names, List<String> hung, List<String> notReady) {
        now = CompletableFuture.completedFuture(new Moment(level, names, times.distribution(), hung, notReady));
    }

    private HttpResponse<String> get(String path) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(HttpRequest.newBuilder(URI.create(server.url() + path)).build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    @Test
    void metricsAreNamedAndValuedAsTheCatalogueSays() throws Exception {
        times.record(50_000);
        times.record(1_000_000);
        times.record(60_000_000_000L);
        stands(1.5, Map.of("a", 1, "b", 2), List.of(), List.of());

        assertThat(get("/metrics").body()).contains("# HELP persist_test_level_bytes how high\n",
                "# TYPE persist_test_level_bytes gauge\n", "persist_test_level_bytes{cluster=\"c\"} 1.5\n",
                "# TYPE persist_test_done_total counter\n", "persist_test_done_total{cluster=\"c\"} 7.0\n",
                "persist_test_named{cluster=\"c\",name=\"a\"} 1.0\n",
                "persist_test_named{cluster=\"c\",name=\"b\"} 2.0\n",
                "persist_test_asked_total{cluster=\"c\",code=\"OK\",op=\"get\"} 3.0\n",
                "# TYPE persist_test_took_seconds histogram\n",
                "persist_test_took_seconds_bucket{cluster=\"c\",le=\"6.5536E-5\"} 1\n",
                "persist_test_took_seconds_bucket{cluster=\"c\",le=\"2.62144E-4\"} 1\n",
                "persist_test_took_seconds_bucket{cluster=\"c\",le=\"0.001048576\"} 2\n",
                "persist_test_took_seconds_bucket{cluster=\"c\",le=\"17.179869184\"} 2\n",
                "persist_test_took_seconds_bucket{cluster=\"c\",le=\"+Inf\"} 3\n",
                "persist_test_took_seconds_count{cluster=\"c\"} 3\n", "jvm_memory_used_bytes{area=\"heap\"");
    }

    @Test
    void whatIsGoneIsGoneFromThePage() throws Exception {
        stands(1, Map.of("a", 1, "b", 2), List.of(), List.of());
        get("/metrics");
        stands(2, Map.of("b", 3), List.of(), List.of());

        assertThat(get("/metrics").body()).contains("persist_test_level_bytes{cluster=\"c\"} 2.0\n", "name=\"b\"} 3.0")
                .doesNotContain("name=\"a\"");
    }

    @Test
    void healthSaysWhatIsWrong() throws Exception {
        stands(0, Map.of(), List.of(), List.of("no table", "not connected"));

        assertThat(get("/health/live").statusCode()).isEqualTo(200);
        HttpResponse<String> ready = get("/health/ready");
        assertThat(ready.statusCode()).isEqualTo(503);
        assertThat(ready.body()).isEqualTo("no table\nnot connected\n");

        stands(0, Map.of(), List.of("stuck"), List.of());

        assertThat(get("/health/live").statusCode()).isEqualTo(503);
        assertThat(get("/health/ready").body()).isEqualTo("ok\n");
    }

    @Test
    void aLoopThatDoesNotAnswerIsNotAliveAndItsLastMomentIsStillShown() throws Exception {
        stands(4, Map.of(), List.of(), List.of());
        get("/metrics");
        now = new CompletableFuture<>();

        assertThat(get("/health/live").statusCode()).isEqualTo(503);
        assertThat(get("/metrics").body()).contains("persist_test_level_bytes{cluster=\"c\"} 4.0\n");
    }

    @Test
    void thereIsNothingElse() throws Exception {
        stands(0, Map.of(), List.of(), List.of());

        assertThat(get("/metrics/more").statusCode()).isEqualTo(404);
        assertThat(get("/").statusCode()).isEqualTo(404);
    }
}
