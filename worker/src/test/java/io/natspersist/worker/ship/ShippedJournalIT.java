// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.ship;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.natspersist.loop.ThreadEventLoop;
import io.natspersist.protocol.StreamName;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.transport.Headers;
import io.natspersist.worker.change.Change;
import io.natspersist.worker.cold.FaultyWire.Fault;
import io.natspersist.worker.cold.S3ObjectStore;
import io.natspersist.worker.cold.S3Server;
import io.natspersist.worker.disk.VolumeDisk;
import io.natspersist.worker.journal.Durability;
import io.natspersist.worker.journal.JournalConfig;
import io.natspersist.worker.journal.JournalWriter;
import io.natspersist.worker.journal.NotSealed;
import io.natspersist.worker.journal.Sealing;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A journal on a real disk, shipped to an S3 server that does not always do what it is asked to. */
class ShippedJournalIT {

    private static final Incarnation ID = new Incarnation("w0", 1);
    private static final StreamName STREAM = new StreamName("a.b");

    @TempDir
    Path folder;

    private final Queue<Throwable> faults = new ConcurrentLinkedQueue<>();
    private final Queue<Long> shipped = new ConcurrentLinkedQueue<>();
    private final CountDownLatch sealed = new CountDownLatch(1);
    private final S3Server server = S3Server.start();
    private final S3ObjectStore store = S3Server.open(server.config("cluster/"));
    private final ThreadEventLoop loop = new ThreadEventLoop("worker", faults::add);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final ExecutorService shipping = Executors.newSingleThreadExecutor();
    private ShippedJournal journal;
    private long last;

    @BeforeEach
    void open() throws Exception {
        JournalWriter local = new JournalWriter(new VolumeDisk(folder), ID, loop, threads,
                JournalConfig.DEFAULT.withSegmentBytes(1 << 16).withSpace(0, 0), faults::add);
        journal = new ShippedJournal(local, new OwnDisk(store, new ShipConfig(200, 5_000), shipping, threads), ID, loop,
                Durability.SYNC, new SplittableRandom(1), sealed::countDown, faults::add);
        CountDownLatch opened = new CountDownLatch(1);
        loop.execute(() -> journal.open(opened::countDown));
        assertThat(opened.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @AfterEach
    void close() {
        threads.shutdownNow();
        shipping.shutdownNow();
        loop.close();
        store.close();
        server.close();
    }

    private void append(int changes) {
        for (int i = 0; i < changes; i++) {
            loop.execute(() -> {
                long number = ++last;
                journal.append(new Change.Set(STREAM, 1, number, number, number, number, 0, null, null, Headers.NONE,
                        new byte[5_000]));
                journal.whenDurable(Durability.SHIPPED, () -> shipped.add(number));
            });
        }
    }

    private ShippedJournals successor() {
        return new ShippedJournals(store, threads, new SplittableRandom(2), System::nanoTime);
    }

    private List<Long> readBySuccessor() throws Exception {
        assertThat(successor().seal(ID, true)).isEqualTo(new Sealing.Result.Sealed());
        List<Long> found = new ArrayList<>();
        successor().read(ID, change -> found.add(change.number()));
        return found;
    }

    @Test
    void whateverTheServerAnswersEveryChangeIsShippedOnceAndInOrder() throws Exception {
        long sent = 0;
        for (Fault fault : List.of(new Fault.Answers(500, "InternalError"), new Fault.Answers(503, "SlowDown"),
                new Fault.Answers(412, "PreconditionFailed"), new Fault.Answers(409, "ConditionalRequestConflict"),
                new Fault.Answers(403, "AccessDenied"), new Fault.Lost(), new Fault.SentAltered(),
                new Fault.Truncated(), new Fault.Slow(300))) {
            server.wire().fail("PUT", 3, fault);
            append(10);
            sent += 10;
            long all = sent;
            await(fault.toString()).atMost(Duration.ofSeconds(30)).until(() -> shipped.size() == all);
            server.wire().heal();
        }
        server.wire().cut();
        append(10);
        await().atMost(Duration.ofSeconds(10)).until(() -> journal.shipped().failures() > 10);
        server.wire().heal();
        await().atMost(Duration.ofSeconds(30)).until(() -> shipped.size() == last);

        assertThat(readBySuccessor()).isEqualTo(LongStream.rangeClosed(1, last).boxed().toList());
        assertThat(faults).isEmpty();
        append(1);
        assertThat(sealed.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(shipped).hasSize((int) last - 1);
    }

    /** As whoever adopts: what fails is asked again. */
    private List<Long> readAfterFailures(Fault fault) throws Exception {
        for (int attempt = 0; attempt < 3; attempt++) {
            try {
                return readBySuccessor();
            } catch (IOException e) {
                assertThat(e).as(fault.toString()).isNotInstanceOf(NotSealed.class);
            }
        }
        return readBySuccessor();
    }

    @Test
    void aSuccessorReadsAlsoThroughFailures() throws Exception {
        for (int i = 0; i < 10; i++) {
            append(5);
            int all = 5 * (i + 1);
            await().atMost(Duration.ofSeconds(10)).until(() -> shipped.size() == all);
        }
        assertThat(readBySuccessor()).hasSize(50);

        for (Fault fault : List.of(new Fault.Answers(500, "InternalError"), new Fault.Truncated(), new Fault.Altered(),
                new Fault.Slow(200))) {
            server.wire().fail("GET", 1, fault);
            assertThat(readAfterFailures(fault)).as(fault.toString())
                    .isEqualTo(LongStream.rangeClosed(1, 50).boxed().toList());
            server.wire().heal();
        }
    }
}
