// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.natspersist.loop.ThreadEventLoop;
import io.natspersist.protocol.StreamName;
import io.natspersist.protocol.Subjects;
import io.natspersist.protocol.Version;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Transport;
import io.natspersist.transport.nats.NatsServer;
import io.natspersist.transport.nats.NatsTransport;
import io.natspersist.worker.disk.VolumeDisk;
import io.natspersist.worker.file.SqliteStreamFiles;
import io.natspersist.worker.file.SqliteStreamMemory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two workers on a real nats-server, asked as {@code nats micro} asks. */
class ServiceIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Subjects SUBJECTS = Subjects.ofCluster("test");

    @TempDir
    Path volume;
    private final NatsServer server = NatsServer.start();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<AutoCloseable> open = new ArrayList<>();
    private final Transport client = connect("client");
    private int inboxes;

    private Transport connect(String name) {
        Transport transport = NatsTransport.connect(server.options(name));
        open.add(transport);
        return transport;
    }

    private void startWorker(String name) throws IOException {
        ThreadEventLoop loop = new ThreadEventLoop(name, fault -> {
            throw new AssertionError(fault);
        });
        open.add(loop);
        new Worker(new WorkerConfig(name, SUBJECTS), connect(name), loop,
                new WorkerExecutors(threads, threads, threads), new VolumeDisk(volume), new SqliteStreamFiles(volume),
                new SqliteStreamMemory(),
                new SplittableRandom(name.hashCode()), why -> {}, () -> 0).start();
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
        threads.shutdownNow();
        server.close();
    }

    /** Publishes with an inbox and takes the answers until {@code count} have come. */
    private List<JsonNode> ask(String subject, int count) {
        String inbox = "_INBOX.test." + ++inboxes;
        List<JsonNode> answers = Collections.synchronizedList(new ArrayList<>());
        try (Transport.Subscription listening = client.subscribe(inbox, null, m -> {
            try {
                answers.add(JSON.readTree(m.payload()));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        })) {
            await().atMost(Duration.ofSeconds(10)).pollInterval(Duration.ofMillis(200)).until(() -> {
                answers.clear();
                client.publish(subject, inbox, Headers.NONE, new byte[0]);
                await().pollDelay(Duration.ofMillis(100)).until(() -> true);
                return answers.size() == count;
            });
        }
        return List.copyOf(answers);
    }

    @Test
    void everyWorkerSaysWhoItIsAndWhatItsOperationsHaveDone() throws Exception {
        startWorker("w0");
        startWorker("w1");

        List<JsonNode> all = ask("$SRV.PING.persist-worker", 2);

        assertThat(all).extracting(a -> a.get("type").asText()).containsOnly("io.nats.micro.v1.ping_response");
        assertThat(all).extracting(a -> a.get("name").asText()).containsOnly("persist-worker");
        assertThat(all).extracting(a -> a.get("version").asText()).containsOnly(Version.CURRENT);
        assertThat(all).extracting(a -> a.get("id").asText()).doesNotHaveDuplicates();
        assertThat(all).extracting(a -> a.at("/metadata/worker").asText()).containsExactlyInAnyOrder("w0", "w1");
        assertThat(all).extracting(a -> a.at("/metadata/cluster").asText()).containsOnly(SUBJECTS.prefix());

        String w0 = all.stream().filter(a -> a.at("/metadata/worker").asText().equals("w0")).findFirst().orElseThrow()
                .get("id").asText();
        JsonNode info = ask("$SRV.INFO.persist-worker." + w0, 1).getFirst();
        assertThat(info.get("type").asText()).isEqualTo("io.nats.micro.v1.info_response");
        assertThat(info.get("endpoints")).hasSize(Operations.NAMES.size())
                .anySatisfy(e -> assertThat(e.get("subject").asText()).isEqualTo("persist.test.worker.w0.set.>"));

        request("w0", "get");
        request("w0", "nonsense");
        JsonNode stats = ask("$SRV.STATS.persist-worker." + w0, 1).getFirst();
        assertThat(stats.get("type").asText()).isEqualTo("io.nats.micro.v1.stats_response");
        assertThat(Instant.parse(stats.get("started").asText())).isBefore(Instant.now());
        assertThat(stats.get("endpoints")).anySatisfy(get -> {
            assertThat(get.get("name").asText()).isEqualTo("get");
            assertThat(get.get("num_requests").asLong()).isEqualTo(1);
            assertThat(get.get("num_errors").asLong()).isEqualTo(1);
            assertThat(get.get("last_error").asText()).startsWith("400:get needs exactly one of ");
            assertThat(get.get("processing_time").isIntegralNumber()).isTrue();
            assertThat(get.get("average_processing_time").isIntegralNumber()).isTrue();
        });
    }

    private void request(String worker, String operation) {
        List<Transport.Reply> got = Collections.synchronizedList(new ArrayList<>());
        client.request(SUBJECTS.operation(worker, operation, new StreamName("a.b")), Headers.NONE,
                "".getBytes(StandardCharsets.UTF_8), 5_000, got::add);
        await().until(() -> !got.isEmpty());
        assertThat(got.getFirst()).isInstanceOf(Transport.Reply.Answer.class);
    }
}
