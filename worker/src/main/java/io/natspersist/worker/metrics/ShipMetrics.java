// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.metrics;

import io.natspersist.metrics.Metric;
import io.natspersist.metrics.Metric.Sample;
import io.natspersist.worker.metrics.WorkerMoment.Life;
import io.natspersist.worker.ship.ShipCounts;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** The metrics of how a worker's journal is shipped, there once it is registered and where its disk is its own. */
final class ShipMetrics {

    static final List<Metric<WorkerMoment>> ALL = List.of(
    // @formatter:off
            metric("persist_worker_ship_oldest_seconds", Metric.Kind.GAUGE,
                    "for how long the oldest change has been waiting that is not in the bucket yet: what the machine's death"
                            + " would cost", counts -> counts.unshippedMillis() / 1e3),
            metric("persist_worker_ship_unshipped_bytes", Metric.Kind.GAUGE,
                    "what is forced on the disk and not in the bucket yet", ShipCounts::unshippedBytes),
            metric("persist_worker_ship_objects_total", Metric.Kind.COUNTER,
                    "objects of the journal that were stored in the bucket, each for a request", ShipCounts::objects),
            metric("persist_worker_ship_bytes_total", Metric.Kind.COUNTER, "what those hold, compressed", ShipCounts::bytes),
            metric("persist_worker_ship_kept_objects", Metric.Kind.GAUGE,
                    "how many of them are still there: a successor would read those", ShipCounts::kept),
            metric("persist_worker_ship_failures_total", Metric.Kind.COUNTER,
                    "how often the bucket did not take an object that it was to store", ShipCounts::failures));
            // @formatter:on

    private ShipMetrics() {}

    private static Metric<WorkerMoment> metric(String name, Metric.Kind kind, String help,
            ToDoubleFunction<ShipCounts> value) {
        return new Metric<>(name, kind, help, List.of(), moment -> {
            Life life = moment.life();
            return life == null || life.shipped() == null
                    ? List.of()
                    : List.of(new Sample.Number(List.of(), value.applyAsDouble(life.shipped())));
        });
    }
}
