// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.natspersist.client.ClientConfig;
import io.natspersist.client.PersistClient;
import io.natspersist.client.StreamMessage;
import io.natspersist.transport.nats.NatsOptions;
import io.natspersist.worker.cold.S3Server;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real processes, killed one after the other at each step of what becomes of a file in the cold tier; with a real S3 server. */
@Timeout(300)
class ColdFaultPointsIT {

    private static final List<String> STEPS = List.of("HEAD_READ", "SCANNED", "PACK_STORED", "HEAD_STORED",
            "before mark", "after mark", "before put of a cold stream", "after put of a cold stream", "before remove",
            "after remove", "before surelyGone", "before mayBeThere", "after mayBeThere", "before restore",
            "after restore", "WINDOW_RESTORED", "after written", "before keep", "after keep");

    private final List<String> stored = new ArrayList<>();
    /** The last of the writes, each of which waits for the one before, over all deaths. */
    private CompletableFuture<?> written = CompletableFuture.completedFuture(null);

    @Test
    void whoeverIsKilledAtAnyStepOfArchivingRemovingAndBringingBackLosesNothing() {
        try (S3Server s3 = S3Server.start();
                Cluster cluster = new Cluster();
                PersistClient client = PersistClient.connect(new NatsOptions(cluster.nats.url(), "cold"),
                        ClientConfig.ofCluster(Cluster.NAME).withDeadlineMillis(100_000))) {
            for (String step : STEPS) {
                diesAt(step, cluster, s3, client);
            }
            cluster.startTiered("w0", s3);
            written.orTimeout(60, TimeUnit.SECONDS).join();
            assertThat(contents(client)).isEqualTo(stored);
            await("nothing is left on the volume").atMost(Duration.ofSeconds(60))
                    .until(() -> cluster.files(".db").isEmpty());
            assertThat(contents(client)).isEqualTo(stored);
        }
    }

    /** Writes, lets the stream go cold, and reads where it is to come back, until the worker dies. */
    private void diesAt(String step, Cluster cluster, S3Server s3, PersistClient client) {
        long begun = System.nanoTime();
        boolean comesBack = STEPS.indexOf(step) >= STEPS.indexOf("before mayBeThere");
        WorkerProcess worker = cluster.startDying("w0", S3Server.environment(), s3.endpoint().toString(),
                S3Server.BUCKET, step);
        List<CompletableFuture<?>> calls = new ArrayList<>();
        written = written.thenCompose(_ -> client.stream("dying").async().set(Cluster.bytes("before " + step)));
        calls.add(written);
        stored.add("before " + step);
        await(step).atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(50)).until(() -> {
            if (comesBack && worker.alive() && calls.getLast().isDone() && cluster.files(".db").isEmpty()) {
                calls.add(client.stream("dying").async().last());
            }
            return !worker.alive();
        });
        assertThat(worker.exitCode(1)).as("killed").isEqualTo(128 + 9);
        cluster.gone("w0");
        System.out.printf("killed at %s after %d ms%n", step, (System.nanoTime() - begun) / 1_000_000);
    }

    private static List<String> contents(PersistClient client) {
        List<String> all = new ArrayList<>();
        for (StreamMessage message : client.stream("dying").getAll()) {
            all.add(new String(message.value(), StandardCharsets.UTF_8));
        }
        return all;
    }
}
