// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.simulation;

import io.natspersist.protocol.StreamName;
import io.natspersist.simulation.VirtualTime;
import io.natspersist.worker.cold.ColdConfig;
import io.natspersist.worker.cold.ColdCopies;
import io.natspersist.worker.cold.ColdTier;
import io.natspersist.worker.cold.CopySizes;
import io.natspersist.worker.cold.MemoryObjectStore;
import io.natspersist.worker.cold.ObjectStore;
import io.natspersist.worker.cold.ObjectStoreException;
import io.natspersist.worker.cold.ObservedObjectStore;
import io.natspersist.worker.cold.ColdPlace;
import io.natspersist.worker.stream.Tier;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * One bucket for all workers, at the end of wires that take their time and break. What a call asks for happens at one moment between its
 * begin and its end, or after its end, or twice, or never.
 */
final class SimulatedS3 {

    /** Snapshots have some ten kilobytes; so they are cut into packs, which they share, all the same. */
    private static final CopySizes SIZES = new CopySizes(1 << 10, 5 << 10, 4 << 10);
    private static final long RETAIN_MILLIS = 3_600_000;
    private static final int HIGH_WATER_PERCENT = 80;

    /** What is wrong with it. */
    enum Trouble {
        /** Nothing comes through. */
        AWAY,
        /** Every other call gets 500 or 503, done or not; some are repeated by the client itself. */
        ERRORS,
        /** Seconds for a call. */
        SLOW,
        /** Some of what is given up on happens long after. */
        LATE
    }

    private final World world;
    private final SplittableRandom random;
    private final MemoryObjectStore objects = new MemoryObjectStore();
    private final Set<Trouble> troubles = EnumSet.noneOf(Trouble.class);
    private final Set<String> cut = new HashSet<>();
    /** How long the next call of a worker takes, ms. */
    private final Map<String, Long> hanging = new HashMap<>();
    private boolean volumeIsFull;
    private Step step = (worker, what) -> {};
    private boolean outageMet;
    private long outages;
    private long calls;
    private long failures;

    /** Is called before and after what a worker's call does. */
    interface Step {
        void at(String worker, String what);
    }

    SimulatedS3(World world) {
        this.world = world;
        this.random = world.random("s3");
    }

    // ---- what goes wrong

    void begin(Trouble trouble) {
        outageMet = troubles.add(trouble) ? false : outageMet;
    }

    void end(Trouble trouble) {
        troubles.remove(trouble);
    }

    void cut(String worker) {
        outageMet = cut.add(worker) ? false : outageMet;
    }

    void mend(String worker) {
        cut.remove(worker);
    }

    /** The worker's call that is under way takes so long. */
    void hang(String worker, long millis) {
        hanging.put(worker, millis);
    }

    void volumeIsFull(boolean is) {
        volumeIsFull = is;
    }

    void onStep(Step hook) {
        step = hook;
    }

    void heal() {
        troubles.clear();
        cut.clear();
        hanging.clear();
        volumeIsFull = false;
        onStep((worker, what) -> {});
    }

    // ---- what a worker has of it

    SimulatedThreads threads(VirtualTime.Node process) {
        return new SimulatedThreads(process, cold().threads(), random.split());
    }

    private Scenario.Cold cold() {
        return Objects.requireNonNull(world.scenario.cold());
    }

    Tier tier(VirtualTime.Node process, SimulatedThreads threads) {
        Scenario.Cold cold = cold();
        ObservedObjectStore store = new ObservedObjectStore(mount(process.name(), threads));
        ColdConfig config = new ColdConfig(ColdPlace.of("s3://bucket"), cold.archiveAfterMillis(),
                cold.evictAfterMillis(), HIGH_WATER_PERCENT, RETAIN_MILLIS, cold.threads());
        ColdTier copies = new ColdCopies(store, RETAIN_MILLIS, SIZES, random.split(), done -> {}, cold.mistakes());
        return new Tier(copies, config, threads, () -> volumeIsFull ? 95 : 20, store::counts);
    }

