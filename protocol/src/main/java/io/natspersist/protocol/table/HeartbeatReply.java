// SPDX-License-Identifier: Apache-2.0
package io.natspersist.protocol.table;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The coordinator's answer to a heartbeat.
 *
 * @param incarnation what the worker was registered as; 0: not registered (yet), ask again
 * @param dead this incarnation was declared dead: it must halt at once
 * @param tableVersion the version of the stored table
 * @param table the table, where the worker has another version
 * @param wantReport the next heartbeat must carry a report
 * @param trySeal journals to seal if their locks are free, without writing {@code release}
 * @param deleteJournals journals that no slot names and whose owners are dead: their folders can go
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record HeartbeatReply(long incarnation, boolean dead, long tableVersion, @Nullable AssignmentTable table,
        boolean wantReport, List<Incarnation> trySeal, List<Incarnation> deleteJournals) {

    public HeartbeatReply {
        trySeal = trySeal == null ? List.of() : List.copyOf(trySeal);
        deleteJournals = deleteJournals == null ? List.of() : List.copyOf(deleteJournals);
    }
}
