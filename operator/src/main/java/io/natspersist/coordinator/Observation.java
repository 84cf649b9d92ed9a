// SPDX-License-Identifier: Apache-2.0
package io.natspersist.coordinator;

import io.natspersist.protocol.table.AssignmentTable;
import io.natspersist.protocol.table.Incarnation;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * All that a plan is made from. Times are milliseconds of one monotonic clock.
 *
 * @param table the stored table
 * @param workers one for each living incarnation
 * @param registrations who asks to be registered, in the order they asked
 * @param journals journals that are on the volume, or may be
 * @param connected whether the coordinator can be reached, as far as it knows
 * @param connectedAt when it started or reconnected last: silence before that is its own
 * @param reportedAt when a worker last reported what is on the volume; {@link #NEVER}
 */
record Observation(AssignmentTable table, List<WorkerView> workers, List<Registration> registrations,
        Set<Incarnation> journals, long now, boolean connected, long connectedAt, long reportedAt) {

    static final long NEVER = Long.MIN_VALUE / 2;

    Observation {
        workers = List.copyOf(workers);
        registrations = List.copyOf(registrations);
        journals = Set.copyOf(journals);
    }

    /** A process that asks for an incarnation. {@code instance}: its random text. */
    record Registration(String worker, String instance) {}

    Map<Incarnation, WorkerView> byId() {
        return workers.stream().collect(Collectors.toMap(WorkerView::id, w -> w));
    }

    /** How long nothing was heard of a worker, not counting the time in which it could not be heard. */
    long silence(WorkerView worker) {
        return connected ? now - Math.max(connectedAt, Math.max(worker.registeredAt(), worker.heardAt())) : 0;
    }

    /** Whether a worker has said something since the coordinator (re)connected. */
    boolean heard(WorkerView worker) {
        return worker.heardAt() >= connectedAt;
    }
}
