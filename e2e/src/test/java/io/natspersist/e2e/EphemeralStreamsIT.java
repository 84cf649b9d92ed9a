// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.natspersist.client.Change;
import io.natspersist.client.PersistClient;
import io.natspersist.client.Reset;
import io.natspersist.client.StreamHandle;
import io.natspersist.client.StreamMessage;
import io.natspersist.client.WatchFrom;
import io.natspersist.client.WatchListener;
import io.natspersist.protocol.table.Incarnation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Streams in a real worker's memory: they leave nothing on the volume, and whoever watched hears when they are gone. */
@Timeout(120)
class EphemeralStreamsIT {

    private static final int MESSAGES = 500;

    @TempDir
    Path settings;

    /** What a watch was told, in order. Filled on the client's loop. */
    private static final class Told implements WatchListener {
        private final List<String> lines = new ArrayList<>();

        @Override
        public synchronized void onChange(Change change) {
            lines.add(change instanceof Change.Set set ? set.message().text() : change.toString());
        }

        @Override
        public synchronized void onReset(Reset reset) {
            lines.add(reset.reason() + " " + reset.lostChanges());
        }

        @Override
        public synchronized void onMessage(StreamMessage message) {
            lines.add("there is " + message.text());
        }

        synchronized List<String> soFar() {
            return List.copyOf(lines);
        }
    }

    @Test
    void anEphemeralStreamGoesWithItsKilledWorkerAndItsWatcherHearsHowMuchIsLost() throws IOException {
        Path defaults = Files.writeString(settings.resolve("defaults.json"),
                "[{\"prefix\":\"mem\",\"config\":{\"durability\":\"ephemeral\"}}]");
        try (Cluster cluster = new Cluster()) {
            List.of("w0", "w1").forEach(name -> cluster.start(name, "--stream-defaults", defaults.toString()));
            cluster.awaitBalanced(2);
            PersistClient client = cluster.client();
            StreamHandle stream = client.stream("mem.cursors");
            Told told = new Told();
            cluster.client().stream("mem.cursors").watch(WatchFrom.now(), told).ready().join();
            String owner = stream.locate().owner();
            long journal = cluster.journalBytes(Incarnation.parse(owner));

            for (int i = 1; i <= MESSAGES; i++) {
                assertThat(stream.set(Cluster.bytes("before " + i)).seq()).isEqualTo(i);
            }
            await("the watcher is told").until(() -> told.soFar().size() == MESSAGES);
            assertThat(stream.info().ephemeral()).isTrue();
            assertThat(cluster.journalBytes(Incarnation.parse(owner))).isEqualTo(journal);
            assertThat(cluster.files(".db")).isEmpty();

            cluster.kill(owner.substring(0, owner.indexOf('.')));
            assertThat(stream.set(Cluster.bytes("after")).seq()).isEqualTo(1);

            await("the watcher goes on").atMost(Duration.ofSeconds(40))
                    .until(() -> told.soFar().getLast().endsWith("after"));
            List<String> since = told.soFar().subList(MESSAGES, told.soFar().size());
            assertThat(since.getFirst()).isEqualTo("CHANGES_LOST " + MESSAGES);
            assertThat(since).hasSize(2);
            assertThat(stream.messages().map(StreamMessage::text)).containsExactly("after");
            assertThat(cluster.files(".db")).isEmpty();
        }
    }
}
