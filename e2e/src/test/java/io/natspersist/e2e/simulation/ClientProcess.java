// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.simulation;

import io.natspersist.client.AsyncStream;
import io.natspersist.client.ClientConfig;
import io.natspersist.client.PersistClient;
import io.natspersist.client.WatchFrom;
import io.natspersist.simulation.VirtualTime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/** One client: it writes and reads every stream, and watches each. Killed, it starts again where its watchers were. */
final class ClientProcess {

    private final World world;
    final String name;
    private final SplittableRandom random;
    private final Map<String, OpSource> sources = new LinkedHashMap<>();
    private VirtualTime.Node node;
    private PersistClient client;
    private int underWay;

    ClientProcess(World world, String name) {
        this.world = world;
        this.name = name;
        this.random = world.random("client " + name);
        this.node = world.time.node(name);
        this.client = connect();
        for (String stream : world.streams()) {
            sources.put(stream, new OpSource(random.split(), name + "-" + stream, world::nextLargeSize));
        }
    }

    VirtualTime.Node node() {
        return node;
    }

    PersistClient client() {
        return client;
    }

    /** Whether it waits for no answer. */
    boolean idle() {
        return underWay == 0;
    }

    void start() {
        world.streams().forEach(this::watch);
        world.streams().forEach(this::goOn);
    }

    /** The process dies, and another one takes its place a moment later. */
    void crash() {
        node.crash();
        underWay = 0;
        node = world.time.node(name);
        node.schedule(random.nextLong(1, 3_000_000_000L), () -> {
            client = connect();
            start();
        });
    }

    private PersistClient connect() {
        ClientConfig config = ClientConfig.ofSubjects(world.subjects()).withAttemptMillis(random.nextLong(500, 5_000))
                .withPartBytes(LargeText.PART_BYTES);
        return new PersistClient(config, world.network.connect(node), node.loop(), random.split());
    }

    private void watch(String stream) {
        WatchRecord record = world.oracle.stream(stream).watcher(name);
        if (world.time.tracing()) {
            record.traceTo(line -> world.time.trace("%s %s: told: %s", name, stream, line));
        }
        boolean afresh = !record.canGoOn() || (record.position().change() == 0 && random.nextBoolean());
        stream(stream).watch(afresh ? WatchFrom.beginning() : WatchFrom.after(record.position()), record);
    }

    /** One operation after the other, and now and then one beside it. */
    private void goOn(String stream) {
        node.loop().after(pause(), () -> {
            if (world.busy()) {
                OpSource source = sources.get(stream);
                act(stream, random.nextInt(50) == 0 ? source.configure() : source.next(), () -> goOn(stream));
                if (random.nextInt(4) == 0) {
                    act(stream, sources.get(stream).append(), () -> {});
                }
            }
        });
    }

    /** Where there is a cold tier, now and then so long that the stream goes there. */
    private long pause() {
        long usual = random.nextLong(1, world.scenario.pauseMillis() * 2);
        return world.tiered() && random.nextInt(12) == 0 ? random.nextLong(3_000, 15_000) : usual;
    }

    private void act(String stream, Op op, Runnable then) {
        StreamOracle oracle = world.oracle.stream(stream);
        Call call = oracle.began(name, op);
        world.time.trace("%s %s: %s", name, stream, op);
        underWay++;
        StreamCalls.call(stream(stream), op).thenAccept(outcome -> {
            underWay--;
            oracle.ended(call, outcome);
            world.time.trace("%s %s: %s -> %s", name, stream, op, outcome);
            sources.get(stream).learn(op, outcome);
            then.run();
        }).exceptionally(failure -> {
            world.oracle.problem(call + " failed with " + failure);
            return null;
        });
    }

    private AsyncStream stream(String stream) {
        return client.stream(stream).async();
    }
}
