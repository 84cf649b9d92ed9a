// SPDX-License-Identifier: Apache-2.0
package io.natspersist.coordinator;

import io.natspersist.protocol.table.AssignmentTable;
import io.natspersist.protocol.table.Heartbeat;
import io.natspersist.protocol.table.Heartbeat.Report;
import io.natspersist.protocol.table.Heartbeat.Report.Held;
import io.natspersist.protocol.table.Incarnation;
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
 * A lost table, put together from what workers report: a pure function. Of two claims to a slot the higher epoch wins; what a
 * fenced or superseded incarnation claims counts for nothing, and neither does what one claims that another was told to adopt
 * from; a slot that nobody claims names every journal whose incarnation is not living.
 */
final class Rebuild {

    /**
     * Numbers that may have been given out to workers that did not report are jumped over. No coordinator gives out as many
     * between two tables that a worker gets to see.
     */
    static final long MARGIN = 1L << 20;

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
                && reports().allMatch(r -> r.slots().isEmpty() && r.highestEpoch() == 0 && r.highestIncarnation() == 0);
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
            all.add(claim == null ? new SlotAssignment(null, 0, null, orphaned) : confirmed(claim, living));
        }
        long version = heard.stream().mapToLong(Heartbeat::tableVersion).max().orElse(0) + 1;
        return new AssignmentTable(version, highestIncarnation() + MARGIN, highestEpoch(claims) + MARGIN,
                List.copyOf(living), all);
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
        Set<Incarnation> living = new TreeSet<>(reporters.keySet());
        living.removeAll(dead);
        return living;
    }

    /** The winning claim for each slot. An owner knows more of its epoch than the one that it awaits. */
    private Map<Integer, SlotAssignment> claims(Set<Incarnation> living) {
        Map<Integer, SlotAssignment> claims = new TreeMap<>();
        reporters().forEach((id, report) -> {
            for (Held held : report.slots()) {
                SlotAssignment claim = held.assignment();
                boolean own = id.equals(claim.owner());
                if (living.contains(id) && held.slot() >= 0 && held.slot() < slots
                        && (own || id.equals(claim.awaits()))) {
                    claims.merge(held.slot(), claim,
                            (a, b) -> a.epoch() > b.epoch() || (a.epoch() == b.epoch() && !own) ? a : b);
                }
            }
        });
        return claims;
    }

    /** A claim, with the dead taken out of it. A journal that is no longer on the volume has nothing left to adopt. */
    private SlotAssignment confirmed(SlotAssignment claim, Set<Incarnation> living) {
        Incarnation owner = livingOrNull(claim.owner(), living);
        Incarnation awaits = livingOrNull(claim.awaits(), living);
        List<Incarnation> adopt = claim.awaits() == null ? claim.adopt() : List.of(claim.awaits());
        return new SlotAssignment(owner, claim.epoch(), awaits,
                awaits != null ? List.of() : adopt.stream().filter(journals::contains).toList());
    }

    private static @Nullable Incarnation livingOrNull(@Nullable Incarnation id, Set<Incarnation> living) {
        return id != null && living.contains(id) ? id : null;
    }

    private long highestIncarnation() {
        Stream<Long> reported = reports().map(Report::highestIncarnation);
        Stream<Long> seen = Stream.concat(journals.stream(), reporters().keySet().stream()).map(Incarnation::number);
        Stream<Long> heardOf = heard.stream().map(Heartbeat::incarnation);
        return Stream.of(reported, seen, heardOf).flatMap(s -> s).max(Long::compare).orElse(0L);
    }

    private long highestEpoch(Map<Integer, SlotAssignment> claims) {
        Stream<Long> held = reports().flatMap(r -> r.slots().stream()).map(h -> h.assignment().epoch());
        return Stream.concat(held, reports().map(Report::highestEpoch)).max(Long::compare).orElse(0L);
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
