// SPDX-License-Identifier: Apache-2.0
package io.natspersist.coordinator;

import io.natspersist.coordinator.CoordinatorStatus.WorkerStatus;
import io.natspersist.metrics.Metric;
import io.natspersist.metrics.Metric.Sample;
import io.natspersist.protocol.service.EndpointStats;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/** Every metric of a coordinator. */
public final class CoordinatorMetrics {

    public static final List<Metric<CoordinatorMoment>> ALL = List.of(
    // @formatter:off
            Metric.gauge("persist_coordinator_connected", "1 while the NATS server can be reached, else 0",
                    m -> m.connected() ? 1 : 0),
            Metric.gauge("persist_coordinator_serving", "1 while it serves the stored table and changes it when it must,"
                    + " else 0", m -> m.status().phase() == CoordinatorStatus.Phase.SERVING ? 1 : 0),
            Metric.gauge("persist_coordinator_table_version", "version of the stored table, 0: there is none",
                    m -> m.status().tableVersion()),
            Metric.gauge("persist_coordinator_workers", "workers that live", m -> m.status().workers().size()),
            Metric.gauge("persist_coordinator_slots", "slots that there are", m -> m.status().slots()),
            Metric.gauge("persist_coordinator_unowned_slots", "slots that have no owner now", m -> m.status().unowned()),
            Metric.gauge("persist_coordinator_moving_slots", "slots that await their old owner",
                    m -> m.status().moving()),
            Metric.gauge("persist_coordinator_adopting_slots", "slots that have a journal of a dead worker to adopt",
                    m -> m.status().adopting()),
            workers("persist_coordinator_worker_slots", "slots that a worker owns", WorkerStatus::slots),
            workers("persist_coordinator_worker_silent_seconds", "since its last heartbeat",
                    w -> w.silentMillis() / 1e3),
            workers("persist_coordinator_worker_ready", "1 for a worker that takes slots, else 0",
                    w -> w.ready() ? 1 : 0),
            workers("persist_coordinator_worker_draining", "1 for a worker that was told to stop, else 0",
                    w -> w.draining() ? 1 : 0),
            Metric.counter("persist_coordinator_heartbeats_total", "heartbeats that came in",
                    m -> m.done().heartbeats()),
            Metric.counter("persist_coordinator_registrations_total", "workers that were registered",
                    m -> m.done().registrations()),
            Metric.counter("persist_coordinator_tables_stored_total", "tables that were stored", m -> m.done().tables()),
            Metric.counter("persist_coordinator_handed_over_slots_total",
                    "slots that went from one living worker to another", m -> m.done().handedOver()),
            Metric.counter("persist_coordinator_taken_over_slots_total", "slots that went from a dead worker to a living one",
                    m -> m.done().takenOver()),
            new Metric<>("persist_coordinator_deaths_total", Metric.Kind.COUNTER, "workers that were declared dead, by"
                    + " reason: gone, superseded, sealed, silent, stuck", List.of("reason"),
                    m -> m.done().deaths().entrySet().stream()
                            .<Sample>map(e -> new Sample.Number(List.of(e.getKey()), e.getValue())).toList()),
            endpoints("persist_coordinator_requests_total", "requests that were answered, by what was asked: heartbeat,"
                    + " table, locate", EndpointStats::requests),
            endpoints("persist_coordinator_refused_requests_total", "those of them that were answered with an error",
                    EndpointStats::errors));
            // @formatter:on

    private CoordinatorMetrics() {}

    private static Metric<CoordinatorMoment> workers(String name, String help, ToDoubleFunction<WorkerStatus> value) {
        return Metric.gauges(name, help, "worker", m -> {
            Map<String, Double> values = new TreeMap<>();
            m.status().workers().forEach(w -> values.put(w.worker().toString(), value.applyAsDouble(w)));
            return values;
        });
    }

    private static Metric<CoordinatorMoment> endpoints(String name, String help, ToLongFunction<EndpointStats> value) {
        return new Metric<>(name, Metric.Kind.COUNTER, help, List.of("endpoint"), m -> m.endpoints().stream()
                .<Sample>map(e -> new Sample.Number(List.of(e.name()), value.applyAsLong(e))).toList());
    }
}
