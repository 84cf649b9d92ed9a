// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.workload;

import io.natspersist.cli.bench.contender.Store;
import io.natspersist.cli.bench.contender.StoredStream;
import io.natspersist.cli.bench.measure.Load;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Gets of a stream's messages, here and there, each looked at. */
record Gets(StoredStream stream, int messages, byte[] value) {

    static final List<String> STREAMS = List.of("bench.gets.0");

    /** Has coprime steps with the counts of messages, so that all of them are visited. */
    private static final long STEP = 7_919;

    /** A stream with at least so many messages. */
    static Gets of(Lab lab, Store store, int messages) throws InterruptedException {
        StoredStream stream = store.stream(lab.streams(store, "bench.gets", 1).getFirst());
        byte[] value = lab.value();
        int missing = (int) Math.max(0, messages - stream.count().join());
        Load.count(n -> stream.set(value), lab.inFlight(), missing);
        return new Gets(stream, messages, value);
    }

    CompletableFuture<?> get(int n) {
        return stream.get(1 + n * STEP % messages).thenAccept(this::check);
    }

    /** Stores a message and gets it. */
    CompletableFuture<?> setAndGet(int n) {
        return stream.set(value).thenCompose(stream::get).thenAccept(this::check);
    }

    private void check(byte[] got) {
        if (got.length != value.length || got[0] != value[0] || got[got.length - 1] != value[value.length - 1]) {
            throw new IllegalStateException("a get of " + got.length + " bytes that nobody stored");
        }
    }
}
