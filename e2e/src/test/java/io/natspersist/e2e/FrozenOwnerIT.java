// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.natspersist.client.PersistClient;
import io.natspersist.protocol.HeaderNames;
import io.natspersist.protocol.StreamName;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Transport.Reply;
import io.natspersist.worker.disk.VolumeDisk;
import io.natspersist.worker.file.SqliteStreamFiles;
import io.natspersist.worker.file.StreamFiles.Opened;
import io.natspersist.worker.journal.Sealing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An owner keeps others out while it lives; one that was frozen writes nothing that is lost or that contradicts its successor. */
@Timeout(120)
class FrozenOwnerIT {

    private static final int SLOTS = 1024;

    private final Cluster cluster = Cluster.of("w0", "w1");
    private final PersistClient client = cluster.client();

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void aSecondProcessIsKeptOutOfTheJournalAndTheFilesOfALivingOwner() throws IOException {
        String name = cluster.streamsOf("w0", 1).getFirst();
        Incarnation owner = cluster.incarnation("w0");
        cluster.ask("w0", "set", name, Headers.NONE, Cluster.bytes("1"));
        await("its file").until(() -> !cluster.worker("w0").openStreamFiles().isEmpty());

        VolumeDisk disk = new VolumeDisk(cluster.volume());
        SqliteStreamFiles files = new SqliteStreamFiles(cluster.volume());
        StreamName stream = new StreamName(name);
        for (int i = 0; i < 5; i++) {
            assertThat(Sealing.seal(disk, owner, false)).isInstanceOf(Sealing.Result.StillLocked.class);
            assertThat(files.open(stream, stream.slot(SLOTS), 1_000 + i)).isInstanceOf(Opened.Unavailable.class);
            assertThat(cluster.ask("w0", "set", name, Headers.NONE, Cluster.bytes("more")).payload()).isNotEmpty();
        }

        assertThat(client.stream(name).messages()).hasSize(6);
        assertThat(cluster.worker("w0").alive()).isTrue();
        System.out
                .println("a second process: kept out of the journal and of a stream's file 5 times, 6 of 6 sets there");
    }

    @Test
    void anOwnerThatWakesAfterItWasGivenUpHaltsAndWhatItAcknowledgedIsThere() {
        frozen(true);
    }

    @Test
    void aFrozenOwnerThatIsKilledIsSucceededAndWhatItAcknowledgedIsThere() {
        frozen(false);
    }

    private void frozen(boolean wakes) {
        List<String> streams = cluster.streamsOf("w0", 20);
        Incarnation owner = cluster.incarnation("w0");
        WorkerProcess worker = cluster.worker("w0");
        List<Asked> asked = new ArrayList<>();
        Runnable writes = () -> streams.forEach(stream -> {
            String value = "m" + asked.size();
            asked.add(new Asked(stream, value, cluster.request("w0", "set", stream,
                    Headers.of(HeaderNames.MSG_ID, value), Cluster.bytes(value), 30_000)));
        });

        await("answers").pollInterval(Duration.ofMillis(5)).until(() -> {
            writes.run();
            return asked.stream().filter(a -> a.seq() > 0).count() > 200;
        });
        writes.run();
        worker.freeze();
        for (int i = 0; i < 50; i++) {
            writes.run(); // they wait in its socket
        }
        await("given up").atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(50)).until(
                () -> cluster.status().workers().stream().noneMatch(w -> w.worker().equals(owner)));
        if (wakes) {
            await("told to halt").atMost(Duration.ofSeconds(10))
                    .until(() -> !cluster.files("journals/" + owner + "/release").isEmpty());
            worker.thaw();
            writes.run();
            assertThat(worker.exitCode(20)).isEqualTo(3);
        } else {
            worker.kill();
        }
        cluster.awaitSettled(1);

        Map<String, List<String>> there = new TreeMap<>();
        for (String stream : streams) {
            there.put(stream, client.stream(stream).messages().map(m -> m.seq() + " " + m.text()).toList());
        }
        List<Asked> acknowledged = asked.stream().filter(a -> a.seq() > 0).toList();
        assertThat(acknowledged).isNotEmpty();
        assertThat(acknowledged)
                .allSatisfy(a -> assertThat(there.get(a.stream)).containsOnlyOnce(a.seq() + " " + a.value));
        there.forEach((stream, messages) -> assertThat(client.stream(stream).set(Cluster.bytes("after")).seq())
                .isEqualTo(messages.size() + 1));
        System.out.printf("frozen under writes and %s: %d of %d sets acknowledged, all of them there%n",
                wakes ? "woken after it was given up: halted with 3" : "killed for it", acknowledged.size(),
                asked.size());
    }

    private record Asked(String stream, String value, CompletableFuture<Reply> reply) {

        /** As acknowledged; 0: it was not. */
        long seq() {
            if (reply.getNow(new Reply.TimedOut()) instanceof Reply.Answer answer
                    && answer.message().headers().first(HeaderNames.ERROR) == null) {
                String json = new String(answer.message().payload(), StandardCharsets.UTF_8);
                return Long.parseLong(json.replaceAll(".*\"seq\":(\\d+).*", "$1"));
            }
            return 0;
        }
    }
}
