// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import io.natspersist.protocol.BadMessage;
import io.natspersist.protocol.ChangeNotice;
import io.natspersist.protocol.ErrorCode;
import io.natspersist.protocol.HeaderFields;
import io.natspersist.protocol.Json;
import io.natspersist.protocol.ServiceError;
import io.natspersist.protocol.StreamName;
import io.natspersist.protocol.Subjects;
import io.natspersist.protocol.table.AssignmentTable;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.protocol.table.SlotAssignment;
import io.natspersist.simulation.MemoryNetwork;
import io.natspersist.simulation.VirtualTime;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Message;
import io.natspersist.transport.Transport;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A coordinator and workers that speak docs/protocol.md on a simulated network and share their streams, which stand for the
 * volume. Honest: whoever does not own a slot refuses, and a write is carried out before it is answered.
 */
final class FakeCluster {

    static final int SLOTS = 16;
    final Subjects subjects = Subjects.ofCluster("test");
    final VirtualTime time;
    final MemoryNetwork network;
    final Random random;
    final Map<String, FakeStream> streams = new HashMap<>();
    final Map<String, Integer> requests = new HashMap<>();
    int pageSize = 3;
    int logLength = 50;
    double overloaded;
    /** False: as if NATS permissions kept clients from the tables. */
    boolean tablesAnswer = true;
    /** What lists and reindexing are answered with; null: as they should be. */
    @Nullable
    ErrorCode listsRefused;
    /** How long a new owner answers "retry". */
    long movingMillis = 50;
    AssignmentTable table = AssignmentTable.empty(SLOTS);
    private final Map<String, Worker> workers = new LinkedHashMap<>();
    private final Map<Integer, Long> movingUntil = new HashMap<>();
    private VirtualTime.@Nullable Node coordinatorNode;
    private @Nullable Transport coordinator;

    FakeCluster(long seed) {
        time = new VirtualTime(seed);
        network = new MemoryNetwork(time, seed);
        random = new Random(seed);
        startCoordinator();
    }

    private record Worker(Incarnation incarnation, VirtualTime.Node node, Transport transport) {}

    PersistClient client(String name, ClientConfig config) {
        VirtualTime.Node node = time.node(name);
        return new PersistClient(config, network.connect(node), node.loop(), new Random(name.hashCode()));
    }

    ClientConfig config() {
        return ClientConfig.ofSubjects(subjects);
    }

    void startCoordinator() {
        VirtualTime.Node node = time.node("coordinator");
        Transport transport = network.connect(node);
        coordinatorNode = node;
        coordinator = transport;
        transport.subscribe(subjects.locateAll(), null, request -> count("locate", () -> locate(transport, request)));
        transport.subscribe(subjects.table(), null, request -> count("table", () -> answerTable(transport, request)));
    }

    void stopCoordinator() {
        java.util.Objects.requireNonNull(coordinatorNode).crash();
        coordinator = null;
    }

    void startWorker(String name) {
        VirtualTime.Node node = time.node(name);
        Transport transport = network.connect(node);
        Incarnation incarnation = new Incarnation(name, table.incarnations() + 1);
        Worker worker = new Worker(incarnation, node, transport);
        table = new AssignmentTable(table.version() + 1, incarnation.number(), table.epochs(), table.slots());
        workers.put(name, worker);
        transport.subscribe(subjects.operations(name), null, request -> operation(worker, request));
        transport.subscribe(subjects.tableAny(), "workers",
                request -> count("any", () -> answerTable(transport, request)));
    }

    /** Its slots stay with it until somebody assigns them anew. */
    void kill(String name) {
        Worker worker = java.util.Objects.requireNonNull(workers.remove(name));
        worker.node().crash();
    }

    boolean isUp(String name) {
        return workers.containsKey(name);
    }

    /** Gives the slot to a worker, under a new epoch; {@code lost} of each stream's last changes are gone. */
    void assign(int slot, String name, int lost) {
        Worker worker = java.util.Objects.requireNonNull(workers.get(name));
        long epoch = table.epochs() + 1 + random.nextInt(2);
        List<SlotAssignment> slots = new ArrayList<>(table.slots());
        slots.set(slot, new SlotAssignment(worker.incarnation(), epoch, null, List.of()));
        table = new AssignmentTable(table.version() + 1, table.incarnations(), epoch, slots);
        movingUntil.put(slot, time.millis() + movingMillis);
        streams.values().stream().filter(s -> slotOf(s.name) == slot).forEach(s -> {
            s.model.takeover(epoch, (int) Math.min(lost, s.model.position().change()));
            trail(s);
        });
        tell();
    }

    void assignAll(String... names) {
        for (int slot = 0; slot < SLOTS; slot++) {
            assign(slot, names[slot % names.length], 0);
        }
    }

    /** Every stream's owner publishes its number once more, as it does after a burst. */
    void trailAll() {
        streams.values().forEach(this::trail);
    }

    int slotOf(String stream) {
        return new StreamName(stream).slot(SLOTS);
    }

    String ownerOf(String stream) {
        return java.util.Objects.requireNonNull(table.slot(slotOf(stream)).owner()).worker();
    }

