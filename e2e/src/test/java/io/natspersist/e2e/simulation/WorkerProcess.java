// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.simulation;

import io.natspersist.simulation.VirtualTime;
import io.natspersist.worker.Worker;
import io.natspersist.worker.WorkerConfig;
import io.natspersist.worker.WorkerExecutors;
import io.natspersist.worker.file.StreamVolume;
import io.natspersist.worker.journal.JournalConfig;
import io.natspersist.worker.stream.Streams;
import io.natspersist.worker.stream.StreamsConfig;
import io.natspersist.worker.stream.TierCounts;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One worker on a machine of its own, in one process after the other: whenever one ends, the next is started, as supervisors
 * do, unless the machine is to stay away.
 */
final class WorkerProcess {

    /** After so long without its machine the volume lets go of its locks. */
    private static final long LEASE_MILLIS = 10_000;

    private static final Set<String> STEPS_OF_COPIES = Set.of("restore", "keep", "remove", "mark", "put",
            "catalog sync");

    /** The volume never gets full: that there is a ballast file is enough. */
    private static final long RESERVE_BYTES = 16_384;
    private static final long BALLAST_BYTES = 4_096;

    /** What stands still with a step that takes very long. */
    enum Stops {
        STEP, VOLUME, PROCESS
    }

    private final World world;
    private final String name;
    private final SplittableRandom random;
    private VirtualTime.@Nullable Node node;
    private @Nullable Worker worker;
    private long clockOffset;
    /** The last time that it ran and had the volume, if that is not now; and when that begins again. */
    private long awayFrom;
    private long awayUntil;
    private boolean stuck;
    /** Its locks were taken away: what it writes goes nowhere. */
    private boolean lockless;
    private long archived;
    private long evicted;
    private long restored;
    private long mended;

    WorkerProcess(World world, String name) {
        this.world = world;
        this.name = name;
        this.random = world.random("worker " + name);
    }

    String name() {
        return name;
    }

    boolean running() {
        return node != null;
    }

    void start() {
        if (node != null) {
            return;
        }
        VirtualTime.Node process = world.time.node(name);
        node = process;
        lockless = false;
        process.jumpWallClock(clockOffset);
        WorkerExecutors executors = new WorkerExecutors(process.executor("journal", 2), process.executor("files", 3),
                process.executor("probes", 2));
        SimulatedThreads threads = world.tiered() ? world.s3().threads(process) : null;
        StreamVolume volume = world.files.mount(name);
        worker = new Worker(config(), world.network.connect(process), process.loop(), executors, world.disk.mount(name),
                threads == null ? volume : new VolumeOfThreads(volume, threads), world.memory(), random.split(),
                why -> halted(process, why), () -> 0,
                threads == null ? null : world.s3().tier(process, threads));
        worker.start();
    }

    private WorkerConfig config() {
        Scenario scenario = world.scenario;
        JournalConfig journal = JournalConfig.DEFAULT.withDurability(scenario.durability())
                .withSegmentBytes(scenario.segmentBytes()).withSpace(RESERVE_BYTES, BALLAST_BYTES)
                .withMistakes(scenario.journalMistakes());
        StreamsConfig streams = StreamsConfig.DEFAULT.withCaps(100, scenario.openFiles(), 16_384)
                .withTimes(scenario.applyMillis(), scenario.syncMillis(), scenario.idleMillis())
                .withDefaults(scenario.defaults()).withEphemeral(1L << 30, scenario.idleMillis())
                .withMistakes(scenario.streamMistakes());
        return new WorkerConfig(name, world.subjects()).withJournal(journal).withStreams(streams);
    }

    private void halted(VirtualTime.Node process, String why) {
        world.time.trace("%s halts: %s", process, why);
        if (process == node) {
            process.schedule(0, () -> kill(random.nextLong(10, 2_000)));
        }
    }

    /** kill -9; the next process starts after {@code downMillis}. */
    void kill(long downMillis) {
        if (node != null) {
            node.crash();
            world.disk.kill(name);
            world.files.kill(name);
            if (lockless) {
                world.oracle.losses.foundLockless(world.time.millis(), inTouch());
            }
            gone(downMillis);
        }
    }

    /** The machine loses its power. */
    void losePower(long downMillis) {
        if (node != null) {
            node.crash();
            world.disk.loseUnforced(name);
            world.files.losePower(name);
            world.oracle.losses.powerLost(world.time.millis(), inTouch());
            gone(Math.max(downMillis, 2_000));
        }
    }

    /** The run is over. */
    void end() {
        count();
        if (node != null) {
            node.crash();
        }
    }

    private void count() {
        Streams streams = worker == null ? null : worker.streams();
        if (streams != null) {
            TierCounts now = streams.tierCounts();
            archived += now.archived();
            evicted += now.evicted();
            restored += now.restored();
            mended += now.restoredForLost();
        }
    }

    /** What became of files in all its processes that have ended. */
    Simulation.Tiered tiered() {
        return new Simulation.Tiered(archived, evicted, restored, mended);
    }

    private void gone(long downMillis) {
        count();
        world.catalogs.check();
        node = null;
        worker = null;
        world.time.schedule(downMillis * 1_000_000, this::start);
    }

    /** Dies when it has taken so many more steps on the volume, in the middle of the next. */
    void crashAtStep(int steps, boolean withItsMachine, long downMillis) {
        VirtualTime.Node process = node;
        if (process == null) {
            return;
        }
        int[] left = {steps};
        process.onCrash(() -> world.disk.onStep((number, who, operation, path) -> {}));
        world.disk.onStep((number, who, operation, path) -> {
            if (who.equals(name) && process == node && left[0]-- == 0) {
                dieIn(process, operation + " " + path, withItsMachine, downMillis);
            }
        });
    }

