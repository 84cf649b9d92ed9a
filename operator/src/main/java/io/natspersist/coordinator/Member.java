// SPDX-License-Identifier: Apache-2.0
package io.natspersist.coordinator;

import io.natspersist.protocol.table.Heartbeat;
import io.natspersist.protocol.table.Incarnation;
import org.jspecify.annotations.Nullable;

/** Follows the heartbeats of one living incarnation. */
final class Member {

    private final Incarnation id;
    private final long registeredAt;
    private @Nullable Heartbeat last;
    private long heardAt = Observation.NEVER;
    private long forcedAfter = Observation.NEVER;
    private boolean ready;
    private boolean draining;
    private boolean gone;

    /** @param registeredAt {@link Observation#NEVER} if an earlier coordinator registered it */
    Member(Incarnation id, long registeredAt) {
        this.id = id;
        this.registeredAt = registeredAt;
    }

    /** Takes note; true if the heartbeat holds something that a plan may have to answer to. Late ones do no harm. */
    boolean hear(Heartbeat heartbeat, long now) {
        boolean changed = (heartbeat.ready() && !ready) || (heartbeat.draining() && !draining);
        if (last != null && heartbeat.forcedGroups() > last.forcedGroups()) {
            forcedAfter = heardAt;
        }
        ready |= heartbeat.ready();
        draining |= heartbeat.draining();
        last = heartbeat;
        heardAt = now;
        return changed || !heartbeat.released().isEmpty() || !heartbeat.adopted().isEmpty()
                || !heartbeat.sealed().isEmpty();
    }

    void setGone() {
        gone = true;
    }

    /** @param patience how long a group may take to be forced, ms */
    WorkerView view(long patience) {
        Heartbeat heartbeat = last;
        if (heartbeat == null) {
            WorkerView unheard = WorkerView.unheard(id, registeredAt);
            return gone ? unheard.asGone() : unheard;
        }
        long stuckSince = heartbeat.unforcedMillis() >= patience
                ? heardAt - heartbeat.unforcedMillis()
                : WorkerView.NOT_STUCK;
        return new WorkerView(id, ready, draining, gone, registeredAt, heardAt, heartbeat.load(), stuckSince,
                forcedAfter, heartbeat.released(), heartbeat.adopted(), heartbeat.sealed(), heartbeat.immovable(),
                heartbeat.unsettled());
    }
}
