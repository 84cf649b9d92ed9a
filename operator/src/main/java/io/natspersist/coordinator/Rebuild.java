// SPDX-License-Identifier: Apache-2.0
package io.natspersist.coordinator;

import io.natspersist.protocol.table.AssignmentTable;
import io.natspersist.protocol.table.Heartbeat;
import io.natspersist.protocol.table.Heartbeat.Report;
import io.natspersist.protocol.table.Heartbeat.Report.Held;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.protocol.table.Numbers;
import io.natspersist.protocol.table.SlotAssignment;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A lost table, put together from what workers report: a pure function. Who serves or adopts a slot claims it, and nobody else:
 * a slot can be taken from one who only awaits it without its knowing. Of two claims the higher epoch wins. What an incarnation
 * claims that is fenced, superseded, without its journal, or one that another was told to adopt from, counts for nothing. A slot
 * that nobody claims names every journal whose incarnation is not living. New numbers are counted from those that the reporters
 * have reserved, which no other table has given out: not one that was rebuilt before and told to clients alone, either.
 */
final class Rebuild {

    private final int slots;
    private final List<Heartbeat> heard;
    private final Set<Incarnation> journals = new TreeSet<>();
    private final Set<Incarnation> fenced = new HashSet<>();

    /** @param heard the last heartbeat of each process, with its report if it sent one */
    Rebuild(int slots, Collection<Heartbeat> heard) {
        this.slots = slots;
        this.heard = List.copyOf(heard);
        reports().forEach(report -> {
            journals.addAll(report.journals());
            fenced.addAll(report.fenced());
        });
    }

    /** All journals that somebody has seen on the volume. */
    Set<Incarnation> journals() {
        return Set.copyOf(journals);
    }

    boolean hasReports() {
        return reports().findAny().isPresent();
    }

    /** Whether nothing speaks for there ever having been a table: no incarnation, no journal, no number. */
    boolean isNewCluster() {
        return hasReports() && journals.isEmpty() && heard.stream().allMatch(h -> h.incarnation() == 0)
                && reports().allMatch(r -> r.slots().isEmpty() && r.reserved().equals(Numbers.NONE));
    }

    /** Whether nobody is left to wait for: all that were heard have reported, and so have the owners of all journals. */
    boolean isComplete() {
        Set<Incarnation> reporters = reporters().keySet();
        return hasReports() && heard.stream().allMatch(h -> h.report() != null)
                && journals.stream().allMatch(j -> reporters.contains(j) || fenced.contains(j));
    }

    AssignmentTable table() {
        Set<Incarnation> living = living();
        List<Incarnation> orphaned = journals.stream().filter(journal -> !living.contains(journal)).toList();
        Map<Integer, SlotAssignment> claims = claims(living);
        List<SlotAssignment> all = new ArrayList<>();
        for (int i = 0; i < slots; i++) {
            SlotAssignment claim = claims.get(i);
            all.add(claim == null ? new SlotAssignment(null, 0, null, orphaned) : claim);
        }
        Numbers first = reserved();
        return new AssignmentTable(first.version(), first.incarnation(), first.epoch(), List.copyOf(living), all);
    }

    private Set<Incarnation> living() {
        Map<Incarnation, Report> reporters = reporters();
        Set<Incarnation> dead = new HashSet<>(fenced);
        Map<String, Incarnation> newest = new TreeMap<>();
        for (Incarnation id : reporters.keySet()) { // by number
            Incarnation older = newest.put(id.worker(), id);
            if (older != null) {
                dead.add(older);
            }
        }
        reporters.forEach((id, report) -> {
            if (!fenced.contains(id)) {
                report.slots().forEach(held -> dead.addAll(held.assignment().adopt()));
            }
        });
        for (Heartbeat h : heard) {
            if (h.ready() && h.incarnation() > 0) {
                Incarnation id = new Incarnation(h.worker(), h.incarnation());
                if (!journals.contains(id)) {
                    dead.add(id); // it was deleted: nobody would find what this one writes
                }
            }
        }
        Set<Incarnation> living = new TreeSet<>(reporters.keySet());
        living.removeAll(dead);
        return living;
    }

    /** The winning claim for each slot. A journal that is no longer on the volume has nothing left to adopt. */
    private Map<Integer, SlotAssignment> claims(Set<Incarnation> living) {
        Map<Integer, SlotAssignment> claims = new TreeMap<>();
        reporters().forEach((id, report) -> {
            for (Held held : report.slots()) {
                SlotAssignment claim = held.assignment();
                if (living.contains(id) && id.equals(claim.owner()) && claim.awaits() == null) {
                    claims.merge(held.slot(),
                            new SlotAssignment(id, claim.epoch(), null,
                                    claim.adopt().stream().filter(journals::contains).toList()),
                            (a, b) -> a.epoch() > b.epoch() ? a : b);
                }
            }
        });
        return claims;
    }

    private Numbers reserved() {
        return reports().map(Report::reserved).reduce(Numbers.NONE, Numbers::orHigher);
    }

    private Stream<Report> reports() {
        return heard.stream().<Report>mapMulti((h, out) -> {
            Report report = h.report();
            if (report != null) {
                out.accept(report);
            }
        });
    }

    /** Registered incarnations that reported, by number. */
    private Map<Incarnation, Report> reporters() {
        Map<Incarnation, Report> reporters = new TreeMap<>();
        for (Heartbeat h : heard) {
            Report report = h.report();
            if (h.incarnation() > 0 && report != null) {
                reporters.put(new Incarnation(h.worker(), h.incarnation()), report);
            }
        }
        return reporters;
    }
}
