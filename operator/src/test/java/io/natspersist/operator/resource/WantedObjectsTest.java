// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator.resource;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.natspersist.operator.Kubernetes;
import io.natspersist.operator.crd.PersistCluster;
import io.natspersist.protocol.Json;
import io.natspersist.protocol.StreamConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A folder per case: from in.yaml come the objects of out.yaml. With -Dgolden.write=true these are written, else compared. */
class WantedObjectsTest {

    private static final Path CASES = Kubernetes.root()
            .resolve("operator/src/test/resources/io/natspersist/operator/resource");

    static Stream<String> cases() throws IOException {
        try (Stream<Path> folders = Files.list(CASES)) {
            return folders.map(folder -> folder.getFileName().toString()).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void objectsAreAsTheFolderSays(String name) throws IOException {
        String objects = WantedObjects.of(cluster(name), surroundings(name)).stream()
                .map(Serialization::asYaml).collect(Collectors.joining());

        Path golden = CASES.resolve(name).resolve("out.yaml");
        if (Boolean.getBoolean("golden.write")) {
            Files.writeString(golden, objects);
        }
        assertThat(golden).content().isEqualTo(objects);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyObjectSaysWhoMadeItAndForWhom(String name) throws IOException {
        PersistCluster cluster = cluster(name);

        assertThat(WantedObjects.of(cluster, surroundings(name))).allSatisfy(object -> {
            assertThat(object.getMetadata().getLabels()).containsAllEntriesOf(Labels.of(cluster));
            assertThat(object.getMetadata().getNamespace()).isEqualTo(cluster.getMetadata().getNamespace());
            assertThat(isOwned(object) || object.getKind().equals("PersistentVolumeClaim")).isTrue();
        });
    }

    /** As a worker reads its file. */
    private record Rule(String prefix, StreamConfig config) {}

    @Test
    void workersUnderstandTheStreamDefaults() throws IOException {
        String json = WorkerConfigMap.streamDefaults(cluster("everything"));

        assertThat(Json.readKnown(json.getBytes(StandardCharsets.UTF_8), Rule[].class)).containsExactly(
                new Rule("terminals", new StreamConfig(null, null, 86_400_000L, null, null, null,
                        StreamConfig.Discard.OLD, null, StreamConfig.Durability.EPHEMERAL)),
                new Rule("", new StreamConfig(null, 1_000_000L, null, null, null, null, StreamConfig.Discard.NEW, null,
                        null)));
    }

    private static boolean isOwned(HasMetadata object) {
        return object.getMetadata().getOwnerReferences().stream().anyMatch(owner -> owner.getController());
    }

    static PersistCluster cluster(String name) throws IOException {
        return Serialization.unmarshal(Files.readString(CASES.resolve(name).resolve("in.yaml")), PersistCluster.class);
    }

    static Surroundings surroundings(String name) {
        return new Surroundings(name.equals("no-image") ? null : "registry.example/persist-worker:1.2.3", "uid-17",
                name.equals("tiering-secret") ? "uid-18" : null);
    }
}
