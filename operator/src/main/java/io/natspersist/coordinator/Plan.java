// SPDX-License-Identifier: Apache-2.0
package io.natspersist.coordinator;

import io.natspersist.coordinator.Observation.Registration;
import io.natspersist.protocol.table.AssignmentTable;
import io.natspersist.protocol.table.Incarnation;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What follows from an {@link Observation}. Whoever carries it out decides nothing. */
sealed interface Plan {

    Chores chores();

    /** The stored table is as it should be for now. */
    record Keep(Chores chores) implements Plan {}

    /**
     * @param next to be stored before anything of it is told
     * @param registered which number each process gets, once the table is stored
     * @param deaths who lives no more in {@code next}, and why
     */
    record Change(AssignmentTable next, Map<Registration, Incarnation> registered, Map<Incarnation, Death> deaths,
            Chores chores) implements Plan {}

    /** Why an incarnation was declared dead. */
    enum Death {
        // @formatter:off
        GONE("its supervisor says that its process has ended"),
        SUPERSEDED("a new process registered under its name"),
        SEALED("its journal could be sealed"),
        SILENT("it sent no heartbeat for too long"),
        STUCK("it has not forced its journal for too long while another worker has");
        // @formatter:on

        final String reason;

        Death(String reason) {
            this.reason = reason;
        }
    }

    /**
     * Small things to ask of workers; they follow from the stored table alone, so they may be told at once.
     *
     * @param trySeal by worker, the journals of silent workers whose locks it should try
     * @param delete by worker, the journals that nobody needs any more
     * @param report who should report what is on the volume
     */
    record Chores(Map<Incarnation, List<Incarnation>> trySeal, Map<Incarnation, List<Incarnation>> delete,
            Set<Incarnation> report) {

        static final Chores NONE = new Chores(Map.of(), Map.of(), Set.of());
    }
}
