// SPDX-License-Identifier: Apache-2.0
package io.natspersist.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.natspersist.protocol.Json;
import io.natspersist.protocol.Subjects;
import io.natspersist.protocol.table.AssignmentTable;
import io.natspersist.protocol.table.Heartbeat;
import io.natspersist.protocol.table.HeartbeatReply;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.protocol.table.Numbers;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Message;
import io.natspersist.transport.Transport;
import io.natspersist.transport.nats.NatsServer;
import io.natspersist.transport.nats.NatsTransport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The coordinator as a process, killed and started again, on a real nats-server. */
class CoordinatorMainIT {

    private static final Heartbeat.Report NOTHING = new Heartbeat.Report(List.of(), List.of(), List.of(), Numbers.NONE);

    @TempDir
    Path folder;
    private final Subjects subjects = Subjects.ofCluster("default");
    private NatsServer server;
    private Transport transport;
    private Process coordinator;

    @BeforeEach
    void start() throws IOException {
        server = NatsServer.start();
        transport = NatsTransport.connect(server.options("test"));
        coordinator = launch("--table", table().toString(), "--nats", server.url());
    }

    @AfterEach
    void stop() {
        coordinator.destroyForcibly();
        transport.close();
        server.close();
    }

    @Test
    void killedAndStartedAgainItGoesOnFromTheTableInItsFile() throws Exception {
        HeartbeatReply registered = beat(0, 0, NOTHING, r -> r.incarnation() > 0);
        Incarnation a = new Incarnation("a", registered.incarnation());
        HeartbeatReply serving = beat(a.number(), 0, null,
                r -> r.table() != null && r.table().named().equals(List.of(a)));
        AssignmentTable before = serving.table();

        coordinator.destroyForcibly().waitFor();
        coordinator = launch("--table", table().toString(), "--nats", server.url());
        HeartbeatReply after = beat(a.number(), 0, null, r -> r.table() != null);

        assertThat(after.table()).isEqualTo(before);
        assertThat(new FileTableStore(table()).load()).contains(before);
    }

    @Test
    void itEndsWhenItFindsThatAnotherHasStoredATable() throws Exception {
        beat(0, 0, NOTHING, r -> r.incarnation() > 0);
        AssignmentTable stored = new FileTableStore(table()).load().orElseThrow();
        new FileTableStore(table()).store(new AssignmentTable(stored.version() + 1, stored.incarnations(),
                stored.epochs(), stored.living(), stored.slots()), stored.version());

        request(subjects.heartbeat("b"), Json.write(heartbeat("b", 0, 0, null)));

        assertThat(coordinator.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(coordinator.exitValue()).isEqualTo(3);
    }

    @Test
    void aDamagedTableStopsTheStartAndTheErrorSaysWhatToDo() throws Exception {
        Path damaged = folder.resolve("damaged.json");
        Files.writeString(damaged, "nonsense");

        Process process = launch("--table", damaged.toString(), "--nats", server.url());

        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(1);
        assertThat(folder.resolve("log")).content().contains("is damaged", "move it away");
    }

    @Test
    void nonsenseIsRefusedWithAllThatIsWrong() throws Exception {
        Process process = launch("--tabel", "x", "--slots", "0");

        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(2);
        assertThat(folder.resolve("log")).content().contains("there is no --tabel", "slots must be",
                "--table is missing");
    }

    @Test
    void asJsonEveryLogLineIsAnObjectWithItsFields() throws Exception {
        coordinator.destroyForcibly().waitFor();
        Path log = folder.resolve("log");
        Files.deleteIfExists(log);
        coordinator = launch(Map.of("PERSIST_LOG_FORMAT", "json"), "--table", table().toString(), "--nats",
                server.url());
        HeartbeatReply registered = beat(0, 0, NOTHING, r -> r.incarnation() > 0);

        List<JsonNode> lines = new ArrayList<>();
        await().untilAsserted(() -> {
            lines.clear();
            for (String line : Files.readAllLines(log)) {
                lines.add(Json.read(line.getBytes(StandardCharsets.UTF_8), JsonNode.class));
            }
            assertThat(lines).anyMatch(line -> named(line, "worker").equals("a")
                    && named(line, "incarnation").equals("" + registered.incarnation()));
        });
        assertThat(lines).allSatisfy(line -> {
            assertThat(line.path("timestamp").isIntegralNumber()).isTrue();
            assertThat(line.path("level").asText()).isIn("ERROR", "WARN", "INFO");
            assertThat(line.path("loggerName").asText()).startsWith("io.natspersist.");
            assertThat(line.path("threadName").asText()).isNotEmpty();
            assertThat(line.path("formattedMessage").asText()).isNotEmpty();
        });
    }

    /** What the line's event is about. */
    private static String named(JsonNode line, String name) {
        for (JsonNode pair : line.path("kvpList")) {
            if (pair.has(name)) {
                return pair.path(name).asText();
            }
        }
        return "";
    }

    private Path table() {
        return folder.resolve("table.json");
    }

    private Process launch(String... arguments) throws IOException {
        return launch(Map.of(), arguments);
    }

    private Process launch(Map<String, String> environment, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp", System.getProperty("java.class.path"), CoordinatorMain.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder process = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()));
        process.environment().putAll(environment);
        return process.start();
    }

    private static Heartbeat heartbeat(String worker, long incarnation, long version, Heartbeat.Report report) {
        return new Heartbeat(worker, incarnation, "x", incarnation > 0, false, version, 0, 0, List.of(), List.of(),
                List.of(), List.of(), List.of(), Heartbeat.Load.NONE, report);
    }

    /** Sends heartbeats of worker a until the answer is as wanted. */
    private HeartbeatReply beat(long incarnation, long version, Heartbeat.Report report,
            Predicate<HeartbeatReply> wanted) {
        return await().atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(50))
                .until(() -> request(subjects.heartbeat("a"), Json.write(heartbeat("a", incarnation, version, report)))
                        .map(m -> Json.read(m.payload(), HeartbeatReply.class)).filter(wanted), Optional::isPresent)
                .orElseThrow();
    }

    private Optional<Message> request(String subject, byte[] payload) throws Exception {
        CompletableFuture<Optional<Message>> answer = new CompletableFuture<>();
        transport.request(subject, Headers.NONE, payload, 1_000, reply -> answer.complete(
                reply instanceof Transport.Reply.Answer(Message message) ? Optional.of(message) : Optional.empty()));
        return answer.get(5, TimeUnit.SECONDS);
    }
}
