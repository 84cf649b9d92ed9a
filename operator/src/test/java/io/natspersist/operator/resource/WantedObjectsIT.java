// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator.resource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.natspersist.operator.Kubernetes;
import io.natspersist.operator.crd.PersistCluster;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The golden cases, told to a real API server that enforces the restricted pod security standard. */
@Tag("kubernetes")
class WantedObjectsIT {

    private static KubernetesClient client;
    private static String namespace;

    @BeforeAll
    static void connect() {
        client = Kubernetes.shared().client();
        namespace = Kubernetes.shared().namespace();
    }

    @AfterAll
    static void remove() {
        Kubernetes.shared().remove(namespace);
    }

    @ParameterizedTest
    @MethodSource("io.natspersist.operator.resource.WantedObjectsTest#cases")
    void everyObjectIsTaken(String name) throws IOException {
        PersistCluster cluster = inThisNamespace(name);

        assertThat(WantedObjects.of(cluster, WantedObjectsTest.surroundings(name)))
                .allSatisfy(object -> assertThat(taken(object)).extracting(o -> o.getMetadata().getUid()).isNotNull());
    }

    @ParameterizedTest
    @MethodSource("io.natspersist.operator.resource.WantedObjectsTest#cases")
    void podsAreAsTheRestrictedStandardWantsThemUnlessTheyMountNfs(String name) throws IOException {
        PersistCluster cluster = inThisNamespace(name);
        PodTemplateSpec template = WorkerPod.of(cluster, "registry.example/worker:1",
                WantedObjectsTest.surroundings(name));
        template.getSpec().setServiceAccountName(null);
        template.getSpec().setPriorityClassName(null);
        Pod pod = new PodBuilder().withNewMetadata().withName("a-worker").withNamespace(namespace).endMetadata()
                .withSpec(template.getSpec()).build();

        if (name.equals("nfs")) {
            assertThatThrownBy(() -> client.resource(pod).dryRun().create())
                    .hasMessageContaining("restricted volume types");
        } else {
            assertThat(client.resource(pod).dryRun().create().getMetadata().getUid()).isNotNull();
        }
    }

    @Test
    void theOwnerOfAClaimWhoseDataStaysIsNobody() throws IOException {
        assertThat(DataClaim.of(inThisNamespace("minimal"))).hasValueSatisfying(
                claim -> assertThat(taken(claim).getMetadata().getOwnerReferences()).isEmpty());
        assertThat(DataClaim.of(inThisNamespace("everything"))).hasValueSatisfying(
                claim -> assertThat(taken(claim).getMetadata().getOwnerReferences()).hasSize(1));
    }

    private static HasMetadata taken(HasMetadata object) {
        return client.resource(object).dryRun().fieldManager("test").serverSideApply();
    }

    private static PersistCluster inThisNamespace(String name) throws IOException {
        PersistCluster cluster = WantedObjectsTest.cluster(name);
        cluster.getMetadata().setNamespace(namespace);
        return cluster;
    }
}
