// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.kubernetes;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.kubernetes.api.model.Pod;
import io.natspersist.operator.crd.PersistCluster;
import io.natspersist.protocol.StreamName;
import io.natspersist.protocol.StreamPath;
import io.natspersist.protocol.Subjects;
import io.natspersist.protocol.table.AssignmentTable;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.protocol.table.SlotAssignment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a stream is served, by the assignment table alone. The stream need not exist.
 *
 * @param worker with its incarnation; absent: nobody serves the slot
 * @param node absent where no node has the worker's pod, or it has none
 * @param state what the pod does, in a word; absent where there is none
 * @param awaits who has to let go of it first
 * @param adopts whose journals have to be taken over first
 * @param requests what the subjects of requests begin with; absent: nobody listens
 * @param file on the volume, or on the own disk of the worker, with the epoch of its last owner in place of the star
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Place(String stream, String cluster, int slot, int slots, @Nullable String worker, long epoch,
        @Nullable String node, @Nullable String state, @Nullable String awaits, List<String> adopts,
        @Nullable String requests, String file) {

    static Place of(StreamName stream, PersistCluster cluster, AssignmentTable table, List<Pod> pods) {
        int slots = table.slots().size();
        int slot = stream.slot(slots);
        SlotAssignment entry = table.slot(slot);
        Incarnation owner = entry.owner();
        Pod pod = pods.stream().filter(each -> owner != null && each.getMetadata().getName().equals(owner.worker()))
                .findFirst().orElse(null);
        return new Place(stream.value(), cluster.getMetadata().getName(), slot, slots,
                owner == null ? null : owner.toString(), entry.epoch(),
                pod == null ? null : pod.getSpec().getNodeName(),
                pod == null ? null : new PodState(pod).word(),
                entry.awaits() == null ? null : entry.awaits().toString(),
                entry.adopt().stream().map(Incarnation::toString).toList(),
                owner == null
                        ? null
                        : new Subjects(cluster.prefix()).operation(owner.worker(), "<op>", stream),
                "streams/" + slot + "/" + StreamPath.of(stream) + ".*.db");
    }

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("cluster         " + cluster);
        lines.add("slot            %d of %,d".formatted(slot, slots));
        lines.add("served by       " + (worker == null ? "nobody just now" : worker));
        if (worker != null) {
            lines.add("node            " + (node == null ? "-" : node));
            lines.add("pod             " + (state == null ? "is there no more" : state));
        }
        lines.add("epoch           " + epoch);
        if (awaits != null) {
            lines.add("waits for       " + awaits + " to let go of it");
        }
        if (!adopts.isEmpty()) {
            lines.add("takes over      the journal of " + String.join(", ", adopts));
        }
        if (requests != null) {
            lines.add("requests go to  " + requests);
        }
        lines.add("its file        " + file);
        return lines;
    }
}
