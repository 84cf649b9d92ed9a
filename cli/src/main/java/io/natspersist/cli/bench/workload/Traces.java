// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.workload;

import static io.natspersist.cli.bench.measure.Metric.RATE;

import io.natspersist.cli.bench.contender.PersistStore;
import io.natspersist.cli.bench.contender.Store;
import io.natspersist.cli.bench.contender.StoredStream;
import io.natspersist.cli.bench.jetstream.SyncInterval;
import io.natspersist.cli.bench.measure.Goal;
import io.natspersist.cli.bench.measure.Load;
import io.natspersist.cli.bench.measure.Outcome;
import io.natspersist.cli.bench.measure.Sample;
import io.natspersist.cli.bench.measure.Turns;
import io.natspersist.cli.replay.CodePointText;
import io.natspersist.cli.replay.EditTrace;
import io.natspersist.cli.replay.PatchCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** People's typing, many documents at once, as fast as it goes; the texts are rebuilt from what was stored. */
final class Traces implements Workload {

    private final AtomicInteger turn = new AtomicInteger();

    @Override
    public String name() {
        return "traces";
    }

    @Override
    public String title() {
        return "recorded editing of many documents at once, as fast as it goes";
    }

    @Override
    public Outcome run(Lab lab) throws Exception {
        int documents = lab.scale().of(20, 200, 200);
        Documents recorded = Documents.read(lab.settings().traces(), lab.scale().of(100, 300, 5_000));
        Turns turns = new Turns();
        for (Store store : List.of(lab.persist(), lab.jetStream(SyncInterval.DEFAULT))) {
            turn(lab, store, recorded, documents);
            turns.add(store.name(), () -> turn(lab, store, recorded, documents));
        }
        Outcome.Draft outcome = Outcome.draft().parameter("documents", documents)
                .parameter("transactions", recorded.longest()).parameter("inFlight", lab.inFlight())
                .parameter("traces", recorded.traces().stream().map(EditTrace::name).toList().toString())
                .add(turns.run(lab.scale().of(2, 2, 3)));
        return outcome.goal(Goal.atLeast(2.5, outcome.series(PersistStore.SYNC, RATE),
                outcome.series(SyncInterval.DEFAULT.contender(), RATE))).done();
    }

    private Sample turn(Lab lab, Store store, Documents recorded, int documents) throws Exception {
        List<String> names = lab.streams(store, "bench.traces." + turn.incrementAndGet(), documents);
        List<StoredStream> streams = names.stream().map(store::stream).toList();
        AtomicInteger sent = new AtomicInteger();
        Sample sample = Sample.measured(store.processes(), () -> {
            Load.Done done = Load.count(n -> {
                int document = n % documents;
                List<byte[]> values = recorded.values(document);
                int which = n / documents;
                if (which >= values.size()) {
                    return CompletableFuture.completedFuture(null);
                }
                sent.incrementAndGet();
                return streams.get(document).set(values.get(which));
            }, lab.inFlight(), documents * recorded.longest());
            return new Load.Done(sent.get(), done.nanos());
        }, Load.Done::answered, done -> Map.of(RATE, done.perSecond()));
        for (int document = 0; document < documents; document++) {
            check(store, names.get(document), recorded.trace(document));
        }
        return sample;
    }

    private static void check(Store store, String stream, EditTrace trace) throws Exception {
        List<byte[]> values = new ArrayList<>();
        store.readAll(stream, trace.transactions().size(), values::add);
        CodePointText text = new CodePointText(trace.start());
        values.forEach(value -> PatchCodec.read(value).forEach(text::apply));
        if (!text.toString().equals(trace.end())) {
            throw new IllegalStateException(
                    store.name() + ": the text of " + stream + " is not the one that was typed");
        }
    }
}
