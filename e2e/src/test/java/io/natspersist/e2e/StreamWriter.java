// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e;

import io.natspersist.client.AsyncStream;
import io.natspersist.client.SetOptions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Writes to one stream, one change after the other, some dozen a second: appends, keys set anew, deletes. Knows what the
 * stream must hold. The first call that fails ends it, and {@link #awaitEnd} throws what that was.
 */
public final class StreamWriter {

    private final AsyncStream stream;
    private final SplittableRandom random;
    private final Executor later;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final List<String> acknowledged = new ArrayList<>();
    private final TreeMap<Long, String> held = new TreeMap<>();
    private final Map<String, Long> keys = new HashMap<>();
    private int made;
    private long longestWaitNanos;
    private volatile boolean stopping;

    public StreamWriter(AsyncStream stream, long seed) {
        this.stream = stream;
        this.random = new SplittableRandom(seed);
        this.later = CompletableFuture.delayedExecutor(30, TimeUnit.MILLISECONDS);
    }

    public void start() {
        later.execute(this::next);
    }

    /** Nothing more is begun. */
    public void stop() {
        stopping = true;
    }

    public void awaitEnd() {
        ended.orTimeout(70, TimeUnit.SECONDS).join();
    }

    private synchronized void next() {
        if (stopping) {
            ended.complete(null);
            return;
        }
        long asked = System.nanoTime();
        change().whenComplete((done, failed) -> {
            synchronized (this) {
                longestWaitNanos = Math.max(longestWaitNanos, System.nanoTime() - asked);
            }
            if (failed != null) {
                ended.completeExceptionally(failed);
            } else {
                later.execute(this::next);
            }
        });
    }

    private CompletionStage<?> change() {
        String value = "value " + ++made;
        int kind = random.nextInt(10);
        if (kind == 0 && !held.isEmpty()) {
            long seq = held.firstKey();
            return stream.delete(List.of(seq)).thenAccept(done -> deleted(seq));
        }
        if (kind < 4) {
            String key = "key " + random.nextInt(5);
            return stream.set(SetOptions.key(key), value.getBytes(java.nio.charset.StandardCharsets.UTF_8))
                    .thenAccept(done -> stored(done.seq(), key, value));
        }
        return stream.set(value.getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .thenAccept(done -> stored(done.seq(), null, value));
    }

    private synchronized void stored(long seq, String key, String value) {
        acknowledged.add("set " + seq + " " + value);
        Long before = key == null ? null : keys.put(key, seq);
        if (before != null) {
            held.remove(before);
        }
        held.put(seq, value);
    }

    private synchronized void deleted(long seq) {
        acknowledged.add("delete [" + seq + "]");
        held.remove(seq);
        keys.values().remove(seq);
    }

    /** In the order of the answers, which is that of the changes. */
    public synchronized List<String> acknowledged() {
        return List.copyOf(acknowledged);
    }

    /** What the stream must hold: seq and value, by seq. */
    public synchronized List<String> held() {
        return held.entrySet().stream().map(e -> e.getKey() + " " + e.getValue()).toList();
    }

    public synchronized long longestWaitMillis() {
        return longestWaitNanos / 1_000_000;
    }
}
