// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.workload;

import io.natspersist.cli.bench.contender.Store;
import io.natspersist.cli.bench.contender.StoredStream;
import io.natspersist.cli.bench.measure.Load;
import io.natspersist.cli.bench.measure.Outcome;
import io.natspersist.cli.bench.measure.Request;
import io.natspersist.cli.bench.measure.Sample;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/** Acknowledged sets that go round a store's streams, and are counted. */
final class Sets implements Request {

    private final Store store;
    private final List<StoredStream> streams;
    private final byte[] value;
    private final int inFlight;
    private final AtomicLong acknowledged = new AtomicLong();
    private final long before;

    /** @param streams those that exist */
    Sets(Store store, List<String> streams, byte[] value, int inFlight) throws InterruptedException {
        this.store = store;
        this.streams = streams.stream().map(store::stream).toList();
        this.value = value;
        this.inFlight = inFlight;
        this.before = stored();
    }

    @Override
    public CompletableFuture<?> start(int n) {
        return streams.get(n % streams.size()).set(value).thenRun(acknowledged::incrementAndGet);
    }

    /** As many as go. */
    Sample forSeconds(double seconds) throws Exception {
        return Sample.rate(store.processes(), () -> Load.seconds(this, inFlight, seconds));
    }

    /** Compares what was acknowledged with what is there. */
    void count(Outcome.Draft outcome) throws InterruptedException {
        count(outcome, store.name());
    }

    void count(Outcome.Draft outcome, String name) throws InterruptedException {
        outcome.counted(name + " acknowledged", acknowledged.get(), stored() - before);
    }

    private long stored() throws InterruptedException {
        AtomicLong stored = new AtomicLong();
        Load.count(n -> streams.get(n).count().thenAccept(stored::addAndGet), 100, streams.size());
        return stored.get();
    }
}
