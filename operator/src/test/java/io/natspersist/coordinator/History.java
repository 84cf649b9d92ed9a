// SPDX-License-Identifier: Apache-2.0
package io.natspersist.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.coordinator.Observation.Registration;
import io.natspersist.protocol.table.AssignmentTable;
import io.natspersist.protocol.table.Heartbeat;
import io.natspersist.protocol.table.Heartbeat.Adopted;
import io.natspersist.protocol.table.Heartbeat.Load;
import io.natspersist.protocol.table.Heartbeat.Released;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.protocol.table.Numbers;
import io.natspersist.protocol.table.SlotAssignment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One seeded history of a small cluster: processes that start, serve, write, stop, fall silent and die, around a planner whose
 * tables are stored late, twice read, or not at all. The volume is a set of journals and, for each slot, the journals that
 * hold changes which its files lack.
 */
final class History {

    private static final int SLOTS = 12;
    private static final String[] NAMES = {"a", "b", "c", "d"};

    long tables;
    long deaths;
    long adoptions;
    long handovers;
    long losses;

    private final SplittableRandom random;
    private final CoordinatorConfig config;
    private final Planner planner;
    private final Deque<String> events = new ArrayDeque<>();

    private AssignmentTable stored = AssignmentTable.empty(SLOTS);
    private final Map<Long, Incarnation> ownerOfEpoch = new HashMap<>();
    private final Set<Incarnation> everDead = new HashSet<>();

    private long now = 1_000_000;
    private long connectedAt = now;
    private boolean connected = true;
    private Roster roster = new Roster();
    private Plan.Chores chores = Plan.Chores.NONE;
    private final Map<Registration, Process> waiting = new LinkedHashMap<>();

    private final Map<String, Process> running = new TreeMap<>();
    private final List<Process> all = new ArrayList<>();
    private int instances;

    /** On the volume, and for each slot those journals that hold changes of it that are not in its files. */
    private final Set<Incarnation> journals = new TreeSet<>();
    private final Set<Incarnation> sealed = new TreeSet<>();
    private Numbers reserved = Numbers.NONE;
    private final Map<Integer, Set<Incarnation>> unapplied = new HashMap<>();

    History(long seed) {
        random = new SplittableRandom(seed);
        Map<String, Integer> weights = random.nextInt(3) == 0 ? Map.of("a", 2, "c", 3) : Map.of();
        config = new CoordinatorConfig("persist.test", SLOTS, 1_000, 6_000, 1 + random.nextInt(4), 6_000, weights);
        planner = new Planner(config);
        for (int i = 0; i < SLOTS; i++) {
            unapplied.put(i, new TreeSet<>());
        }
    }

    String lastEvents() {
        return String.join("\n", events);
    }

    void run(int steps) {
        for (int i = 0; i < steps; i++) {
            step();
        }
    }

    private void step() {
        switch (random.nextInt(20)) {
            case 0 -> start(NAMES[random.nextInt(NAMES.length)]);
            case 1 -> anyOf(running.values()).ifPresent(random.nextInt(3) == 0 ? this::kill : p -> {});
            case 2 -> anyOf(running.values()).ifPresent(p -> p.cutOff = random.nextInt(3) == 0);
            case 3 -> anyOf(running.values()).ifPresent(p -> p.draining |= random.nextInt(8) == 0);
            case 4 -> anyOf(running.values()).ifPresent(p -> p.unforced = random.nextInt(6) == 0 ? 7_000 : 0);
            case 5 -> restartCoordinator();
            case 6 -> connection(random.nextInt(3) != 0);
            case 7, 8, 9 -> pass(random.nextLong(50, 3_000));
            case 10 -> anyOf(all).filter(p -> !p.alive && p.id != null && random.nextBoolean()).ifPresent(p -> {
                note("%s is known to be gone", p.id);
                Member member = roster.member(p.id);
                if (member != null) {
                    member.setGone();
                }
            });
            default -> {
                pass(random.nextLong(1, 400));
                for (Process process : List.copyOf(running.values())) {
                    if (random.nextInt(3) > 0) {
                        process.work();
                    }
                    if (random.nextInt(3) > 0) {
                        process.heartbeat();
                    }
                }
                plan(random.nextInt(10));
            }
        }
    }

