// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.metrics.Listen;
import io.natspersist.metrics.Metric;
import io.natspersist.metrics.Metric.Sample;
import io.natspersist.metrics.ObservationServer;
import io.natspersist.metrics.Observed;
import io.natspersist.protocol.HeaderNames;
import io.natspersist.transport.Headers;
import io.natspersist.worker.cold.MemoryColdTier;
import io.natspersist.worker.metrics.WorkerMetrics;
import io.natspersist.worker.metrics.WorkerMoment;
import io.natspersist.worker.ship.ShipConfig;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class WorkerMetricsTest {

    private final OneCluster cluster = withEverything();
    private final Worker worker = cluster.start("w0");
    private final ObservedWorker observed = new ObservedWorker(worker, new WorkerConfig("w0", OneCluster.SUBJECTS));

    private static OneCluster withEverything() {
        OneCluster cluster = new OneCluster(1);
        cluster.tiered(new MemoryColdTier(), 1_000, 60_000);
        cluster.ownDisks(new ShipConfig(1_000, 10_000));
        return cluster;
    }

    private WorkerMoment moment() {
        List<WorkerMoment> told = new ArrayList<>();
        worker.observe(told::add);
        cluster.time.runUntil(() -> !told.isEmpty(), 1_000);
        return told.getFirst();
    }

    /** name{label,...} -> value; of a histogram, how many. */
    private Map<String, Double> values() {
        Map<String, Double> values = new TreeMap<>();
        WorkerMoment moment = moment();
        for (Metric<WorkerMoment> metric : WorkerMetrics.ALL) {
            for (Sample sample : metric.read().apply(moment)) {
                values.put(metric.name() + sample.labels(), switch (sample) {
                    case Sample.Number number -> number.value();
                    case Sample.Histogram histogram -> (double) histogram.times().count();
                });
            }
        }
        return values;
    }

    @Test
    void noTwoMetricsHaveOneName() {
        Set<String> names = new HashSet<>();
        assertThat(WorkerMetrics.ALL).allSatisfy(metric -> assertThat(names.add(metric.name())).isTrue());
    }

    @Test
    void theyAreServedUnderTheNamesOfTheCatalogue() throws Exception {
        cluster.assign("w0", null);
        WorkerMoment now = moment();
        Observed<WorkerMoment> still = new ObservedWorker(worker,
                new WorkerConfig("w0", OneCluster.SUBJECTS)) {
            @Override
            public CompletableFuture<WorkerMoment> moment() {
                return CompletableFuture.completedFuture(now);
            }
        };
        try (ObservationServer<?> server = ObservationServer.start(still, Listen.parse("0"));
                HttpClient http = HttpClient.newHttpClient()) {
            String page = http.send(HttpRequest.newBuilder(URI.create(server.url() + "/metrics")).build(),
                    HttpResponse.BodyHandlers.ofString()).body();

            assertThat(page.lines().filter(line -> line.startsWith("# TYPE persist_")))
                    .containsExactlyInAnyOrderElementsOf(WorkerMetrics.ALL.stream()
                            .map(m -> "# TYPE " + m.name() + " " + m.kind().name().toLowerCase(Locale.ROOT)).toList());
            assertThat(page)
                    .contains("persist_worker_slots{cluster=\"persist.test\",state=\"serving\",worker=\"w0\"} 8.0");
        }
    }

    @Test
    void whatAMachineWouldTakeWithItIsSeen() {
        cluster.assign("w0", null);
        cluster.ask("w0", "set", "a", Headers.NONE, "1");
        cluster.time.runFor(5_000);
        assertThat(values()).containsEntry("persist_worker_ship_oldest_seconds[]", 0.0)
                .containsEntry("persist_worker_ship_objects_total[]", 2.0);

        cluster.bucket.away(true);
        cluster.ask("w0", "set", "a", Headers.NONE, "2");
        cluster.time.runFor(5_000);

        assertThat(values().get("persist_worker_ship_oldest_seconds[]")).isBetween(4.0, 6.0);
        assertThat(values().get("persist_worker_ship_unshipped_bytes[]")).isPositive();
        assertThat(values().get("persist_worker_ship_failures_total[]")).isPositive();
    }

    @Test
    void requestsAreCountedByOperationAndOutcome() {
        cluster.assign("w0", null);
        cluster.ask("w0", "set", "a", Headers.NONE, "1");
        cluster.ask("w0", "set", "a", Headers.of(HeaderNames.EXPECT_LAST_SEQ, "7"), "2");
        cluster.ask("w0", "set", "a", Headers.of(HeaderNames.SEQ, "x"), "3");
        cluster.ask("w0", "get", "a", Headers.of(HeaderNames.SEQ, "9"), "");
        cluster.ask("w0", "nonsense", "a", Headers.NONE, "");

        assertThat(values()).contains(Map.entry("persist_worker_requests_total[set, OK]", 1.0),
                Map.entry("persist_worker_requests_total[set, WRONG_LAST_SEQ]", 1.0),
                Map.entry("persist_worker_requests_total[set, BAD_REQUEST]", 1.0),
                Map.entry("persist_worker_requests_total[get, OK]", 0.0),
                Map.entry("persist_worker_requests_total[get, NOT_FOUND]", 1.0),
                Map.entry("persist_worker_requests_total[unknown, UNKNOWN_OPERATION]", 1.0),
                Map.entry("persist_worker_request_seconds[set]", 2.0),
                Map.entry("persist_worker_waiting_requests[]", 0.0));
    }

    @Test
    void whatIsWrittenIsSeenInTheJournalThenInTheTailThenInTheFile() {
        cluster.assign("w0", null);
        Map<String, Double> before = values();
        cluster.ask("w0", "set", "a", Headers.NONE, "1");
        Map<String, Double> journaled = values();
        cluster.time.runFor(10_000);
        Map<String, Double> applied = values();

        assertThat(before).contains(Map.entry("persist_worker_open_streams[]", 0.0),
                Map.entry("persist_worker_slots[serving]", (double) OneCluster.SLOTS),
                Map.entry("persist_worker_slots[adopting]", 0.0), Map.entry("persist_worker_incarnation[]", 1.0),
                Map.entry("persist_worker_table_version[]", 1.0));
        assertThat(journaled).contains(Map.entry("persist_worker_open_streams[]", 1.0),
                Map.entry("persist_worker_unapplied_streams[]", 1.0),
                Map.entry("persist_worker_file_changes_total[]", 0.0));
        assertThat(journaled.get("persist_worker_tail_bytes[]")).isPositive();
        for (String grown : List.of("journal_bytes", "journal_written_bytes_total", "journal_groups_total",
                "journal_write_seconds", "journal_force_seconds")) {
            String name = "persist_worker_" + grown + "[]";
            assertThat(journaled.get(name)).as(name).isGreaterThan(before.get(name));
        }
        assertThat(applied).contains(Map.entry("persist_worker_unapplied_streams[]", 0.0),
                Map.entry("persist_worker_file_transactions_total[]", 1.0),
                Map.entry("persist_worker_file_changes_total[]", 1.0), Map.entry("persist_worker_tail_bytes[]", 0.0),
                Map.entry("persist_worker_open_files[]", 1.0));
    }

    @Test
    void lossThatAWatcherIsToldOfIsCounted() {
        cluster.assign("w0", null);
        cluster.ask("w0", "set", "a", Headers.NONE, "1");
        cluster.ask("w0", "resume", "a",
                Headers.of(HeaderNames.EPOCH, Long.toString(cluster.epochs()), HeaderNames.CHANGE, "5"), "");

        assertThat(values()).containsEntry("persist_worker_lost_changes_total[]", 4.0);
    }

    @Test
    void aWorkerIsReadyOnceItIsRegisteredAndKnowsTheTable() {
        assertThat(observed.notReady(moment())).containsExactly("the assignment table is not known yet");

        cluster.assign("w0", null);

        assertThat(observed.notReady(moment())).isEmpty();
        assertThat(observed.hung(moment())).isEmpty();

        cluster.network.serverDown();
        cluster.time.runFor(5_000);

        assertThat(observed.notReady(moment())).containsExactly("the NATS server cannot be reached");
    }
}
