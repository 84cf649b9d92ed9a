// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.natspersist.client.PersistClient;
import io.natspersist.client.Watch;
import io.natspersist.client.WatchFrom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One client watches 50 streams, another writes to them, and workers die. {@code -De2e.kills=N}, {@code -De2e.seed=N}. */
class WatcherSurvivesKillsIT {

    private static final int STREAMS = 50;
    private static final int KILLS = Integer.getInteger("e2e.kills", 20);

    @Test
    @Timeout(300)
    void everyChangeIsSeenOnceAndInOrderWhileWorkersAreKilled() {
        long seed = Long.getLong("e2e.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        try (Cluster cluster = Cluster.of("w0", "w1")) {
            PersistClient watcher = cluster.client();
            PersistClient writer = cluster.client();
            List<Told> told = new ArrayList<>();
            List<Watch> watches = new ArrayList<>();
            List<StreamWriter> writers = new ArrayList<>();
            for (int i = 0; i < STREAMS; i++) {
                Told listener = new Told();
                told.add(listener);
                watches.add(watcher.stream("watched." + i).watch(WatchFrom.now(), listener));
                writers.add(new StreamWriter(writer.stream("watched." + i).async(), seed + i));
            }
            watches.forEach(watch -> watch.ready().join());
            long began = System.nanoTime();
            writers.forEach(StreamWriter::start);

            for (int kill = 0; kill < KILLS; kill++) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(50, 500)));
                String victim = "w" + random.nextInt(2);
                cluster.kill(victim);
                if (random.nextBoolean()) {
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(500)));
                }
                cluster.start(victim);
                cluster.awaitSettled(2);
            }

            writers.forEach(StreamWriter::stop);
            writers.forEach(StreamWriter::awaitEnd);
            long seconds = (System.nanoTime() - began) / 1_000_000_000;
            for (int i = 0; i < STREAMS; i++) {
                List<String> acknowledged = writers.get(i).acknowledged();
                Told listener = told.get(i);
                await("watch " + i).atMost(Duration.ofSeconds(30))
                        .until(() -> listener.soFar().size() >= acknowledged.size());
                assertThat(listener.soFar()).as("watch " + i + ", seed " + seed).isEqualTo(acknowledged);
                assertThat(listener.resets()).as("resets of watch " + i).isZero();
                assertThat(writer.stream("watched." + i).messages().map(m -> m.seq() + " " + m.text()))
                        .as("what stream " + i + " holds, seed " + seed)
                        .isEqualTo(writers.get(i).held());
            }
            System.out.printf(
                    "%d kills and restarts in %d s: %d acknowledged changes on %d streams, each told once and in order; "
                            + "%d resumes, %d duplicate notices dropped, longest wait for an answer %d ms; seed %d%n",
                    KILLS, seconds, writers.stream().mapToInt(w -> w.acknowledged().size()).sum(), STREAMS,
                    watches.stream().mapToLong(w -> w.stats().resumes()).sum(),
                    watches.stream().mapToLong(w -> w.stats().duplicates()).sum(),
                    writers.stream().mapToLong(StreamWriter::longestWaitMillis).max().orElse(0), seed);
        }
    }
}
