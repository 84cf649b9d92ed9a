// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.natspersist.operator.crd.PersistCluster;
import io.natspersist.protocol.StreamName;
import io.natspersist.protocol.table.AssignmentTable;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.protocol.table.SlotAssignment;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlaceTest {

    private static final StreamName NOTES = new StreamName("projects.42.Notes");
    private static final Incarnation OWNER = new Incarnation("main-worker-x", 4);
    private static final Incarnation OTHER = new Incarnation("main-worker-y", 3);
    private static final Pod POD = new PodBuilder().withNewMetadata().withName("main-worker-x").endMetadata()
            .withNewSpec().withNodeName("node1").endSpec().withNewStatus().withPhase("Running").addNewCondition()
            .withType("Ready").withStatus("True").endCondition().endStatus().build();
    private static final PersistCluster CLUSTER = Serialization.unmarshal("""
            apiVersion: natspersist.io/v1alpha1
            kind: PersistCluster
            metadata: {name: main}
            spec: {nats: {url: "nats://nats", prefix: shop.streams}, storage: {existingClaim: c}}
            """, PersistCluster.class);

    private static Place place(SlotAssignment entry, Pod... pods) {
        return Place.of(NOTES, CLUSTER, new AssignmentTable(1, 4, 7, List.of(entry)), List.of(pods));
    }

    @Test
    void aServedStreamHasWorkerNodeAndSubject() {
        assertThat(place(new SlotAssignment(OWNER, 7, null, List.of()), POD).lines()).containsExactly(
                "cluster         main",
                "slot            0 of 1",
                "served by       main-worker-x.4",
                "node            node1",
                "pod             Ready",
                "epoch           7",
                "requests go to  shop.streams.worker.main-worker-x.<op>.projects.42.Notes",
                "its file        streams/0/projects/42/+notes.*.db");
    }

    @Test
    void aMoveAndATakeoverAreSaid() {
        assertThat(place(new SlotAssignment(OWNER, 7, OTHER, List.of())).lines())
                .contains("pod             is there no more", "waits for       main-worker-y.3 to let go of it");
        assertThat(place(new SlotAssignment(OWNER, 7, null, List.of(OTHER)), POD).lines())
                .contains("takes over      the journal of main-worker-y.3");
    }

    @Test
    void aSlotOfNobodyIsSaid() {
        assertThat(place(SlotAssignment.NONE, POD).lines()).contains("served by       nobody just now")
                .noneMatch(line -> line.startsWith("requests"));
    }

    @Test
    void theSlotIsThatOfTheNameInATableOfThatSize() {
        AssignmentTable table = AssignmentTable.empty(1_024);
        assertThat(Place.of(NOTES, CLUSTER, table, List.of()).slot()).isEqualTo(NOTES.slot(1_024));
    }
}
