// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.simulation;

import io.natspersist.simulation.LinkFaults;
import java.util.List;
import java.util.SplittableRandom;

/** Lets things go wrong, one after the other and at the same time, as the scenario says and chance wills. */
final class Faults {

    private final World world;
    private final SplittableRandom random;
    private final List<FaultKind> kinds;

    Faults(World world) {
        this.world = world;
        this.random = world.random("faults");
        this.kinds = world.scenario.faults().stream().sorted().toList(); // a set's order differs from JVM to JVM
    }

    /** From now on, until the world heals. */
    void begin() {
        if (!kinds.isEmpty()) {
            later(random.nextLong(world.scenario.faultEveryMillis() * 2), () -> {
                strike(kinds.get(random.nextInt(kinds.size())));
                begin();
            });
        }
    }

    private void strike(FaultKind kind) {
        world.time.trace("fault: %s", kind);
        switch (kind) {
            case KILL -> anyWorker().kill(downTime());
            case POWER_LOSS -> anyWorker().losePower(downTime());
            case VOLUME_POWER_LOSS -> volumeLosesPower();
            case CRASH_AT_A_STEP -> anyWorker().crashAtStep(random.nextInt(40), random.nextBoolean(), downTime());
            case STALL_AT_A_STEP -> anyWorker().stallAtStep(anyStep(), random.nextLong(100, 16_000),
                    WorkerProcess.Stops.values()[random.nextInt(3)], random.nextBoolean(), worker -> {});
            case DIES_IN_A_FORCE ->
                anyWorker().stallAtStep("force", random.nextLong(100, 8_000), WorkerProcess.Stops.STEP, false,
                        worker -> worker.losePower(downTime()));
            case CUT_OFF_AS_IT_ROLLS -> cutOffAsItRolls();
            case CRASHES_IN_A_ROW -> crashesInARow();
            case BACK_AND_FORTH -> backAndForth();
            case PAUSE -> pause();
            case LOST_LOCKS -> anyWorker().loseLocks(random.nextBoolean() ? 0 : 10_000 + random.nextInt(5_000));
            case VOLUME_STALL -> anyWorker().stallVolume(random.nextLong(100, 9_000));
            case CUT_FROM_NATS -> cutFromNats(anyWorker().name());
            case CUT_FROM_COORDINATOR -> cut(anyWorker().name(), CoordinatorProcess.NAME);
            case SPLIT -> split(anyWorker().name(), random.nextLong(5_000, 20_000), random.nextBoolean());
            case CUT_FROM_CLIENTS -> world.clients().forEach(c -> cut(anyWorker().name(), c.name));
            case COORDINATOR_CUT_OFF -> cutFromNats(CoordinatorProcess.NAME);
            case COORDINATOR_CRASH -> coordinatorCrash(false);
            case TABLE_LOST -> coordinatorCrash(true);
            case TABLE_STORE_FAILS -> world.tables.failNext(random.nextBoolean());
            case NATS_RESTART -> natsRestart();
            case BAD_NETWORK -> badNetwork();
            case CLOCK_JUMP -> clockJump();
            case SCALE_UP -> scaleUp();
            case DRAIN -> drain();
            case CLIENT_CRASH -> anyClient().crash();
            case CLIENT_PAUSE -> clientPause();
            case S3_AWAY -> s3(SimulatedS3.Trouble.AWAY);
            case S3_ERRORS -> s3(SimulatedS3.Trouble.ERRORS);
            case S3_SLOW -> s3(SimulatedS3.Trouble.SLOW);
            case S3_LATE -> s3(SimulatedS3.Trouble.LATE);
            case CUT_FROM_S3 -> cutFromS3(anyWorker().name());
            case DIES_AT_A_COPY -> anyWorker().dieAtACopy(random.nextInt(25), random.nextBoolean(), downTime());
            case CUT_OFF_AT_A_COPY -> cutOffAtACopy();
            case FILE_DAMAGED -> new VolumeDamage(world, random).damage();
            case FILE_GONE -> new VolumeDamage(world, random).vanish();
            case VOLUME_FULL -> volumeFull();
        }
    }

    private void volumeLosesPower() {
        world.workers().forEach(w -> w.losePower(downTime()));
        world.disk.loseUnforced();
        world.files.losePower();
        world.oracle.losses.volumeLostPower(world.time.millis());
    }

    private void cutOffAsItRolls() {
        WorkerProcess worker = anyWorker();
        split(worker.name(), 20_000, true);
        worker.stallAtStep(random.nextBoolean() ? "tryLock" : "link", random.nextLong(10_100, 13_000),
                WorkerProcess.Stops.VOLUME,
                true, w -> {});
    }

    /** The second one dies about when the first one's slots have come to it. */
    private void crashesInARow() {
        anyWorker().kill(downTime());
        int more = 1 + random.nextInt(2);
        for (int i = 1; i <= more; i++) {
            later(random.nextLong(9_000), () -> {
                if (random.nextBoolean()) {
                    anyWorker().kill(downTime());
                } else {
                    anyWorker().losePower(downTime());
                }
            });
        }
    }

