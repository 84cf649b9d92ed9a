// SPDX-License-Identifier: Apache-2.0
package io.natspersist.coordinator;

import io.natspersist.coordinator.Observation.Registration;
import io.natspersist.coordinator.Plan.Death;
import io.natspersist.protocol.table.AssignmentTable;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.protocol.table.SlotAssignment;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Decides what the assignment table should be next: a pure function. See DESIGN.md beside this class for the rules, and for
 * why no change of a slot is lost whoever dies when.
 */
final class Planner {

    /** How long the slots of a dead worker wait for its successor, registered but not ready yet, before others get them. */
    static final long SUCCESSOR_GRACE_MILLIS = 1_000;

    /** A worker that wants to stop is in more of a hurry than one that is merely busier than another. */
    private static final int DRAIN_FACTOR = 4;

    /** About how many open streams may be on their way to balance the cluster: nobody serves them meanwhile. */
    private static final long STREAMS_AT_ONCE = 250;

    private final CoordinatorConfig config;

    Planner(CoordinatorConfig config) {
        this.config = config;
    }

    Plan plan(Observation seen) {
        Draft draft = new Draft(seen.table());
        Map<Registration, Incarnation> registered = register(seen, draft);
        Map<Incarnation, Death> deaths = Obituaries.of(seen, draft.living(), config);

        takeReports(seen, draft, deaths.keySet());
        Set<Incarnation> awaitedSuccessors = successors(seen, draft);
        Shares shares = new Shares(draft, config, candidates(seen, deaths.keySet()));
        if (!shares.isEmpty() && !isSettling(seen)) {
            assignUnowned(draft, shares, awaitedSuccessors);
            Set<Integer> immovable = immovable(seen, draft);
            boolean drained = drain(seen, draft, shares, immovable);
            if (drained && isCalm(seen, draft)) {
                balance(seen, draft, shares, immovable);
            }
        }

        AssignmentTable next = draft.table();
        Plan.Chores chores = ChoreList.of(seen, config);
        return next.version() == seen.table().version()
                ? new Plan.Keep(chores)
                : new Plan.Change(next, registered, deaths, chores);
    }

    private static Map<Registration, Incarnation> register(Observation seen, Draft draft) {
        Map<Registration, Incarnation> registered = new LinkedHashMap<>();
        for (Registration asked : seen.registrations()) {
            registered.computeIfAbsent(asked, a -> draft.register(a.worker()));
        }
        return registered;
    }

    /** Adoptions first, for they shorten what the next owner must adopt; a release counts even if its sender is now dead. */
    private static void takeReports(Observation seen, Draft draft, Set<Incarnation> dead) {
        for (WorkerView worker : seen.workers()) {
            worker.adopted().forEach(adopted -> draft.strike(worker.id(), adopted));
        }
        draft.bury(dead);
        for (WorkerView worker : seen.workers()) {
            worker.released().forEach(released -> draft.release(worker.id(), released));
        }
        draft.adoptFromTheAwaitedDead();
    }

    /** Living incarnations, not ready yet, that registered a moment ago. */
    private static Set<Incarnation> successors(Observation seen, Draft draft) {
        Set<Incarnation> young = new HashSet<>(draft.living());
        young.removeAll(seen.table().living());
        for (WorkerView worker : seen.workers()) {
            if (!worker.ready() && seen.now() - worker.registeredAt() < SUCCESSOR_GRACE_MILLIS) {
                young.add(worker.id());
            }
        }
        young.retainAll(draft.living());
        return young;
    }

    private List<WorkerView> candidates(Observation seen, Set<Incarnation> dead) {
        return seen.workers().stream()
                .filter(w -> w.ready() && !w.draining() && !dead.contains(w.id()) && seen.heard(w)
                        && w.stuckSince() == WorkerView.NOT_STUCK && !Obituaries.isSuspect(seen, w, config))
                .toList();
    }

