// SPDX-License-Identifier: Apache-2.0
package io.natspersist.coordinator;

import io.natspersist.protocol.table.AssignmentTable;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.protocol.table.SlotAssignment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What to ask of workers besides serving. All of it follows from what is stored, never from what is being planned. */
final class ChoreList {

    /** How long one worker tries to seal a journal before another is asked, and how long journals take to be deleted. */
    private static final long PATIENCE_MILLIS = 10_000;

    private ChoreList() {}

    static Plan.Chores of(Observation seen, CoordinatorConfig config) {
        List<WorkerView> able = seen.workers().stream()
                .filter(w -> w.ready() && !w.gone() && seen.heard(w) && !Obituaries.isSuspect(seen, w, config))
                .sorted(Comparator.comparing(WorkerView::id)).toList();
        if (able.isEmpty()) {
            return Plan.Chores.NONE;
        }
        Incarnation housekeeper = able.getFirst().id();
        List<Incarnation> useless = useless(seen);
        boolean reportDue = seen.reportedAt() == Observation.NEVER
                || (!useless.isEmpty() && seen.now() - seen.reportedAt() >= PATIENCE_MILLIS);
        return new Plan.Chores(trySeal(seen, able, config),
                useless.isEmpty() ? Map.of() : Map.of(housekeeper, useless),
                reportDue ? Set.of(housekeeper) : Set.of());
    }

    /** A silent worker whose lock is free is dead, however many are silent: no broken link looks like that. */
    private static Map<Incarnation, List<Incarnation>> trySeal(Observation seen, List<WorkerView> able,
            CoordinatorConfig config) {
        Set<Incarnation> named = new HashSet<>(seen.table().named());
        Map<Incarnation, List<Incarnation>> trySeal = new TreeMap<>();
        WorkerView sealer = able.get((int) Math.floorMod(seen.now() / PATIENCE_MILLIS, (long) able.size()));
        for (WorkerView worker : seen.workers()) {
            if (Obituaries.isSuspect(seen, worker, config) && (worker.ready() || named.contains(worker.id()))) {
                trySeal.computeIfAbsent(sealer.id(), s -> new ArrayList<>()).add(worker.id());
            }
        }
        return trySeal;
    }

    /** Journals of the dead that no slot names. */
    private static List<Incarnation> useless(Observation seen) {
        AssignmentTable table = seen.table();
        Set<Incarnation> needed = new HashSet<>(table.living());
        for (SlotAssignment slot : table.slots()) {
            needed.addAll(slot.adopt());
        }
        return seen.journals().stream().filter(j -> j.number() <= table.incarnations() && !needed.contains(j)).sorted()
                .toList();
    }
}
