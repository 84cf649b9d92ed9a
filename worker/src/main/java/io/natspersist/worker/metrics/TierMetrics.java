// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.metrics;

import io.natspersist.metrics.Metric;
import io.natspersist.metrics.Metric.Sample;
import io.natspersist.worker.cold.ObservedObjectStore;
import io.natspersist.worker.metrics.WorkerMoment.Life;
import io.natspersist.worker.stream.TierCounts;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** The metrics of a worker's cold tier, there once it is registered and where it has one. */
final class TierMetrics {

    static final List<Metric<WorkerMoment>> ALL = List.of(
    // @formatter:off
            total("persist_worker_cold_archived_total", "files that were archived", TierCounts::archived),
            total("persist_worker_cold_archived_bytes_total", "what those held, before it was compressed",
                    TierCounts::archivedBytes),
            total("persist_worker_cold_evicted_total", "files that were removed from the volume: their copies hold all of it",
                    TierCounts::evicted),
            total("persist_worker_cold_restored_total", "files that were brought back", TierCounts::restored),
            total("persist_worker_cold_restored_bytes_total", "what those held", TierCounts::restoredBytes),
            total("persist_worker_cold_replaced_files_total",
                    "files that were brought back because they were damaged, or gone without having been evicted",
                    TierCounts::restoredForLost),
            total("persist_worker_cold_failures_total", "files that could not be archived or brought back when that was tried",
                    TierCounts::failures),
            now("persist_worker_cold_unarchived_streams", "open streams with changes that their copy lacks",
                    TierCounts::unarchived),
            now("persist_worker_cold_pending", "copies that are being made, brought back or deleted", TierCounts::underWay),
            now("persist_worker_cold_versions", "older versions of streams that are here to be read, or on their way",
                    TierCounts::versions),
            now("persist_worker_cold_away", "1 while the cold tier does not do what it is asked for, else 0",
                    counts -> counts.away() ? 1 : 0),
            new Metric<>("persist_worker_cold_requests_total", Metric.Kind.COUNTER,
                    "requests to the object store, without those that it was asked again", List.of("request"),
                    store(c -> Map.of("put", c.puts(), "get", c.gets(), "list", c.lists(), "delete", c.deletes()))),
            new Metric<>("persist_worker_cold_bytes_total", Metric.Kind.COUNTER,
                    "bytes of objects that went to the object store (up) and came from it (down)", List.of("direction"),
                    store(c -> Map.of("up", c.bytesUp(), "down", c.bytesDown()))),
            new Metric<>("persist_worker_cold_request_failures_total", Metric.Kind.COUNTER,
                    "requests to the object store that failed, by kind: unavailable, conflict, damaged or refused",
                    List.of("kind"), store(TierMetrics::failures)));
            // @formatter:on

    private TierMetrics() {}

    private static Map<String, Long> failures(ObservedObjectStore.Counts counts) {
        Map<String, Long> named = new TreeMap<>();
        counts.failures().forEach((kind, count) -> named.put(kind.name().toLowerCase(Locale.ROOT), count));
        return named;
    }

    private static Metric<WorkerMoment> total(String name, String help, ToDoubleFunction<TierCounts> value) {
        return new Metric<>(name, Metric.Kind.COUNTER, help, List.of(), counts(value));
    }

    private static Metric<WorkerMoment> now(String name, String help, ToDoubleFunction<TierCounts> value) {
        return new Metric<>(name, Metric.Kind.GAUGE, help, List.of(), counts(value));
    }

    private static Function<WorkerMoment, List<Sample>> counts(ToDoubleFunction<TierCounts> value) {
        return moment -> {
            Life life = moment.life();
            return life == null || life.tier() == null
                    ? List.of()
                    : List.of(new Sample.Number(List.of(), value.applyAsDouble(life.tier().files())));
        };
    }

    private static Function<WorkerMoment, List<Sample>> store(
            Function<ObservedObjectStore.Counts, Map<String, Long>> value) {
        return moment -> {
            Life life = moment.life();
            List<Sample> samples = new ArrayList<>();
            if (life != null && life.tier() != null) {
                value.apply(life.tier().requests())
                        .forEach((label, count) -> samples.add(new Sample.Number(List.of(label), count)));
            }
            return samples;
        };
    }
}
