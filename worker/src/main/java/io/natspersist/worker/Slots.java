// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import io.natspersist.protocol.StreamName;
import io.natspersist.protocol.table.AssignmentTable;
import io.natspersist.protocol.table.Heartbeat;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.protocol.table.SlotAssignment;
import io.natspersist.worker.stream.AdoptedTail;
import io.natspersist.worker.stream.Streams;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The slots that the assignment table gives this incarnation, and how far each is on its way: awaiting the old owner,
 * adopting the journals of dead ones, serving, or letting go. Confined to the worker's loop.
 */
final class Slots {

    private static final Logger LOG = LoggerFactory.getLogger(Slots.class);

    private enum State {
        AWAITING, ADOPTING, SERVING, LETTING_GO
    }

    /** Where a request for a stream belongs. */
    sealed interface Route {
        record Here(int slot) implements Route {}

        record Moving(int slot, String why) implements Route {}

        record Elsewhere(@Nullable Incarnation owner, long epoch) implements Route {}

        /** There is no table yet. */
        record Unknown() implements Route {}
    }

    private static final class Held {
        final int slot;
        SlotAssignment assignment;
        State state;
        final Set<Incarnation> asked = new HashSet<>();
        final Set<Incarnation> adopted = new HashSet<>();
        boolean prepared;
        boolean preparing;
        final Map<StreamName, AdoptedTail> tails = new HashMap<>();

        Held(int slot, SlotAssignment assignment, State state) {
            this.slot = slot;
            this.assignment = assignment;
            this.state = state;
        }
    }

    private final Incarnation self;
    private final Streams streams;
    private final Adoption adoption;
    private final Consumer<String> fenced;
    private final Runnable progressed;
    private final Map<Integer, Held> held = new TreeMap<>();
    private @Nullable AssignmentTable table;
    private @Nullable Runnable left;
    /** Whether what is let go of from now on is whole only with this incarnation's journal. */
    private boolean silent;
    private Map<String, Integer> told = Map.of();

    /**
     * @param fenced called when the table says that another serves what this incarnation serves: it must halt
     * @param progressed called when there is news for the coordinator
     */
    Slots(Incarnation self, Streams streams, Adoption adoption, Consumer<String> fenced, Runnable progressed) {
        this.self = self;
        this.streams = streams;
        this.adoption = adoption;
        this.fenced = fenced;
        this.progressed = progressed;
    }

    @Nullable
    AssignmentTable table() {
        return table;
    }

    /** Takes a newer table; an older one is ignored. */
    void update(AssignmentTable newer) {
        if (table != null && newer.version() <= table.version()) {
            return;
        }
        table = newer;
        for (int slot = 0; slot < newer.slots().size(); slot++) {
            update(slot, newer.slot(slot));
        }
        adoption.begin(newer.slots().size());
        Map<String, Integer> counts = counts();
        if (!counts.equals(told)) {
            LOG.atInfo().addKeyValue("worker", self.worker()).addKeyValue("incarnation", self.number())
                    .addKeyValue("table", newer.version()).log("slots by table {}: {}", newer.version(), counts);
        }
        told = counts;
    }

    private void update(int slot, SlotAssignment entry) {
        Held mine = held.get(slot);
        boolean owned = self.equals(entry.owner());
        boolean mustLetGo = self.equals(entry.awaits());
        if (mine == null) {
            if (owned && !mustLetGo) {
                acquire(slot, entry);
            }
        } else if (mustLetGo) {
            letGo(mine);
        } else if (owned && entry.epoch() == mine.assignment.epoch()) {
            mine.assignment = entry;
            proceed(mine);
        } else if (mine.state == State.SERVING || mine.state == State.LETTING_GO) {
            fenced.accept("slot " + slot + " is served by " + entry.owner() + " in epoch " + entry.epoch());
        } else {
            held.remove(slot);
            forget(mine);
            if (owned) {
                acquire(slot, entry);
            }
        }
    }

    /**
     * Lets go of everything, though nobody takes it over: all is put into the files, which are closed, and then {@code done}
     * runs. What was still to be adopted stays where it is.
     */
    void leave(Runnable done) {
        left = done;
        silent = !streams.leavesFiles();
        streams.leave();
        for (Held mine : List.copyOf(held.values())) {
            switch (mine.state) {
                case AWAITING -> held.remove(mine.slot);
                case ADOPTING -> {
                    held.remove(mine.slot);
                    forget(mine);
                }
                case SERVING -> letGo(mine);
                case LETTING_GO -> {
                }
            }
        }
        leftIfEmpty();
    }

    private void leftIfEmpty() {
        Runnable done = left;
        if (done != null && held.isEmpty()) {
            left = null;
            done.run();
        }
    }

    private void acquire(int slot, SlotAssignment entry) {
        if (left != null) {
            return;
        }
        Held mine = new Held(slot, entry, State.AWAITING);
        held.put(slot, mine);
        proceed(mine);
    }

    private void proceed(Held mine) {
        if (mine.state == State.AWAITING && mine.assignment.awaits() == null) {
            mine.state = State.ADOPTING;
        }
        if (mine.state != State.ADOPTING) {
            return;
        }
        for (Incarnation journal : mine.assignment.adopt()) {
            if (mine.asked.add(journal)) {
                adoption.want(journal, mine.slot, tails -> adopted(mine, journal, tails));
            }
        }
        if (!mine.adopted.containsAll(mine.assignment.adopt())) {
            return;
        }
        if (!mine.prepared) {
            prepare(mine);
        } else {
            mine.state = State.SERVING;
            streams.serve(mine.slot, mine.assignment.epoch(), mine.tails);
            LOG.atDebug().addKeyValue("slot", mine.slot).addKeyValue("epoch", mine.assignment.epoch())
                    .log("slot {} is served", mine.slot);
        }
    }

