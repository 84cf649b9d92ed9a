// SPDX-License-Identifier: Apache-2.0
package io.natspersist.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.coordinator.Observation.Registration;
import io.natspersist.protocol.table.AssignmentTable;
import io.natspersist.protocol.table.Heartbeat.Adopted;
import io.natspersist.protocol.table.Heartbeat.Load;
import io.natspersist.protocol.table.Heartbeat.Released;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.protocol.table.SlotAssignment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The cases of {@code planner-cases.txt}, which says how to read them. A new case costs no code. */
class PlannerTest {

    private static final long NOW = 1_000_000;

    record Case(String name, List<String> given, List<String> then) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        List<Case> cases = new ArrayList<>();
        for (String block : resource().split("\n\n+")) {
            List<String> lines = block.lines().filter(line -> !line.startsWith("#")).toList();
            if (!lines.isEmpty()) {
                cases.add(new Case(lines.getFirst(),
                        lines.stream().filter(l -> l.startsWith("  ") && !l.startsWith("  =>")).map(String::strip)
                                .toList(),
                        lines.stream().filter(l -> l.startsWith("  =>")).map(l -> l.substring(4).strip()).toList()));
            }
        }
        return cases.stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void thePlanIsAsTheCaseSays(Case example) {
        Builder builder = new Builder();
        example.given().forEach(builder::read);
        Observation seen = builder.build();

        Plan plan = new Planner(builder.config()).plan(seen);

        assertThat(describe(seen, plan)).isEqualTo(example.then());
    }

    private static List<String> describe(Observation seen, Plan plan) {
        List<String> lines = new ArrayList<>();
        if (plan instanceof Plan.Change change) {
            change.registered().forEach((asked, id) -> lines.add("registered " + asked.instance() + " as " + id));
            change.deaths().forEach((id, death) -> lines.add("dead " + id + " " + death));
            lines.add(
                    "slots " + change.next().slots().stream().map(PlannerTest::text).collect(Collectors.joining(" ")));
        } else {
            lines.add("keep");
        }
        Plan.Chores chores = plan.chores();
        new TreeMap<>(chores.trySeal()).forEach((by, journals) -> lines.add(by + " seals " + journals));
        new TreeMap<>(chores.delete()).forEach((by, journals) -> lines.add(by + " deletes " + journals));
        chores.report().forEach(by -> lines.add(by + " reports"));
        assertThat(seen.table().version()).isEqualTo(5);
        return lines;
    }

    /** owner@epoch, {@code <awaited}, {@code +journal+journal}; {@code -}: nobody. */
    private static String text(SlotAssignment slot) {
        return (slot.owner() == null ? "-" : slot.owner()) + "@" + slot.epoch()
                + (slot.awaits() == null ? "" : "<" + slot.awaits())
                + slot.adopt().stream().map(j -> "+" + j).collect(Collectors.joining());
    }

    private static SlotAssignment slot(String text) {
        String[] journals = text.split("\\+");
        String[] awaits = journals[0].split("<");
        String[] owner = awaits[0].split("@");
        return new SlotAssignment(owner[0].equals("-") ? null : Incarnation.parse(owner[0]), Long.parseLong(owner[1]),
                awaits.length > 1 ? Incarnation.parse(awaits[1]) : null,
                Arrays.stream(journals).skip(1).map(Incarnation::parse).toList());
    }

    private static String resource() {
        try (var in = PlannerTest.class.getResourceAsStream("planner-cases.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An observation from the lines of a case. */
    private static final class Builder {
        private final List<SlotAssignment> slots = new ArrayList<>();
        private final Map<Incarnation, WorkerView> workers = new TreeMap<>();
        private final List<Registration> asked = new ArrayList<>();
        private final Set<Incarnation> journals = new HashSet<>();
        private final Map<String, Integer> weights = new TreeMap<>();
        private int batch = 100;
        private long connectedAt = NOW - 3_600_000;
        private boolean connected = true;
        private long reportedAt = NOW - 100_000;

        void read(String line) {
            String[] words = line.split("\\s+");
            switch (words[0]) {
                case "slots" -> Arrays.stream(words).skip(1).map(PlannerTest::slot).forEach(slots::add);
                case "worker" -> worker(words);
                case "asks" -> asked.add(new Registration(words[1], words[2]));
                case "journals" -> Arrays.stream(words).skip(1).map(Incarnation::parse).forEach(journals::add);
                case "batch" -> batch = Integer.parseInt(words[1]);
                case "weight" -> weights.put(words[1], Integer.parseInt(words[2]));
                case "connected" -> connectedAt = NOW - Long.parseLong(words[1]);
                case "disconnected" -> connected = false;
                case "unreported" -> reportedAt = Observation.NEVER;
                default -> throw new IllegalArgumentException(line);
            }
        }

        private void worker(String[] words) {
            Incarnation id = Incarnation.parse(words[1]);
            boolean ready = true;
            boolean draining = false;
            boolean gone = false;
            long registeredAt = Observation.NEVER;
            long heardAt = NOW - 500;
            long stuckSince = WorkerView.NOT_STUCK;
            long forcedAfter = NOW - 2_000;
            List<Released> released = new ArrayList<>();
            List<Adopted> adopted = new ArrayList<>();
            List<Incarnation> sealed = new ArrayList<>();
            List<Integer> immovable = new ArrayList<>();
            List<Integer> unsettled = new ArrayList<>();
            Load load = Load.NONE;
            for (int i = 2; i < words.length; i++) {
                String[] word = words[i].split("[=,]");
                switch (word[0]) {
                    case "unready" -> ready = false;
                    case "unheard" -> heardAt = Observation.NEVER;
                    case "draining" -> draining = true;
                    case "gone" -> gone = true;
                    case "registered" -> registeredAt = NOW - Long.parseLong(word[1]);
                    case "silent" -> heardAt = NOW - Long.parseLong(word[1]);
                    case "stuck" -> stuckSince = NOW - Long.parseLong(word[1]);
                    case "forced" -> forcedAfter = NOW - Long.parseLong(word[1]);
                    case "released" -> released.add(new Released(Integer.parseInt(word[1]), Long.parseLong(word[2])));
                    case "adopted" -> adopted.add(new Adopted(Integer.parseInt(word[1]), Long.parseLong(word[2]),
                            Incarnation.parse(word[3])));
                    case "immovable" -> immovable.add(Integer.parseInt(word[1]));
                    case "unsettled" -> unsettled.add(Integer.parseInt(word[1]));
                    case "open" -> load = new Load(Long.parseLong(word[1]), 0, 0);
                    case "sealed" -> sealed.add(Incarnation.parse(word[1]));
                    default -> throw new IllegalArgumentException(words[i]);
                }
            }
            workers.put(id, new WorkerView(id, ready, draining, gone, registeredAt, heardAt,
                    load, stuckSince, forcedAfter, released, adopted, sealed, immovable, unsettled));
        }

        CoordinatorConfig config() {
            return new CoordinatorConfig("persist.test", slots.size(), 1_000, 6_000, batch, 6_000, weights);
        }

        Observation build() {
            return new Observation(new AssignmentTable(5, 9, 20, List.copyOf(workers.keySet()), slots),
                    List.copyOf(workers.values()), asked, journals, NOW, connected, connectedAt, reportedAt);
        }
    }
}
