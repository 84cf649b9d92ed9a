// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.natspersist.cli.Main;
import io.natspersist.cli.terminal.Terminal;
import io.natspersist.client.PersistClient;
import io.natspersist.worker.cold.FaultyWire.Fault;
import io.natspersist.worker.cold.S3Server;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code persist versions} and {@code persist restore} with a worker of its own process and a real S3 server. */
@Timeout(300)
class RestoreInTimeIT {

    private static final int MANY = 20_000;

    @TempDir
    private Path folder;

    private final S3Server s3 = S3Server.start();
    private final Cluster cluster = new Cluster();
    private byte[] bytes = {};
    private String out = "";
    private String err = "";

    @BeforeEach
    void oneWorker() {
        cluster.startTiered("w0", s3);
        cluster.awaitBalanced(1);
    }

    @AfterEach
    void stop() {
        cluster.close();
        s3.close();
    }

    private int persist(String... arguments) {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        ByteArrayOutputStream told = new ByteArrayOutputStream();
        String[] all = new String[arguments.length + 4];
        System.arraycopy(arguments, 0, all, 0, arguments.length);
        System.arraycopy(new String[]{"--server", cluster.nats.url(), "--cluster", Cluster.NAME}, 0, all,
                arguments.length, 4);
        int code = Main.run(new Terminal(new ByteArrayInputStream(new byte[0]),
                new PrintStream(printed, true, StandardCharsets.UTF_8),
                new PrintStream(told, true, StandardCharsets.UTF_8), false), all);
        bytes = printed.toByteArray();
        out = printed.toString(StandardCharsets.UTF_8);
        err = told.toString(StandardCharsets.UTF_8);
        return code;
    }

    private String all(String stream) {
        assertThat(persist("all", stream, "--json")).isZero();
        return out.replaceAll("\"change\":\\d+", "");
    }

    /** The newest version once it has that change. */
    private long archived(String stream, long change) {
        return await("change " + change + " is archived").atMost(Duration.ofSeconds(60))
                .until(() -> newest(stream), newest -> newest.path("change").asLong() == change).path("time").asLong();
    }

