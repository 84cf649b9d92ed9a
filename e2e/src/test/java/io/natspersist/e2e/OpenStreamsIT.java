// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.natspersist.client.ClientConfig;
import io.natspersist.client.PersistClient;
import io.natspersist.client.Stored;
import io.natspersist.client.StreamInfo;
import io.natspersist.coordinator.CoordinatorStatus.WorkerStatus;
import io.natspersist.transport.nats.NatsOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Many streams open in one worker, all of them written to again and again. Sizes by {@code -De2e.open.streams} and
 * {@code -De2e.open.files}: how many streams' files the worker may have open.
 */
@Timeout(400)
class OpenStreamsIT {

    private static final int STREAMS = Integer.getInteger("e2e.open.streams", 10_000);
    private static final int FILES = Integer.getInteger("e2e.open.files", 6_000);
    private static final int SETS = 5;
    private static final int IDLE_SECONDS = 10;
    private static final int LIMIT_MIB = 2_048;

    @Test
    void tenThousandStreamsWrittenToStayOpenInTwoGibibytesAndNothingStaysOpenOnceTheyAreIdle() {
        try (Cluster cluster = new Cluster()) {
            WorkerProcess worker = cluster.start("w0", "--open-files", Integer.toString(FILES), "--idle-seconds",
                    Integer.toString(IDLE_SECONDS));
            cluster.awaitBalanced(1);
            long residentBefore = worker.residentMiB();
            try (PersistClient client = PersistClient.connect(new NatsOptions(cluster.nats.url(), "open"),
                    ClientConfig.ofCluster(Cluster.NAME).withMaxInFlight(2_000).withDeadlineMillis(110_000))) {
                for (int seq = 1; seq < SETS; seq++) {
                    write(client, seq);
                }
                do {
                    ask(client);
                } while (openStreams(cluster) < STREAMS || openDatabases(worker) < Math.min(FILES, STREAMS) * 9 / 10);
                write(client, SETS);
                int files = openDatabases(worker);
                System.out.printf("%d streams open, with %d files open, %d sets to each: resident %d MiB before,"
                        + " %d now, %d at most%n", openStreams(cluster), files, SETS, residentBefore,
                        worker.residentMiB(), worker.mostResidentMiB());
                assertThat(openStreams(cluster)).isEqualTo(STREAMS);
                assertThat(files).isLessThanOrEqualTo(FILES * 11 / 10);

                long idleFrom = System.nanoTime();
                await("all streams are closed").atMost(Duration.ofSeconds(240)).until(() -> openStreams(cluster) == 0);
                await("no file of theirs, and no catalog, is open").atMost(Duration.ofSeconds(60)).untilAsserted(
                        () -> assertThat(worker.openFiles()).noneMatch(file -> file.contains("/streams/")));
                System.out.printf("nothing is open %d s later: resident %d MiB, %d at most%n",
                        (System.nanoTime() - idleFrom) / 1_000_000_000, worker.residentMiB(),
                        worker.mostResidentMiB());
                assertThat(worker.mostResidentMiB()).as("MiB resident").isLessThanOrEqualTo(LIMIT_MIB);
                assertThat(client.stream("open.7").info().messages()).isEqualTo(SETS);
                assertThat(openStreams(cluster)).isLessThanOrEqualTo(1);
            }
        }
    }

    /** One more message for each stream. */
    private static void write(PersistClient client, int seq) {
        List<CompletableFuture<Stored>> sets = new ArrayList<>();
        for (int i = 0; i < STREAMS; i++) {
            sets.add(client.stream("open." + i).async().set(new byte[256]));
        }
        sets.forEach(set -> assertThat(set.join().seq()).isEqualTo(seq));
    }

    /** Uses each stream, in a way that takes no file. */
    private static void ask(PersistClient client) {
        List<CompletableFuture<StreamInfo>> infos = new ArrayList<>();
        for (int i = 0; i < STREAMS; i++) {
            infos.add(client.stream("open." + i).async().info());
        }
        infos.forEach(info -> assertThat(info.join().messages()).isEqualTo(SETS - 1));
    }

    private static int openDatabases(WorkerProcess worker) {
        return (int) worker.openStreamFiles().stream().filter(file -> file.endsWith(".db")).count();
    }

    /** As the worker's last heartbeat told. */
    private static long openStreams(Cluster cluster) {
        return cluster.status().workers().stream().map(WorkerStatus::load).mapToLong(load -> load.openStreams()).sum();
    }
}
