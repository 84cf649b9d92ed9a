// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator.scaling;

import io.natspersist.coordinator.CoordinatorStatus;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * How busy a cluster's workers are together.
 *
 * @param replicas how many workers are asked for now
 * @param reporting how many of them say how busy they are
 * @param moving whether a worker drains or slots are on their way: no moment for a step down
 * @param load the sum over those that report
 */
public record Sample(int replicas, int reporting, boolean moving, Map<Measure, Double> load) {

    /** When nobody knows. */
    public static Sample unknown(int replicas) {
        return new Sample(replicas, 0, true, Map.of());
    }

    /** @param silentMillis who is silent for so long does not count */
    public static Sample of(int replicas, CoordinatorStatus status, long silentMillis) {
        if (status.phase() != CoordinatorStatus.Phase.SERVING) {
            return unknown(replicas);
        }
        List<CoordinatorStatus.WorkerStatus> heard = status.workers().stream()
                .filter(worker -> worker.ready() && worker.silentMillis() < silentMillis).toList();
        Map<Measure, Double> sum = new EnumMap<>(Measure.class);
        for (CoordinatorStatus.WorkerStatus worker : heard) {
            sum.merge(Measure.OPEN_STREAMS, (double) worker.load().openStreams(), Double::sum);
            sum.merge(Measure.MESSAGES_PER_SECOND, worker.load().messagesPerSecond(), Double::sum);
            sum.merge(Measure.CPU, worker.load().cpu(), Double::sum);
        }
        boolean draining = status.workers().stream().anyMatch(CoordinatorStatus.WorkerStatus::draining);
        return new Sample(replicas, heard.size(), draining || status.workers().size() > replicas || !status.settled(),
                sum);
    }
}