    private void prepare(Held mine) {
        if (mine.preparing) {
            return;
        }
        mine.preparing = true;
        streams.prepare(mine.slot, mine.assignment.epoch(), () -> {
            mine.preparing = false;
            mine.prepared = true;
            if (held.get(mine.slot) == mine) {
                proceed(mine);
                letGoIfWanted(mine);
            }
        });
    }

    private void letGoIfWanted(Held mine) {
        if (table != null && self.equals(table.slot(mine.slot).awaits())) {
            letGo(mine);
        }
    }

    private void adopted(Held mine, Incarnation journal, Map<StreamName, AdoptedTail> tails) {
        if (held.get(mine.slot) != mine) {
            tails.values().forEach(adoption::drop);
            return;
        }
        tails.forEach((name, tail) -> mine.tails.computeIfAbsent(name, n -> new AdoptedTail()).addAll(tail));
        mine.adopted.add(journal);
        proceed(mine);
        letGoIfWanted(mine);
        progressed.run();
    }

    private void forget(Held mine) {
        mine.tails.values().forEach(adoption::drop);
    }

    private void letGo(Held mine) {
        switch (mine.state) {
            case AWAITING -> {
                held.remove(mine.slot);
                progressed.run();
            }
            case ADOPTING -> {
                // Its changes are half here: it is let go of once they are whole, and served for as long.
            }
            case SERVING -> {
                mine.state = State.LETTING_GO;
                LOG.atDebug().addKeyValue("slot", mine.slot).log("slot {} is let go of", mine.slot);
                AssignmentTable now = Objects.requireNonNull(table);
                streams.release(mine.slot, now.slots().size(), () -> released(mine));
            }
            case LETTING_GO -> {
            }
        }
    }

    private void released(Held mine) {
        held.remove(mine.slot);
        if (left != null) {
            leftIfEmpty();
            return;
        }
        AssignmentTable now = table;
        if (now != null) {
            update(mine.slot, now.slot(mine.slot));
            adoption.begin(now.slots().size());
        }
        progressed.run();
    }

    Route route(StreamName stream) {
        AssignmentTable now = table;
        if (now == null) {
            return new Route.Unknown();
        }
        int slot = stream.slot(now.slots().size());
        if (streams.serves(slot)) {
            return new Route.Here(slot);
        }
        SlotAssignment entry = now.slot(slot);
        if (self.equals(entry.owner())) {
            return new Route.Moving(slot, adoption.problem(entry.adopt()));
        }
        return new Route.Elsewhere(entry.owner(), entry.epoch());
    }

    /** What the table awaits of this incarnation and it holds no more. */
    List<Heartbeat.Released> released() {
        List<Heartbeat.Released> result = new ArrayList<>();
        AssignmentTable now = silent ? null : table;
        for (int slot = 0; now != null && slot < now.slots().size(); slot++) {
            SlotAssignment entry = now.slot(slot);
            if (self.equals(entry.awaits()) && !held.containsKey(slot)) {
                result.add(new Heartbeat.Released(slot, entry.epoch()));
            }
        }
        return result;
    }

    /** Adoptions that are finished and that the table still names. */
    List<Heartbeat.Adopted> adopted() {
        List<Heartbeat.Adopted> result = new ArrayList<>();
        for (Held mine : held.values()) {
            for (Incarnation journal : mine.assignment.adopt()) {
                if (mine.adopted.contains(journal)) {
                    result.add(new Heartbeat.Adopted(mine.slot, mine.assignment.epoch(), journal));
                }
            }
        }
        return result;
    }

    /** Everything held, for a coordinator that has lost its table. */
    List<Heartbeat.Report.Held> holdings() {
        List<Heartbeat.Report.Held> result = new ArrayList<>();
        for (Held mine : held.values()) {
            List<Incarnation> unfinished = mine.assignment.adopt().stream().filter(j -> !mine.adopted.contains(j))
                    .toList();
            SlotAssignment a = mine.assignment;
            result.add(new Heartbeat.Report.Held(mine.slot,
                    new SlotAssignment(a.owner(), a.epoch(), a.awaits(), unfinished)));
        }
        return result;
    }

    /** Whether this incarnation neither holds nor owns nor is awaited for anything. */
    boolean isEmpty() {
        AssignmentTable now = table;
        return held.isEmpty() && (now == null
                || now.slots().stream().noneMatch(s -> self.equals(s.owner()) || self.equals(s.awaits())));
    }

    /** How many are held, by what is done with them. */
    Map<String, Integer> counts() {
        Map<String, Integer> counts = new TreeMap<>();
        for (State state : State.values()) {
            counts.put(state.name().toLowerCase(Locale.ROOT), 0);
        }
        held.values().forEach(h -> counts.merge(h.state.name().toLowerCase(Locale.ROOT), 1, Integer::sum));
        return counts;
    }

    int served() {
        return (int) held.values().stream().filter(h -> h.state == State.SERVING).count();
    }
}
