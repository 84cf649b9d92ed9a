// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator;

import io.natspersist.protocol.Json;
import io.natspersist.protocol.Subjects;
import io.natspersist.protocol.table.AssignmentTable;
import io.natspersist.protocol.table.Heartbeat;
import io.natspersist.protocol.table.HeartbeatReply;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.protocol.table.Numbers;
import io.natspersist.protocol.table.SlotAssignment;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Transport;
import io.natspersist.transport.nats.NatsOptions;
import io.natspersist.transport.nats.NatsTransport;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Says what a worker says to its coordinator, and serves nothing; slots are let go of and adopted as soon as that is asked. */
final class BeatingWorker implements AutoCloseable {

    private final String name;
    private final Subjects subjects;
    private volatile long openStreams;
    private final Transport transport;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    private volatile long incarnation;
    private volatile @Nullable AssignmentTable table;
    private volatile boolean dead;
    private volatile boolean silent;

    BeatingWorker(String url, String prefix, String name, long openStreams) {
        this.name = name;
        this.subjects = new Subjects(prefix);
        this.openStreams = openStreams;
        this.transport = NatsTransport.connect(new NatsOptions(url, name));
        clock.scheduleAtFixedRate(this::beat, 0, 200, TimeUnit.MILLISECONDS);
    }

    private void beat() {
        if (silent) {
            return;
        }
        Heartbeat.Report report = incarnation == 0
                ? new Heartbeat.Report(List.of(), List.of(), List.of(), Numbers.NONE)
                : null;
        Heartbeat beat = new Heartbeat(name, incarnation, "instance-of-" + name, incarnation > 0, false, table(), 0, 1,
                released(), adopted(), List.of(), List.of(), List.of(), new Heartbeat.Load(openStreams, 0, 0), report);
        transport.request(subjects.heartbeat(name), Headers.NONE, Json.write(beat), 1_000, reply -> {
            if (reply instanceof Transport.Reply.Answer(var message)) {
                take(Json.read(message.payload(), HeartbeatReply.class));
            }
        });
    }

    private List<Heartbeat.Released> released() {
        return slots().filter(slot -> isThis(slot.now().awaits()))
                .map(slot -> new Heartbeat.Released(slot.number(), slot.now().epoch())).toList();
    }

    private List<Heartbeat.Adopted> adopted() {
        return slots().filter(slot -> isThis(slot.now().owner())).flatMap(slot -> slot.now().adopt().stream()
                .map(journal -> new Heartbeat.Adopted(slot.number(), slot.now().epoch(), journal))).toList();
    }

    private boolean isThis(@Nullable Incarnation worker) {
        return worker != null && worker.worker().equals(name) && worker.number() == incarnation;
    }

    private record Slot(int number, SlotAssignment now) {}

    private Stream<Slot> slots() {
        AssignmentTable known = table;
        return known == null
                ? Stream.empty()
                : IntStream.range(0, known.slots().size()).mapToObj(number -> new Slot(number, known.slot(number)));
    }

    String name() {
        return name;
    }

    void setOpenStreams(long count) {
        openStreams = count;
    }

    private void take(HeartbeatReply reply) {
        dead |= reply.dead();
        if (!reply.dead()) {
            incarnation = reply.incarnation();
            table = reply.table() == null ? table : reply.table();
        }
    }

    /** From now on it says nothing. */
    void fallSilent() {
        silent = true;
    }

    /** Whether it was told that it is dead. */
    boolean dead() {
        return dead;
    }

    /** Whether it has heard that all slots are its own. */
    boolean ownsAll() {
        return table() > 0 && slots().allMatch(slot -> isThis(slot.now().owner()));
    }

    /** The version that it has. */
    long table() {
        AssignmentTable known = table;
        return known == null ? 0 : known.version();
    }

    @Override
    public void close() {
        clock.shutdownNow();
        transport.close();
    }
}
