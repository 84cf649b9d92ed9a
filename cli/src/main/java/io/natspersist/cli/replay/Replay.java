// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.replay;

import io.natspersist.cli.local.LocalCluster;
import io.natspersist.cli.terminal.Connection;
import io.natspersist.client.StreamHandle;
import io.natspersist.client.Watch;
import io.natspersist.client.WatchFrom;
import io.natspersist.client.WatchStats;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends a trace through a cluster while watchers rebuild the text, each with a connection of its own, and compares what they
 * have in the end, and what the stream holds, with the text that the trace says.
 */
public final class Replay implements AutoCloseable {

    private static final long WATCHERS_FINISH_SECONDS = 60;

    private final EditTrace trace;
    private final Connection writer;
    private final StreamHandle stream;
    private final TraceWriter trail;
    private final List<Connection> readers = new ArrayList<>();
    private final List<TextWatcher> watchers = new ArrayList<>();
    private final List<Watch> watches = new ArrayList<>();

    /**
     * @param connect makes connections to the cluster
     * @param streamName of an empty stream
     */
    public Replay(EditTrace trace, Supplier<Connection> connect, String streamName, int watcherCount) {
        this.trace = trace;
        this.writer = connect.get();
        this.stream = writer.client().stream(streamName);
        List<byte[]> values = TraceWriter.values(trace);
        this.trail = new TraceWriter(stream.async(), streamName, values, TraceWriter.WINDOW);
        for (int i = 0; i < watcherCount; i++) {
            Connection reader = connect.get();
            TextWatcher watcher = new TextWatcher(trace.start(), values.size());
            readers.add(reader);
            watchers.add(watcher);
            watches.add(reader.client().stream(streamName).watch(WatchFrom.beginning(), watcher));
        }
    }

    /**
     * Runs to the end.
     *
     * @param cluster whose workers are killed; null: none is
     * @param killEveryMillis how often the worker that serves the stream is killed, the first time no later than when a third
     *        has been written; 0: never
     */
    Outcome run(Pace pace, @Nullable LocalCluster cluster, long killEveryMillis) throws InterruptedException {
        watches.forEach(watch -> watch.ready().join());
        long start = System.nanoTime();
        int kills = 0;
        if (cluster == null || killEveryMillis == 0) {
            trail.run(pace.schedule(trace.transactions()));
        } else {
            int third = trace.transactions().size() / 3;
            try (Killer killer = new Killer(cluster, stream, killEveryMillis, trail::acknowledged, third)) {
                trail.run(pace.schedule(trace.transactions()));
                kills = killer.kills();
            }
        }
        long writtenNanos = System.nanoTime() - start;
        List<String> wrong = new ArrayList<>();
        for (int i = 0; i < watchers.size(); i++) {
            String who = "watcher " + (i + 1) + ": ";
            problemOf(watchers.get(i), WATCHERS_FINISH_SECONDS).ifPresent(problem -> wrong.add(who + problem));
        }
        long watchedNanos = System.nanoTime() - start;
        problemOfMessages().ifPresent(problem -> wrong.add("the stream's messages: " + problem));
        return new Outcome(trace.transactions().size(), writtenNanos, watchedNanos, kills, trail.rewinds(),
                trail.longestWaitMillis(), watches.stream().map(Watch::stats).toList(), List.copyOf(wrong));
    }

    private Optional<String> problemOf(TextWatcher watcher, long atMostSeconds) throws InterruptedException {
        try {
            return difference(watcher.finished().get(atMostSeconds, TimeUnit.SECONDS));
        } catch (ExecutionException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        } catch (TimeoutException e) {
            return Optional.of("it ends after message " + watcher.applied());
        }
    }

    private Optional<String> difference(String text) {
        return text.equals(trace.end())
                ? Optional.empty()
                : Optional.of("the text differs: " + text.length() + " characters, not " + trace.end().length());
    }

    private Optional<String> problemOfMessages() throws InterruptedException {
        TextWatcher reader = new TextWatcher(trace.start(), trace.transactions().size());
        stream.getAll().forEach(reader::onMessage);
        return problemOf(reader, 0);
    }

    @Override
    public void close() {
        watches.forEach(Watch::close);
        readers.forEach(Connection::close);
        writer.close();
    }

    /**
     * What came of it.
     *
     * @param writtenNanos until the last message was acknowledged
     * @param watchedNanos until the last watcher had it too
     * @param rewinds how often the writer went back to a message that was lost with its worker
     * @param longestWaitMillis the longest time in which nothing was acknowledged
     * @param watchers what each watch did
     * @param wrong what did not come out right
     */
    public record Outcome(int messages, long writtenNanos, long watchedNanos, int kills, int rewinds,
            long longestWaitMillis, List<WatchStats> watchers, List<String> wrong) {

        public long messagesPerSecond() {
            return messages * 1_000_000_000L / Math.max(1, writtenNanos);
        }

        public long resumes() {
            return watchers.stream().mapToLong(WatchStats::resumes).sum();
        }

        public long resets() {
            return watchers.stream().mapToLong(WatchStats::resets).sum();
        }

        public boolean right() {
            return wrong.isEmpty();
        }
    }
}
