// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.simulation;

import io.natspersist.protocol.Subjects;
import io.natspersist.simulation.MemoryNetwork;
import io.natspersist.simulation.VirtualTime;
import io.natspersist.worker.disk.FakeDisk;
import io.natspersist.worker.file.FakeStreamFiles;
import io.natspersist.worker.file.FakeStreamMemory;
import io.natspersist.worker.file.StreamFileLimits;
import io.natspersist.worker.file.StreamMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A whole cluster in virtual time: one coordinator, workers and clients, and what they share. */
final class World {

    final Scenario scenario;
    final VirtualTime time;
    final MemoryNetwork network;
    final FakeDisk disk;
    final FakeStreamFiles files;
    final MemoryTableStore tables = new MemoryTableStore();
    final Oracle oracle;
    final CoordinatorProcess coordinator = new CoordinatorProcess(this);
    private final Map<String, WorkerProcess> workers = new TreeMap<>();
    private final List<ClientProcess> clients = new ArrayList<>();
    final CatalogBeforeJournal catalogs = new CatalogBeforeJournal(this);
    private final @Nullable SimulatedS3 s3;
    private boolean busy = true;
    private boolean messagesVanished;
    private int largeSizes;

    World(Scenario scenario) {
        this.scenario = scenario;
        this.time = new VirtualTime(scenario.seed());
        this.network = new MemoryNetwork(time, scenario.seed());
        this.disk = new FakeDisk(scenario.seed(), time::millis);
        this.files = new FakeStreamFiles(random("files"), fileLimits());
        this.oracle = new Oracle(time::millis);
        network.onDuplicate(oracle::deliveredTwice);
        new RowsAfterForce(this);
        this.s3 = scenario.cold() == null ? null : new SimulatedS3(this);
        if (s3 != null) {
            new EvictedFilesAreCopied(this);
            files.onReturn((node, stream) -> oracle.losses.fileIsBack(stream.value(), time.millis()));
        }
    }

    private StreamFileLimits fileLimits() {
        return new StreamFileLimits(scenario.logChanges(), 1L << 20, 150_000);
    }

    /** Whether there is a cold tier. */
    boolean tiered() {
        return s3 != null;
    }

    SimulatedS3 s3() {
        return Objects.requireNonNull(s3, "no cold tier");
    }

    /** For a process that starts. */
    StreamMemory memory() {
        return new FakeStreamMemory(fileLimits());
    }

    /** A size for a value that goes in parts, given out once. */
    int nextLargeSize() {
        return LargeText.LEAST + largeSizes++;
    }

    /** Everything starts, and is left alone until every slot is served. */
    void start() {
        coordinator.start();
        for (int i = 0; i < scenario.workers(); i++) {
            addWorker();
        }
        if (!time.runUntil(coordinator::settled, 60_000)) {
            oracle.problem("never began to serve: " + coordinator);
        }
        for (int i = 0; i < scenario.clients(); i++) {
            clients.add(new ClientProcess(this, "c" + i));
        }
        clients.forEach(ClientProcess::start);
    }

    WorkerProcess addWorker() {
        WorkerProcess worker = new WorkerProcess(this, "w" + workers.size());
        workers.put(worker.name(), worker);
        worker.start();
        return worker;
    }

    /** All faults end, everything that is down comes up again, and clients begin nothing new. */
    void heal() {
        time.trace("everything heals");
        busy = false;
        network.healAll();
        disk.onStep((number, node, operation, path) -> {});
        files.onStep((node, operation, stream) -> {});
        if (s3 != null) {
            s3.heal();
        }
        clients.forEach(c -> c.node().resume());
        coordinator.start();
        workers.values().forEach(WorkerProcess::heal);
    }

    /** Nothing of this runs any more. */
    void end() {
        workers.values().forEach(WorkerProcess::end);
    }

    /** From now on messages may have vanished without either end knowing. */
    void messagesVanish() {
        messagesVanished = true;
    }

    boolean messagesVanished() {
        return messagesVanished;
    }

    /** Whether clients are to go on. */
    boolean busy() {
        return busy;
    }

    List<WorkerProcess> workers() {
        return List.copyOf(workers.values());
    }

    List<ClientProcess> clients() {
        return clients;
    }

    List<String> streams() {
        return scenario.names();
    }

    Subjects subjects() {
        return new Subjects("p");
    }

    /** A source of chance for that purpose alone, so that one more draw there changes nothing elsewhere. */
    SplittableRandom random(String purpose) {
        return new SplittableRandom(scenario.seed() * 31 + purpose.hashCode());
    }
}