    /** No more trouble: everybody works and is heard, and nothing is left to do at the end. */
    void comeToRest() {
        note("---- no more trouble");
        connection(true);
        running.values().forEach(p -> {
            p.cutOff = false;
            p.unforced = 0;
            p.draining = false;
        });
        // whoever watches over processes ends those that hang
        all.stream().filter(p -> p.alive && !running.containsValue(p)).forEach(this::kill);
        // a worker that once said that it is draining goes on being one: let it end
        List.copyOf(running.values()).stream().filter(p -> p.saidDraining).forEach(this::kill);
        int quiet = 0;
        for (int round = 0; round < 150 && quiet < 25; round++) { // who never gets ready is given twenty
            long version = stored.version();
            int lying = journals.size();
            while (running.size() < 2) {
                start(NAMES[random.nextInt(NAMES.length)]);
            }
            pass(1_000);
            for (int i = 0; i < 3; i++) {
                List.copyOf(running.values()).forEach(Process::work);
                List.copyOf(running.values()).forEach(Process::heartbeat);
                plan(0);
            }
            quiet = version == stored.version() && lying == journals.size() ? quiet + 1 : 0;
        }
        for (int i = 0; i < SLOTS; i++) {
            assertThat(Draft.isSettled(stored.slot(i))).as("slot %d is served: %s", i, stored.slot(i)).isTrue();
        }
        Set<Incarnation> alive = new TreeSet<>();
        running.values().forEach(p -> alive.add(p.incarnation()));
        assertThat(stored.living()).containsExactlyElementsOf(alive);
        assertThat(journals).as("journals on the volume").containsExactlyElementsOf(alive);
        for (Incarnation a : alive) {
            for (Incarnation b : alive) {
                double perUnitA = (double) CoordinatorStatus.owned(stored, a) / config.weightOf(a.worker());
                double perUnitB = (double) CoordinatorStatus.owned(stored, b) / config.weightOf(b.worker());
                assertThat(Math.abs(perUnitA - perUnitB)).as("balance of %s and %s", a, b).isLessThanOrEqualTo(1);
            }
        }
        long version = stored.version();
        plan(0);
        assertThat(stored.version()).as("nothing moves that need not").isEqualTo(version);
    }

    private void start(String name) {
        Process old = running.get(name);
        if (old != null && random.nextInt(4) > 0) {
            return; // rarely, a second process of the same name while the first still runs
        }
        Process process = new Process(name, "i" + ++instances);
        note("%s starts as %s", name, process.instance);
        running.put(name, process);
        all.add(process);
    }

    private void kill(Process process) {
        note("%s is killed", process);
        process.alive = false;
        running.remove(process.name, process);
    }

    private void restartCoordinator() {
        if (random.nextInt(12) == 0) {
            loseTable();
        } else if (random.nextInt(4) == 0) {
            note("the coordinator restarts");
            roster = new Roster();
            roster.follow(stored, Map.of(), now);
            chores = Plan.Chores.NONE;
            waiting.clear();
            connectedAt = now;
        }
    }

    /** Whoever can be heard reports; the others may be dead, or are from now on. */
    private void loseTable() {
        List<Heartbeat> heard = new ArrayList<>();
        for (Process process : running.values()) {
            if (process.id != null && !process.cutOff && connected) {
                heard.add(process.reporting());
            }
        }
        Rebuild rebuild = new Rebuild(SLOTS, heard);
        if (!rebuild.hasReports()) {
            return;
        }
        AssignmentTable lost = stored;
        stored = rebuild.table();
        losses++;
        note("table %d is lost and rebuilt: %s", lost.version(), brief(stored));
        for (int i = 0; i < SLOTS; i++) {
            Incarnation owner = stored.slot(i).owner();
            if (owner != null) {
                assertThat(ownerOfEpoch.get(stored.slot(i).epoch())).isEqualTo(owner);
            }
        }
        assertThat(stored.version()).isGreaterThan(lost.version());
        assertThat(stored.epochs()).isGreaterThan(lost.epochs());
        assertThat(stored.incarnations()).isGreaterThan(lost.incarnations());
        everDead.clear();
        roster = new Roster();
        roster.follow(stored, Map.of(), now);
        roster.takeJournals(rebuild.journals(), now);
        chores = Plan.Chores.NONE;
        waiting.clear();
        connectedAt = now;
    }