    private JsonNode newest(String stream) {
        assertThat(persist("versions", stream, "--json")).as(() -> err).isZero();
        try {
            return new ObjectMapper().readTree(out.isEmpty() ? "{}" : out.lines().findFirst().orElseThrow());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void whatAStreamWasIsStoredInAnotherWithLargeValuesAndKeys() throws IOException {
        byte[] large = new byte[2_500_000];
        new Random(1).nextBytes(large);
        Path file = Files.write(folder.resolve("large"), large);
        persist("set", "a.notes", "caf\u00e9", "--key", "k", "-H", "Color:red", "--id", "i1", "--time", "17");
        persist("set", "a.notes", "gone before");
        persist("del", "a.notes", "--seq", "2");
        persist("set", "a.notes", "--no-value");
        persist("set", "a.notes", "--key", "film", "--file", file.toString());
        persist("set", "a.notes", "for an hour", "--ttl", "3600000");
        persist("set", "a.notes", "soon gone", "--ttl", "10000");
        long then = archived("a.notes", 7);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> persist("get", "a.notes", "--seq", "6") == 3);
        String was = all("a.notes");
        long last = persist("info", "a.notes", "--json") == 0 ? change() : 0;
        persist("set", "a.notes", "overwritten", "--key", "k");
        persist("del", "a.notes", "--key", "film");
        archived("a.notes", last + 2);
        String now = all("a.notes");

        assertThat(persist("restore", "a.notes", "--at", Instant.ofEpochMilli(then).toString(), "--to", "b.notes"))
                .as(() -> err).isZero();

        assertThat(out).isEqualTo("a.notes as of " + Instant.ofEpochMilli(then)
                + ", change 7: 4 messages stored in b.notes, 1 have expired\n");
        assertThat(withoutExpiry(all("b.notes"))).isEqualTo(withoutExpiry(was));
        assertThat(all("a.notes")).isEqualTo(now);
        assertThat(persist("get", "b.notes", "--key", "film")).isZero();
        assertThat(bytes).isEqualTo(large);

        assertThat(persist("restore", "a.notes", "--at", Long.toString(then), "--to", "b.notes")).isEqualTo(4);
        assertThat(err).contains("b.notes has 4 messages");
        assertThat(persist("restore", "a.notes", "--at", "2h", "--to", "c.notes")).isEqualTo(3);
        assertThat(err).contains("no version of a.notes is as old as", "the oldest that is kept is of "
                + Instant.ofEpochMilli(then));
        assertThat(persist("restore", "a.none", "--at", "0s", "--to", "c.notes")).isEqualTo(3);
        assertThat(err).contains("no version of a.none is kept");
        assertThat(persist("restore", "a.notes", "--at", "0s", "--to", "c.notes", "--json")).isZero();
        assertThat(out).contains("\"change\":" + (last + 2)).contains("\"to\":\"c.notes\"").contains("\"stored\":3");
        assertThat(withoutExpiry(all("c.notes"))).isEqualTo(withoutExpiry(now));
    }

    private long change() throws IOException {
        return new ObjectMapper().readTree(out).required("change").asLong();
    }

    /** Copies are some ms on their way, which shows in when they expire. */
    private static String withoutExpiry(String messages) {
        return messages.replaceAll("\"expires\":\\d+", "\"expires\"");
    }

    @Test
    void whateverS3AnswersNothingIsRestoredThatWasNotStored() throws IOException {
        List<Fault> faults = List.of(new Fault.Answers(500, "InternalError"), new Fault.Answers(503, "SlowDown"),
                new Fault.Truncated(), new Fault.Altered(), new Fault.Slow(1_000));
        for (int i = 0; i < faults.size(); i++) {
            persist("set", "a." + i, "value " + i, "--key", "k");
        }
        for (int i = 0; i < faults.size(); i++) {
            String stream = "a." + i;
            long then = archived(stream, 1);
            String was = all(stream);
            persist("clear", stream);
            archived(stream, 2);
            for (int times : new int[]{1_000, 2}) { // for ever, and until it is tried again
                boolean goesOn = times == 2 || faults.get(i) instanceof Fault.Slow;
                String copy = "restored." + i + "." + times;
                s3.wire().fail("GET", times, faults.get(i));
                int code = persist("restore", stream, "--at", Long.toString(then), "--to", copy, "--timeout",
                        goesOn ? "30" : "2");
                s3.wire().heal();
                System.out.println(faults.get(i) + " " + times + " times: " + code + " " + out.strip() + err.strip());
                assertThat(code == 0).as("it goes on").isEqualTo(goesOn);
                if (code == 0) {
                    assertThat(all(copy)).isEqualTo(was);
                } else {
                    assertThat(err).containsPattern("damaged|COLD_UNAVAILABLE|in time");
                    assertThat(all(copy)).isEmpty();
                }
            }
            assertThat(persist("restore", stream, "--at", Long.toString(then), "--to", "sound." + i)).isZero();
            assertThat(all("sound." + i)).isEqualTo(was);
        }
    }

    @Test
    void aRestoreGoesOnWhenTheWorkerThatReadsTheVersionIsKilled() throws Exception {
        cluster.startTiered("w1", s3);
        cluster.awaitBalanced(2);
        StringBuilder lines = new StringBuilder("{\"stream\":\"a.notes\"}\n");
        for (int i = 1; i <= MANY; i++) {
            String id = i % 2 == 0 ? "" : "\"id\":\"i" + i + "\",";
            lines.append(
                    "{\"seq\":" + i + ",\"time\":1," + id + "\"key\":\"k" + i + "\",\"value\":\"value " + i + "\"}\n");
        }
        Files.writeString(folder.resolve("a.jsonl"), lines);
        assertThat(persist("import", folder.toString())).as(() -> err).isZero();
        long then = archived("a.notes", MANY);
        String was = all("a.notes");
        persist("clear", "a.notes");
        PersistClient client = cluster.client();
        String owner = client.stream("a.notes").locate().owner().replaceFirst("\\..*", "");
        Thread killer = Thread.ofPlatform().start(() -> {
            await().pollInterval(Duration.ofMillis(1)).atMost(Duration.ofSeconds(30))
                    .until(() -> client.stream("b.notes").info().messages() > MANY / 10);
            cluster.kill(owner);
        });

        int code = persist("restore", "a.notes", "--at", Long.toString(then), "--to", "b.notes");

        killer.join();
        assertThat(code).as(() -> err).isZero();
        assertThat(out).contains(MANY + " messages stored in b.notes");
        assertThat(all("b.notes")).isEqualTo(was);
    }

    @Test
    void withoutAColdTierItIsSaidWhatToSet() {
        cluster.kill("w0");
        cluster.start("w0");
        assertThat(persist("versions", "a.notes")).isEqualTo(1);
        assertThat(err).contains("--s3", "tiering");
        assertThat(persist("restore", "a.notes", "--at", "0s", "--to", "b.notes")).isEqualTo(1);
        assertThat(err).contains("--s3", "tiering");
    }
}
