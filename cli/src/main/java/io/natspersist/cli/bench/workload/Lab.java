// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.workload;

import io.natspersist.cli.bench.contender.Echo;
import io.natspersist.cli.bench.contender.PersistStore;
import io.natspersist.cli.bench.contender.Store;
import io.natspersist.cli.bench.contender.StoredStream;
import io.natspersist.cli.bench.jetstream.JetStreamStore;
import io.natspersist.cli.bench.jetstream.SyncInterval;
import io.natspersist.cli.bench.measure.Load;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What workloads share: contenders that are started when they are first needed and stay, so that they are as warm as a server
 * that has run for a while. One that is not being measured has nothing to do.
 */
public final class Lab implements AutoCloseable {

    private final LabSettings settings;
    private final Consumer<String> events;
    private final Deque<Closeable> open = new ArrayDeque<>();
    private final Map<SyncInterval, JetStreamStore> jetStreams = new EnumMap<>(SyncInterval.class);
    private final Map<String, Set<String>> prepared = new HashMap<>();
    private int folders;
    private @Nullable PersistStore persist;
    private @Nullable Echo echo;

    /** @param events told in a line what happens to processes */
    public Lab(LabSettings settings, Consumer<String> events) {
        this.settings = settings;
        this.events = events;
    }

    public Scale scale() {
        return settings.scale();
    }

    /** How many requests are under way at once where many are. */
    public int inFlight() {
        return settings.inFlight();
    }

    /** How long a turn is. */
    public double turnSeconds() {
        return settings.turnSeconds() == null ? scale().turnSeconds() : settings.turnSeconds();
    }

    /** How many turns each contender has. */
    public int turns() {
        return settings.turns() == null ? scale().turns() : settings.turns();
    }

    public LabSettings settings() {
        return settings;
    }

    /** The value that is stored everywhere, unless a workload has its own: bytes that do not compress. */
    public byte[] value() {
        byte[] value = new byte[settings.valueBytes()];
        new SplittableRandom(1).nextBytes(value);
        return value;
    }

    /** Persist with one worker, in {@code sync}. */
    public PersistStore persist() throws IOException, InterruptedException {
        PersistStore running = persist;
        if (running == null) {
            running = startPersist(folder("persist"), 1);
            open.push(running::close);
            persist = running;
            warmUp(running);
        }
        return running;
    }

    public JetStreamStore jetStream(SyncInterval sync) throws IOException, InterruptedException {
        JetStreamStore running = jetStreams.get(sync);
        if (running == null) {
            running = JetStreamStore.start(folder(sync.contender().replace(' ', '-')), sync);
            open.push(running::close);
            jetStreams.put(sync, running);
            warmUp(running);
        }
        return running;
    }

    private void warmUp(Store store) throws InterruptedException {
        byte[] value = value();
        List<StoredStream> streams = streams(store, "bench.warm", 50).stream().map(store::stream).toList();
        Load.seconds(n -> streams.get(n % streams.size()).set(value), inFlight(), scale().firstWarmUpSeconds());
    }

    public Echo echo() throws IOException, InterruptedException {
        if (echo == null) {
            echo = Echo.start(persist());
            open.push(echo::close);
        }
        return echo;
    }

    /** One that the caller closes. */
    public PersistStore startPersist(Path directory, int workers) throws IOException {
        return PersistStore.start(directory, workers, events);
    }

    /** A new folder, on the disk that is measured. */
    public Path folder(String name) throws IOException {
        return Files.createDirectories(settings.directory().resolve(++folders + "-" + name));
    }

    /** The names of so many streams that exist wherever that needs to be said; several workloads may use the same. */
    public List<String> streams(Store store, String prefix, int count) throws InterruptedException {
        List<String> names = IntStream.range(0, count).mapToObj(n -> prefix + "." + n).toList();
        Set<String> there = prepared.computeIfAbsent(store.name(), key -> new HashSet<>());
        store.prepare(names.stream().filter(there::add).toList());
        return names;
    }

    public void say(String line) {
        events.accept(line);
    }

    @Override
    public void close() throws IOException {
        while (!open.isEmpty()) {
            open.pop().close();
        }
    }
}