    /** Dies when it has come so much further in archiving, removing and bringing back files. */
    void dieAtACopy(int steps, boolean withItsMachine, long downMillis) {
        atACopy(steps, what -> dieIn(Objects.requireNonNull(node), what, withItsMachine, downMillis));
    }

    /** Has lost the volume, and its locks, when it has come so far; what it asks of S3 just then takes so long. */
    void hangAtACopy(int steps, long millis, Runnable then) {
        atACopy(steps, what -> {
            world.time.trace("%s hangs in %s for %d ms", node, what, millis);
            world.s3().hang(name, millis);
            loseLocks(millis + random.nextLong(6_000));
            then.run();
        });
    }

    private void atACopy(int steps, Consumer<String> then) {
        VirtualTime.Node process = node;
        if (process == null) {
            return;
        }
        int[] left = {steps};
        SimulatedS3.Step come = (who, what) -> {
            if (who.equals(name) && process == node && left[0]-- == 0) {
                then.accept(what);
            }
        };
        process.onCrash(() -> {
            world.s3().onStep((who, what) -> {});
            world.files.onStep((who, operation, stream) -> {});
        });
        world.s3().onStep(come);
        world.files.onStep((who, operation, stream) -> {
            if (STEPS_OF_COPIES.stream().anyMatch(operation::endsWith)) {
                come.at(who, operation + " of " + stream);
            }
        });
    }

    private void dieIn(VirtualTime.Node process, String what, boolean withItsMachine, long downMillis) {
        world.time.trace("%s dies in %s", process, what);
        world.time.schedule(0, () -> {
            if (process == node) {
                if (withItsMachine) {
                    losePower(downMillis);
                } else {
                    kill(downMillis);
                }
            }
        });
        throw new VirtualTime.Crash(what);
    }

    /**
     * Its next step of that kind takes very long.
     *
     * @param stops what stands still meanwhile
     * @param losesLocks if it takes longer than the lease
     * @param then what happens to it next, still in that step
     */
    void stallAtStep(String kind, long millis, Stops stops, boolean losesLocks, Consumer<WorkerProcess> then) {
        VirtualTime.Node process = node;
        if (process == null) {
            return;
        }
        world.disk.onStep((number, who, operation, path) -> {
            if (who.equals(name) && process == node && operation.equals(kind) && !path.endsWith("ballast")
                    && world.busy() && !stuck) {
                stuck = true;
                world.disk.onStep((n, w, o, p) -> {});
                world.time.trace("%s is stuck in %s %s for %d ms", process, operation, path, millis);
                away(millis);
                if (losesLocks && millis > LEASE_MILLIS) {
                    world.time.schedule(LEASE_MILLIS * 1_000_000, () -> takeLocks(process));
                }
                if (stops == Stops.PROCESS) {
                    process.pause();
                } else if (stops == Stops.VOLUME) {
                    process.stallExecutors(true);
                }
                world.time.runFor(millis);
                process.resume();
                process.stallExecutors(false);
                stuck = false;
                if (process == node) {
                    then.accept(this);
                }
            }
        });
    }

    void pause(long millis) {
        if (node != null) {
            VirtualTime.Node process = node;
            process.pause();
            away(millis);
            world.time.schedule(millis * 1_000_000, process::resume);
        }
    }

    private void away(long millis) {
        awayFrom = inTouch();
        awayUntil = Math.max(awayUntil, world.time.millis() + millis);
    }

    /** What it answered just before it was away may not be forced until a while after. */
    private long inTouch() {
        return world.time.millis() < awayUntil + 3_500 ? awayFrom : world.time.millis();
    }

    /** The volume does not answer. */
    void stallVolume(long millis) {
        if (node != null) {
            VirtualTime.Node process = node;
            process.stallExecutors(true);
            away(millis);
            world.time.schedule(millis * 1_000_000, () -> process.stallExecutors(false));
        }
    }

    /** Cut off the volume for longer than the lease: once it is back its locks are gone. 0: they are gone at once. */
    void loseLocks(long stalledMillis) {
        if (node == null) {
            return;
        }
        VirtualTime.Node process = node;
        stallVolume(stalledMillis);
        world.time.schedule(Math.min(stalledMillis, LEASE_MILLIS) * 1_000_000, () -> takeLocks(process));
    }

    private void takeLocks(VirtualTime.Node process) {
        if (process == node) {
            world.time.trace("%s loses its locks", process);
            world.oracle.losses.locksLost(inTouch(), Math.max(world.time.millis(), awayUntil));
            lockless = true;
            world.disk.takeLocks(name);
            world.files.takeLocks(name);
        }
    }

    /** Told to stop: it says that it drains, hands its slots over, and ends. Comes back after a while. */
    void drain(long downMillis) {
        VirtualTime.Node process = node;
        if (process == null || worker == null) {
            return;
        }
        worker.drain(() -> process.schedule(0, () -> {
            if (process == node) {
                world.time.trace("%s has drained", process);
                kill(downMillis);
            }
        }));
    }

    /** The machine's clock is from now on so much before or behind. */
    void jumpWallClock(long offset) {
        if (node != null) {
            node.jumpWallClock(offset - clockOffset);
        }
        clockOffset = offset;
    }

    void heal() {
        if (node != null) {
            node.resume();
            node.stallExecutors(false);
        }
        start();
    }
}