    private void connection(boolean up) {
        if (up && !connected) {
            connectedAt = now;
        }
        connected = up;
    }

    private void pass(long millis) {
        now += millis;
    }

    /** @param trouble 1: the table is not stored; 2: it is, but the coordinator crashes before it tells */
    private void plan(int trouble) {
        for (int i = 0; i < 10; i++) {
            Plan plan = planner.plan(new Observation(stored, roster.views(config.deadAfterMillis()),
                    List.copyOf(waiting.keySet()), roster.journals(), now, connected, connectedAt,
                    roster.reportedAt()));
            chores = plan.chores();
            check(chores);
            if (!(plan instanceof Plan.Change change)) {
                return;
            }
            if (trouble == 1) {
                return;
            }
            check(change);
            stored = change.next();
            tables++;
            note("table %d %s: %s", stored.version(), change.deaths(), brief(stored));
            if (trouble == 2) {
                note("the coordinator crashes before it tells");
                roster = new Roster();
                roster.follow(stored, Map.of(), now);
                waiting.clear();
                chores = Plan.Chores.NONE;
                connectedAt = now;
                return;
            }
            roster.follow(stored, change.registered(), now);
            change.registered().forEach((asked, id) -> {
                Process process = waiting.remove(asked);
                if (process != null && process.alive && !process.cutOff) {
                    process.registered(id);
                }
            });
            chores = Plan.Chores.NONE;
        }
        throw new AssertionError("the planner does not come to an end");
    }

    private void check(Plan.Chores told) {
        told.delete().values().forEach(all -> all.forEach(journal -> {
            assertThat(stored.living()).doesNotContain(journal);
            assertThat(stored.slots()).allSatisfy(slot -> assertThat(slot.adopt()).doesNotContain(journal));
        }));
        told.trySeal().forEach((sealer, silent) -> assertThat(silent).doesNotContain(sealer));
    }

    private void check(Plan.Change change) {
        AssignmentTable next = change.next();
        assertThat(next.version()).isEqualTo(stored.version() + 1);
        assertThat(next.incarnations()).isGreaterThanOrEqualTo(stored.incarnations());
        deaths += change.deaths().size();
        for (Incarnation dead : change.deaths().keySet()) {
            assertThat(next.living()).doesNotContain(dead);
            everDead.add(dead);
        }
        assertThat(next.living()).as("nobody rises from the dead").noneMatch(everDead::contains);
        Map<Incarnation, WorkerView> views = new HashMap<>();
        roster.views(config.deadAfterMillis()).forEach(v -> views.put(v.id(), v));
        for (int i = 0; i < SLOTS; i++) {
            check(i, stored.slot(i), next.slot(i), next, views);
        }
    }

    private void check(int number, SlotAssignment before, SlotAssignment after, AssignmentTable next,
            Map<Incarnation, WorkerView> views) {
        if (after.equals(before)) {
            return;
        }
        Incarnation owner = after.owner();
        assertThat(after.epoch()).isGreaterThanOrEqualTo(before.epoch()).isLessThanOrEqualTo(next.epochs());
        if (owner == null) {
            return;
        }
        Incarnation first = ownerOfEpoch.putIfAbsent(after.epoch(), owner);
        if (first != null) {
            assertThat(owner).as("one owner in epoch %d of slot %d", after.epoch(), number).isEqualTo(first);
        }
        if (owner.equals(before.owner()) && after.epoch() == before.epoch()) {
            return;
        }
        assertThat(after.epoch()).as("a new owner has a new epoch").isGreaterThan(stored.epochs());
        assertThat(views.get(owner)).as("who is given a slot").satisfies(v -> {
            assertThat(v.ready()).isTrue();
            assertThat(v.draining()).isFalse();
            assertThat(next.living()).contains(owner);
        });
        Incarnation from = before.owner();
        if (from != null && next.living().contains(from) && !views.get(from).draining()) {
            handovers++;
            assertThat(after.awaits()).isEqualTo(from);
            int donor = CoordinatorStatus.owned(next, from) + 1;
            int taker = CoordinatorStatus.owned(next, owner);
            assertThat((double) donor / config.weightOf(from.worker()))
                    .as("slot %d need not have moved from %s to %s", number, from, owner)
                    .isGreaterThan((double) taker / config.weightOf(owner.worker()));
        }
    }

