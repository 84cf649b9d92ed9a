// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.kubernetes;

import io.fabric8.kubernetes.api.model.Pod;
import io.natspersist.cli.terminal.ExitCode;
import io.natspersist.cli.terminal.Failure;
import io.natspersist.operator.crd.PersistCluster;
import io.natspersist.operator.resource.Labels;
import io.natspersist.protocol.table.AssignmentTable;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.protocol.table.SlotAssignment;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One worker's pod is evicted, so that its streams move to others before it ends and another pod takes its place. Tells how it
 * goes on, and ends when every slot is served again by as many workers as were asked for.
 */
final class Drain {

    private static final long POLL_MILLIS = 500;

    private final Namespace namespace;
    private final PersistCluster cluster;
    private final Pod pod;
    private final Instant deadline;
    private final Consumer<String> progress;
    private @Nullable String said;

    /** @param deadline when to stop waiting; the worker goes on by itself */
    Drain(Namespace namespace, Pod pod, Instant deadline, Consumer<String> progress) {
        this.namespace = namespace;
        this.cluster = namespace.cluster(pod.getMetadata().getLabels().get(Labels.CLUSTER));
        this.pod = pod;
        this.deadline = deadline;
        this.progress = progress;
    }

    /** @throws Failure at the deadline */
    void run() throws InterruptedException {
        Instant began = Instant.now();
        say(name() + ": " + slots(held(namespace.table(cluster))));
        evict();
        while (isThere()) {
            say(name() + ": told to stop, " + slots(held(namespace.table(cluster))) + " left");
            pause("it has not ended");
        }
        say(name() + ": gone after " + Duration.between(began, Instant.now()).toSeconds() + " s");
        for (String missing = missing(); !missing.isEmpty(); missing = missing()) {
            say(cluster.getMetadata().getName() + ": " + missing);
            pause(missing);
        }
        say(cluster.getMetadata().getName() + ": every slot is served");
    }

    /** By the Eviction API, which asks the cluster's PodDisruptionBudget: one worker at a time. */
    private void evict() throws InterruptedException {
        while (isThere() && !namespace.client().pods().resource(pod).evict()) {
            say(name() + ": not evicted yet, as another worker is not ready");
            pause("its PodDisruptionBudget does not let it go");
        }
    }

    private boolean isThere() {
        Pod now = namespace.client().pods().resource(pod).get();
        return now != null && now.getMetadata().getUid().equals(pod.getMetadata().getUid())
                && !new PodState(now).isGone();
    }

    /** What is still to come; empty: nothing. */
    private String missing() {
        AssignmentTable table = namespace.table(cluster);
        long unserved = table.slots().stream().filter(slot -> !isServed(slot)).count();
        if (unserved > 0) {
            return slots(unserved) + " not served yet";
        }
        int wanted = ClusterView.wanted(cluster);
        long ready = namespace.workers(cluster).stream().filter(each -> new PodState(each).isReady()).count();
        return ready < wanted ? ready + " of " + wanted + " workers are ready" : "";
    }

    private boolean isServed(SlotAssignment slot) {
        return slot.owner() != null && !isOurs(slot.owner()) && slot.awaits() == null && slot.adopt().isEmpty();
    }

    private long held(AssignmentTable table) {
        return table.slots().stream().filter(slot -> isOurs(slot.owner()) || isOurs(slot.awaits())).count();
    }

    private boolean isOurs(@Nullable Incarnation worker) {
        return worker != null && worker.worker().equals(name());
    }

    private String name() {
        return pod.getMetadata().getName();
    }

    private static String slots(long count) {
        return count == 1 ? "1 slot" : "%,d slots".formatted(count);
    }

    private void say(String line) {
        if (!line.equals(said)) {
            said = line;
            progress.accept(line);
        }
    }

    private void pause(String whatIsMissing) throws InterruptedException {
        if (Instant.now().isAfter(deadline)) {
            throw new Failure(ExitCode.FAILED, name() + ": not waited for any longer: " + whatIsMissing
                    + "; 'kubectl persist status' says more");
        }
        Thread.sleep(POLL_MILLIS);
    }
}
