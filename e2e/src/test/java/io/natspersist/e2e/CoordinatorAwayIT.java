// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.client.PersistClient;
import io.natspersist.client.StreamMessage;
import io.natspersist.coordinator.FileTableStore;
import io.natspersist.protocol.table.AssignmentTable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The coordinator is away for {@code -De2e.away.seconds=N}, and nobody notices; or loses its table, and nothing is lost. */
@Timeout(200)
class CoordinatorAwayIT {

    private static final int AWAY_SECONDS = Integer.getInteger("e2e.away.seconds", 20);
    private static final int STREAMS = 20;

    private final Cluster cluster = Cluster.of("w0", "w1");
    private final PersistClient client = cluster.client();
    private final List<StreamWriter> writers = new ArrayList<>();

    @AfterEach
    void stop() {
        cluster.close();
    }

    private void startWriting() {
        for (int i = 0; i < STREAMS; i++) {
            writers.add(new StreamWriter(client.stream("s." + i).async(), i));
        }
        writers.forEach(StreamWriter::start);
    }

    /** Throws what a writer met with, if anything. */
    private int stopWriting() {
        writers.forEach(StreamWriter::stop);
        writers.forEach(StreamWriter::awaitEnd);
        for (int i = 0; i < STREAMS; i++) {
            assertThat(client.stream("s." + i).messages().map(m -> m.seq() + " " + m.text()))
                    .isEqualTo(writers.get(i).held());
        }
        return writers.stream().mapToInt(w -> w.acknowledged().size()).sum();
    }

    private AssignmentTable table() throws IOException {
        return new FileTableStore(cluster.table()).load().orElseThrow();
    }

    private static void pass(long seconds) {
        LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(seconds));
    }

    @Test
    void nobodyNoticesWhileItIsAway() throws IOException {
        startWriting();
        AssignmentTable before = table();
        cluster.stopCoordinator();
        pass(AWAY_SECONDS / 2);
        PersistClient late = cluster.client();
        assertThat(late.stream("opened.meanwhile").set("x".getBytes(StandardCharsets.UTF_8)).seq()).isEqualTo(1);
        assertThat(late.stream("s.1").messages().map(StreamMessage::text)).isNotEmpty();
        pass(AWAY_SECONDS - AWAY_SECONDS / 2);
        int longest = (int) writers.stream().mapToLong(StreamWriter::longestWaitMillis).max().orElse(0);

        cluster.startCoordinator();
        cluster.awaitBalanced(2);
        pass(2);

        assertThat(table()).isEqualTo(before);
        int changes = stopWriting();
        System.out.printf(
                "coordinator away for %d s: %d changes, 0 errors, longest wait %d ms, a new client served, table "
                        + "version %d unchanged%n",
                AWAY_SECONDS, changes, longest, before.version());
    }

    @Test
    void aLostTableIsRebuiltAndNothingIsLost() throws IOException {
        startWriting();
        pass(1);
        AssignmentTable before = table();
        cluster.stopCoordinator();
        Files.delete(cluster.table());

        cluster.startCoordinator();
        cluster.awaitSettled(2);
        AssignmentTable rebuilt = table();
        assertThat(rebuilt.epochs()).isGreaterThanOrEqualTo(before.epochs());
        assertThat(rebuilt.incarnations()).isGreaterThanOrEqualTo(before.incarnations());
        assertThat(rebuilt.slots().stream().map(s -> s.owner()).distinct())
                .containsExactlyInAnyOrderElementsOf(before.slots().stream().map(s -> s.owner()).distinct().toList());

        // And a worker's death after it.
        cluster.kill("w0");
        cluster.start("w0");
        cluster.awaitBalanced(2);
        int changes = stopWriting();
        System.out.printf(
                "table deleted and rebuilt under writes, then a worker killed: %d changes, 0 errors, nothing lost%n",
                changes);
    }
}
