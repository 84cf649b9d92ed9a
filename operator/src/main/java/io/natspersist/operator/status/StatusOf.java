// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator.status;

import io.natspersist.coordinator.CoordinatorStatus;
import io.natspersist.operator.crd.ClusterCondition;
import io.natspersist.operator.crd.PersistClusterStatus;
import io.natspersist.operator.crd.PersistClusterStatus.SlotsStatus;
import io.natspersist.operator.crd.PersistClusterStatus.WorkerStatus;
import io.natspersist.operator.crd.Phase;
import io.natspersist.operator.crd.Reason;
import io.natspersist.operator.resource.Labels;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The status of a PersistCluster, from what was seen. */
public final class StatusOf {

    /** What mends itself while things go on as they should. */
    private static final List<Reason> PASSING = List.of(Reason.STARTING, Reason.TABLE_REBUILDING, Reason.SLOTS_UNSERVED,
            Reason.TOO_FEW_WORKERS, Reason.CLAIM_PENDING);

    private StatusOf() {}

    public static PersistClusterStatus seen(Seen seen) {
        Finding workers = Findings.workers(seen);
        Finding storage = Findings.storage(seen);
        Finding coordinated = Findings.coordinated(seen);
        Finding progressing = Findings.progressing(seen);
        List<Finding> parts = List.of(coordinated, storage, workers);
        Finding ready = ready(parts, seen.wanted());
        Finding degraded = degraded(parts, progressing);
        CoordinatorStatus known = known(seen.coordination());
        return new PersistClusterStatus(seen.generation(), phase(seen, ready, progressing, degraded),
                List.of(ready.condition(ClusterCondition.Type.READY, seen),
                        progressing.condition(ClusterCondition.Type.PROGRESSING, seen),
                        degraded.condition(ClusterCondition.Type.DEGRADED, seen),
                        workers.condition(ClusterCondition.Type.WORKERS_AVAILABLE, seen),
                        storage.condition(ClusterCondition.Type.STORAGE_AVAILABLE, seen),
                        coordinated.condition(ClusterCondition.Type.COORDINATED, seen)),
                seen.rollout() == null ? 0 : seen.rollout().replicas(), seen.ready(),
                Labels.workerSelectorText(seen.cluster()), openStreams(known), slots(known), workers(known),
                null);
    }

    private static Finding ready(List<Finding> parts, int wanted) {
        return parts.stream().filter(part -> !part.holds()).findFirst()
                .orElseGet(() -> wanted == 0
                        ? Finding.no(Reason.SCALED_TO_ZERO, "no workers were asked for")
                        : Finding.yes("every slot is served"));
    }

    private static Finding degraded(List<Finding> parts, Finding progressing) {
        if (progressing.reason() == Reason.ROLLOUT_STUCK) {
            return Finding.yes(progressing.reason(), progressing.message());
        }
        return parts.stream().filter(part -> !part.holds())
                .filter(part -> !(progressing.holds() && PASSING.contains(part.reason())))
                .findFirst().map(part -> Finding.yes(part.reason(), part.message()))
                .orElseGet(() -> Finding.no(Reason.AS_EXPECTED, "nothing is wrong"));
    }

    private static Phase phase(Seen seen, Finding ready, Finding progressing, Finding degraded) {
        if (seen.deleting()) {
            return Phase.DELETING;
        }
        if (seen.cluster().paused()) {
            return Phase.PAUSED;
        }
        if (degraded.holds()) {
            return Phase.DEGRADED;
        }
        if (ready.holds()) {
            return progressing.holds() ? Phase.PROGRESSING : Phase.READY;
        }
        return seen.ready() == 0 ? Phase.PENDING : Phase.PROGRESSING;
    }

    private static @Nullable CoordinatorStatus known(Coordination coordination) {
        return coordination instanceof Coordination.Running running && running.status().tableVersion() > 0
                ? running.status()
                : null;
    }

    private static @Nullable Long openStreams(@Nullable CoordinatorStatus known) {
        return known == null ? null : known.workers().stream().mapToLong(w -> w.load().openStreams()).sum();
    }

    private static @Nullable SlotsStatus slots(@Nullable CoordinatorStatus known) {
        return known == null
                ? null
                : new SlotsStatus(known.tableVersion(), known.slots(), known.slots() - known.unowned(), known.moving(),
                        known.adopting());
    }

    private static List<WorkerStatus> workers(@Nullable CoordinatorStatus known) {
        return (known == null ? Stream.<CoordinatorStatus.WorkerStatus>empty() : known.workers().stream())
                .map(w -> new WorkerStatus(w.worker().worker(), w.worker().number(), w.slots(), w.load().openStreams(),
                        w.ready(), w.draining()))
                .sorted(Comparator.comparing(WorkerStatus::name).thenComparingLong(WorkerStatus::incarnation)).toList();
    }
}
