// SPDX-License-Identifier: Apache-2.0
package io.natspersist.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.metrics.Listen;
import io.natspersist.metrics.Metric;
import io.natspersist.metrics.Metric.Sample;
import io.natspersist.metrics.ObservationServer;
import io.natspersist.metrics.Observed;
import io.natspersist.protocol.StreamName;
import io.natspersist.protocol.Subjects;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.simulation.MemoryNetwork;
import io.natspersist.simulation.VirtualTime;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Transport;
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
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

class CoordinatorMetricsTest {

    private static final int SLOTS = 32;
    private static final CoordinatorConfig CONFIG = CoordinatorConfig.of("persist.test", SLOTS);

    private final Subjects subjects = new Subjects(CONFIG.prefix());
    private final VirtualTime time = new VirtualTime(5);
    private final MemoryNetwork network = new MemoryNetwork(time, 5);
    private final MemoryTableStore store = new MemoryTableStore();
    private final Set<Incarnation> volume = new TreeSet<>();
    private final Set<Incarnation> locked = new TreeSet<>();
    private final Coordinator coordinator = coordinator();
    private final ObservedCoordinator observed = new ObservedCoordinator(coordinator, CONFIG);

    private Coordinator coordinator() {
        VirtualTime.Node node = time.node("coordinator");
        return new Coordinator(CONFIG, network.connect(node), node.loop(), store, node.executor("store"));
    }

    private ScriptedWorker worker(String name) {
        return new ScriptedWorker(name, "instance of " + name, subjects, time, network, SLOTS, volume, locked);
    }

    private void await(BooleanSupplier condition) {
        assertThat(time.runUntil(condition, 60_000)).isTrue();
    }

    private CoordinatorMoment moment() {
        CompletableFuture<CoordinatorMoment> moment = observed.moment();
        await(moment::isDone);
        return moment.join();
    }

    /** name[label, ...] -> value. */
    private Map<String, Double> values() {
        Map<String, Double> values = new TreeMap<>();
        CoordinatorMoment moment = moment();
        for (Metric<CoordinatorMoment> metric : CoordinatorMetrics.ALL) {
            for (Sample sample : metric.read().apply(moment)) {
                values.put(metric.name().replace("persist_coordinator_", "") + sample.labels(),
                        ((Sample.Number) sample).value());
            }
        }
        return values;
    }

    @Test
    void noTwoMetricsHaveOneName() {
        Set<String> names = new HashSet<>();
        assertThat(CoordinatorMetrics.ALL).allSatisfy(metric -> assertThat(names.add(metric.name())).isTrue());
    }

    @Test
    void theyAreServedUnderTheNamesOfTheCatalogue() throws Exception {
        coordinator.start();
        ScriptedWorker a = worker("a");
        await(() -> a.serves().size() == SLOTS);
        CoordinatorMoment now = moment();
        Observed<CoordinatorMoment> still = new Observed<>() {
            @Override
            public Map<String, String> tags() {
                return observed.tags();
            }

            @Override
            public List<Metric<CoordinatorMoment>> metrics() {
                return observed.metrics();
            }

            @Override
            public CompletableFuture<CoordinatorMoment> moment() {
                return CompletableFuture.completedFuture(now);
            }

            @Override
            public List<String> hung(CoordinatorMoment moment) {
                return observed.hung(moment);
            }

            @Override
            public List<String> notReady(CoordinatorMoment moment) {
                return observed.notReady(moment);
            }
        };
        try (ObservationServer<?> server = ObservationServer.start(still, Listen.parse("0"));
                HttpClient http = HttpClient.newHttpClient()) {
            String page = http.send(HttpRequest.newBuilder(URI.create(server.url() + "/metrics")).build(),
                    HttpResponse.BodyHandlers.ofString()).body();

            assertThat(page.lines().filter(line -> line.startsWith("# TYPE persist_")))
                    .containsExactlyInAnyOrderElementsOf(CoordinatorMetrics.ALL.stream()
                            .map(m -> "# TYPE " + m.name() + " " + m.kind().name().toLowerCase(Locale.ROOT)).toList());
            assertThat(page).contains("persist_coordinator_slots{cluster=\"persist.test\"} 32.0",
                    "persist_coordinator_worker_slots{cluster=\"persist.test\",worker=\"a.1\"} 32.0");
        }
    }

