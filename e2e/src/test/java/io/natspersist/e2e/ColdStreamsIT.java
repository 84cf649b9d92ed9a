// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.natspersist.client.ClientConfig;
import io.natspersist.client.PersistClient;
import io.natspersist.client.Stored;
import io.natspersist.protocol.HeaderNames;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Transport;
import io.natspersist.transport.nats.NatsOptions;
import io.natspersist.worker.cold.FaultyWire.Fault;
import io.natspersist.worker.cold.ObjectStore.Found;
import io.natspersist.worker.cold.S3ObjectStore;
import io.natspersist.worker.cold.S3Server;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Workers with a real S3 server: streams go there when nobody uses them, and come back. {@code -De2e.cold.streams}: how many. */
@Timeout(600)
class ColdStreamsIT {

    private static final int STREAMS = Integer.getInteger("e2e.cold.streams", 1_000);

    private final S3Server s3 = S3Server.start();
    private final Cluster cluster = new Cluster();

    @BeforeEach
    void oneWorker() {
        start();
        cluster.awaitBalanced(1);
    }

    @AfterEach
    void stop() {
        cluster.close();
        s3.close();
    }

    private WorkerProcess start() {
        return cluster.startTiered("w0", s3);
    }

    private PersistClient client() {
        return PersistClient.connect(new NatsOptions(cluster.nats.url(), "cold"),
                ClientConfig.ofCluster(Cluster.NAME).withMaxInFlight(500).withDeadlineMillis(110_000));
    }

    /** Until so many streams have a copy, and none has a file. */
    private void awaitCold(int streams) {
        await("no stream has a file").atMost(Duration.ofSeconds(500)).pollInterval(Duration.ofMillis(200))
                .until(() -> cluster.files(".db").isEmpty() && copies() == streams);
    }

    private int copies() {
        try (S3ObjectStore store = S3Server.open(s3.config(""))) {
            int heads = 0;
            List<Found> page = store.list("", null);
            while (!page.isEmpty()) {
                heads += (int) page.stream().filter(found -> found.key().endsWith(".head")).count();
                page = store.list("", page.getLast().key());
            }
            return heads;
        }
    }

    private static String last(PersistClient client, String stream) {
        return new String(client.stream(stream).last().orElseThrow().value(), StandardCharsets.UTF_8);
    }

    @Test
    void manyStreamsLeaveTheVolumeAndAnyOfThemComesBackAsItWas() {
        try (PersistClient client = client()) {
            long begun = System.nanoTime();
            List<CompletableFuture<Stored>> sets = new ArrayList<>();
            for (int i = 0; i < STREAMS; i++) {
                sets.add(client.stream("cold." + i).async().set(Cluster.bytes("value " + i)));
            }
            sets.forEach(set -> assertThat(set.join().seq()).isEqualTo(1));
            long written = System.nanoTime();
            awaitCold(STREAMS);
            System.out.printf("%d streams: written after %d s, none on the volume %d s later, %d requests to S3%n",
                    STREAMS, (written - begun) / 1_000_000_000, (System.nanoTime() - written) / 1_000_000_000,
                    s3.wire().requests());

            long seed = System.nanoTime();
            System.out.println("seed " + seed);
            new Random(seed).ints(100, 0, STREAMS)
                    .forEach(i -> assertThat(last(client, "cold." + i)).isEqualTo("value " + i));
            assertThat(client.stream("cold.1").info().messages()).isEqualTo(1);
        }
    }

    @Test
    void aThousandClientsOfOneColdStreamCauseOneDownload() {
        try (PersistClient client = client()) {
            client.stream("notes").set(Cluster.bytes("hello"));
            awaitCold(1);
            int before = s3.wire().requests();

            List<CompletableFuture<Transport.Reply>> replies = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                replies.add(cluster.request("w0", "get", "notes", Headers.of(HeaderNames.LAST, "true"), new byte[0],
                        10_000));
            }

            assertThat(replies).allSatisfy(reply -> assertThat(((Transport.Reply.Answer) reply.join()).message()
                    .payload()).isEqualTo(Cluster.bytes("hello")));
            assertThat(s3.wire().requests() - before).as("its head and its only pack").isBetween(1, 4);
        }
    }

    @Test
    void whoeverIsKilledWhileFilesGoAndComeBackLosesNothing() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        int[] acknowledged = new int[10];
        try (PersistClient client = client()) {
            for (int round = 0; round < 8; round++) {
                for (int i = 0; i < acknowledged.length; i++) {
                    if (random.nextBoolean()) {
                        client.stream("killed." + i).set(Cluster.bytes("value " + (acknowledged[i] + 1)));
                        acknowledged[i]++;
                    }
                }
                int requests = s3.wire().requests() + random.nextInt(20);
                long until = System.nanoTime() + random.nextLong(4_000_000_000L);
                await().pollInterval(Duration.ofMillis(1)).atMost(Duration.ofSeconds(10))
                        .until(() -> s3.wire().requests() >= requests || System.nanoTime() > until);
                cluster.kill("w0");
                start();
            }
            for (int i = 0; i < acknowledged.length; i++) {
                if (acknowledged[i] > 0) {
                    assertThat(last(client, "killed." + i)).isEqualTo("value " + acknowledged[i]);
                    assertThat(client.stream("killed." + i).info().messages()).isEqualTo(acknowledged[i]);
                }
            }
        }
    }

    static List<Fault> faults() {
        return List.of(new Fault.Answers(500, "InternalError"), new Fault.Answers(503, "SlowDown"),
                new Fault.Answers(412, "PreconditionFailed"), new Fault.Slow(7_000), new Fault.Truncated(),
                new Fault.Altered(), new Fault.SentAltered(), new Fault.Lost());
    }

    @ParameterizedTest
    @MethodSource("faults")
    void whateverTheStoreAnswersNothingIsLost(Fault fault) throws IOException {
        try (PersistClient client = client()) {
            client.stream("before").set(Cluster.bytes("1"));
            awaitCold(1);
            for (String method : List.of("PUT", "GET", "POST")) {
                s3.wire().fail(method, 6, fault);
            }

            client.stream("while").set(Cluster.bytes("2"));
            assertThat(last(client, "while")).isEqualTo("2");
            assertThat(last(client, "before")).isEqualTo("1");

            s3.wire().heal();
            client.stream("before").set(Cluster.bytes("3"));
            awaitCold(2);
            assertThat(last(client, "before")).isEqualTo("3");
            assertThat(last(client, "while")).isEqualTo("2");
        }
    }
}
