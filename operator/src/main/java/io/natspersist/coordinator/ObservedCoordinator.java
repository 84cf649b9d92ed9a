// SPDX-License-Identifier: Apache-2.0
package io.natspersist.coordinator;

import io.natspersist.metrics.Metric;
import io.natspersist.metrics.Observed;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** A coordinator as its metrics and its health show it. */
public final class ObservedCoordinator implements Observed<CoordinatorMoment> {

    private final Coordinator coordinator;
    private final String prefix;

    public ObservedCoordinator(Coordinator coordinator, CoordinatorConfig config) {
        this.coordinator = coordinator;
        this.prefix = config.prefix();
    }

    @Override
    public Map<String, String> tags() {
        return Map.of("cluster", prefix);
    }

    @Override
    public List<Metric<CoordinatorMoment>> metrics() {
        return CoordinatorMetrics.ALL;
    }

    @Override
    public CompletableFuture<CoordinatorMoment> moment() {
        CompletableFuture<CoordinatorMoment> moment = new CompletableFuture<>();
        coordinator.observe(moment::complete);
        return moment;
    }

    @Override
    public List<String> hung(CoordinatorMoment moment) {
        return List.of();
    }

    @Override
    public List<String> notReady(CoordinatorMoment moment) {
        List<String> problems = new ArrayList<>();
        if (!moment.connected()) {
            problems.add("the NATS server cannot be reached");
        }
        CoordinatorStatus.Phase phase = moment.status().phase();
        if (phase != CoordinatorStatus.Phase.SERVING) {
            problems.add("it does not serve: " + phase.name().toLowerCase(Locale.ROOT).replace('_', ' '));
        }
        return problems;
    }
}