    @Test
    void slotsAreCountedAsTheyComeToWorkersMoveAndAreTakenOver() {
        coordinator.start();
        time.runFor(10);
        assertThat(values()).containsEntry("connected[]", 1.0).containsEntry("serving[]", 0.0)
                .containsEntry("table_version[]", 0.0).containsEntry("workers[]", 0.0).containsEntry("slots[]", 32.0)
                .containsEntry("unowned_slots[]", 32.0);
        ScriptedWorker a = worker("a");
        await(() -> a.serves().size() == SLOTS);
        time.runFor(2_000);
        assertThat(values()).containsEntry("serving[]", 1.0).containsEntry("workers[]", 1.0)
                .containsEntry("unowned_slots[]", 0.0).containsEntry("adopting_slots[]", 0.0)
                .containsEntry("worker_slots[a.1]", 32.0).containsEntry("worker_ready[a.1]", 1.0)
                .containsEntry("worker_draining[a.1]", 0.0).containsEntry("registrations_total[]", 1.0)
                .containsEntry("handed_over_slots_total[]", 0.0).containsEntry("taken_over_slots_total[]", 0.0);

        ScriptedWorker b = worker("b");
        await(() -> b.serves().size() == SLOTS / 2);
        time.runFor(2_000);
        Map<String, Double> shared = values();
        assertThat(shared).containsEntry("worker_slots[a.1]", 16.0).containsEntry("worker_slots[b.2]", 16.0)
                .containsEntry("handed_over_slots_total[]", 16.0).containsEntry("moving_slots[]", 0.0)
                .containsEntry("registrations_total[]", 2.0);
        assertThat(shared.get("worker_silent_seconds[b.2]")).isBetween(0.0, 1.5);
        assertThat(shared.get("table_version[]")).isEqualTo((double) store.load().orElseThrow().version());
        assertThat(shared.get("tables_stored_total[]")).isEqualTo((double) store.history.size());

        a.kill();
        coordinator.gone(a.id());
        await(() -> b.serves().size() == SLOTS);
        time.runFor(2_000);
        assertThat(values()).containsEntry("taken_over_slots_total[]", 16.0).containsEntry("deaths_total[gone]", 1.0)
                .containsEntry("workers[]", 1.0).containsEntry("worker_slots[b.2]", 32.0)
                .doesNotContainKey("worker_slots[a.1]");
    }

    @Test
    void whatItWasAskedIsCountedByEndpoint() {
        coordinator.start();
        Transport client = network.connect(time.node("client"));
        ScriptedWorker a = worker("a");
        await(() -> a.serves().size() == SLOTS);
        time.runFor(500);
        List<Transport.Reply> replies = new ArrayList<>();
        client.request(subjects.table(), Headers.NONE, new byte[0], 1_000, replies::add);
        client.request(subjects.locate(new StreamName("a.b")), Headers.NONE, new byte[0], 1_000, replies::add);
        await(() -> replies.size() == 2);

        Map<String, Double> asked = values();

        assertThat(replies).allMatch(reply -> reply instanceof Transport.Reply.Answer);
        assertThat(asked).containsEntry("requests_total[table]", 1.0).containsEntry("requests_total[locate]", 1.0)
                .containsEntry("refused_requests_total[locate]", 0.0);
        assertThat(asked.get("requests_total[heartbeat]")).isBetween(2.0, asked.get("heartbeats_total[]"));
    }

    @Test
    void itIsReadyWhileItServes() {
        assertThat(observed.notReady(moment())).containsExactly("it does not serve: stopped");
        coordinator.start();
        ScriptedWorker a = worker("a");
        await(() -> a.serves().size() == SLOTS);
        assertThat(observed.notReady(moment())).isEmpty();
    }
}
