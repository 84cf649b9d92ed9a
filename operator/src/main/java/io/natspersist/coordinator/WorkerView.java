// SPDX-License-Identifier: Apache-2.0
package io.natspersist.coordinator;

import io.natspersist.protocol.table.Heartbeat.Adopted;
import io.natspersist.protocol.table.Heartbeat.Load;
import io.natspersist.protocol.table.Heartbeat.Released;
import io.natspersist.protocol.table.Incarnation;
import java.util.List;

/**
 * What is known of one living incarnation.
 *
 * @param ready it can be given slots
 * @param draining it wants to be rid of its slots
 * @param gone a supervisor knows that its process has ended
 * @param registeredAt when this coordinator registered it; {@link Observation#NEVER}: an earlier one did
 * @param heardAt when its last heartbeat came; {@link Observation#NEVER}
 * @param stuckSince since when it has a group that is not forced, where that is longer than a worker may take; {@link #NOT_STUCK}
 * @param forcedAfter a time after which it surely has forced a group; {@link Observation#NEVER}
 * @param released slots it says it has let go of
 * @param adopted adoptions it says it has finished
 * @param sealed journals it says it has sealed
 * @param immovable slots it says it could not let go of just now
 * @param unsettled slots it says it would take long to let go of just now
 */
record WorkerView(Incarnation id, boolean ready, boolean draining, boolean gone, long registeredAt, long heardAt,
        Load load, long stuckSince, long forcedAfter, List<Released> released, List<Adopted> adopted,
        List<Incarnation> sealed, List<Integer> immovable, List<Integer> unsettled) {

    static final long NOT_STUCK = Long.MAX_VALUE;

    /** A living incarnation of which nothing was heard yet. */
    static WorkerView unheard(Incarnation id, long registeredAt) {
        return new WorkerView(id, false, false, false, registeredAt, Observation.NEVER, Load.NONE, NOT_STUCK,
                Observation.NEVER, List.of(), List.of(), List.of(), List.of(), List.of());
    }

    WorkerView asGone() {
        return new WorkerView(id, ready, draining, true, registeredAt, heardAt, load, stuckSince, forcedAfter, released,
                adopted, sealed, immovable, unsettled);
    }
}
