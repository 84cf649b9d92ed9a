// SPDX-License-Identifier: Apache-2.0
package io.natspersist.coordinator;

import io.natspersist.protocol.table.Incarnation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Who should have how many slots. Shares are fair when no worker would still have more slots per unit of weight after giving
 * one away than the one that gets it: then any two differ by at most one slot per unit of weight.
 */
final class Shares {

    private final Draft draft;
    private final CoordinatorConfig config;
    /** Those that may be given slots. */
    private final List<WorkerView> workers;

    Shares(Draft draft, CoordinatorConfig config, List<WorkerView> workers) {
        this.draft = draft;
        this.config = config;
        this.workers = List.copyOf(workers);
    }

    boolean isEmpty() {
        return workers.isEmpty();
    }

    /** Who should have the next slot: the one with the least per unit of weight, then the least busy, then the oldest. */
    Incarnation next() {
        Comparator<WorkerView> fewest = (a, b) -> compare(draft.owned(a.id()) + 1, a, draft.owned(b.id()) + 1, b);
        return workers.stream()
                .min(fewest.thenComparingDouble(w -> w.load().messagesPerSecond())
                        .thenComparingLong(w -> w.load().openStreams()).thenComparing(WorkerView::id))
                .orElseThrow().id();
    }

    /** How many slots each must give away (negative: is to be given), so that shares are fair with the fewest moves. */
    Map<Incarnation, Integer> surplus() {
        int[] fair = workers.stream().mapToInt(w -> draft.owned(w.id())).toArray();
        while (true) {
            int most = 0;
            int least = 0;
            for (int i = 1; i < fair.length; i++) {
                most = compare(fair[i], workers.get(i), fair[most], workers.get(most)) > 0 ? i : most;
                least = compare(fair[i] + 1, workers.get(i), fair[least] + 1, workers.get(least)) < 0 ? i : least;
            }
            if (compare(fair[most], workers.get(most), fair[least] + 1, workers.get(least)) <= 0) {
                break;
            }
            fair[most]--;
            fair[least]++;
        }
        Map<Incarnation, Integer> surplus = new HashMap<>();
        for (int i = 0; i < fair.length; i++) {
            Incarnation id = workers.get(i).id();
            surplus.put(id, draft.owned(id) - fair[i]);
        }
        return surplus;
    }

    /** Those with a surplus, the busiest first. */
    List<Incarnation> donors(Map<Incarnation, Integer> surplus) {
        List<WorkerView> donors = new ArrayList<>(workers);
        donors.removeIf(w -> surplus.getOrDefault(w.id(), 0) <= 0);
        donors.sort(Comparator.comparingDouble((WorkerView w) -> w.load().messagesPerSecond()).reversed()
                .thenComparing(WorkerView::id));
        return donors.stream().map(WorkerView::id).toList();
    }

    private int compare(int slotsOfA, WorkerView a, int slotsOfB, WorkerView b) {
        return Long.compare((long) slotsOfA * config.weightOf(b.id().worker()),
                (long) slotsOfB * config.weightOf(a.id().worker()));
    }
}
