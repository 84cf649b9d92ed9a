// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.natspersist.client.PersistClient;
import io.natspersist.client.Watch;
import io.natspersist.client.WatchFrom;
import io.natspersist.e2e.StreamWriter;
import io.natspersist.e2e.Told;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Streams that are written to all the time and watched, each by a client of its own outside the cluster. {@link #finish} holds what
 * the watches were told and what is read against what was acknowledged.
 */
final class Traffic {

    private final String name;
    private final long seed = Long.getLong("e2e.seed", System.nanoTime());
    private final PersistClient writing;
    private final List<StreamWriter> writers = new ArrayList<>();
    private final List<Told> told = new ArrayList<>();
    private final List<Watch> watches = new ArrayList<>();
    private final long began = System.nanoTime();

    /** Begins once every watch is told what happens. */
    Traffic(PersistClient writing, PersistClient watching, String name, int streams) {
        this.name = name;
        this.writing = writing;
        for (int i = 0; i < streams; i++) {
            Told listener = new Told();
            told.add(listener);
            watches.add(watching.stream(stream(i)).watch(WatchFrom.now(), listener));
            writers.add(new StreamWriter(writing.stream(stream(i)).async(), seed + i));
        }
        watches.forEach(watch -> watch.ready().join());
        writers.forEach(StreamWriter::start);
    }

    private String stream(int i) {
        return name + "." + i;
    }

    /** Until each stream has taken so many more changes than now. */
    void awaitMore(int changes) {
        List<Integer> before = writers.stream().map(writer -> writer.acknowledged().size()).toList();
        await(changes + " more changes").atMost(Duration.ofSeconds(70)).pollInterval(Duration.ofMillis(20))
                .until(() -> {
                    for (int i = 0; i < writers.size(); i++) {
                        if (writers.get(i).acknowledged().size() < before.get(i) + changes) {
                            return false;
                        }
                    }
                    return true;
                });
    }

    /** Nothing more is written. */
    void stop() {
        writers.forEach(StreamWriter::stop);
    }

    /** Fails unless every call succeeded, and everything that was acknowledged is there and was told, once and in order. */
    void finish() {
        stop();
        writers.forEach(StreamWriter::awaitEnd);
        long seconds = (System.nanoTime() - began) / 1_000_000_000;
        for (int i = 0; i < writers.size(); i++) {
            List<String> acknowledged = writers.get(i).acknowledged();
            Told listener = told.get(i);
            await("watch of " + stream(i)).atMost(Duration.ofSeconds(30))
                    .until(() -> listener.soFar().size() >= acknowledged.size());
            assertThat(listener.soFar()).as("told of " + stream(i) + ", seed " + seed).isEqualTo(acknowledged);
            assertThat(listener.resets()).as("resets of " + stream(i)).isZero();
            assertThat(writing.stream(stream(i)).messages().map(m -> m.seq() + " " + m.text()))
                    .as("what " + stream(i) + " holds, seed " + seed).isEqualTo(writers.get(i).held());
        }
        watches.forEach(Watch::close);
        System.out.printf(
                "%s: %d acknowledged changes on %d streams in %d s, each told once and in order; %d resumes, longest"
                        + " wait for an answer %d ms; seed %d%n",
                name,
                writers.stream().mapToInt(w -> w.acknowledged().size()).sum(), writers.size(), seconds,
                watches.stream().mapToLong(w -> w.stats().resumes()).sum(),
                writers.stream().mapToLong(StreamWriter::longestWaitMillis).max().orElse(0), seed);
    }
}
