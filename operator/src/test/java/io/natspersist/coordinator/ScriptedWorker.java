// SPDX-License-Identifier: Apache-2.0
package io.natspersist.coordinator;

import io.natspersist.protocol.Json;
import io.natspersist.protocol.Subjects;
import io.natspersist.protocol.table.AssignmentTable;
import io.natspersist.protocol.table.Heartbeat;
import io.natspersist.protocol.table.Heartbeat.Adopted;
import io.natspersist.protocol.table.Heartbeat.Load;
import io.natspersist.protocol.table.Heartbeat.Released;
import io.natspersist.protocol.table.Heartbeat.Report;
import io.natspersist.protocol.table.HeartbeatReply;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.protocol.table.Numbers;
import io.natspersist.protocol.table.SlotAssignment;
import io.natspersist.simulation.MemoryNetwork;
import io.natspersist.simulation.VirtualTime;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Transport;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A worker without streams: registers, sends heartbeats, and at once does what the table asks. */
final class ScriptedWorker {

    final VirtualTime.Node node;
    final List<HeartbeatReply> replies = new ArrayList<>();
    boolean draining;
    boolean halted;
    boolean silent;
    long unforcedMillis;
    /** By its own table. */
    AssignmentTable table;

    private final String name;
    private final String instance;
    private final Subjects subjects;
    private final Transport transport;
    private final Set<Incarnation> volume;
    private long incarnation;
    private long forced;
    private boolean reportWanted;
    private final Set<Released> released = new LinkedHashSet<>();
    private final Set<Adopted> adopted = new LinkedHashSet<>();
    private final Set<Incarnation> sealed = new LinkedHashSet<>();
    private final Set<Incarnation> locked;

    /**
     * @param volume the journals on the volume
     * @param locked those of them whose lock is held
     */
    ScriptedWorker(String name, String instance, Subjects subjects, VirtualTime time, MemoryNetwork network, int slots,
            Set<Incarnation> volume, Set<Incarnation> locked) {
        this.name = name;
        this.instance = instance;
        this.subjects = subjects;
        this.volume = volume;
        this.locked = locked;
        this.node = time.node(name);
        this.table = AssignmentTable.empty(slots);
        this.transport = network.connect(node);
        transport.subscribe(subjects.tableChanged(), null,
                m -> node.loop().execute(() -> follow(Json.read(m.payload(), AssignmentTable.class))));
        node.loop().execute(this::beat);
    }

    Incarnation id() {
        return new Incarnation(name, incarnation);
    }

    boolean registered() {
        return incarnation > 0;
    }

    /** The slots that it serves. */
    Set<Integer> serves() {
        Set<Integer> serves = new TreeSet<>();
        for (int i = 0; i < table.slots().size() && registered() && !halted; i++) {
            SlotAssignment slot = table.slot(i);
            int number = i;
            if (id().equals(slot.owner()) && slot.awaits() == null && slot.adopt().stream()
                    .allMatch(j -> adopted.contains(new Adopted(number, slot.epoch(), j)))) {
                serves.add(i);
            }
        }
        return serves;
    }

    void kill() {
        node.crash();
        locked.remove(id());
        halted = true;
    }

    private void beat() {
        if (halted) {
            return;
        }
        obey();
        if (!silent) {
            sendHeartbeat();
        }
        node.loop().after(1_000, this::beat);
    }

    private void sendHeartbeat() {
        boolean ready = registered() && volume.contains(id());
        if (unforcedMillis == 0) {
            forced++;
        } else {
            unforcedMillis += 1_000;
        }
        Heartbeat heartbeat = new Heartbeat(name, incarnation, instance, ready, draining, table.version(),
                unforcedMillis, forced, List.copyOf(released), List.copyOf(adopted), List.copyOf(sealed),
                List.of(), List.of(), Load.NONE, reportWanted ? report() : null);
        transport.request(subjects.heartbeat(name), Headers.NONE, Json.write(heartbeat), 900, answer -> {
            if (answer instanceof Transport.Reply.Answer(var message) && message.headers().isEmpty()) {
                node.loop().execute(() -> hear(Json.read(message.payload(), HeartbeatReply.class)));
            }
        });
    }

    private Report report() {
        List<Report.Held> held = new ArrayList<>();
        for (int i = 0; i < table.slots().size() && registered(); i++) {
            SlotAssignment slot = table.slot(i);
            boolean letGo = released.contains(new Released(i, slot.epoch()));
            if (id().equals(slot.owner()) || (id().equals(slot.awaits()) && !letGo)) {
                held.add(new Report.Held(i, slot));
            }
        }
        List<Incarnation> fenced = volume.stream().filter(j -> !locked.contains(j) && sealed.contains(j)).toList();
        Numbers reserved = table.version() == 0 && volume.isEmpty() ? Numbers.NONE : table.numbers().plus(1 << 20);
        return new Report(held, List.copyOf(volume), fenced, reserved);
    }

    private void hear(HeartbeatReply reply) {
        replies.add(reply);
        if (reply.dead()) {
            halted = true;
            locked.remove(id());
            return;
        }
        boolean news = reply.wantReport() && !reportWanted;
        reportWanted = reply.wantReport();
        if (!registered() && reply.incarnation() > 0) {
            incarnation = reply.incarnation();
            volume.add(id());
            locked.add(id());
            news = true;
        }
        for (Incarnation journal : reply.trySeal()) {
            if (volume.contains(journal) && !locked.contains(journal)) {
                news |= sealed.add(journal);
            }
        }
        volume.removeAll(reply.deleteJournals());
        if (reply.table() != null) {
            follow(reply.table());
        }
        if (news) {
            sendHeartbeat();
        }
    }

    private void follow(@Nullable AssignmentTable newer) {
        if (newer == null || newer.version() <= table.version() || halted) {
            return;
        }
        table = newer;
        released.removeIf(r -> !id().equals(table.slot(r.slot()).awaits()));
        adopted.removeIf(a -> !table.slot(a.slot()).adopt().contains(a.journal()));
        if (obey()) {
            sendHeartbeat();
        }
    }

    /** Lets go of what the table asks for, adopts what it can; true if there is something to tell. */
    private boolean obey() {
        boolean news = false;
        for (int i = 0; registered() && i < table.slots().size(); i++) {
            SlotAssignment slot = table.slot(i);
            if (id().equals(slot.awaits())) {
                news |= released.add(new Released(i, slot.epoch()));
            }
            if (id().equals(slot.owner())) {
                for (Incarnation journal : slot.adopt()) {
                    if (!locked.contains(journal)) {
                        news |= adopted.add(new Adopted(i, slot.epoch(), journal));
                    }
                }
            }
        }
        return news;
    }
}
