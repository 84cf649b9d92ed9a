// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import io.natspersist.protocol.Json;
import io.natspersist.protocol.StreamName;
import io.natspersist.protocol.Subjects;
import io.natspersist.protocol.table.AssignmentTable;
import io.natspersist.protocol.table.Heartbeat;
import io.natspersist.protocol.table.HeartbeatReply;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.protocol.table.SlotAssignment;
import io.natspersist.simulation.MemoryNetwork;
import io.natspersist.simulation.VirtualTime;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Message;
import io.natspersist.transport.Transport;
import io.natspersist.worker.cold.ColdConfig;
import io.natspersist.worker.cold.ColdCopies;
import io.natspersist.worker.cold.MemoryColdTier;
import io.natspersist.worker.cold.MemoryObjectStore;
import io.natspersist.worker.cold.ObservedObjectStore;
import io.natspersist.worker.cold.ColdPlace;
import io.natspersist.worker.disk.FakeDisk;
import io.natspersist.worker.file.FakeStreamFiles;
import io.natspersist.worker.file.SqliteStreamMemory;
import io.natspersist.worker.ship.OwnDisk;
import io.natspersist.worker.ship.ShipConfig;
import io.natspersist.worker.stream.Tier;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** Workers in virtual time under a coordinator that does what the test says: one table, given out with every heartbeat. */
final class OneCluster {

    static final int SLOTS = 8;
    static final Subjects SUBJECTS = new Subjects("persist.test");

    final VirtualTime time;
    final MemoryNetwork network;
    final FakeDisk disk;
    final FakeStreamFiles files;
    final Transport client;
    final Map<String, Worker> workers = new HashMap<>();
    final Map<String, VirtualTime.Node> nodes = new HashMap<>();
    final Map<String, Incarnation> incarnations = new HashMap<>();
    final Map<String, Heartbeat> heartbeats = new HashMap<>();
    final Set<Incarnation> dead = new HashSet<>();
    /** Journals that no slot names any more. */
    final List<Incarnation> toDelete = new ArrayList<>();
    final List<String> halts = new ArrayList<>();
    final List<Message> notices = new ArrayList<>();
    private final long seed;
    private final Map<String, String> instances = new HashMap<>();
    private final Transport coordinator;
    final List<Heartbeat.Report> reports = new ArrayList<>();
    private boolean answering = true;
    private boolean wantReports;
    private @Nullable Tiered tier;
    private @Nullable ShipConfig ship;
    private long archiveAfter = 86_400_000;
    /** Where journals are shipped to. */
    final MemoryObjectStore bucket = new MemoryObjectStore();
    private final Map<String, FakeDisk> ownDisks = new HashMap<>();
    private final Map<String, FakeStreamFiles> ownFiles = new HashMap<>();
    private AssignmentTable table = AssignmentTable.empty(SLOTS);
    private long numbers;
    private long epochs;
    private long started;

    OneCluster(long seed) {
        this.seed = seed;
        time = new VirtualTime(seed);
        network = new MemoryNetwork(time, seed);
        disk = new FakeDisk(seed, time::millis);
        files = new FakeStreamFiles(new SplittableRandom(seed));
        client = network.connect(time.node("client"));
        coordinator = network.connect(time.node("coordinator"));
        coordinator.subscribe(SUBJECTS.heartbeatAll(), null, this::heartbeat);
        client.subscribe("persist.test.changes.>", null, notices::add);
        time.runFor(10);
    }

    private void heartbeat(Message message) {
        if (!answering) {
            return;
        }
        Heartbeat beat = Json.read(message.payload(), Heartbeat.class);
        toDelete.removeIf(journal -> !hasJournal(journal));
        heartbeats.put(beat.worker(), beat);
        if (beat.incarnation() == 0 && !beat.instance().equals(instances.put(beat.worker(), beat.instance()))) {
            incarnations.put(beat.worker(), new Incarnation(beat.worker(), ++numbers));
        }
        if (beat.report() != null) {
            reports.add(beat.report());
        }
        Incarnation self = incarnations.get(beat.worker());
        boolean isDead = beat.incarnation() != 0 && dead.contains(new Incarnation(beat.worker(), beat.incarnation()));
        coordinator.publish(message.replyTo(), null, Headers.NONE, Json.write(new HeartbeatReply(self.number(), isDead,
                table.version(), beat.tableVersion() == table.version() ? null : table, wantReports, List.of(),
                toDelete)));
    }

    Worker start(String name, WorkerConfig config) {
        Incarnation before = incarnations.get(name);
        VirtualTime.Node node = time.node(name);
        nodes.put(name, node);
        Worker worker = new Worker(config, network.connect(node), node.loop(),
                new WorkerExecutors(node.executor("journal", 2), node.executor("files", 4), node.executor("probes", 2)),
                diskOf(name).mount(name), filesOf(name).mount(name), new SqliteStreamMemory(),
                new SplittableRandom(seed + 1_000 * ++started), why -> {
                    halts.add(name + ": " + why);
                    crash(name);
                }, () -> 0, ship != null ? inBucket(node) : tier == null ? null : tier.of(name, node),
                ship == null ? null : new OwnDisk(bucket, ship, node.executor("ship", 1), Runnable::run));
        workers.put(name, worker);
        worker.start();
        // The heartbeat of one that has died may still be on its way.
        time.runUntil(() -> !Objects.equals(before, incarnations.get(name)) && heartbeats.containsKey(name)
                && heartbeats.get(name).incarnation() == incarnations.get(name).number()
                && heartbeats.get(name).ready(), 5_000);
        return worker;
    }

