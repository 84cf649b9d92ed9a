// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.natspersist.protocol.HeaderNames;
import io.natspersist.protocol.SetItem;
import io.natspersist.protocol.SetMany;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Message;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Three times as much as a worker can do, for {@code -De2e.overload.seconds}, from somebody who does not wait for answers. A
 * request has many sets, all or none: so much more is done for one than is sent, that sender and server can bring three times
 * as many as were answered when the same sender waited. Every one is answered: it is stored, or refused with an error that
 * says when to try again. What is refused is not stored, memory stays bounded, and afterwards nothing is refused any more.
 */
@Timeout(300)
class OverloadIT {

    private static final int SECONDS = Integer.getInteger("e2e.overload.seconds", 15);
    private static final int CLOSED_LOOP_SECONDS = 4;
    private static final int STREAMS = 20;
    private static final int SETS = 100;
    private static final int IN_FLIGHT = 300;
    private static final byte[] VALUE = new byte[64];
    /** Request by request in turn, each with keys of its own. */
    private static final List<byte[]> REQUESTS = IntStream.range(0, 5).mapToObj(OverloadIT::sets).toList();
    /** The worker's heap, and the JVM and its files beside it. */
    private static final long RESIDENT_LIMIT_MIB = 256 + 200;

    private final Cluster cluster = Cluster.of("w0");
    private final Semaphore room = new Semaphore(IN_FLIGHT);
    private long done;

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void whatIsTooMuchIsRefusedWithADelayAndNothingElseHappens() throws IOException {
        try (Flood flood = new Flood(cluster.nats.url(), room::release)) {
            asFastAsItGoes(flood);
            double can = asFastAsItGoes(flood);
            Map<String, Integer> alone = outcomes(flood);
            double offered = threeTimes(can, flood);
            Map<String, Integer> overload = outcomes(flood);
            room.drainPermits();
            room.release(IN_FLIGHT);
            double after = asFastAsItGoes(flood);
            Map<String, Integer> afterwards = outcomes(flood);

            System.out.printf("%.0f requests/s of %d sets; %.0f/s offered for %d s, %.1f times as many: %s; afterwards "
                    + "%.0f/s%n", can, SETS, offered, SECONDS, offered / can, overload, after);
            assertThat(alone.keySet()).containsExactly("done");
            assertThat(overload.keySet()).containsExactly("OVERLOADED", "done");
            assertThat(overload.get("OVERLOADED")).as("refused").isGreaterThan(overload.get("done"));
            assertThat(afterwards.keySet()).containsExactly("done");
        }
        long changes = 0;
        for (int i = 0; i < STREAMS; i++) {
            changes += changeOf("load." + i);
        }
        assertThat(changes).as("changes that were answered as stored, and no others").isEqualTo(done * SETS);
        assertThat(cluster.worker("w0").alive()).isTrue();
        assertThat(cluster.worker("w0").log()).doesNotContain("OutOfMemory", "some are dropped");
    }

    private Map<String, Integer> outcomes(Flood flood) {
        Map<String, Integer> outcomes = flood.outcomes();
        done += outcomes.getOrDefault("done", 0);
        return outcomes;
    }

    /** With so many under way at a time; requests per second. */
    private double asFastAsItGoes(Flood flood) throws IOException {
        int before = flood.sent();
        long began = System.nanoTime();
        while (System.nanoTime() - began < TimeUnit.SECONDS.toNanos(CLOSED_LOOP_SECONDS)) {
            if (!room.tryAcquire()) {
                flood.flush();
                acquire();
            }
            send(flood);
        }
        awaitAnswers(flood);
        return (flood.sent() - before) * 1e9 / (System.nanoTime() - began);
    }

    private void acquire() {
        try {
            assertThat(room.tryAcquire(30, TimeUnit.SECONDS)).as("an answer").isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Whatever the worker says: three times as many in all; how many a second. */
    private double threeTimes(double can, Flood flood) throws IOException {
        int all = (int) (3 * can * SECONDS);
        int before = flood.sent();
        long began = System.nanoTime();
        long mostResident = 0;
        long elapsed = 0;
        while (flood.sent() - before < all) {
            long due = Math.min(all, (long) (3 * can * elapsed / 1e9));
            for (int i = 0; flood.sent() - before < due && i < 1_000; i++) {
                send(flood);
            }
            flood.flush();
            mostResident = Math.max(mostResident, cluster.worker("w0").residentMiB());
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            elapsed = System.nanoTime() - began;
        }
        double offered = (flood.sent() - before) * 1e9 / elapsed;
        awaitAnswers(flood);
        System.out.printf("at most %d MiB resident; all %d were answered within %.1f s of the last%n", mostResident,
                flood.sent() - before, (System.nanoTime() - began - elapsed) / 1e9);
        assertThat(mostResident).isLessThan(RESIDENT_LIMIT_MIB);
        return offered;
    }

    private static void awaitAnswers(Flood flood) throws IOException {
        flood.flush();
        await("every request is answered").atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(10))
                .untilAsserted(() -> assertThat(flood.answered()).isEqualTo(flood.sent()));
    }

    private static void send(Flood flood) throws IOException {
        int number = flood.sent();
        flood.request(Cluster.SUBJECTS.prefix() + ".worker.w0.setMany.load." + number % STREAMS,
                HeaderNames.ATOMIC + ": true", REQUESTS.get(number / STREAMS % REQUESTS.size()));
    }

    private static byte[] sets(int request) {
        return new SetMany(IntStream.range(0, SETS).mapToObj(i -> new SetItem("k" + (request * SETS + i),
                SetItem.ABSENT, SetItem.ABSENT, SetItem.ABSENT, null, SetItem.ABSENT, SetItem.ABSENT, Headers.NONE,
                VALUE)).toList()).encode();
    }

    private long changeOf(String stream) {
        Message info = cluster.ask("w0", "info", stream, Headers.NONE, new byte[0]);
        String json = new String(info.payload(), StandardCharsets.UTF_8);
        return Long.parseLong(json.replaceFirst(".*\"change\":(\\d+).*", "$1"));
    }
}
