// SPDX-License-Identifier: Apache-2.0
package io.natspersist.coordinator;

import io.natspersist.protocol.table.AssignmentTable;
import io.natspersist.protocol.table.Heartbeat;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.protocol.table.SlotAssignment;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * How the cluster stands, as far as this coordinator knows.
 *
 * @param phase what the coordinator is doing
 * @param tableVersion version of the stored table; 0: there is none
 * @param slots how many slots there are
 * @param unowned slots that have no owner now
 * @param moving slots that await their old owner
 * @param adopting slots that have a journal to adopt
 * @param workers all living incarnations
 * @param hung who was declared dead for its silence, since this coordinator began, and has not come back as another process
 */
public record CoordinatorStatus(Phase phase, long tableVersion, int slots, int unowned, int moving, int adopting,
        List<WorkerStatus> workers, List<Hung> hung) {

    public CoordinatorStatus {
        workers = List.copyOf(workers);
        hung = List.copyOf(hung);
    }

    static CoordinatorStatus of(Phase phase, @Nullable AssignmentTable table, int slots, List<WorkerStatus> workers,
            List<Hung> hung) {
        if (table == null) {
            return new CoordinatorStatus(phase, 0, slots, slots, 0, 0, workers, hung);
        }
        return new CoordinatorStatus(phase, table.version(), slots, count(table, s -> s.owner() == null),
                count(table, s -> s.awaits() != null), count(table, s -> !s.adopt().isEmpty()), workers, hung);
    }

    static int owned(AssignmentTable table, Incarnation worker) {
        return count(table, slot -> worker.equals(slot.owner()));
    }

    private static int count(AssignmentTable table, Predicate<SlotAssignment> which) {
        return (int) table.slots().stream().filter(which).count();
    }

    /** What a coordinator is doing. */
    public enum Phase {
        /** Reads the stored table. */
        LOADING,
        /** There is no stored table: waits for reports that tell a new cluster from a lost table. */
        REBUILDING,
        /** Serves the stored table and changes it when it must. */
        SERVING,
        /** Found that another coordinator stores tables: says nothing any more. */
        STEPPED_DOWN,
        /** Was stopped, or not started yet. */
        STOPPED
    }

    /** @param silentMillis since its last heartbeat, or since this coordinator (re)connected */
    public record WorkerStatus(Incarnation worker, boolean ready, boolean draining, int slots, long silentMillis,
            Heartbeat.Load load) {}

    /**
     * A worker that was declared dead although its process may still run: it owns nothing, and halts when it hears of its death.
     *
     * @param why for people
     */
    public record Hung(Incarnation worker, String why) {}

    /** Whether every slot is served: owned, and neither awaited nor to be adopted. */
    public boolean settled() {
        return phase == Phase.SERVING && unowned == 0 && moving == 0 && adopting == 0;
    }
}
