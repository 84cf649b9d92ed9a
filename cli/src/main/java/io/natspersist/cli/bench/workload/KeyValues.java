// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.workload;

import static io.natspersist.cli.bench.measure.Metric.RATE;

import io.natspersist.cli.bench.contender.Store;
import io.natspersist.cli.bench.contender.StoredKeys;
import io.natspersist.cli.bench.jetstream.JetStreamStore;
import io.natspersist.cli.bench.jetstream.SyncInterval;
import io.natspersist.cli.bench.measure.Goal;
import io.natspersist.cli.bench.measure.Load;
import io.natspersist.cli.bench.measure.Outcome;
import io.natspersist.cli.bench.measure.Request;
import io.natspersist.cli.bench.measure.Sample;
import io.natspersist.cli.bench.measure.Turns;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;

/** Puts and gets over many keys, in one store or spread over many. */
final class KeyValues implements Workload {

    private static final int KEYS = 10_000;

    private final String name;
    private final boolean spread;

    private KeyValues(String name, boolean spread) {
        this.name = name;
        this.spread = spread;
    }

    static KeyValues inOneStore() {
        return new KeyValues("kv-one", false);
    }

    static KeyValues overManyStores() {
        return new KeyValues("kv-spread", true);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String title() {
        return "puts and gets over many keys, " + (spread ? "spread over many stores" : "in one store");
    }

    @Override
    public Outcome run(Lab lab) throws Exception {
        int count = spread ? lab.scale().of(50, 1_000, 1_000) : 1;
        int keys = lab.scale().of(1_000, KEYS, KEYS);
        List<String> stores = IntStream.range(0, count).mapToObj(n -> "bench." + name + "." + n).toList();
        JetStreamStore jetStream = lab.jetStream(SyncInterval.DEFAULT);
        Turns turns = new Turns();
        Map<String, List<StoredKeys>> all = new LinkedHashMap<>();
        for (Store store : List.of(lab.persist(), jetStream)) {
            store.prepareKeys(stores);
            List<StoredKeys> handles = stores.stream().map(store::keys).toList();
            byte[] value = lab.value();
            Request put = n -> handles.get(n % count).put("key-" + n % keys, value);
            Request get = n -> handles.get(n % count).get("key-" + n % keys);
            Load.count(put, lab.inFlight(), keys);
            add(lab, turns, store, "put", put);
            add(lab, turns, store, "get", get);
            all.put(store.name(), handles);
        }
        Outcome.Draft outcome = Outcome.draft().parameter("stores", count).parameter("keys", keys)
                .parameter("inFlight", lab.inFlight()).parameter("bytes", lab.value().length)
                .add(turns.run(lab.turns()));
        for (Map.Entry<String, List<StoredKeys>> each : all.entrySet()) {
            outcome.counted(each.getKey() + " keys", keys, count(each.getValue()));
        }
        for (String what : List.of("put", "get")) {
            outcome.goal(Goal.atLeast(1.5, outcome.series(lab.persist().name() + " " + what, RATE),
                    outcome.series(jetStream.name() + " " + what, RATE)));
        }
        return outcome.done();
    }

    private static long count(List<StoredKeys> stores) throws InterruptedException {
        LongAdder keys = new LongAdder();
        Load.count(n -> stores.get(n).count().thenAccept(keys::add), 100, stores.size());
        return keys.sum();
    }

    private static void add(Lab lab, Turns turns, Store store, String what, Request request) throws Exception {
        Load.seconds(request, lab.inFlight(), lab.scale().warmUpSeconds() / 2);
        turns.add(store.name() + " " + what, () -> Sample.rate(store.processes(),
                () -> Load.seconds(request, lab.inFlight(), lab.turnSeconds() / 2)));
    }
}
