// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import io.natspersist.metrics.Metric;
import io.natspersist.metrics.Observed;
import io.natspersist.worker.metrics.WorkerMetrics;
import io.natspersist.worker.metrics.WorkerMoment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** A worker as its metrics and its health show it. */
class ObservedWorker implements Observed<WorkerMoment> {

    /**
     * A journal's thread that has not forced for so long will not. A volume that stalls for all workers alike, such as an NFS
     * server that restarts, comes back sooner.
     */
    static final long HUNG_MILLIS = 120_000;

    private final Worker worker;
    private final WorkerConfig config;

    ObservedWorker(Worker worker, WorkerConfig config) {
        this.worker = worker;
        this.config = config;
    }

    @Override
    public Map<String, String> tags() {
        return Map.of("cluster", config.subjects().prefix(), "worker", config.name());
    }

    @Override
    public List<Metric<WorkerMoment>> metrics() {
        return WorkerMetrics.ALL;
    }

    @Override
    public CompletableFuture<WorkerMoment> moment() {
        CompletableFuture<WorkerMoment> moment = new CompletableFuture<>();
        worker.observe(moment::complete);
        return moment;
    }

    @Override
    public List<String> hung(WorkerMoment moment) {
        WorkerMoment.Life life = moment.life();
        return life != null && life.journal().oldestUnforcedMillis() > HUNG_MILLIS
                ? List.of("the journal has not been forced for " + life.journal().oldestUnforcedMillis() + " ms")
                : List.of();
    }

    @Override
    public List<String> notReady(WorkerMoment moment) {
        List<String> problems = new ArrayList<>();
        WorkerMoment.Life life = moment.life();
        if (!moment.connected()) {
            problems.add("the NATS server cannot be reached");
        }
        if (life == null) {
            problems.add("not registered with the coordinator yet");
        } else if (!life.ready()) {
            problems.add("its journal is not open yet");
        } else if (life.tableVersion() == 0) {
            problems.add("the assignment table is not known yet");
        }
        return problems;
    }
}
