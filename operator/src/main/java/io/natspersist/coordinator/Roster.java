// SPDX-License-Identifier: Apache-2.0
package io.natspersist.coordinator;

import io.natspersist.coordinator.Observation.Registration;
import io.natspersist.protocol.table.AssignmentTable;
import io.natspersist.protocol.table.Incarnation;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Who lives, by the stored table, and what was last heard of them; and what is known to lie on the volume. */
final class Roster {

    /** So that a registration that comes twice, even late, is one registration. */
    private static final int REMEMBERED_PROCESSES = 4_096;

    private final Map<Incarnation, Member> members = new TreeMap<>();
    private final Map<Registration, Incarnation> processes = new LinkedHashMap<>();
    private final Set<Incarnation> journals = new HashSet<>();
    private long reportedAt = Observation.NEVER;

    /** Makes the members those that live by a table just loaded or stored. */
    void follow(AssignmentTable stored, Map<Registration, Incarnation> registered, long now) {
        registered.forEach(processes::put);
        while (processes.size() > REMEMBERED_PROCESSES) {
            processes.remove(processes.keySet().iterator().next());
        }
        Set<Incarnation> dead = new HashSet<>(members.keySet());
        stored.living().forEach(dead::remove);
        dead.forEach(members::remove);
        journals.addAll(dead);
        for (Incarnation id : stored.living()) {
            members.computeIfAbsent(id, m -> new Member(m, registered.containsValue(m) ? now : Observation.NEVER));
        }
    }

    /** The incarnation that a process was given, dead or alive; null: none yet, as far as is remembered. */
    @Nullable
    Incarnation registered(Registration process) {
        return processes.get(process);
    }

    @Nullable
    Member member(Incarnation id) {
        return members.get(id);
    }

    /** A worker told what is on the volume. Journals that are no longer there have been deleted. */
    void takeJournals(Collection<Incarnation> onVolume, long now) {
        journals.clear();
        journals.addAll(onVolume);
        reportedAt = now;
    }

    /** One that is dead still speaks: it may have made its journal since its death. */
    void hearDead(Incarnation id) {
        journals.add(id);
    }

    Set<Incarnation> journals() {
        return journals;
    }

    long reportedAt() {
        return reportedAt;
    }

    List<WorkerView> views(long patience) {
        return members.values().stream().map(member -> member.view(patience)).toList();
    }
}
