// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.natspersist.operator.Kubernetes;
import io.natspersist.operator.crd.PersistCluster;
import io.natspersist.operator.crd.Reason;
import io.natspersist.protocol.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A folder per case: what is said of the objects in in.yaml, at noon, is out.txt, and for programs out.json. With
 * -Dgolden.write=true these are written, else compared.
 */
class StatusTest {

    private static final Path CASES = Kubernetes.root()
            .resolve("cli/src/test/resources/io/natspersist/cli/kubernetes/status");
    private static final Instant NOON = Instant.parse("2026-01-08T12:00:00Z");

    /** With these a person has nothing to do; or they are said of autoscaling, and never of a condition. */
    private static final Set<Reason> FINE = Set.of(Reason.AS_EXPECTED, Reason.ROLLING_OUT, Reason.SCALED_TO_ZERO,
            Reason.DELETING, Reason.WORKER_HUNG, Reason.CLAIM_BOUND, Reason.MOUNTED_BY_PODS, Reason.OWN_DISKS,
            Reason.STARTING,
            Reason.SCALED_UP, Reason.SCALED_DOWN, Reason.STABILIZING, Reason.SLOTS_MOVING, Reason.AT_MAX_REPLICAS,
            Reason.LOAD_UNKNOWN);

    static Stream<String> cases() throws IOException {
        try (Stream<Path> folders = Files.list(CASES)) {
            return folders.map(folder -> folder.getFileName().toString()).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theStateIsSaidAsTheFolderSays(String name) throws IOException {
        compare(CASES.resolve(name).resolve("out.txt"), String.join("\n", StatusText.lines(view(name))) + "\n");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void programsAreToldTheSame(String name) throws IOException {
        String json = new String(Json.write(StatusJson.of(view(name))), StandardCharsets.UTF_8);
        compare(CASES.resolve(name).resolve("out.json"), json + "\n");
    }

    @Test
    void thereIsAdviceOnEveryReasonThatNeedsSome() throws IOException {
        ClusterView view = view("serving");
        assertThat(Arrays.stream(Reason.values()).filter(reason -> Advice.of(reason, view).isEmpty()))
                .containsExactlyInAnyOrderElementsOf(FINE);
        assertThat(Arrays.stream(Reason.values()).map(reason -> Advice.of(reason, view)))
                .allSatisfy(advice -> assertThat(advice).doesNotContain("%"));
    }

    private static void compare(Path golden, String said) throws IOException {
        if (Boolean.getBoolean("golden.write")) {
            Files.writeString(golden, said);
        }
        assertThat(golden).content().isEqualTo(said);
    }

    private static ClusterView view(String name) throws IOException {
        String[] documents = Files.readString(CASES.resolve(name).resolve("in.yaml")).split("(?m)^---$");
        List<Pod> pods = Arrays.stream(documents).skip(1).map(text -> Serialization.unmarshal(text, Pod.class))
                .toList();
        return new ClusterView(Serialization.unmarshal(documents[0], PersistCluster.class), pods, NOON);
    }
}