    /** Just (re)connected, and not all owners were heard yet: the first to be heard must not get everything. */
    private boolean isSettling(Observation seen) {
        if (seen.now() - seen.connectedAt() >= 2 * config.heartbeatMillis()) {
            return false;
        }
        Map<Incarnation, WorkerView> views = seen.byId();
        return seen.table().slots().stream().map(SlotAssignment::owner).distinct().anyMatch(owner -> {
            WorkerView view = owner == null ? null : views.get(owner);
            return view != null && !seen.heard(view);
        });
    }

    private static void assignUnowned(Draft draft, Shares shares, Set<Incarnation> awaitedSuccessors) {
        for (int i = 0; i < draft.size(); i++) {
            SlotAssignment slot = draft.slot(i);
            if (slot.owner() == null && !isKeptForSuccessor(slot, awaitedSuccessors)) {
                draft.give(i, shares.next());
            }
        }
    }

    private static boolean isKeptForSuccessor(SlotAssignment slot, Set<Incarnation> successors) {
        return !slot.adopt().isEmpty()
                && successors.stream().anyMatch(s -> s.worker().equals(slot.adopt().getLast().worker()));
    }

    /** Slots that would be served by nobody for who knows how long if they were handed over now, or already are not. */
    private static Set<Integer> immovable(Observation seen, Draft draft) {
        Set<Integer> immovable = new HashSet<>();
        for (WorkerView worker : seen.workers()) {
            for (int slot : worker.immovable()) {
                if (slot >= 0 && slot < draft.size() && (worker.id().equals(draft.slot(slot).owner())
                        || worker.id().equals(draft.slot(slot).awaits()))) {
                    immovable.add(slot);
                }
            }
        }
        return immovable;
    }

    /** Moves slots away from draining owners; false while some of theirs remain. */
    private boolean drain(Observation seen, Draft draft, Shares shares, Set<Integer> immovable) {
        Set<Incarnation> leaving = new HashSet<>();
        for (WorkerView worker : seen.workers()) {
            if (worker.draining() && draft.living().contains(worker.id())) {
                leaving.add(worker.id());
            }
        }
        boolean drained = true;
        int room = DRAIN_FACTOR * config.handoverBatch() - draft.moving(immovable);
        for (int i = 0; i < draft.size() && !leaving.isEmpty(); i++) {
            SlotAssignment slot = draft.slot(i);
            if (slot.owner() == null || !leaving.contains(slot.owner())) {
                continue;
            }
            if (slot.awaits() != null) {
                draft.give(i, shares.next());
            } else if (Draft.isSettled(slot) && room > 0 && !immovable.contains(i)) {
                draft.handOver(i, shares.next());
                room--;
            } else {
                drained = false;
            }
        }
        return drained;
    }

    /** Whether all that the table names were heard lately: else what looks unbalanced may right itself. */
    private boolean isCalm(Observation seen, Draft draft) {
        return seen.workers().stream().filter(w -> draft.owned(w.id()) > 0)
                .allMatch(w -> seen.heard(w) && !Obituaries.isSuspect(seen, w, config));
    }

    private void balance(Observation seen, Draft draft, Shares shares, Set<Integer> immovable) {
        Map<Incarnation, WorkerView> views = seen.byId();
        int moving = draft.moving(immovable);
        Map<Incarnation, Integer> surplus = shares.surplus();
        for (Incarnation donor : shares.donors(surplus)) {
            WorkerView giver = Objects.requireNonNull(views.get(donor));
            Set<Integer> stay = new HashSet<>(immovable);
            stay.addAll(giver.unsettled());
            int left = surplus.getOrDefault(donor, 0);
            int room = batch(giver, draft.owned(donor)) - moving;
            for (int i = 0; i < draft.size() && left > 0 && room > 0; i++) {
                if (donor.equals(draft.slot(i).owner()) && Draft.isSettled(draft.slot(i)) && !stay.contains(i)) {
                    draft.handOver(i, shares.next());
                    left--;
                    room--;
                    moving++;
                }
            }
        }
    }

    /** How many slots may be on their way at a time: as many as configured, but no more streams than are closed in a second or so. */
    private int batch(WorkerView giver, int slots) {
        long streams = Math.max(1, giver.load().openStreams());
        return Math.clamp(STREAMS_AT_ONCE * slots / streams, 1, config.handoverBatch());
    }
}
