// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.kubernetes;

import static io.natspersist.cli.kubernetes.Problems.word;

import io.fabric8.kubernetes.api.model.Pod;
import io.natspersist.operator.crd.PersistClusterStatus;
import io.natspersist.operator.crd.PersistClusterStatus.SlotsStatus;
import io.natspersist.operator.crd.PersistClusterStatus.WorkerStatus;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A cluster's state, for people. */
final class StatusText {

    private static final String INDENT = "  ";

    private final ClusterView view;
    private final List<String> lines = new ArrayList<>();

    private StatusText(ClusterView view) {
        this.view = view;
    }

    static List<String> lines(ClusterView view) {
        StatusText text = new StatusText(view);
        text.summary();
        text.conditions();
        text.workers();
        text.problems();
        return List.copyOf(text.lines);
    }

    private void summary() {
        PersistClusterStatus status = view.status();
        lines.add(view.name() + " in " + view.namespace() + ": "
                + (status == null || status.phase() == null ? "unknown" : word(status.phase())));
        List<String> facts = new ArrayList<>();
        facts.add("%d of %d workers are ready".formatted(status == null ? 0 : orZero(status.readyReplicas()),
                view.wanted()));
        if (status != null && status.openStreams() != null) {
            facts.add("%,d streams are open".formatted(status.openStreams()));
        }
        if (status != null && status.slots() != null) {
            facts.add(slots(status.slots()));
        }
        facts.add("made " + Age.of(view.cluster().getMetadata().getCreationTimestamp(), view.now()) + " ago");
        lines.add(INDENT + String.join(", ", facts));
    }

    private static String slots(SlotsStatus slots) {
        return "%,d of %,d slots have an owner".formatted(slots.assigned(), slots.total())
                + (slots.moving() > 0 ? ", %,d are moving".formatted(slots.moving()) : "")
                + (slots.adopting() > 0 ? ", %,d are being taken over".formatted(slots.adopting()) : "");
    }

    private void conditions() {
        PersistClusterStatus status = view.status();
        if (status == null || status.conditions().isEmpty()) {
            return;
        }
        TextTable table = new TextTable("CONDITION", "STATUS", "REASON", "SINCE", "MESSAGE");
        status.conditions().forEach(c -> table.row(word(c.type()), word(c.status()), word(c.reason()),
                Age.of(c.lastTransitionTime(), view.now()), c.message()));
        section(table);
    }

    private void workers() {
        TextTable table = new TextTable("WORKER", "NODE", "AGE", "SLOTS", "STREAMS", "STATE");
        for (Pod pod : view.pods()) {
            WorkerStatus worker = view.workerIn(pod);
            String node = pod.getSpec().getNodeName();
            table.row(pod.getMetadata().getName(), node == null ? "-" : node,
                    Age.of(pod.getMetadata().getCreationTimestamp(), view.now()), number(worker, true),
                    number(worker, false), state(pod, worker));
        }
        view.workers().stream().filter(worker -> view.pod(worker.name()) == null)
                .forEach(worker -> table.row(worker.name(), "-", "-", number(worker, true), number(worker, false),
                        "has no pod"));
        if (view.pods().isEmpty() && view.workers().isEmpty()) {
            lines.add("");
            lines.add(INDENT + "There are no workers.");
        } else {
            section(table);
        }
    }

    private static String number(@Nullable WorkerStatus worker, boolean slots) {
        return worker == null ? "-" : "%,d".formatted(slots ? worker.slots() : worker.openStreams());
    }

    private static String state(Pod pod, @Nullable WorkerStatus worker) {
        PodState state = new PodState(pod);
        if (worker == null) {
            return state.word() + ", not known to the coordinator";
        }
        return worker.draining()
                ? state.word() + ", drains"
                : worker.ready() ? state.word() : state.word() + ", starts";
    }

    private void problems() {
        List<Problem> problems = Problems.of(view);
        lines.add("");
        if (problems.isEmpty()) {
            lines.add(INDENT + "Nothing is wrong.");
            return;
        }
        lines.add(INDENT + "To know, and what to do:");
        for (Problem problem : problems) {
            lines.add(INDENT + "- " + problem.what());
            if (!problem.whatToDo().isEmpty()) {
                lines.add(INDENT + "  > " + problem.whatToDo());
            }
        }
    }

    private void section(TextTable table) {
        lines.add("");
        table.lines().forEach(line -> lines.add(INDENT + line));
    }

    private static int orZero(@Nullable Integer number) {
        return number == null ? 0 : number;
    }
}
