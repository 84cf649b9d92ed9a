// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.natspersist.client.ClientConfig;
import io.natspersist.client.PersistClient;
import io.natspersist.client.Stored;
import io.natspersist.protocol.StreamName;
import io.natspersist.protocol.StreamPath;
import io.natspersist.protocol.table.Incarnation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Very many streams. Sizes by {@code -De2e.streams.created}, {@code -De2e.streams.written}, {@code -De2e.write.seconds} and
 * {@code -De2e.streams.existing}.
 */
@Timeout(700)
class ManyStreamsIT {

    private static final int CREATED = Integer.getInteger("e2e.streams.created", 50_000);
    private static final int WRITTEN = Integer.getInteger("e2e.streams.written", 5_000);
    private static final int SECONDS = Integer.getInteger("e2e.write.seconds", 15);
    private static final int EXISTING = Integer.getInteger("e2e.streams.existing", 100_000);
    private static final long MIB = 1 << 20;
    /** What a worker lets its journal grow to, and the segment that is being written. */
    private static final long JOURNAL_LIMIT = (256 + 16 + 16) * MIB;
    /** Heap, the JVM beside it, and 150 KiB of SQLite's for each of the 6,000 files that may be open. */
    private static final long RESIDENT_LIMIT = 256 + 150 + 6_000 * 150 / 1_024;

    /** Looks at the worker while something goes on. */
    private static final class Watchman implements AutoCloseable {
        private final Cluster cluster;
        private final Incarnation journal;
        private final Thread thread = new Thread(this::look);
        private volatile boolean done;
        private volatile long mostJournal;
        private volatile long mostResident;

        Watchman(Cluster cluster) {
            this.cluster = cluster;
            this.journal = cluster.incarnation("w0");
            thread.start();
        }

        private void look() {
            while (!done) {
                mostJournal = Math.max(mostJournal, cluster.journalBytes(journal));
                mostResident = Math.max(mostResident, cluster.worker("w0").residentMiB());
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            }
        }

        long journalNow() {
            return cluster.journalBytes(journal);
        }

        @Override
        public void close() {
            done = true;
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public String toString() {
            return "journal at most " + mostJournal / MIB + " MiB, resident at most " + mostResident + " MiB";
        }
    }

    @Test
    void manyStreamsAreCreatedAtOnceAndThenWrittenAsFastAsItGoes() {
        try (Cluster cluster = Cluster.of("w0")) {
            PersistClient client = PersistClient.connect(
                    new io.natspersist.transport.nats.NatsOptions(cluster.nats.url(), "many"),
                    ClientConfig.ofCluster(Cluster.NAME).withMaxInFlight(2_000).withDeadlineMillis(110_000));
            create(cluster, client);
            write(cluster, client);
            client.close();
        }
    }

    private static void create(Cluster cluster, PersistClient client) {
        try (Watchman watchman = new Watchman(cluster)) {
            long began = System.nanoTime();
            List<CompletableFuture<Stored>> sets = new ArrayList<>();
            for (int i = 0; i < CREATED; i++) {
                sets.add(client.stream("created." + i % 100 + "." + i).async().set(new byte[256]));
            }
            sets.forEach(set -> assertThat(set.join().seq()).isEqualTo(1));
            long answered = millisSince(began);
            watchman.close();
            System.out.printf("%d streams created: all answered after %d ms, %d have their files by then; %s%n",
                    CREATED,
                    answered, cluster.files(".db").size(), watchman);
            assertThat(watchman.mostJournal).isBetween(CREATED * 256L, JOURNAL_LIMIT);
            assertThat(cluster.worker("w0").alive()).isTrue();
        }
    }