    private void backAndForth() {
        List<WorkerProcess> all = world.workers();
        WorkerProcess a = anyWorker();
        a.kill(random.nextLong(7_000, 9_000));
        later(random.nextLong(10_000, 14_000),
                () -> all.stream().filter(w -> w != a).forEach(w -> w.kill(random.nextLong(7_000, 9_000))));
    }

    private void pause() {
        WorkerProcess worker = anyWorker();
        worker.pause(random.nextLong(100, 15_000));
        if (random.nextInt(4) == 0) {
            worker.loseLocks(0);
        }
    }

    private void cutFromNats(String node) {
        world.network.cutFromServer(node);
        later(random.nextLong(100, 15_000), () -> world.network.healToServer(node));
    }

    /** @param whole clients cannot reach the other workers either */
    private void split(String worker, long millis, boolean whole) {
        cut(worker, CoordinatorProcess.NAME, millis);
        for (ClientProcess client : world.clients()) {
            cut(client.name, CoordinatorProcess.NAME, millis);
            world.workers().stream().map(WorkerProcess::name).filter(other -> whole && !other.equals(worker))
                    .forEach(other -> cut(client.name, other, millis));
        }
    }

    private void cut(String node, String other) {
        cut(node, other, random.nextLong(100, 20_000));
    }

    private void cut(String node, String other, long millis) {
        world.messagesVanish();
        world.network.cut(node, other);
        later(millis, () -> world.network.heal(node, other));
    }

    private void coordinatorCrash(boolean losesTable) {
        world.coordinator.crash();
        if (losesTable) {
            world.tables.lose();
        }
        later(random.nextLong(1, 10_000), world.coordinator::start);
    }

    private void natsRestart() {
        world.network.serverDown();
        later(random.nextLong(10, 8_000), world.network::serverUp);
    }

    private void badNetwork() {
        world.messagesVanish();
        world.network.faults(new LinkFaults(random.nextDouble() * 0.1, random.nextDouble() * 0.1,
                random.nextDouble() * 0.1, 1 + random.nextInt(3_000)));
        later(random.nextLong(500, 10_000), () -> world.network.faults(LinkFaults.NONE));
    }

    private void clockJump() {
        long millis = random.nextLong(-20_000, 20_000);
        if (random.nextInt(4) == 0) {
            world.coordinator.jumpWallClock(millis);
        } else {
            anyWorker().jumpWallClock(millis);
        }
    }

    private void scaleUp() {
        if (world.workers().size() < 5) {
            world.addWorker();
        }
    }

    private void drain() {
        if (world.workers().stream().filter(WorkerProcess::running).count() > 1) {
            anyWorker().drain(downTime());
        }
    }

    private void s3(SimulatedS3.Trouble trouble) {
        SimulatedS3 s3 = world.s3();
        s3.begin(trouble);
        later(random.nextLong(500, 20_000), () -> s3.end(trouble));
    }

    /** All that it has left is S3. */
    private void cutOffAtACopy() {
        WorkerProcess worker = anyWorker();
        long millis = random.nextLong(8_000, 20_000);
        worker.hangAtACopy(random.nextInt(8), millis, () -> {
            world.network.cutFromServer(worker.name());
            later(millis + random.nextLong(4_000), () -> world.network.healToServer(worker.name()));
        });
    }

    private void cutFromS3(String worker) {
        SimulatedS3 s3 = world.s3();
        s3.cut(worker);
        later(random.nextLong(500, 20_000), () -> s3.mend(worker));
    }

    private void volumeFull() {
        SimulatedS3 s3 = world.s3();
        s3.volumeIsFull(true);
        later(random.nextLong(10_000, 30_000), () -> s3.volumeIsFull(false));
    }

    private void clientPause() {
        ClientProcess client = anyClient();
        var node = client.node();
        node.pause();
        later(random.nextLong(100, 40_000), node::resume);
    }

    /** Rolling and sealing have steps that are rare among the others. */
    private String anyStep() {
        List<String> steps = List.of("append", "force", "createNew", "tryLock", "link", "forceFolder", "list", "delete",
                "close");
        return steps.get(random.nextInt(steps.size()));
    }

    private WorkerProcess anyWorker() {
        List<WorkerProcess> all = world.workers();
        return all.get(random.nextInt(all.size()));
    }

    private ClientProcess anyClient() {
        return world.clients().get(random.nextInt(world.clients().size()));
    }

    /** Often back within a second, now and then long after others have taken over. */
    private long downTime() {
        return random.nextInt(3) == 0 ? random.nextLong(10, 1_000) : random.nextLong(1_000, 15_000);
    }

    /** Not once the world heals. */
    private void later(long millis, Runnable what) {
        world.time.schedule(millis * 1_000_000, () -> {
            if (world.busy()) {
                what.run();
            }
        });
    }
}