    private static String brief(AssignmentTable table) {
        StringBuilder text = new StringBuilder(table.living().toString());
        for (SlotAssignment s : table.slots()) {
            text.append(' ').append(s.owner()).append('@').append(s.epoch());
            if (s.awaits() != null) {
                text.append('<').append(s.awaits());
            }
            if (!s.adopt().isEmpty()) {
                text.append('+').append(s.adopt());
            }
        }
        return text.toString();
    }

    private <T> Optional<T> anyOf(Collection<T> some) {
        return some.isEmpty()
                ? Optional.empty()
                : some.stream().skip(random.nextInt(some.size())).findFirst();
    }

    private void note(String format, Object... args) {
        events.add(now + " " + String.format(format, args));
        if (events.size() > 200) {
            events.removeFirst();
        }
    }

    /** A worker, by the letter of the contract. */
    private final class Process {
        final String name;
        final String instance;
        @Nullable
        Incarnation id;
        boolean alive = true;
        boolean ready;
        boolean draining;
        boolean saidDraining;
        boolean cutOff;
        long unforced;
        long forced;
        boolean reportWanted;
        AssignmentTable known = AssignmentTable.empty(SLOTS);
        /** Slot to the epoch in which it is served. */
        final Map<Integer, Long> serving = new TreeMap<>();
        final Set<Released> released = new LinkedHashSet<>();
        final Set<Adopted> adopted = new LinkedHashSet<>();
        final Set<Incarnation> hasSealed = new LinkedHashSet<>();

        Process(String name, String instance) {
            this.name = name;
            this.instance = instance;
        }

        Incarnation incarnation() {
            if (id == null) {
                throw new AssertionError(this + " is not registered");
            }
            return id;
        }

        void registered(Incarnation given) {
            id = given;
        }

        boolean fenced() {
            return id != null && (sealed.contains(id) || (ready && !journals.contains(id)));
        }

        void work() {
            if (id == null) {
                return;
            }
            if (fenced()) {
                note("%s notices that it is fenced", this);
                kill(this);
                return;
            }
            if (!ready && random.nextBoolean()) {
                ready = true;
                journals.add(id);
            }
            if (unforced == 0) {
                forced++;
            }
            follow();
            for (int slot : serving.keySet()) {
                if (random.nextInt(4) == 0) {
                    unapplied(slot).add(id);
                } else if (random.nextInt(6) == 0) {
                    unapplied(slot).remove(id);
                }
            }
        }

        /** Does what the table that it knows asks of it. */
        private void follow() {
            for (int i = 0; i < SLOTS; i++) {
                SlotAssignment slot = known.slot(i);
                boolean mine = incarnation().equals(slot.owner());
                if (incarnation().equals(slot.awaits())) {
                    if (random.nextInt(3) > 0) {
                        unapplied(i).remove(incarnation());
                        serving.remove(i);
                        released.add(new Released(i, slot.epoch()));
                    }
                } else if (!mine) {
                    serving.remove(i);
                } else if (slot.awaits() == null && hasAdoptedAll(i, slot)) {
                    serve(i, slot);
                } else {
                    adopt(i, slot);
                }
            }
        }

        private boolean hasAdoptedAll(int number, SlotAssignment slot) {
            return slot.adopt().stream().allMatch(j -> adopted.contains(new Adopted(number, slot.epoch(), j)));
        }

        private void adopt(int number, SlotAssignment slot) {
            for (Incarnation journal : slot.adopt()) {
                if (random.nextInt(3) > 0 && canSeal(journal)) {
                    seal(journal);
                    if (unapplied(number).remove(journal)) {
                        unapplied(number).add(incarnation());
                    }
                    adopted.add(new Adopted(number, slot.epoch(), journal));
                    adoptions++;
                }
            }
        }

