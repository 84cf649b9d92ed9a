// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.natspersist.client.ClientConfig;
import io.natspersist.client.PersistClient;
import io.natspersist.client.StreamMessage;
import io.natspersist.protocol.HeaderNames;
import io.natspersist.protocol.StreamName;
import io.natspersist.protocol.StreamPath;
import io.natspersist.transport.Headers;
import io.natspersist.transport.nats.NatsOptions;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A real volume that is full, or refuses one stream's folder or file: a clear error for what is concerned, and no loss. */
@Timeout(120)
class VolumeTroubleIT {

    private static final String NONE = "";
    private static final long MIB = 1 << 20;

    private final Cluster cluster = new Cluster();
    private final List<Path> mounted = new ArrayList<>();

    @AfterEach
    void stop() {
        mounted.forEach(folder -> run("umount", "-l", folder.toString()));
        cluster.close();
    }

    private static boolean run(String... command) {
        try {
            return new ProcessBuilder(command).redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private boolean mount(Path at, String... arguments) {
        List<String> command = new ArrayList<>(List.of("mount"));
        command.addAll(List.of(arguments));
        command.add(at.toString());
        boolean done = run(command.toArray(String[]::new));
        if (done) {
            mounted.add(at);
        }
        return done;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private String error(String op, String stream, String... headers) {
        String error = cluster.ask("w0", op, stream, Headers.of(headers), bytes(op.equals("set") ? "x" : ""))
                .headers().first(HeaderNames.ERROR);
        return error == null ? NONE : error;
    }

    private List<String> texts(PersistClient client, String stream) {
        return client.stream(stream).messages().map(StreamMessage::text).toList();
    }

    @Test
    void aFullVolumeRefusesWritesServesReadsAndGoesOnByItselfOnceThereIsSpace() throws IOException {
        assumeTrue(mount(cluster.volume(), "-t", "tmpfs", "-o", "size=400m", "none"),
                "cannot mount a small volume here: needs root and tmpfs");
        cluster.with("w0");
        PersistClient client = cluster.client();
        for (int i = 0; i < 20; i++) {
            client.stream("full." + i).set(bytes("before"));
        }

        Path filler = cluster.volume().resolve("somebody-elses");
        try (RandomAccessFile file = new RandomAccessFile(filler.toFile(), "rw")) {
            byte[] mib = new byte[(int) MIB];
            while (cluster.volume().toFile().getUsableSpace() > 40 * MIB) {
                file.write(mib);
            }
        }
        await("writes are refused").atMost(Duration.ofSeconds(10))
                .until(() -> error("set", "probe").equals("NO_SPACE"));
        for (int i = 0; i < 20; i++) {
            assertThat(error("set", "full." + i)).isEqualTo("NO_SPACE");
            assertThat(error("deleteAll", "full." + i)).isEqualTo("NO_SPACE");
            assertThat(texts(client, "full." + i)).containsExactly("before");
        }
        var waiting = client.stream("full.0").async().set(bytes("sent while it was full"));
        Files.delete(filler);

        assertThat(waiting.orTimeout(30, java.util.concurrent.TimeUnit.SECONDS).join().seq()).isEqualTo(2);
        cluster.kill("w0");
        cluster.start("w0");
        cluster.awaitSettled(1);
        for (int i = 1; i < 20; i++) {
            assertThat(texts(client, "full." + i)).containsExactly("before");
        }
        assertThat(texts(client, "full.0")).containsExactly("before", "sent while it was full");
    }

    /** Where a stream's files lie. */
    private Path folder(String stream) {
        int slot = new StreamName(stream).slot(cluster.status().slots());
        return cluster.volume().resolve("streams").resolve(Integer.toString(slot))
                .resolve(StreamPath.of(new StreamName(stream))).getParent();
    }

    private Path database(String stream) throws IOException {
        try (var files = Files.list(folder(stream))) {
            return files.filter(f -> f.toString().endsWith(".db")).findFirst().orElseThrow();
        }
    }

    /** One that fails soon, as a user who waits would give up. */
    private PersistClient impatient() {
        return PersistClient.connect(new NatsOptions(cluster.nats.url(), "impatient"),
                ClientConfig.ofCluster(Cluster.NAME).withDeadlineMillis(3_000));
    }

    @Test
    void aStreamsFolderThatCannotBeWrittenToHoldsUpThatStreamOnly() throws IOException {
        cluster.with("w0");
        PersistClient client = cluster.client();
        List<String> others = IntStream.range(0, 10).mapToObj(i -> "other." + i).toList();
        client.stream("victim.a").set(bytes("1"));
        client.stream("victim.a").flush();
        others.forEach(s -> client.stream(s).set(bytes("1")));
        cluster.kill("w0");

        boolean bound = mount(folder("victim.a"), "--bind", folder("victim.a").toString())
                && run("mount", "-o", "remount,ro,bind", folder("victim.a").toString());
        if (!bound) {
            assertThat(folder("victim.a").toFile().setWritable(false, false)).isTrue();
        }
        cluster.start("w0");
        cluster.awaitSettled(1);

        assertThat(error("get", "victim.a", HeaderNames.LAST, "true")).isEqualTo("STORAGE_UNAVAILABLE");
        assertThat(error("set", "victim.a")).isEqualTo("STORAGE_UNAVAILABLE");
        for (String other : others) {
            assertThat(client.stream(other).set(bytes("2")).seq()).isEqualTo(2);
            client.stream(other).flush();
        }
        if (bound) {
            run("mount", "-o", "remount,rw,bind", folder("victim.a").toString());
        } else {
            assertThat(folder("victim.a").toFile().setWritable(true, false)).isTrue();
        }
        assertThat(client.stream("victim.a").set(bytes("2")).seq()).isEqualTo(2);
        assertThat(texts(client, "victim.a")).containsExactly("1", "2");
    }

    @Test
    void aFileThatCannotBeReadIsAnErrorAndNotAnEmptyStream() throws IOException {
        cluster.with("w0");
        PersistClient client = cluster.client();
        client.stream("victim.a").set(bytes("1"));
        client.stream("victim.a").flush();
        client.stream("other.a").set(bytes("1"));
        cluster.kill("w0");
        Path database = database("victim.a");
        Path elsewhere = cluster.volume().resolve("kept-aside");
        Files.move(database, elsewhere);
        Files.createSymbolicLink(database, database.getFileName()); // whoever opens it follows it without end
        cluster.start("w0");
        cluster.awaitSettled(1);

        assertThat(error("get", "victim.a", HeaderNames.LAST, "true")).isEqualTo("STORAGE_UNAVAILABLE");
        assertThat(error("set", "victim.a")).isEqualTo("STORAGE_UNAVAILABLE");
        assertThat(client.stream("other.a").set(bytes("2")).seq()).isEqualTo(2);

        Path link = database("victim.a"); // taking it over has renamed it
        Files.delete(link);
        Files.move(elsewhere, link);
        assertThat(client.stream("victim.a").set(bytes("2")).seq()).isEqualTo(2);
        assertThat(texts(client, "victim.a")).containsExactly("1", "2");
    }
}