    Worker start(String name) {
        return start(name, new WorkerConfig(name, SUBJECTS));
    }

    /** What the workers that are started from now on are told of a cold tier. */
    private record Tiered(MemoryColdTier copies, ColdConfig config, IntSupplier percent) {

        private Tier of(String name, VirtualTime.Node node) {
            return new Tier(copies.mount(name), config, node.executor("cold", config.threads()), percent,
                    new ObservedObjectStore(new MemoryObjectStore())::counts);
        }
    }

    private Tier inBucket(VirtualTime.Node node) {
        return new Tier(new ColdCopies(bucket, 86_400_000, new SplittableRandom(seed + 7_000 * ++started)),
                new ColdConfig(ColdPlace.of("s3://bucket"), archiveAfter, 86_400_000, 0, 86_400_000, 4),
                node.executor("cold", 4), () -> 0, new ObservedObjectStore(bucket)::counts);
    }

    /** Workers with disks of their own that are started from now on archive after so long, ms; a day where nobody says. */
    void archiveAfter(long millis) {
        archiveAfter = millis;
    }

    /** Workers that are started from now on archive after, and remove files that nobody used for, so long, ms. */
    void tiered(@Nullable MemoryColdTier copies, long archiveAfter, long evictAfter) {
        tiered(copies, archiveAfter, evictAfter, 0, () -> 0);
    }

    /** The same, with a high-water mark, percent, and how much of the volume is in use. */
    void tiered(@Nullable MemoryColdTier copies, long archiveAfter, long evictAfter, int highWater,
            IntSupplier percent) {
        tier = copies == null
                ? null
                : new Tiered(copies,
                        new ColdConfig(ColdPlace.of("s3://bucket"), archiveAfter, evictAfter, highWater, 86_400_000, 4),
                        percent);
    }

    /** kill -9. */
    void crash(String name) {
        heartbeats.remove(name);
        nodes.get(name).crash();
        diskOf(name).kill(name);
        filesOf(name).kill(name);
    }

    /** The machine dies. */
    void losePower(String name) {
        heartbeats.remove(name);
        nodes.get(name).crash();
        diskOf(name).loseUnforced(name);
        filesOf(name).losePower(name);
    }

    /** The machine goes for good, with its disk. */
    void loseMachine(String name) {
        losePower(name);
        ownDisks.remove(name);
        ownFiles.remove(name);
    }

    /** Workers that are started from now on have a disk each, and ship their journals. */
    void ownDisks(ShipConfig config) {
        ship = config;
    }

    FakeDisk diskOf(String name) {
        return ship == null ? disk : ownDisks.computeIfAbsent(name, n -> new FakeDisk(seed, time::millis));
    }

    /** What that worker sees. */
    FakeStreamFiles filesOf(String name) {
        return ship == null
                ? files
                : ownFiles.computeIfAbsent(name, n -> files.another(new SplittableRandom(seed)));
    }

    private boolean hasJournal(Incarnation journal) {
        return ship == null
                ? disk.names("journals").contains(journal.toString())
                : bucket.keys().stream().filter(key -> key.startsWith("journals/" + journal + "/")).count() > 1;
    }

    void wantReports() {
        wantReports = true;
    }

    void coordinatorAnswers(boolean yes) {
        answering = yes;
    }

    /** All slots go to that worker, as new owner; {@code awaits} and {@code adopt} as the table has them. */
    void assign(String name, @Nullable Incarnation awaits, Incarnation... adopt) {
        assign(Collections.nCopies(SLOTS,
                new SlotAssignment(incarnations.get(name), ++epochs, awaits, List.of(adopt))));
    }

    void assign(List<SlotAssignment> slots) {
        table = new AssignmentTable(table.version() + 1, numbers, epochs, slots);
        coordinator.publish(SUBJECTS.tableChanged(), null, Headers.NONE, Json.write(table));
        time.runFor(20);
    }

    long epochs() {
        return epochs;
    }

    Transport.Reply request(String worker, String op, String stream, Headers headers, byte[] payload) {
        Transport.Reply[] got = new Transport.Reply[1];
        client.request(SUBJECTS.operation(worker, op, new StreamName(stream)), headers, payload, 10_000,
                r -> got[0] = r);
        time.runUntil(() -> got[0] != null, 20_000);
        return got[0];
    }

    /** One page of what a worker lists. */
    Message list(String worker, Headers headers) {
        Transport.Reply[] got = new Transport.Reply[1];
        client.request(SUBJECTS.list(worker, null), headers, new byte[0], 10_000, r -> got[0] = r);
        time.runUntil(() -> got[0] != null, 20_000);
        return ((Transport.Reply.Answer) got[0]).message();
    }

    Message ask(String worker, String op, String stream, Headers headers, String payload) {
        return switch (request(worker, op, stream, headers,
                payload.getBytes(java.nio.charset.StandardCharsets.UTF_8))) {
            case Transport.Reply.Answer a -> a.message();
            case Transport.Reply r -> throw new AssertionError(op + " " + stream + ": " + r);
        };
    }
}
