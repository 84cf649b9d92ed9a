// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.natspersist.client.AsyncStream;
import io.natspersist.client.PersistClient;
import io.natspersist.client.Stored;
import io.natspersist.client.StreamMessage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A worker with many active streams is killed. Its successor touches none of their files before the stream is asked for: files
 * carry the epoch of their owner in their names, so whoever takes one over renames it.
 */
@Timeout(200)
class TakeoverOf5000StreamsIT {

    private static final int STREAMS = Integer.getInteger("e2e.takeover.streams", 5_000);

    private final Cluster cluster = Cluster.of("w0");
    private final PersistClient client = cluster.client();
    private int round;

    /** Every stream has a file, and changes that are not in it. */
    @BeforeEach
    void manyActiveStreams() {
        writeToAll();
        await("files").atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(200))
                .until(() -> cluster.files(".db").size() >= STREAMS);
        writeToAll();
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    private AsyncStream stream(int i) {
        return client.stream("busy." + i).async();
    }

    private void writeToAll() {
        round++;
        List<CompletableFuture<Stored>> sets = new ArrayList<>();
        for (int i = 0; i < STREAMS; i++) {
            sets.add(stream(i).set(("round " + round).getBytes(StandardCharsets.UTF_8)));
        }
        sets.forEach(set -> assertThat(set.join().seq()).isEqualTo(round));
    }

    /** Reads the last message of all streams at once; returns the longest wait, ms. */
    private long readAll() {
        AtomicLong longest = new AtomicLong();
        long asked = System.nanoTime();
        List<CompletableFuture<Optional<StreamMessage>>> reads = new ArrayList<>();
        for (int i = 0; i < STREAMS; i++) {
            reads.add(stream(i).last().whenComplete(
                    (read, failed) -> longest.accumulateAndGet(System.nanoTime() - asked, Math::max)));
        }
        reads.forEach(read -> assertThat(read.join().map(StreamMessage::text)).contains("round " + round));
        return longest.get() / 1_000_000;
    }

    @Test
    void noFileIsTouchedBeforeItsStreamIsAskedForWhoeverTakesOver() {
        successorTouchesNothing();
        successorOfASuccessorKilledWhileItAdopts();
        sameWorkerBackAtOnce();
    }

    private void successorTouchesNothing() {
        List<String> before = namesOnceKilled("w0");
        long killed = System.nanoTime();
        cluster.gone("w0");
        WorkerProcess successor = cluster.start("w1");
        cluster.awaitSettled(1);
        long tookOver = (System.nanoTime() - killed) / 1_000_000;

        assertThat(before).hasSize(STREAMS);
        assertThat(cluster.files(".db")).as("names after the takeover").isEqualTo(before);
        assertThat(successor.openStreamFiles()).isEmpty();

        for (int i = 0; i < 10; i++) {
            assertThat(stream(i).last().join().map(StreamMessage::text)).contains("round " + round);
        }
        Set<String> renamed = new HashSet<>(cluster.files(".db"));
        before.forEach(renamed::remove);
        assertThat(renamed).as("names after ten streams were asked for").hasSize(10);
        System.out.printf(
                "takeover of %d active streams, with the start of a JVM: %d ms, 0 files touched; then ten asked "
                        + "for: 10 renamed; then all at once: longest wait %d ms%n",
                STREAMS, tookOver, readAll());
        writeToAll();
    }

    private void successorOfASuccessorKilledWhileItAdopts() {
        List<String> before = namesOnceKilled("w1");
        cluster.gone("w1");
        cluster.start("w2");
        int adopting = awaitAdopting("w2");
        cluster.kill("w2");
        cluster.start("w0");
        cluster.awaitSettled(1);

        assertThat(adopting).as("slots that were not adopted yet").isPositive();
        assertThat(cluster.files(".db")).as("names after the takeover").isEqualTo(before);
        System.out.printf(
                "killed again with %d slots still to adopt: 0 files touched; then all at once: longest wait %d ms%n",
                adopting, readAll());
        writeToAll();
    }

    private void sameWorkerBackAtOnce() {
        List<String> before = namesOnceKilled("w0");
        cluster.gone("w0");
        cluster.start("w0");
        long longest = readAll();

        List<String> renamed = new ArrayList<>(cluster.files(".db"));
        renamed.removeAll(new HashSet<>(before));
        assertThat(renamed).hasSize(STREAMS);
        System.out.printf(
                "the same worker started again at once, all %d streams asked for from the kill on: longest wait "
                        + "%d ms%n",
                STREAMS, longest);
        writeToAll();
    }

    private List<String> namesOnceKilled(String worker) {
        cluster.worker(worker).kill();
        return cluster.files(".db");
    }

    /** Spins: adopting takes some tens of milliseconds. */
    private int awaitAdopting(String worker) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (System.nanoTime() < end) {
            boolean owns = cluster.status().workers().stream()
                    .anyMatch(w -> w.worker().worker().equals(worker) && w.slots() > 0);
            if (owns) {
                return cluster.status().adopting();
            }
            LockSupport.parkNanos(100_000);
        }
        throw new AssertionError("nothing was adopted: " + cluster.status());
    }
}
