// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import io.natspersist.loop.EventLoop;
import io.natspersist.protocol.BadMessage;
import io.natspersist.protocol.Json;
import io.natspersist.protocol.Version;
import io.natspersist.protocol.service.MicroService;
import io.natspersist.protocol.service.ServiceIdentity;
import io.natspersist.protocol.table.AssignmentTable;
import io.natspersist.protocol.table.Heartbeat;
import io.natspersist.protocol.table.HeartbeatReply;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.protocol.table.Numbers;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Message;
import io.natspersist.transport.Transport;
import io.natspersist.worker.disk.Disk;
import io.natspersist.worker.file.StreamMemory;
import io.natspersist.worker.file.StreamVolume;
import io.natspersist.worker.journal.JournalWriter;
import io.natspersist.worker.journal.OwnJournal;
import io.natspersist.worker.journal.Sealing;
import io.natspersist.worker.journal.SharedJournals;
import io.natspersist.worker.journal.VolumeJournals;
import io.natspersist.worker.metrics.WorkerMoment;
import io.natspersist.worker.ship.OwnDisk;
import io.natspersist.worker.ship.ShippedJournal;
import io.natspersist.worker.ship.ShippedJournals;
import io.natspersist.worker.stream.StreamMistake;
import io.natspersist.worker.stream.Streams;
import io.natspersist.worker.stream.Tier;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker's life: it registers, opens its journal, is given slots, serves their streams, and halts the moment it cannot be
 * sure of its journal or is told that it is dead. Its state is confined to its loop; {@link #start}, {@link #drain} and what
 * looks in from outside may be called from anywhere.
 */
public final class Worker {

    private static final Logger LOG = LoggerFactory.getLogger(Worker.class);
    private static final byte[] NO_BYTES = {};
    /** How long a worker that drains waits for its slots to move, where nobody says. */
    private static final long DRAIN_MILLIS = 60_000;

    private final WorkerConfig config;
    private final Transport transport;
    private final EventLoop loop;
    private final WorkerExecutors executors;
    private final Disk disk;
    private final SharedJournals journals;
    private final StreamVolume files;
    private final StreamMemory memory;
    private final @Nullable Tier tier;
    private final @Nullable OwnDisk ownDisk;
    private final RandomGenerator random;
    private final Consumer<String> halt;
    private final String instance;
    private final Membership membership;
    private final FrontDoor frontDoor;
    private final MicroService service;

    /** Written on the loop; who surveys the volume asks from elsewhere whose journal is its own. */
    private volatile @Nullable Life life;
    private final LoadMeter load;
    private boolean draining;
    private @Nullable Runnable drained;
    private boolean halted;
    private Heartbeat.@Nullable Report report;
    private final List<Incarnation> sealed = new ArrayList<>();

    /** What there is once the coordinator has given this process its incarnation. */
    private static final class Life {
        final Incarnation self;
        final OwnJournal journal;
        final Streams streams;
        final Slots slots;
        boolean ready;

        Life(Incarnation self, OwnJournal journal, Streams streams, Slots slots) {
            this.self = self;
            this.journal = journal;
            this.streams = streams;
            this.slots = slots;
        }
    }

    /**
     * @param halt ends the process at once, without closing anything, for the reason given; in production
     *        {@code Runtime.halt}: closing cleanly could touch a successor's files
     * @param cpuNanos CPU time that the process has used
     */
    public Worker(WorkerConfig config, Transport transport, EventLoop loop, WorkerExecutors executors, Disk disk,
            StreamVolume files, StreamMemory memory, RandomGenerator random, Consumer<String> halt,
            LongSupplier cpuNanos) {
        this(config, transport, loop, executors, disk, files, memory, random, halt, cpuNanos, null);
    }

    /** @param tier where streams' files are archived; null: nowhere */
    public Worker(WorkerConfig config, Transport transport, EventLoop loop, WorkerExecutors executors, Disk disk,
            StreamVolume files, StreamMemory memory, RandomGenerator random, Consumer<String> halt,
            LongSupplier cpuNanos, @Nullable Tier tier) {
        this(config, transport, loop, executors, disk, files, memory, random, halt, cpuNanos, tier, null);
    }

    /** @param ownDisk where the journal is shipped to, because nobody else has the disk; null: all workers have it */
    public Worker(WorkerConfig config, Transport transport, EventLoop loop, WorkerExecutors executors, Disk disk,
            StreamVolume files, StreamMemory memory, RandomGenerator random, Consumer<String> halt,
            LongSupplier cpuNanos, @Nullable Tier tier, @Nullable OwnDisk ownDisk) {
        this.tier = tier;
        this.ownDisk = ownDisk;
        this.random = random;
        this.config = config;
        this.transport = transport;
        this.loop = loop;
        this.executors = executors;
        this.disk = disk;
        this.journals = ownDisk == null
                ? new VolumeJournals(disk)
                : new ShippedJournals(ownDisk.store(), ownDisk.readers(), random, loop::nanos);
        this.files = files;
        this.memory = memory;
        this.halt = halt;
        this.instance = Long.toHexString(random.nextLong()) + Long.toHexString(random.nextLong());
        this.membership = new Membership(config, transport, loop, this::heartbeat, this::replied);
        this.frontDoor = new FrontDoor(config, transport, loop, () -> {
            Life now = life;
            return now == null || !now.ready ? null : new FrontDoor.Serving(now.self, now.slots, now.streams);
        });
        this.load = new LoadMeter(frontDoor::arrived, cpuNanos);
        this.service = new MicroService(transport, loop, config.subjects(),
                new ServiceIdentity("persist-worker", instance, Version.CURRENT, "serves streams of Persist"),
                this::metadata,
                () -> frontDoor.requests().endpoints(op -> config.subjects().operations(config.name(), op)));
    }

    /** Registers and begins to serve. */
    public void start() {
        loop.execute(() -> {
            load.begin(loop.nanos());
            frontDoor.open();
            service.open();
            transport.subscribe(config.subjects().tableAny(), "workers", m -> loop.execute(() -> tellTable(m)));
            transport.subscribe(config.subjects().tableChanged(), null, m -> loop.execute(() -> tableChanged(m)));
            membership.start();
            tick();
        });
    }

    /** As {@link #drain(long, Runnable)}, with a minute for the slots to move. */
    public void drain(Runnable then) {
        drain(DRAIN_MILLIS, then);
    }

    /**
     * Asks the coordinator to move all slots away, finishes what waits, closes the journal; then {@code then}, on the loop. What
     * has not moved after {@code waitMillis} is put into its files, so that nothing is left to be adopted; or, where these are on its own
     * disk, is left to be adopted from the journal.
     */
    public void drain(long waitMillis, Runnable then) {
        loop.execute(() -> {
            draining = true;
            drained = then;
            Life now = life;
            if (now != null) {
                now.streams.drain();
            }
            membership.news();
            loop.after(waitMillis, this::endDrain);
        });
    }

    private void endDrain() {
        Runnable then = drained;
        drained = null;
        if (then == null || halted) {
            return;
        }
        Life now = life;
        if (now == null || !now.ready) {
            membership.stop();
            then.run();
            return;
        }
        now.slots.leave(() -> {
            membership.stop();
            now.journal.close(then);
        });
    }

    private void tick() {
        if (halted) {
            return;
        }
        Life now = life;
        if (now != null && now.ready) {
            now.streams.tick();
            if (draining && drained != null && now.slots.isEmpty()) {
                endDrain();
            }
        } else if (draining && drained != null && now == null) {
            endDrain();
        }
        loop.after(Streams.TICK_MILLIS, this::tick);
    }

    /** What the services convention tells of this worker beside its counts. */
    private Map<String, String> metadata() {
        Map<String, String> told = new TreeMap<>(
                Map.of("cluster", config.subjects().prefix(), "worker", config.name()));
        Incarnation self = incarnation();
        if (self != null) {
            told.put("incarnation", self.toString());
        }
        return told;
    }

    // ---- the coordinator

    private Heartbeat heartbeat() {
        Life now = life;
        Heartbeat.Report told = report;
        report = null;
        List<Incarnation> sealedNow = List.copyOf(sealed);
        sealed.clear();
        if (now == null) {
            return new Heartbeat(config.name(), 0, instance, false, draining, 0, 0, 0, List.of(), List.of(), sealedNow,
                    List.of(), List.of(), Heartbeat.Load.NONE, told);
        }
        AssignmentTable table = now.slots.table();
        return new Heartbeat(config.name(), now.self.number(), instance, now.ready, draining,
                table == null ? 0 : table.version(), now.ready ? now.journal.oldestUnforcedMillis() : 0,
                now.ready ? now.journal.forcedGroups() : 0, now.slots.released(), now.slots.adopted(), sealedNow,
                now.streams.immovable(), now.streams.unsettled(),
                load.at(loop.nanos(), now.streams.openStreams()), told);
    }

    private void replied(HeartbeatReply reply) {
        if (reply.dead()) {
            halt("the coordinator has declared this incarnation dead");
            return;
        }
        if (life == null && reply.incarnation() > 0) {
            begin(new Incarnation(config.name(), reply.incarnation()));
        }
        Life now = life;
        if (now != null && now.ready && reply.table() != null) {
            now.slots.update(reply.table());
        }
        reply.trySeal().forEach(this::trySeal);
        reply.deleteJournals().forEach(this::delete);
        if (reply.wantReport()) {
            survey();
        }
    }

    /** A table that was published; one that was lost on the way comes with the next heartbeat. */
    private void tableChanged(Message message) {
        Life now = life;
        if (now == null || !now.ready) {
            return;
        }
        try {
            now.slots.update(Json.read(message.payload(), AssignmentTable.class));
        } catch (BadMessage e) {
            LOG.warn("a published table cannot be read: {}", e.getMessage());
        }
    }

    private void tellTable(Message request) {
        Life now = life;
        AssignmentTable table = now == null ? null : now.slots.table();
        String replyTo = request.replyTo();
        if (replyTo == null || !config.subjects().isSafeReply(replyTo) || table == null) {
            return;
        }
        byte[] known = Long.toString(table.version()).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        byte[] answer = java.util.Arrays.equals(request.payload(), known)
                ? Json.write(new Unchanged(table.version(), true))
                : Json.write(table);
        transport.publish(replyTo, null, Headers.NONE, answer);
    }

    private record Unchanged(long version, boolean unchanged) {}

    // ---- a life

    private void begin(Incarnation self) {
        LOG.atInfo().addKeyValue("worker", self.worker()).addKeyValue("incarnation", self.number())
                .log("registered as {}", self);
        OwnJournal journal = journal(self);
        Streams streams = new Streams(config.streams(), loop, journal, files, memory, executors.files(),
                executors.flushes(),
                new Publisher(config.subjects(), transport, loop),
                answer -> whenStillOwner(journal, answer), () -> transport.maxPayload() / 2, tier);
        Adoption adoption = new Adoption(journals, loop, executors.probes(), journal,
                config.streams().mistakes().contains(StreamMistake.ADOPTION_SKIPPED));
        Slots slots = new Slots(self, streams, adoption, this::halt, membership::news);
        Life begun = new Life(self, journal, streams, slots);
        life = begun;
        journal.open(() -> {
            begun.ready = true;
            membership.news();
            watchForRelease();
        });
    }

    private OwnJournal journal(Incarnation self) {
        Consumer<Throwable> fault = e -> halt("the journal failed: " + e);
        JournalWriter local = new JournalWriter(disk, self, loop, executors.journalIo(), config.journal(), fault);
        return ownDisk == null
                ? local
                : new ShippedJournal(local, ownDisk, self, loop, config.journal().durability(), random,
                        () -> halt("somebody has taken over this worker's journal"), fault);
    }

    /** Out of touch with the coordinator, a worker looks where others find its journal whether somebody has taken over. */
    private void watchForRelease() {
        Life now = life;
        if (halted || now == null) {
            return;
        }
        if (!membership.inTouch()) {
            now.journal.checkRelease(executors.probes(), found -> {
                if (found) {
                    halt("somebody has taken over this worker's journal");
                }
            });
        }
        loop.after(1_000, this::watchForRelease);
    }

    private void whenStillOwner(OwnJournal journal, Runnable answer) {
        if (membership.inTouch()) {
            answer.run();
        } else {
            journal.prove(answer);
        }
    }

    private void trySeal(Incarnation dead) {
        inBackground(() -> {
            if (journals.seal(dead, false) instanceof Sealing.Result.Sealed) {
                loop.execute(() -> {
                    sealed.add(dead);
                    membership.news();
                });
            }
        });
    }

    private void delete(Incarnation dead) {
        Numbers known = numbers();
        if (!known.equals(Numbers.NONE)) {
            inBackground(() -> journals.delete(dead, known));
        }
    }

    private void survey() {
        Numbers known = numbers();
        inBackground(() -> {
            Survey found = Survey.of(journals, this::incarnation, known);
            loop.execute(() -> {
                Life now = life;
                report = new Heartbeat.Report(now == null ? List.of() : now.slots.holdings(), found.journals(),
                        found.fenced(), found.reserved());
                membership.news();
            });
        });
    }

    private Numbers numbers() {
        Life now = life;
        AssignmentTable table = now == null ? null : now.slots.table();
        return table == null ? Numbers.NONE : table.numbers();
    }

    private interface Blocking {
        void run() throws IOException;
    }

    private void inBackground(Blocking task) {
        executors.probes().execute(() -> {
            try {
                task.run();
            } catch (IOException e) {
                LOG.warn("the volume does not answer as it should: {}", e.toString());
            }
        });
    }

    private void halt(String why) {
        if (!halted) {
            halted = true;
            membership.stop();
            halt.accept(why);
        }
    }

    // ---- what it looks like from outside

    /** Tells, on the loop, how things stand. From any thread. */
    public void observe(Consumer<WorkerMoment> tell) {
        loop.execute(() -> {
            Life now = life;
            tell.accept(new WorkerMoment(transport.connected(), frontDoor.waiting(), frontDoor.waitingBytes(),
                    frontDoor.requests().counts(), now == null ? null : moment(now)));
        });
    }

    private WorkerMoment.Life moment(Life now) {
        AssignmentTable table = now.slots.table();
        return new WorkerMoment.Life(now.self, now.ready, membership.inTouch(),
                table == null ? 0 : table.version(), now.slots.counts(), now.journal.counts(), now.streams.counts(),
                files.setAside(), tier == null
                        ? null
                        : new WorkerMoment.Tier(now.streams.tierCounts(), tier.requests().get()),
                now.journal instanceof ShippedJournal journal ? journal.shipped() : null);
    }

    /** This life's incarnation; null before it is registered. Call it on the loop. */
    public @Nullable Incarnation incarnation() {
        Life now = life;
        return now == null ? null : now.self;
    }

    /** How many slots it serves. Call it on the loop. */
    public int slotsServed() {
        Life now = life;
        return now == null ? 0 : now.slots.served();
    }

    /** The streams that it has open; null before it is registered. Call it on the loop. */
    public @Nullable Streams streams() {
        Life now = life;
        return now == null ? null : now.streams;
    }
}