    FakeStream stream(String name) {
        return streams.computeIfAbsent(name,
                n -> new FakeStream(n, table.slot(slotOf(n)).epoch(), pageSize, logLength));
    }

    int asked(String what) {
        return requests.getOrDefault(what, 0);
    }

    private void tell() {
        if (coordinator != null && tablesAnswer) {
            coordinator.publish(subjects.tableChanged(), null, Headers.NONE, Json.write(table));
        }
    }

    private void trail(FakeStream stream) {
        Worker worker = workers.get(ownerOf(stream.name));
        if (worker != null && stream.model.position().change() > 0) {
            Position at = stream.model.position();
            publish(worker, stream.name, new ChangeNotice.Trailing(at.change(), at.epoch()));
        }
    }

    private void count(String what, Runnable then) {
        requests.merge(what, 1, Integer::sum);
        then.run();
    }

    private void locate(Transport transport, Message request) {
        StreamName stream = new StreamName(request.subject().substring(subjects.locateAll().length() - 1));
        int slot = stream.slot(SLOTS);
        Incarnation owner = table.slot(slot).owner();
        if (owner == null) {
            reply(transport, request, FakeStream.Reply.error(ErrorCode.UNAVAILABLE, "nobody yet"));
        } else {
            reply(transport, request,
                    FakeStream.Reply.json(Map.of("stream", stream.value(), "slot", slot, "slots", SLOTS,
                            "worker", owner.worker(), "owner", owner, "epoch", table.slot(slot).epoch(), "tableVersion",
                            table.version())));
        }
    }

    private void answerTable(Transport transport, Message request) {
        if (!tablesAnswer) {
            return;
        }
        boolean has = new String(request.payload(), StandardCharsets.US_ASCII).equals("" + table.version());
        reply(transport, request, FakeStream.Reply
                .json(has ? Map.of("version", table.version(), "unchanged", true) : table));
    }

    private void operation(Worker worker, Message request) {
        String[] parts = request.subject().substring(subjects.operations(worker.incarnation().worker()).length() - 1)
                .split("\\.", 2);
        String op = parts[0];
        requests.merge(op, 1, Integer::sum);
        if (op.equals("list") || op.equals("reindex")) {
            reply(worker.transport(), request, catalogs(worker, op, parts.length == 1 ? null : parts[1], request));
            return;
        }
        String name = parts[1];
        SlotAssignment slot = table.slot(slotOf(name));
        if (!worker.incarnation().equals(slot.owner())) {
            reply(worker.transport(), request, new FakeStream.Reply(
                    ServiceError.notOwner("not mine", slot.owner(), slot.epoch()).headers(), new byte[0]));
        } else if (movingUntil.getOrDefault(slotOf(name), 0L) > time.millis()) {
            reply(worker.transport(), request, new FakeStream.Reply(
                    new ServiceError(ErrorCode.SLOT_MOVING, "wait").retryAfter(20).headers(), new byte[0]));
        } else if (random.nextDouble() < overloaded) {
            reply(worker.transport(), request, FakeStream.Reply.error(ErrorCode.OVERLOADED, "too much"));
        } else {
            FakeStream stream = stream(name);
            FakeStream.Reply answer;
            try {
                answer = stream.handle(op, request, worker.incarnation().toString(), time.millis());
            } catch (BadMessage e) {
                answer = new FakeStream.Reply(ServiceError.badRequest(e).headers(), new byte[0]);
            }
            reply(worker.transport(), request, answer);
            if (op.equals("setMany") && !stream.made.isEmpty()) {
                publish(worker, name, new ChangeNotice.Packed(stream.made.stream().map(FakeStream::wire).toList()));
            } else {
                stream.made.forEach(c -> publish(worker, name, new ChangeNotice.Changed(FakeStream.wire(c))));
            }
        }
    }

    private FakeStream.Reply catalogs(Worker worker, String op, @Nullable String argument, Message request) {
        if (listsRefused != null) {
            return FakeStream.Reply.error(listsRefused, "as the test says");
        }
        List<Integer> served = IntStream.range(0, SLOTS)
                .filter(slot -> worker.incarnation().equals(table.slot(slot).owner())
                        && movingUntil.getOrDefault(slot, 0L) <= time.millis())
                .boxed().toList();
        if (op.equals("list")) {
            return FakeLists.answer(streams.values().stream().filter(s -> served.contains(slotOf(s.name))).toList(),
                    served, argument, new HeaderFields(request.headers()));
        }
        int slot = Integer.parseInt(java.util.Objects.requireNonNull(argument));
        long there = streams.keySet().stream().filter(name -> slotOf(name) == slot).count();
        return served.contains(slot)
                ? FakeStream.Reply.json(Map.of("slot", slot, "streams", there, "added", 0, "removed", 0))
                : FakeStream.Reply.error(ErrorCode.NOT_OWNER, "not mine");
    }

    private void publish(Worker worker, String stream, ChangeNotice notice) {
        worker.transport().publish(subjects.changes(new StreamName(stream)), null, notice.headers(), notice.payload());
    }

    private static void reply(Transport transport, Message request, FakeStream.Reply reply) {
        if (request.replyTo() != null) {
            transport.publish(request.replyTo(), null, reply.headers(), reply.payload());
        }
    }
}