    private static void write(Cluster cluster, PersistClient client) {
        AtomicInteger written = new AtomicInteger();
        AtomicInteger failed = new AtomicInteger();
        AtomicLong lag = new AtomicLong();
        try (Watchman watchman = new Watchman(cluster)) {
            Semaphore inFlight = new Semaphore(4_000);
            long began = System.nanoTime();
            CompletableFuture<?> flush = CompletableFuture.completedFuture(null);
            for (int i = 0; millisSince(began) < SECONDS * 1_000L; i++) {
                inFlight.acquireUninterruptibly();
                int stream = i % WRITTEN;
                client.stream("written." + stream).async().set(new byte[256]).whenComplete((done, problem) -> {
                    inFlight.release();
                    (problem == null ? written : failed).incrementAndGet();
                });
                if (i % 1_000 == 0 && flush.isDone()) {
                    long asked = System.nanoTime();
                    flush = client.stream("written." + stream).async().flush()
                            .thenRun(() -> lag.accumulateAndGet(millisSince(asked), Math::max));
                }
            }
            inFlight.acquireUninterruptibly(4_000);
            long took = millisSince(began);
            flush.join();
            long journalAtEnd = watchman.journalNow();
            await("the journal shrinks").atMost(Duration.ofSeconds(300)).pollInterval(Duration.ofMillis(100))
                    .until(() -> watchman.journalNow() <= 64 * MIB);
            System.out.printf(
                    "%d sets over %d streams in %d ms (%d/s), %d failed; %s, %d MiB at the end and under 64 MiB "
                            + "%d ms later; a stream flushed meanwhile waited at most %d ms%n",
                    written.get(), WRITTEN, took,
                    written.get() * 1_000L / took, failed.get(), watchman, journalAtEnd / MIB,
                    millisSince(began) - took, lag.get());
            watchman.close();
            assertThat(failed.get()).isZero();
            assertThat(watchman.mostJournal).isLessThan(JOURNAL_LIMIT);
            assertThat(watchman.mostResident).as("MiB resident").isLessThan(RESIDENT_LIMIT);
            assertThat(cluster.worker("w0").alive()).isTrue();
        }
        long messages = 0;
        for (int i = 0; i < WRITTEN; i += 50) {
            messages += client.stream("written." + i).info().messages();
        }
        assertThat(messages).isBetween((long) written.get() / WRITTEN * (WRITTEN / 50),
                (long) (written.get() / WRITTEN + 1) * (WRITTEN / 50));
    }

    private static long millisSince(long nanos) {
        return (System.nanoTime() - nanos) / 1_000_000;
    }

    @Test
    void aWorkerBesideManyStreamsAnswersAsSoonAsOneOnAnEmptyFolder() throws IOException {
        long empty;
        try (Cluster cluster = Cluster.of("w0")) {
            cluster.kill("w0");
            empty = firstAnswerMillis(cluster);
        }
        try (Cluster cluster = Cluster.of("w0")) {
            PersistClient client = cluster.client();
            client.stream("template").set(new byte[]{1});
            client.stream("template").flush();
            cluster.kill("w0");
            fill(cluster);
            List<String> before = cluster.files(".db");

            long beside = firstAnswerMillis(cluster);

            assertThat(before).hasSize(EXISTING + 1);
            List<String> renamed = new ArrayList<>(before);
            renamed.removeAll(new HashSet<>(cluster.files(".db")));
            assertThat(renamed).isEmpty();
            assertThat(cluster.worker("w0").openStreamFiles()).as("open files").allMatch(f -> f.contains("/first."));
            System.out.printf(
                    "from a JVM's start to its first answer: %d ms on an empty folder, %d ms beside %d files, none "
                            + "of them renamed%n",
                    empty, beside, EXISTING);
        }
    }

    private static long firstAnswerMillis(Cluster cluster) {
        long began = System.nanoTime();
        cluster.start("w0");
        assertThat(cluster.client().stream("first").set(new byte[]{1}).seq()).isEqualTo(1);
        return millisSince(began);
    }

    /** Files of streams that exist, where they belong: links to a few real ones. */
    private static void fill(Cluster cluster) throws IOException {
        Path made = cluster.volume().resolve(cluster.files(".db").getFirst());
        Path copy = made;
        for (int i = 0; i < EXISTING; i++) {
            if (i % 10_000 == 0) {
                copy = Files.copy(made, cluster.volume().resolveSibling("template" + i));
            }
            StreamName name = new StreamName("old." + i);
            Path path = cluster.volume().resolve("streams/" + name.slot(1_024) + "/" + StreamPath.of(name) + ".1.db");
            Files.createDirectories(path.getParent());
            Files.createLink(path, copy);
        }
    }
}
