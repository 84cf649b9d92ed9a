// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.natspersist.client.PersistClient;
import io.natspersist.client.Watch;
import io.natspersist.client.WatchFrom;
import io.natspersist.worker.cold.ObjectStore;
import io.natspersist.worker.cold.S3Server;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Workers as processes with a folder each, that have nothing in common but a bucket on a real S3 server. */
@Timeout(240)
class OwnDisksIT {

    private static final int STREAMS = 10;
    private static final int DEATHS = 4;

    private final S3Server s3 = S3Server.start();
    private final Cluster cluster = new Cluster();

    @AfterEach
    void stop() {
        cluster.close();
        s3.close();
    }

    private static List<String> held(PersistClient client, String stream) {
        return client.stream(stream).messages().map(m -> m.text()).toList();
    }

    @Test
    void whatWasAnsweredAsShippedSurvivesMachinesThatGoWithTheirDisks() {
        long seed = Long.getLong("e2e.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        cluster.startOnOwnDisk("w0", s3, "shipped");
        cluster.startOnOwnDisk("w1", s3, "shipped");
        cluster.awaitSettled(2);
        PersistClient client = cluster.client();
        List<Told> told = new ArrayList<>();
        List<Watch> watches = new ArrayList<>();
        List<StreamWriter> writers = new ArrayList<>();
        for (int i = 0; i < STREAMS; i++) {
            Told listener = new Told();
            told.add(listener);
            watches.add(client.stream("watched." + i).watch(WatchFrom.now(), listener));
            writers.add(new StreamWriter(client.stream("watched." + i).async(), seed + i));
        }
        watches.forEach(watch -> watch.ready().join());
        writers.forEach(StreamWriter::start);

        for (int death = 0; death < DEATHS; death++) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(300, 1_500)));
            String victim = "w" + death % 2;
            cluster.loseMachine(victim);
            cluster.startOnOwnDisk(victim, s3, "shipped");
            cluster.awaitSettled(2);
        }

        writers.forEach(StreamWriter::stop);
        writers.forEach(StreamWriter::awaitEnd);
        for (int i = 0; i < STREAMS; i++) {
            List<String> acknowledged = writers.get(i).acknowledged();
            Told listener = told.get(i);
            await("watch " + i).atMost(Duration.ofSeconds(30))
                    .until(() -> listener.soFar().size() >= acknowledged.size());
            assertThat(listener.soFar()).as("watch " + i + ", seed " + seed).isEqualTo(acknowledged);
            assertThat(listener.resets()).as("resets of watch " + i).isZero();
            assertThat(client.stream("watched." + i).messages().map(m -> m.seq() + " " + m.text()))
                    .as("what stream " + i + " holds, seed " + seed).isEqualTo(writers.get(i).held());
        }
        System.out.printf("%d machines lost: %d changes answered as shipped, none lost; longest wait %d ms; seed %d%n",
                DEATHS, writers.stream().mapToInt(w -> w.acknowledged().size()).sum(),
                writers.stream().mapToLong(StreamWriter::longestWaitMillis).max().orElse(0), seed);
    }

    @Test
    void aMachineTakesWithItWhatWasNotShippedAndWatchersAreTold() {
        cluster.startOnOwnDisk("w0", s3, "sync");
        cluster.awaitSettled(1);
        cluster.startOnOwnDisk("w1", s3, "sync");
        cluster.awaitSettled(2);
        PersistClient client = cluster.client();
        Told told = new Told();
        client.stream("notes").watch(WatchFrom.now(), told).ready().join();
        client.stream("notes").set(Cluster.bytes("old"));
        long shippedAfter = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        await().atMost(Duration.ofSeconds(10)).until(() -> System.nanoTime() > shippedAfter);
        client.stream("notes").set(Cluster.bytes("new"));
        await().until(() -> told.soFar().size() == 2);

        cluster.loseMachine("w0");
        cluster.awaitSettled(1);

        List<String> left = held(client, "notes");
        assertThat(left).startsWith("old");
        await().atMost(Duration.ofSeconds(30)).until(() -> told.resets() == 2 - left.size());
        System.out.printf("of the last change %s%n", left.size() == 2 ? "nothing was lost" : "its watcher was told");
    }

    @Test
    void slotsGoToAWorkerThatJoinsAndBackUnderLoadAndWhatWasDestroyedStaysSo() {
        long seed = Long.getLong("e2e.seed", System.nanoTime());
        cluster.startOnOwnDisk("w0", s3, "sync");
        cluster.awaitSettled(1);
        PersistClient client = cluster.client();
        List<StreamWriter> writers = new ArrayList<>();
        for (int i = 0; i < STREAMS; i++) {
            writers.add(new StreamWriter(client.stream("written." + i).async(), seed + i));
        }
        writers.forEach(StreamWriter::start);
        List<Long> destroyed = new ArrayList<>();
        for (int i = 0; i < STREAMS; i++) {
            client.stream("destroyed." + i).set(Cluster.bytes("x"));
            destroyed.add(client.stream("destroyed." + i).destroy().position().change());
        }

        cluster.startOnOwnDisk("w1", s3, "sync");
        cluster.awaitBalanced(2);
        for (int i = 0; i < STREAMS; i += 2) {
            client.stream("destroyed." + i).set(Cluster.bytes("again"));
        }
        cluster.worker("w0").terminate();
        cluster.worker("w0").exitCode(60);
        cluster.loseMachine("w0");
        cluster.awaitSettled(1);
        cluster.startOnOwnDisk("w0", s3, "sync");
        cluster.awaitBalanced(2);
        cluster.worker("w1").terminate();
        cluster.worker("w1").exitCode(60);
        cluster.loseMachine("w1");
        cluster.awaitSettled(1);

        writers.forEach(StreamWriter::stop);
        writers.forEach(StreamWriter::awaitEnd);
        for (int i = 0; i < STREAMS; i++) {
            assertThat(client.stream("written." + i).messages().map(m -> m.seq() + " " + m.text()))
                    .as("what stream " + i + " holds, seed " + seed).isEqualTo(writers.get(i).held());
            boolean again = i % 2 == 0;
            assertThat(held(client, "destroyed." + i)).isEqualTo(again ? List.of("again") : List.of());
            assertThat(client.stream("destroyed." + i).set(Cluster.bytes("last")).position().change())
                    .isEqualTo(destroyed.get(i) + (again ? 2 : 1));
        }
        System.out.printf("%d changes while slots moved, none lost; longest wait %d ms; seed %d%n",
                writers.stream().mapToInt(w -> w.acknowledged().size()).sum(),
                writers.stream().mapToLong(StreamWriter::longestWaitMillis).max().orElse(0), seed);
    }

    @Test
    void aWorkerOnASharedVolumeDoesNotBeginBesideThem() {
        cluster.startOnOwnDisk("w0", s3, "sync");
        cluster.awaitSettled(1);

        WorkerProcess other = cluster.startTiered("v0", s3);

        assertThat(other.exitCode(30)).isEqualTo(2);
        assertThat(other.log()).contains("this bucket has the journals of workers with disks of their own",
                "--own-disk true");
        assertThat(cluster.status().workers()).hasSize(1);
    }

    @Test
    void aWorkerWithADiskOfItsOwnDoesNotBeginBesideOnesOnAVolume() {
        cluster.startTiered("v0", s3);
        cluster.awaitSettled(1);
        cluster.client().stream("notes").set(Cluster.bytes("x"));
        ObjectStore bucket = S3Server.open(s3.config(""));
        await().atMost(Duration.ofSeconds(30)).until(() -> !bucket.list("streams/", null).isEmpty());

        WorkerProcess other = cluster.startOnOwnDisk("w0", s3, "sync");

        assertThat(other.exitCode(30)).isEqualTo(2);
        assertThat(other.log()).contains("cold copies of workers that share a volume");
    }

    @Test
    void aProcessThatStartsAgainOnItsDiskLosesNothing() {
        for (int i = 0; i < 3; i++) {
            cluster.startOnOwnDisk("w0", s3, "sync");
            cluster.awaitSettled(1);
            PersistClient client = cluster.client();
            List<String> all = new ArrayList<>(held(client, "notes"));
            assertThat(all).hasSize(100 * i);
            for (int n = 0; n < 100; n++) {
                client.stream("notes").set(Cluster.bytes("value " + all.size()));
                all.add("value " + all.size());
            }
            cluster.worker("w0").kill();
            cluster.startOnOwnDisk("w0", s3, "sync");
            cluster.awaitSettled(1);

            assertThat(held(client, "notes")).isEqualTo(all);
            cluster.kill("w0");
        }
        assertThat(Files.isDirectory(cluster.disk("w0").resolve("void"))).isTrue();
    }

    @Test
    void aDiskThatComesBackWithVoidHistoryIsNotRead() {
        cluster.startOnOwnDisk("w0", s3, "shipped");
        cluster.awaitSettled(1);
        cluster.startOnOwnDisk("w1", s3, "shipped");
        cluster.awaitSettled(2);
        PersistClient client = cluster.client();
        client.stream("notes").set(Cluster.bytes("first"));
        cluster.kill("w0");
        cluster.awaitSettled(1);
        client.stream("notes").deleteAll();
        client.stream("notes").set(Cluster.bytes("second"));

        cluster.startOnOwnDisk("w0", s3, "shipped");
        cluster.awaitSettled(2);
        cluster.loseMachine("w1");
        cluster.awaitSettled(1);

        assertThat(held(client, "notes")).containsExactly("second");
    }

    @Test
    void aWorkerThatIsToldToStopLeavesEverythingInTheBucket() {
        cluster.startOnOwnDisk("w0", s3, "sync");
        cluster.awaitSettled(1);
        PersistClient client = cluster.client();
        for (int i = 0; i < 50; i++) {
            client.stream("notes." + i % 5).set(Cluster.bytes("value " + i));
        }
        cluster.worker("w0").terminate();
        cluster.worker("w0").exitCode(30);
        cluster.loseMachine("w0");

        cluster.startOnOwnDisk("w1", s3, "sync");
        cluster.awaitSettled(1);

        assertThat(held(client, "notes.3")).containsExactly("value 3", "value 8", "value 13", "value 18", "value 23",
                "value 28", "value 33", "value 38", "value 43", "value 48");
    }
}
