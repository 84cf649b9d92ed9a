// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator.status;

import io.natspersist.coordinator.CoordinatorStatus;
import io.natspersist.operator.crd.Reason;
import io.natspersist.operator.resource.Bucket;
import io.natspersist.operator.resource.DataClaim;

/** What can be said of a cluster's parts, each by itself. */
final class Findings {

    private Findings() {}

    static Finding workers(Seen seen) {
        if (seen.refused() != null) {
            return Finding.no(Reason.OBJECT_REFUSED, seen.refused());
        }
        if (!seen.imageKnown()) {
            return Finding.no(Reason.NO_IMAGE,
                    "spec.workers.image names no image, and the operator was told of none");
        }
        String counted = seen.ready() + " of " + seen.wanted() + " workers are ready";
        if (seen.wanted() == 0) {
            return Finding.yes(Reason.SCALED_TO_ZERO, "no workers were asked for");
        }
        return seen.ready() >= seen.wanted() ? Finding.yes(counted) : Finding.no(Reason.TOO_FEW_WORKERS, counted);
    }

    static Finding storage(Seen seen) {
        String shared = DataClaim.nameOf(seen.cluster());
        String claim = shared == null ? "the own claim of a worker" : "the claim " + shared;
        return switch (seen.storage()) {
            case BOUND -> Finding.yes(Reason.CLAIM_BOUND, claim + " is bound to a volume");
            case PENDING -> Finding.no(Reason.CLAIM_PENDING, claim + " waits for a volume");
            case MISSING -> Finding.no(Reason.CLAIM_MISSING, claim + " is not there");
            case LOST -> Finding.no(Reason.CLAIM_LOST, claim + " has lost its volume");
            case MOUNTED_BY_PODS -> Finding.yes(Reason.MOUNTED_BY_PODS, "pods mount the NFS export themselves");
            case OWN_DISKS -> Finding.yes(Reason.OWN_DISKS, "each worker has a disk of its own; what lasts is in "
                    + Bucket.of(seen.cluster()));
        };
    }

    static Finding coordinated(Seen seen) {
        return switch (seen.coordination()) {
            case Coordination.Impossible(Reason reason, String message) -> Finding.no(reason, message);
            case Coordination.Running running when !running.connected() -> Finding.no(Reason.NATS_UNREACHABLE,
                    running.natsProblem() == null
                            ? "NATS cannot be reached"
                            : "NATS cannot be reached: " + running.natsProblem());
            case Coordination.Running running when running.tableProblem() != null -> Finding
                    .no(Reason.TABLE_UNAVAILABLE, running.tableProblem());
            case Coordination.Running running -> byPhase(running.status(), seen.wanted());
        };
    }

    private static Finding byPhase(CoordinatorStatus status, int wanted) {
        return switch (status.phase()) {
            case LOADING, STOPPED, STEPPED_DOWN -> Finding.unknown(Reason.STARTING, "the coordinator is starting");
            case REBUILDING -> Finding.no(Reason.TABLE_REBUILDING,
                    "there is no assignment table: it is made from what workers report");
            case SERVING -> served(status, wanted);
        };
    }

    private static Finding served(CoordinatorStatus status, int wanted) {
        if (wanted == 0) {
            return Finding.yes(Reason.SCALED_TO_ZERO, "no workers were asked for");
        }
        if (status.unowned() + status.adopting() > 0) {
            return Finding.no(Reason.SLOTS_UNSERVED, status.unowned() + " of " + status.slots()
                    + " slots have no owner, " + status.adopting() + " are being taken over");
        }
        return Finding.yes("every slot has an owner");
    }

    private static String deleting(Seen seen) {
        return seen.cluster().getSpec().storage().perWorker() == null
                ? "workers put everything into its place, then go"
                : "workers ship what they have, then go; all streams stay in " + Bucket.of(seen.cluster());
    }

    static Finding progressing(Seen seen) {
        if (seen.deleting()) {
            return Finding.yes(Reason.DELETING, deleting(seen));
        }
        if (seen.cluster().paused()) {
            return Finding.no(Reason.PAUSED, "the objects are left as they are: an annotation says so");
        }
        Seen.Rollout rollout = seen.rollout();
        if (rollout == null) {
            return Finding.no(Reason.AS_EXPECTED, "there is nothing to roll out");
        }
        if (rollout.complete(seen.wanted())) {
            return Finding.no(Reason.AS_EXPECTED, "all pods are as asked for");
        }
        String counted = rollout.updated() + " of " + seen.wanted() + " pods are as asked for, " + rollout.ready()
                + " are ready";
        return rollout.stuck()
                ? Finding.no(Reason.ROLLOUT_STUCK, "no progress for a long time: " + counted)
                : Finding.yes(Reason.ROLLING_OUT, counted);
    }
}