    private ObjectStore mount(String worker, SimulatedThreads threads) {
        return new ObjectStore() {
            @Override
            public String put(String key, ByteBuffer bytes, Condition condition) {
                return call("put " + key, () -> objects.put(key, bytes, condition));
            }

            @Override
            public Optional<Stored> get(String key, long maxBytes) {
                return call("get " + key, () -> objects.get(key, maxBytes));
            }

            @Override
            public Optional<byte[]> get(String key, long position, int length) {
                return call("get a part of " + key, () -> objects.get(key, position, length));
            }

            @Override
            public void delete(Collection<String> keys) {
                call("delete " + keys, () -> {
                    objects.delete(keys);
                    return true;
                });
            }

            @Override
            public List<Found> list(String keyPrefix, String after) {
                return call("list " + keyPrefix, () -> objects.list(keyPrefix, after));
            }

            private <T> T call(String what, Supplier<T> call) {
                return SimulatedS3.this.call(worker, threads, what, call);
            }
        };
    }

    private <T> T call(String worker, SimulatedThreads threads, String what, Supplier<T> call) {
        calls++;
        step.at(worker, "before " + what);
        Long hangs = hanging.remove(worker);
        threads.sleep(hangs == null ? latency() : hangs * 1_000_000);
        if (isAway(worker)) {
            threads.sleep(random.nextLong(500_000_000L, 8_000_000_000L));
            throw failed(worker, what, "no answer");
        }
        if (troubles.contains(Trouble.ERRORS) && random.nextInt(3) == 0) {
            throw failed(worker, what, "503");
        }
        if (troubles.contains(Trouble.LATE) && random.nextInt(3) == 0) {
            world.time.schedule(random.nextLong(20_000_000_000L), () -> late(worker, what, call));
            throw failed(worker, what, "no answer yet");
        }
        world.time.trace("%s: S3: %s", worker, what);
        T answer = call.get();
        step.at(worker, "after " + what);
        threads.sleep(latency());
        if (isAway(worker) || (troubles.contains(Trouble.ERRORS) && random.nextInt(6) == 0)) {
            throw failed(worker, what, "the answer is lost");
        }
        if (troubles.contains(Trouble.ERRORS) && random.nextInt(6) == 0) {
            return call.get();
        }
        return answer;
    }

    private void late(String worker, String what, Supplier<?> call) {
        try {
            world.time.trace("%s: S3, late: %s", worker, what);
            call.get();
        } catch (ObjectStoreException e) {
            world.time.trace("%s: S3, late: %s", worker, e.getMessage());
        }
    }

    private boolean isAway(String worker) {
        return troubles.contains(Trouble.AWAY) || cut.contains(worker);
    }

    private long latency() {
        return troubles.contains(Trouble.SLOW)
                ? random.nextLong(100_000_000L, 4_000_000_000L)
                : random.nextLong(1_000_000, random.nextInt(10) == 0 ? 200_000_000 : 20_000_000);
    }

    private ObjectStoreException failed(String worker, String what, String why) {
        failures++;
        outages += outageMet ? 0 : 1;
        outageMet = true;
        world.time.trace("%s: S3: %s: %s", worker, what, why);
        return new ObjectStoreException(ObjectStoreException.Kind.UNAVAILABLE, what + ": " + why, null);
    }

    // ---- what it looks like from outside

    /** The bytes of the newest copy; empty: there is none. */
    Optional<byte[]> newest(StreamName stream) {
        ColdTier copies = new ColdCopies(objects, RETAIN_MILLIS, SIZES, new SplittableRandom(0), done -> {});
        int slot = stream.slot(world.scenario.slots());
        return copies.newest(stream, slot).map(copy -> {
            ByteBuffer bytes = ByteBuffer.allocate((int) copy.bytes());
            copies.restore(stream, slot, copy, bytes::put);
            return bytes.array();
        });
    }

    long calls() {
        return calls;
    }

    long failures() {
        return failures;
    }

    /** How many times it was in trouble, and somebody met that. */
    long outages() {
        return outages;
    }
}
