// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.natspersist.coordinator.CoordinatorConfig;
import io.natspersist.coordinator.TableStore;
import io.natspersist.protocol.table.AssignmentTable;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.protocol.table.SlotAssignment;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kubernetes")
class ConfigMapTableStoreIT {

    private static final AssignmentTable FIRST = table(1);
    private static final AssignmentTable SECOND = table(2);
    private static final AssignmentTable THIRD = table(3);

    private final KubernetesClient client = Kubernetes.shared().client();
    private ObjectMeta metadata;
    private ConfigMapTableStore store;

    @BeforeEach
    void open() {
        metadata = new ObjectMetaBuilder().withNamespace(Kubernetes.shared().namespace()).withName("main-table")
                .withLabels(Map.of("a", "b")).build();
        store = new ConfigMapTableStore(client, metadata);
    }

    @AfterEach
    void remove() {
        Kubernetes.shared().remove(metadata.getNamespace());
    }

    @Test
    void anAbsentTableIsNoError() throws IOException {
        assertThat(store.load()).isEmpty();
    }

    @Test
    void aTableIsStoredOnlyInPlaceOfTheExpectedOne() throws IOException {
        assertThat(store.store(FIRST, 0)).isEqualTo(new TableStore.Outcome.Stored());

        assertThat(store.store(SECOND, 0)).isEqualTo(new TableStore.Outcome.Conflict(1));
        assertThat(store.store(THIRD, 2)).isEqualTo(new TableStore.Outcome.Conflict(1));
        assertThat(store.store(SECOND, 1)).isEqualTo(new TableStore.Outcome.Stored());
        assertThat(another().load()).contains(SECOND);
        assertThat(there().getMetadata().getLabels()).containsEntry("a", "b");
    }

    @Test
    void whoComesLateIsToldSo() throws IOException {
        store.store(FIRST, 0);
        ConfigMapTableStore successor = another();
        successor.load();
        successor.store(SECOND, 1);

        assertThat(store.store(SECOND, 1)).isEqualTo(new TableStore.Outcome.Conflict(2));
        assertThat(store.load()).contains(SECOND);
    }

    @Test
    void aTableThatVanishedIsStoredAnewWhenThatIsExpected() throws IOException {
        store.store(FIRST, 0);
        client.resource(there()).delete();

        assertThat(store.store(SECOND, 1)).isEqualTo(new TableStore.Outcome.Conflict(0));
        assertThat(store.store(SECOND, 0)).isEqualTo(new TableStore.Outcome.Stored());
    }

    @Test
    void whatAPersonSpoiltIsPutRightByWhoKnowsTheTable() throws IOException {
        store.store(FIRST, 0);
        store.store(SECOND, 1);

        spoil(Map.of("table.json", "nonsense"));
        assertThat(store.repair()).isTrue();
        assertThat(another().load()).contains(SECOND);

        spoil(Map.of());
        assertThat(store.store(THIRD, 2)).isEqualTo(new TableStore.Outcome.Stored());

        spoil(TableText.of(FIRST).into(there()).getData());
        assertThat(store.load()).contains(THIRD);
        assertThat(another().load()).contains(THIRD);

        client.resource(there()).delete();
        assertThat(store.repair()).isTrue();
        assertThat(another().load()).contains(THIRD);
        assertThat(store.repair()).isFalse();
    }

    @Test
    void aNewerTableIsAnothersAndLeftAlone() throws IOException {
        store.store(FIRST, 0);
        spoil(TableText.of(THIRD).into(there()).getData());

        assertThat(store.repair()).isFalse();
        assertThat(store.store(SECOND, 1)).isEqualTo(new TableStore.Outcome.Conflict(3));
    }

    @Test
    void aDamagedTableThatNobodyKnowsIsAnErrorThatSaysWhatToDo() throws IOException {
        store.store(FIRST, 0);
        spoil(Map.of("table.json", there().getData().get("table.json").replace("1", "2")));

        assertThatThrownBy(() -> another().load()).isInstanceOf(IOException.class)
                .hasMessageContainingAll("is damaged", "delete it while the workers run", "main-table");
        ConfigMapTableStore late = another();
        assertThatThrownBy(() -> late.store(SECOND, 1)).hasMessageContaining("is damaged");
        assertThat(late.problem()).contains("is damaged");
    }

    @Test
    void theLargestTableFits() throws IOException {
        AssignmentTable largest = new AssignmentTable(1, 9, 9,
                Collections.nCopies(CoordinatorConfig.MOST_SLOTS, FIRST.slots().getFirst()));

        assertThat(store.store(largest, 0)).isEqualTo(new TableStore.Outcome.Stored());

        System.out.println("a table of " + CoordinatorConfig.MOST_SLOTS + " slots has "
                + there().getData().get("table.json").length() + " bytes");
        assertThat(another().load()).contains(largest);
    }

    private ConfigMapTableStore another() {
        return new ConfigMapTableStore(client, metadata);
    }

    private ConfigMap there() {
        return client.configMaps().inNamespace(metadata.getNamespace()).withName("main-table").require();
    }

    private void spoil(Map<String, String> data) {
        client.resource(there()).edit(map -> {
            map.setData(new java.util.HashMap<>(map.getData()));
            map.getData().clear();
            map.getData().putAll(data);
            return map;
        });
    }

    private static AssignmentTable table(long version) {
        return new AssignmentTable(version, 9, 9, List.of(
                new SlotAssignment(
                        new Incarnation("forty-letters-long-the-clusters-name-is0-worker-7c9d8b6f5d-x2x4z", 9),
                        9, null, List.of()),
                SlotAssignment.NONE));
    }
}
