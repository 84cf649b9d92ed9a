// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.natspersist.protocol.HeaderNames;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Message;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Three times as many sets as a worker can do, for {@code -De2e.overload.seconds}, from somebody who does not wait for
 * answers. Every one is answered: it is stored, or refused with an error that says when to try again. What is refused is
 * not stored, memory stays bounded, and afterwards nothing is refused any more.
 */
@Timeout(300)
class OverloadIT {

    private static final int SECONDS = Integer.getInteger("e2e.overload.seconds", 20);
    private static final int CLOSED_LOOP_SECONDS = 4;
    private static final int STREAMS = 20;
    private static final int IN_FLIGHT = 512;
    private static final byte[] VALUE = new byte[4_096];
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

            System.out.printf("%.0f sets/s of %d bytes; %.0f/s offered for %d s: %s; afterwards %.0f/s%n", can,
                    VALUE.length, offered, SECONDS, overload, after);
            assertThat(alone.keySet()).containsExactly("done");
            assertThat(overload.keySet()).containsExactly("OVERLOADED", "done");
            assertThat(afterwards.keySet()).containsExactly("done");
        }
        long changes = 0;
        for (int i = 0; i < STREAMS; i++) {
            changes += changeOf("load." + i);
        }
        assertThat(changes).as("sets that were answered as stored, and no others").isEqualTo(done);
        assertThat(cluster.worker("w0").alive()).isTrue();
        assertThat(cluster.worker("w0").log()).doesNotContain("OutOfMemory", "some are dropped");
    }

    private Map<String, Integer> outcomes(Flood flood) {
        Map<String, Integer> outcomes = flood.outcomes();
        done += outcomes.getOrDefault("done", 0);
        return outcomes;
    }

    /** With so many under way at a time; sets per second. */
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

    /** Whatever the worker says; how many sets per second were sent. */
    private double threeTimes(double can, Flood flood) throws IOException {
        int before = flood.sent();
        long began = System.nanoTime();
        long mostResident = 0;
        long elapsed = 0;
        while (elapsed < TimeUnit.SECONDS.toNanos(SECONDS)) {
            long due = (long) (3 * can * elapsed / 1e9);
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
        flood.request(Cluster.SUBJECTS.prefix() + ".worker.w0.set.load." + number % STREAMS,
                HeaderNames.KEY + ": k" + number / STREAMS % 100, VALUE);
    }

    private long changeOf(String stream) {
        Message info = cluster.ask("w0", "info", stream, Headers.NONE, new byte[0]);
        String json = new String(info.payload(), StandardCharsets.UTF_8);
        return Long.parseLong(json.replaceFirst(".*\"change\":(\\d+).*", "$1"));
    }
}
