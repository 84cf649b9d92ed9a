// SPDX-License-Identifier: Apache-2.0
package io.natspersist.coordinator;

import io.natspersist.coordinator.Observation.Registration;
import io.natspersist.protocol.table.AssignmentTable;
import io.natspersist.protocol.table.Heartbeat;
import io.natspersist.protocol.table.Incarnation;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Gathers reports where no table is stored, until it can be told whether there ever was one, and which. */
final class LostTable {

    /** What the reports so far allow. */
    sealed interface Verdict {
        record Wait() implements Verdict {}

        record New() implements Verdict {}

        /** @param journals all that lie on the volume */
        record Rebuilt(AssignmentTable table, Set<Incarnation> journals) implements Verdict {}
    }

    private final CoordinatorConfig config;
    private final Map<Registration, Heartbeat> heard = new LinkedHashMap<>();
    private long firstHeardAt;

    LostTable(CoordinatorConfig config) {
        this.config = config;
    }

    void clear() {
        heard.clear();
    }

    /** A process's report is not forgotten when its next heartbeat brings none. */
    void hear(Heartbeat heartbeat, long now) {
        if (heard.isEmpty()) {
            firstHeardAt = now;
        }
        heard.merge(new Registration(heartbeat.worker(), heartbeat.instance()), heartbeat,
                (before, after) -> after.report() == null && before.report() != null ? before : after);
    }

    Collection<Heartbeat> heard() {
        return heard.values();
    }

    /** @param connectedAt the grace in which all can report begins with the connection, or with the first worker heard */
    Verdict verdict(long now, long connectedAt) {
        Rebuild rebuild = new Rebuild(config.slots(), heard.values());
        if (!rebuild.hasReports()) {
            return new Verdict.Wait();
        }
        if (rebuild.isNewCluster()) {
            return new Verdict.New();
        }
        boolean graceIsOver = now - Math.max(connectedAt, firstHeardAt) >= config.rebuildGraceMillis();
        return graceIsOver || rebuild.isComplete()
                ? new Verdict.Rebuilt(rebuild.table(), rebuild.journals())
                : new Verdict.Wait();
    }
}
