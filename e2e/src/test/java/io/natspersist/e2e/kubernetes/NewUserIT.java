// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.kubernetes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.cli.Main;
import io.natspersist.cli.terminal.Terminal;
import io.natspersist.client.PersistClient;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What somebody does who has only Docker: a k3s, the chart, one PersistCluster, one client; then kubectl persist. */
@Tag("kubernetes-k3s")
class NewUserIT {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @Test
    @Timeout(240)
    void afterTheChartAndOneObjectStreamsAreStoredAndWatched() {
        List<Path> images = Images.files();
        try (K3sCluster cluster = K3sCluster.start(images);
                Installation installation = new Installation(cluster, 1, null)) {
            installation.apply("""
                    apiVersion: natspersist.io/v1alpha1
                    kind: PersistCluster
                    metadata: {name: main}
                    spec:
                      nats: {url: "%s"}
                      storage: {existingClaim: %s}
                      workers:
                        replicas: 2
                        resources: {requests: {cpu: 50m, memory: 384Mi}, limits: {memory: 384Mi}}
                    """.formatted(installation.natsUrl(), Installation.CLAIM));
            installation.awaitReady("main", 2);
            PersistClient client = installation.connect("main");
            Traffic traffic = new Traffic(client, client, "first", 3);
            traffic.awaitMore(5);
            kubectlPersist(cluster, installation);
            traffic.finish();
        } finally {
            Images.remove(images);
        }
    }

    private void kubectlPersist(K3sCluster cluster, Installation installation) {
        assertThat(persist(cluster, installation, "status")).startsWith("main in " + installation.namespace())
                .contains("Nothing is wrong.");
        String place = persist(cluster, installation, "where", "first.0");
        assertThat(place).contains("pod             Ready", "requests go to  persist.main.worker.");
        String worker = place.replaceAll("(?s).*served by +(\\S+)\\.\\d+\\n.*", "$1");
        assertThat(persist(cluster, installation, "drain", worker)).contains(worker + ": gone after")
                .endsWith("main: every slot is served\n");
        assertThat(persist(cluster, installation, "where", "first.0")).doesNotContain(worker);
    }

    private String persist(K3sCluster cluster, Installation installation, String... words) {
        out.reset();
        PrintStream printed = new PrintStream(out, true, UTF_8);
        String[] line = new String[words.length + 5];
        line[0] = "kubectl";
        System.arraycopy(words, 0, line, 1, words.length);
        System.arraycopy(new String[]{"--namespace", installation.namespace(), "--kubeconfig",
                cluster.kubeconfig().toString()}, 0, line, words.length + 1, 4);
        assertThat(Main.run(new Terminal(new ByteArrayInputStream(new byte[0]), printed, printed, false), line))
                .as(out.toString(UTF_8)).isZero();
        return out.toString(UTF_8);
    }
}