        private void serve(int number, SlotAssignment slot) {
            Long before = serving.put(number, slot.epoch());
            if (before != null && before == slot.epoch()) {
                return;
            }
            assertThat(unapplied(number)).as("%s serves slot %d and misses changes", this, number)
                    .isSubsetOf(Set.of(incarnation()));
            for (Process other : all) {
                assertThat(other != this && other.alive && !other.fenced() && other.serving.containsKey(number))
                        .as("%s serves slot %d while %s does", this, number, other).isFalse();
            }
        }

        /** A process that lives holds its lock, until it sees that {@code release} was written. */
        private boolean canSeal(Incarnation journal) {
            return sealed.contains(journal) || !journals.contains(journal)
                    || all.stream().noneMatch(p -> p.alive && journal.equals(p.id)) || random.nextBoolean();
        }

        private void seal(Incarnation journal) {
            if (journals.contains(journal)) {
                sealed.add(journal);
            }
        }

        /** With what it holds, for a coordinator that has lost its table. */
        Heartbeat reporting() {
            List<Heartbeat.Report.Held> held = new ArrayList<>();
            for (int i = 0; i < SLOTS; i++) {
                SlotAssignment slot = known.slot(i);
                Long epoch = serving.get(i);
                if (epoch != null) {
                    held.add(new Heartbeat.Report.Held(i, new SlotAssignment(id, epoch, null, List.of())));
                } else if (incarnation().equals(slot.owner())) {
                    held.add(new Heartbeat.Report.Held(i, slot));
                }
            }
            reserved = reserved.orHigher(known.numbers()).plus(1 << 20);
            return new Heartbeat(name, incarnation().number(), instance, ready, draining, known.version(), unforced,
                    forced, List.of(), List.of(), List.of(), List.of(), List.of(), Load.NONE,
                    new Heartbeat.Report(held, List.copyOf(journals), List.copyOf(sealed), reserved));
        }

        void heartbeat() {
            if (cutOff || !connected) {
                return;
            }
            Heartbeat.Report report = reportWanted
                    ? new Heartbeat.Report(List.of(), List.copyOf(journals), List.copyOf(sealed), Numbers.NONE)
                    : null;
            saidDraining |= draining;
            Heartbeat heartbeat = new Heartbeat(name, id == null ? 0 : id.number(), instance, ready, draining,
                    known.version(), unforced, forced, List.copyOf(released), List.copyOf(adopted),
                    List.copyOf(hasSealed), List.of(), List.of(), Load.NONE, report);
            if (id == null) {
                Registration asked = new Registration(name, instance);
                Incarnation given = roster.registered(asked);
                if (given == null) {
                    waiting.put(asked, this);
                } else {
                    id = given;
                }
                return;
            }
            Member member = roster.member(id);
            if (member == null) {
                note("%s is told that it is dead", this);
                roster.hearDead(id);
                kill(this);
                return;
            }
            member.hear(heartbeat, now);
            if (report != null) {
                roster.takeJournals(report.journals(), now);
            }
            if (random.nextInt(5) > 0) {
                reply();
            }
        }

        private void reply() {
            reportWanted = chores.report().contains(id);
            for (Incarnation journal : chores.trySeal().getOrDefault(id, List.of())) {
                if (journals.contains(journal) && all.stream().noneMatch(p -> p.alive && journal.equals(p.id))) {
                    seal(journal);
                    hasSealed.add(journal);
                }
            }
            for (Incarnation journal : chores.delete().getOrDefault(id, List.of())) {
                for (int i = 0; i < SLOTS; i++) {
                    assertThat(unapplied(i)).as("journals needed for slot %d", i).doesNotContain(journal);
                }
                journals.remove(journal);
            }
            known = stored;
            released.removeIf(r -> known.slot(r.slot()).epoch() != r.epoch() || known.slot(r.slot()).awaits() == null);
            adopted.removeIf(a -> !known.slot(a.slot()).adopt().contains(a.journal()));
        }

        private Set<Incarnation> unapplied(int slot) {
            return unapplied.computeIfAbsent(slot, s -> new TreeSet<>());
        }

        @Override
        public String toString() {
            return id == null ? name + "/" + instance : id.toString();
        }
    }
}
