// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator;

import io.natspersist.metrics.Metric;
import io.natspersist.metrics.Observed;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** The operator as its metrics and its health show it. One that waits for its turn to act is ready. */
final class ObservedOperator implements Observed<OperatorMoment> {

    private final PersistOperator operator;

    ObservedOperator(PersistOperator operator) {
        this.operator = operator;
    }

    @Override
    public Map<String, String> tags() {
        return Map.of();
    }

    @Override
    public List<Metric<OperatorMoment>> metrics() {
        return OperatorMetrics.ALL;
    }

    @Override
    public CompletableFuture<OperatorMoment> moment() {
        return operator.moment();
    }

    @Override
    public List<String> hung(OperatorMoment moment) {
        return List.of();
    }

    @Override
    public List<String> notReady(OperatorMoment moment) {
        return moment.acting() && !moment.watching()
                ? List.of("it does not hear what changes in Kubernetes")
                : List.of();
    }
}
