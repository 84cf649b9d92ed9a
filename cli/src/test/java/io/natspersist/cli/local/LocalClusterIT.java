// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.natspersist.cli.terminal.Connection;
import io.natspersist.client.StreamHandle;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalClusterIT {

    @TempDir
    private Path folder;

    private final List<String> events = new CopyOnWriteArrayList<>();

    @Test
    void aKilledWorkerIsReplacedAndAHungOneIsKilled() throws Exception {
        try (LocalCluster cluster = start(); Connection connection = cluster.connect("test")) {
            StreamHandle stream = connection.client().stream("a.b");
            stream.set("one".getBytes(UTF_8));
            String owner = owner(stream);
            long pid = cluster.kill(owner).orElseThrow();
            assertThat(stream.set("two".getBytes(UTF_8)).seq()).isEqualTo(2);
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> cluster.pid(owner).filter(now -> now != pid).isPresent());
            cluster.awaitServing(Duration.ofSeconds(60));

            String hung = owner(stream);
            long hungPid = cluster.pid(hung).orElseThrow();
            signal("STOP", hungPid);
            assertThat(stream.set("three".getBytes(UTF_8)).seq()).isEqualTo(3);
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> cluster.pid(hung).filter(now -> now != hungPid).isPresent());
            assertThat(events).anyMatch(event -> event.contains(hung) && event.contains("is killed"));
            assertThat(cluster.restarts()).isEqualTo(2);
        }
    }

    @Test
    void withoutItsCoordinatorItGoesOnServing() throws Exception {
        try (LocalCluster cluster = start(); Connection connection = cluster.connect("test")) {
            StreamHandle stream = connection.client().stream("a.b");
            stream.set("one".getBytes(UTF_8));
            cluster.stopCoordinator();
            assertThat(stream.set("two".getBytes(UTF_8)).seq()).isEqualTo(2);
            try (Connection another = cluster.connect("another")) {
                assertThat(another.client().stream("a.b").last().orElseThrow().text()).isEqualTo("two");
            }
            cluster.startCoordinator();
            cluster.awaitServing(Duration.ofSeconds(60));
            assertThat(stream.set("three".getBytes(UTF_8)).seq()).isEqualTo(3);
            assertThat(cluster.restarts()).isZero();
        }
    }

    private LocalCluster start() throws IOException {
        LocalCluster cluster = LocalCluster.start(ClusterConfig.selfContained(folder, 2, Durability.SYNC), event -> {
            System.out.println(event);
            events.add(event);
        });
        cluster.awaitServing(Duration.ofSeconds(60));
        return cluster;
    }

    private static String owner(StreamHandle stream) {
        String owner = stream.info().owner();
        return owner.substring(0, owner.lastIndexOf('.'));
    }

    private static void signal(String name, long pid) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor(10, TimeUnit.SECONDS))
                .isTrue();
    }
}
