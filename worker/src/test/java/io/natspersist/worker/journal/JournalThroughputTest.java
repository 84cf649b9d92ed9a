// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.loop.ThreadEventLoop;
import io.natspersist.worker.change.Change;
import io.natspersist.worker.disk.VolumeDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Prints how fast a journal takes changes of 256 bytes, each acknowledged; asserts only that it takes them. */
@Tag("slow")
class JournalThroughputTest {

    private static final int CHANGES = 1_000_000;
    private static final int PIPELINE = 2_000;

    @TempDir
    Path volume;

    private final CountDownLatch done = new CountDownLatch(1);
    private final AtomicReference<Throwable> fault = new AtomicReference<>();
    private final ArrayDeque<Position> needed = new ArrayDeque<>();
    private JournalWriter writer;
    private int appended;
    private int acknowledged;

    @ParameterizedTest
    @EnumSource(value = Durability.class, names = {"SYNC", "RELAXED"})
    void aMillionChanges(Durability durability) throws IOException, InterruptedException {
        ExecutorService io = Executors.newFixedThreadPool(2);
        long began;
        try (ThreadEventLoop loop = new ThreadEventLoop("loop", this::fail)) {
            writer = new JournalWriter(new VolumeDisk(volume), JournalRun.ID, loop, io,
                    JournalConfig.DEFAULT.withDurability(durability).withSpace(0, 0), this::fail);
            began = System.nanoTime();
            loop.execute(() -> writer.open(() -> {
                for (int i = 0; i < PIPELINE; i++) {
                    append();
                }
            }));
            assertThat(done.await(120, TimeUnit.SECONDS)).isTrue();
        }
        io.shutdown();
        double seconds = (System.nanoTime() - began) / 1e9;
        System.out.printf("%s: %,.0f changes/s acknowledged, %d groups, journal at most %,d bytes%n", durability,
                CHANGES / seconds, writer.forcedGroups(), writer.bytes());
        assertThat(fault.get()).isNull();
        assertThat(acknowledged).isEqualTo(CHANGES);
    }

    private void append() {
        if (appended < CHANGES) {
            Change change = JournalRun.change(++appended, 256);
            needed.add(writer.append(change));
            writer.whenDurable(this::acknowledged);
        }
    }

    private void acknowledged() {
        if (++acknowledged == CHANGES) {
            done.countDown();
        }
        if (needed.size() > 10 * PIPELINE) {
            writer.release(needed.remove());
        }
        append();
    }

    private void fail(Throwable error) {
        fault.set(error);
        done.countDown();
    }
}
