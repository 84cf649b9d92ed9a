// SPDX-License-Identifier: Apache-2.0
package io.natspersist.coordinator;

import io.natspersist.coordinator.Plan.Death;
import io.natspersist.protocol.table.Incarnation;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Who is dead, and why. Evidence (gone, superseded, sealed) always counts. Silence counts only while no more of those
 * that the table names are silent than others are heard: more of them at once look like a broken link.
 */
final class Obituaries {

    /** How long a worker that has nothing yet may be silent: on a slow machine its start takes longer than a heartbeat. */
    static final long STARTING_MILLIS = 20_000;

    private final Observation seen;
    private final CoordinatorConfig config;
    private final Map<Incarnation, Death> deaths = new TreeMap<>();

    private Obituaries(Observation seen, CoordinatorConfig config) {
        this.seen = seen;
        this.config = config;
    }

    /** @param living those of the table and those that are being registered */
    static Map<Incarnation, Death> of(Observation seen, Collection<Incarnation> living, CoordinatorConfig config) {
        Obituaries all = new Obituaries(seen, config);
        all.addThoseKnownToBeDead(living);
        Set<Incarnation> named = new HashSet<>(seen.table().named());
        boolean cautious = all.moreThanHalfAreSilent(named);
        for (WorkerView worker : seen.workers()) {
            boolean owns = named.contains(worker.id());
            long patience = owns || worker.ready()
                    ? config.deadAfterMillis()
                    : Math.max(config.deadAfterMillis(), STARTING_MILLIS);
            if (seen.silence(worker) >= patience && !(cautious && owns)) {
                all.deaths.putIfAbsent(worker.id(), Death.SILENT);
            } else if (all.isStuckAlone(worker)) {
                all.deaths.putIfAbsent(worker.id(), Death.STUCK);
            }
        }
        return all.deaths;
    }

    /** From then on a worker's silence is suspicious: it is given nothing, and its lock is tried. */
    static boolean isSuspect(Observation seen, WorkerView worker, CoordinatorConfig config) {
        return seen.silence(worker) >= config.deadAfterMillis() / 2;
    }

    private void addThoseKnownToBeDead(Collection<Incarnation> living) {
        Map<String, Incarnation> newest = new HashMap<>();
        living.forEach(id -> newest.merge(id.worker(), id, (a, b) -> a.compareTo(b) > 0 ? a : b));
        Set<Incarnation> sealed = new HashSet<>();
        seen.workers().forEach(worker -> sealed.addAll(worker.sealed()));
        Map<Incarnation, WorkerView> views = seen.byId();
        for (Incarnation id : living) {
            WorkerView view = views.get(id);
            if (view != null && view.gone()) {
                deaths.put(id, Death.GONE);
            } else if (!id.equals(newest.get(id.worker()))) {
                deaths.put(id, Death.SUPERSEDED);
            } else if (sealed.contains(id)) {
                deaths.put(id, Death.SEALED);
            }
        }
    }

    /** Who owns nothing speaks for the link while it is heard, and says nothing by its silence: it may just have left. */
    private boolean moreThanHalfAreSilent(Set<Incarnation> named) {
        int silent = 0;
        int heard = 0;
        for (WorkerView worker : seen.workers()) {
            if (deaths.containsKey(worker.id())) {
                continue;
            }
            if (!isSuspect(seen, worker, config)) {
                heard++;
            } else if (named.contains(worker.id())) {
                silent++;
            }
        }
        return silent > heard;
    }

    private boolean isStuckAlone(WorkerView worker) {
        boolean justConnected = seen.now() - seen.connectedAt() < config.deadAfterMillis();
        return !justConnected && worker.stuckSince() != WorkerView.NOT_STUCK && seen.workers().stream()
                .anyMatch(other -> !other.id().equals(worker.id()) && other.forcedAfter() > worker.stuckSince());
    }
}
