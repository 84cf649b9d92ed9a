// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.protocol.ChangeBatch;
import io.natspersist.protocol.ChangeNotice;
import io.natspersist.protocol.Crc32c;
import io.natspersist.protocol.ErrorCode;
import io.natspersist.protocol.HeaderNames;
import io.natspersist.protocol.MessagePage;
import io.natspersist.protocol.SetItem;
import io.natspersist.protocol.SetMany;
import io.natspersist.protocol.SetResults;
import io.natspersist.protocol.StreamName;
import io.natspersist.protocol.WireChange;
import io.natspersist.protocol.WireMessage;
import io.natspersist.protocol.table.Heartbeat;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.protocol.table.SlotAssignment;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Message;
import io.natspersist.transport.Transport.Reply;
import io.natspersist.worker.cold.MemoryColdTier;
import io.natspersist.worker.journal.JournalConfig;
import io.natspersist.worker.stream.StreamsConfig;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One scripted life of a cluster: writes to a few streams, flushes, handovers, takeovers, journals that roll and go. Whatever
 * dies meanwhile is replaced, and what was not acknowledged is asked for again with the same message id, so in the end every
 * operation of the script has been carried out once.
 */
final class FaultPointRun {

    /** Is told of everything that a worker is about to do to the volume, or has done to a stream's file. */
    interface Step {
        void before(long number, String node, String what);
    }

    private static final List<String> STREAMS = List.of("a", "b", "c.d");

    final OneCluster cluster;
    final List<String> history = new ArrayList<>();
    private final Map<String, StreamModel> models = new TreeMap<>();
    /** What each stream's changes must be, by number. */
    private final Map<String, List<String>> changes = new HashMap<>();
    private final List<Incarnation> toAdopt = new ArrayList<>();
    private String owner = "";
    private @Nullable Incarnation owning;
    private long steps;
    private boolean scriptEnded;
    private int deaths;
    private int started;
    private int operations;
    private int evictions;
    private Step step = (number, node, what) -> {};
    private final MemoryColdTier cold = new MemoryColdTier();

    FaultPointRun(long seed) {
        cluster = new OneCluster(seed);
        cluster.disk.setLeaseMillis(2_000);
        cluster.disk.onStep((number, node, operation, path) -> count((String) node, operation));
        cluster.files.onStep((node, operation, stream) -> count(node, operation));
        for (String stream : STREAMS) {
            models.put(stream, new StreamModel());
            changes.put(stream, new ArrayList<>());
        }
    }

    private void count(String node, String what) {
        if (!scriptEnded && cluster.nodes.containsKey(node)) {
            step.before(++steps, node, what);
        }
    }

    void beforeStep(Step hook) {
        step = hook;
    }

    long steps() {
        return steps;
    }

    int deaths() {
        return deaths;
    }

    /** Called inside of a step of that node, which then throws {@link io.natspersist.simulation.VirtualTime.Crash}. */
    void dies(String node, WorkerFaultPointsTest.Death how) {
        deaths++;
        history.add(node + " dies: " + how);
        cluster.nodes.get(node).onCrash(() -> {
            switch (how) {
                case PROCESS -> cluster.crash(node);
                case MACHINE -> {
                    cluster.disk.loseUnforced(node);
                    cluster.files.losePower(node);
                    cluster.crash(node);
                }
                case VOLUME -> {
                    cluster.disk.loseUnforced();
                    cluster.files.losePower();
                    List.copyOf(cluster.nodes.keySet()).forEach(cluster::crash);
                }
            }
        });
    }

    void run() {
        writes(6);
        pass(700);
        ask("flush", "a", Headers.NONE, "");
        writes(6);
        handOver();
        writes(4);
        pass(1_500);
        cluster.crash(owner);
        writes(4);
        pass(300);
        handOver();
        writes(2);
        cluster.crash(owner);
        serve();
        pass(2_500);
        scriptEnded = true;
        cluster.crash(owner);
        check();
    }

    /** The same where files are archived, leave the volume and come back. */
    void runWithColdTier() {
        cold.onStep((node, operation, stream) -> count(node, operation));
        cluster.tiered(cold, 300, 1_500);
        writes(4);
        pass(5_000);
        evictions += cluster.files.streams().isEmpty() ? 1 : 0;
        writes(3);
        pass(900);
        cluster.crash(owner);
        writes(1);
        pass(5_000);
        evictions += cluster.files.streams().isEmpty() ? 1 : 0;
        handOver();
        ask("get", "a", Headers.of(HeaderNames.LAST, "true"), "");
        writes(5);
        pass(5_000);
        cluster.crash(owner);
        serve();
        pass(1_000);
        scriptEnded = true;
        cluster.crash(owner);
        check();
    }

    /** How often no stream had a file. */
    int evictions() {
        return evictions;
    }

    private void pass(long millis) {
        history.add(millis + " ms");
        cluster.time.runFor(millis);
    }

    // ---- owners

    private String startWorker() {
        // Sometimes under a name that was there before.
        String name = "w" + started++ % 4;
        WorkerConfig config = new WorkerConfig(name, OneCluster.SUBJECTS)
                .withJournal(JournalConfig.DEFAULT.withSegmentBytes(700).withSpace(0, 0))
                .withStreams(StreamsConfig.DEFAULT.withTimes(200, 400, 1_000));
        cluster.heartbeats.remove(name); // one that was under way when its sender died
        cluster.start(name, config);
        return name;
    }

    private boolean alive(String name) {
        Heartbeat last = cluster.heartbeats.get(name);
        return last != null && last.ready() && !cluster.nodes.get(name).crashed();
    }

    /** Sees to it that a living worker serves everything. */
    private void serve() {
        while (!alive(owner) || !toAdopt.isEmpty()) {
            if (!alive(owner)) {
                takeOverFrom(owning);
                owner = startWorker();
                owning = cluster.incarnations.get(owner);
            }
            if (!alive(owner)) {
                continue;
            }
            history.add(owning + " adopts " + toAdopt);
            cluster.assign(owner, null, toAdopt.toArray(Incarnation[]::new));
            int adoptions = OneCluster.SLOTS * toAdopt.size();
            boolean done = cluster.time.runUntil(
                    () -> !alive(owner) || cluster.heartbeats.get(owner).adopted().size() == adoptions, 20_000);
            assertThat(done).as("adopted by %s: %s, halts %s", owner, toAdopt, cluster.halts).isTrue();
            if (alive(owner)) {
                cluster.toDelete.addAll(toAdopt);
                toAdopt.clear();
                entries(owning, null);
            }
        }
    }

    private void takeOverFrom(@Nullable Incarnation dead) {
        if (dead != null && !toAdopt.contains(dead)) {
            toAdopt.add(dead);
        }
    }

    /** The owner and its epoch stay; journals are struck off, or an old owner. */
    private void entries(Incarnation of, @Nullable Incarnation awaits) {
        cluster.assign(Collections.nCopies(OneCluster.SLOTS,
                new SlotAssignment(of, cluster.epochs(), awaits, List.of())));
    }

    private void handOver() {
        serve();
        String from = owner;
        Incarnation old = owning;
        String to = startWorker();
        if (!alive(to) || !alive(from)) {
            return;
        }
        Incarnation next = cluster.incarnations.get(to);
        history.add(old + " hands over to " + next);
        cluster.assign(to, old);
        boolean done = cluster.time.runUntil(() -> !alive(from) || !alive(to)
                || cluster.heartbeats.get(from).released().size() == OneCluster.SLOTS, 20_000);
        assertThat(done).as("handed over by " + from).isTrue();
        if (alive(from) && !alive(to)) {
            // What the old owner has let go of needs a new one, and so does the rest in time: it is made to end.
            cluster.crash(from);
        }
        owner = to;
        owning = next;
        if (alive(from)) {
            entries(next, null);
            drain(from, old);
        } else {
            takeOverFrom(old);
        }
        serve();
    }

    private void drain(String name, Incarnation self) {
        boolean[] drained = {false};
        cluster.workers.get(name).drain(() -> drained[0] = true);
        assertThat(cluster.time.runUntil(() -> drained[0] || !alive(name), 20_000)).as("drained " + self).isTrue();
        cluster.crash(name);
        cluster.toDelete.add(self);
    }

    // ---- operations

    private void writes(int rounds) {
        for (int i = 0; i < rounds; i++) {
            List<Write> burst = new ArrayList<>();
            for (String stream : STREAMS) {
                burst.add(nextWrite(stream));
            }
            carryOut(burst);
        }
    }

    /** One write, with an id, to be asked for until it is answered. {@code parts}: what its large value is made of. */
    private record Write(String op, String stream, Headers headers, String value, List<String> parts) {
        Write(String op, String stream, Headers headers, String value) {
            this(op, stream, headers, value, List.of());
        }

        static Write large(String stream, Headers headers, int n) {
            String whole = largeValue(60 + n);
            return new Write("set", stream, headers.and(Headers.of(HeaderNames.UPLOAD, "u" + n, HeaderNames.PARTS, "2",
                    HeaderNames.SIZE, Integer.toString(whole.length()), HeaderNames.CRC32C, crc(whole))), "",
                    List.of(whole.substring(0, 50), whole.substring(50)));
        }

        /** Three sets, all or none, each with an id. */
        static Write batch(String stream, int n) {
            List<SetItem> items = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                items.add(new SetItem(i == 1 ? "k" + n % 5 : null, -1, -1, -1, "id" + n + "." + i, -1, -1,
                        Headers.NONE, ("m" + n + "." + i).getBytes(StandardCharsets.ISO_8859_1)));
            }
            return new Write("setMany", stream, Headers.of(HeaderNames.ATOMIC, "true"),
                    new String(new SetMany(items).encode(), StandardCharsets.ISO_8859_1));
        }

        /** What the models call the value. */
        String stored() {
            return parts.isEmpty() ? value : StreamModel.large(parts.get(0).length() + parts.get(1).length());
        }
    }

    /** Of each size there is one at most. */
    private static String largeValue(int size) {
        return "large!".repeat(size).substring(0, size);
    }

    private static String crc(String text) {
        return HexFormat.of().toHexDigits(Crc32c.of(text.getBytes(StandardCharsets.UTF_8)));
    }

    private Write nextWrite(String stream) {
        int n = ++operations;
        Headers.Builder headers = Headers.builder().add(HeaderNames.MSG_ID, "id" + n);
        long last = models.get(stream).lastSeq;
        if (n % 14 == 2) {
            return Write.large(stream, headers.build(), n);
        }
        return switch (n % 7) {
            case 1, 2 -> new Write("set", stream, headers.build(), "v" + n);
            case 3, 4 -> new Write("set", stream, headers.add(HeaderNames.KEY, "k" + n % 5).build(),
                    "v".repeat(n) + n);
            case 5 -> new Write("delete", stream, headers.add(HeaderNames.SEQ, Math.max(1, last - 1)).build(), "");
            case 6 -> new Write("delete", stream, headers.add(HeaderNames.KEY, "k" + n % 5).build(), "");
            default -> n % 14 == 0
                    ? new Write("destroy", stream, headers.build(), "")
                    : n % 3 == 0
                            ? new Write("deleteAll", stream, headers.add(HeaderNames.END_SEQ, last / 2).build(), "")
                            : Write.batch(stream, n);
        };
    }

    /** All at once, then again those that were not answered, one owner after the other. */
    private void carryOut(List<Write> writes) {
        Map<Write, Message> answers = new HashMap<>();
        for (int attempt = 0; answers.size() < writes.size(); attempt++) {
            assertThat(attempt).as("attempts at " + writes).isLessThan(100);
            serve();
            String asked = owner;
            int[] back = {0};
            List<Write> open = writes.stream().filter(w -> !answers.containsKey(w)).toList();
            for (Write write : open) {
                sendParts(asked, write);
                cluster.client.request(OneCluster.SUBJECTS.operation(asked, write.op,
                        new StreamName(write.stream)), write.headers,
                        write.value.getBytes(StandardCharsets.ISO_8859_1), 3_000, reply -> {
                            back[0]++;
                            if (reply instanceof Reply.Answer a && !retryable(a.message())) {
                                answers.put(write, a.message());
                            }
                        });
            }
            cluster.time.runUntil(() -> back[0] == open.size(), 10_000);
            if (answers.size() < writes.size()) {
                cluster.time.runFor(100);
            }
        }
        writes.forEach(write -> acknowledged(write, answers.get(write)));
    }

    /** Whether they arrived, the set behind them will tell. */
    private void sendParts(String worker, Write write) {
        for (int i = 0; i < write.parts.size(); i++) {
            String part = write.parts.get(i);
            cluster.client.request(OneCluster.SUBJECTS.operation(worker, "part", new StreamName(write.stream)),
                    Headers.of(HeaderNames.UPLOAD, write.headers.first(HeaderNames.UPLOAD), HeaderNames.PART,
                            Integer.toString(i + 1), HeaderNames.CRC32C, crc(part)),
                    part.getBytes(StandardCharsets.UTF_8), 3_000, reply -> {});
        }
    }

    private static boolean retryable(Message answer) {
        String error = answer.headers().first(HeaderNames.ERROR);
        assertThat(error == null || error.equals("UPLOAD_INCOMPLETE") || error.equals("NOT_FOUND")
                || ErrorCode.valueOf(error).retryable())
                .as(error).isTrue();
        return error != null && !error.equals("NOT_FOUND");
    }

    private void acknowledged(Write write, Message answer) {
        history.add(write + " -> " + new String(answer.payload(), StandardCharsets.UTF_8));
        StreamModel model = models.get(write.stream);
        if (write.op.equals("setMany")) {
            acknowledgedBatch(write, model, SetResults.decode(answer.payload()).results());
            return;
        }
        long before = model.change;
        String key = write.headers.first(HeaderNames.KEY);
        String what = switch (write.op) {
            case "set" -> {
                String seq = model.set(key, 0, -1, -1, write.headers.first(HeaderNames.MSG_ID), write.stored());
                assertThat(new String(answer.payload(), StandardCharsets.UTF_8))
                        .startsWith("{\"seq\":" + seq.substring(4) + ",\"change\":" + model.change + ",");
                yield "set " + seq.substring(4) + " " + write.stored();
            }
            case "destroy" -> {
                model.destroy();
                yield "destroy";
            }
            case "delete" -> {
                long gone = key != null
                        ? model.deleteKey(key)
                        : model.delete(List.of(Long.parseLong(write.headers.first(HeaderNames.SEQ))));
                yield "delete";
            }
            default -> {
                model.deleteAll(Long.parseLong(write.headers.first(HeaderNames.END_SEQ)));
                yield "deleteAll";
            }
        };
        if (model.change > before) {
            changes.get(write.stream).add(what);
        }
    }

    /** Wherever its worker died, and however often it was sent: it was done at once, or not yet at all. */
    private void acknowledgedBatch(Write write, StreamModel model, List<SetResults.One> results) {
        assertThat(results.stream().map(one -> ((SetResults.Stored) one).duplicate()).distinct()).as("%s", results)
                .hasSize(1);
        List<SetItem> items = SetMany.decode(write.value.getBytes(StandardCharsets.ISO_8859_1)).items();
        for (int i = 0; i < items.size(); i++) {
            SetItem item = items.get(i);
            String value = new String(item.value(), StandardCharsets.ISO_8859_1);
            String seq = model.set(item.key(), 0, -1, -1, item.msgId(), value);
            SetResults.Stored stored = (SetResults.Stored) results.get(i);
            assertThat("seq " + stored.seq() + " " + stored.change()).isEqualTo(seq + " " + model.change);
            changes.get(write.stream).add("set " + seq.substring(4) + " " + value);
        }
    }

    private Message ask(String op, String stream, Headers headers, String payload) {
        for (int attempt = 0; attempt < 50; attempt++) {
            serve();
            if (cluster.request(owner, op, stream, headers,
                    payload.getBytes(StandardCharsets.UTF_8)) instanceof Reply.Answer a && !retryable(a.message())) {
                return a.message();
            }
            cluster.time.runFor(100);
        }
        throw new AssertionError("no answer to " + op + " " + stream);
    }

    // ---- what must hold in the end

    private void check() {
        models.forEach((stream, model) -> {
            MessagePage page = MessagePage.decode(ask("getAll", stream, Headers.NONE, "").payload());
            assertThat(StreamModel.read(page.messages())).as(stream).isEqualTo(model.read(1, Long.MAX_VALUE));
            page.messages().stream().filter(m -> m.largeSize() > 0).forEach(m -> assertThat(whole(stream, m))
                    .as("%s %d", stream, m.seq()).isEqualTo(largeValue((int) m.largeSize())));
            assertThat(page.change()).as("changes of " + stream).isEqualTo(model.change);
            List<String> all = changes.get(stream);
            int from = Math.max(0, all.lastIndexOf("destroy"));
            assertThat(told(stream, from)).as("the history of " + stream).isEqualTo(all.subList(from, all.size()));
        });
        for (Message notice : cluster.notices) {
            String op = notice.headers().first(HeaderNames.OP);
            List<String> history = changes.get(notice.subject().substring("persist.test.changes.".length()));
            long change = Long.parseLong(notice.headers().first(HeaderNames.CHANGE));
            assertThat(change).as("told of").isLessThanOrEqualTo(history.size());
            if (ChangeNotice.decode(notice.headers(), notice.payload()) instanceof ChangeNotice.Packed packed) {
                assertThat(packed.changes().stream().map(c -> (WireChange.Set) c)
                        .map(c -> "set " + c.seq() + " " + new String(c.value(), StandardCharsets.ISO_8859_1)).toList())
                        .isEqualTo(history.subList((int) change - 1, (int) change - 1 + packed.changes().size()));
            }
            if (op.equals("set")) {
                String size = notice.headers().first(HeaderNames.SIZE);
                assertThat("set " + notice.headers().first(HeaderNames.SEQ) + " " + (size == null
                        ? new String(notice.payload(), StandardCharsets.UTF_8)
                        : StreamModel.large(Long.parseLong(size))))
                        .isEqualTo(history.get((int) change - 1));
            }
        }
    }

    private String whole(String stream, WireMessage message) {
        StringBuilder whole = new StringBuilder();
        for (int part = 1; part <= 2; part++) {
            Headers which = Headers.builder().add(HeaderNames.SEQ, message.seq())
                    .add(HeaderNames.CHANGE, message.change()).add(HeaderNames.PART, part).build();
            whole.append(new String(ask("getPart", stream, which, "").payload(), StandardCharsets.UTF_8));
        }
        return whole.toString();
    }

    /** What happened after that change; of what was before a stream was destroyed nothing is left. */
    private List<String> told(String stream, int after) {
        List<String> told = new ArrayList<>();
        int before;
        do {
            before = told.size();
            tell(stream, after, told);
        } while (told.size() > before);
        return told;
    }

    /** Not all may be told at once. */
    private void tell(String stream, int after, List<String> told) {
        int next = after + told.size();
        Headers from = Headers.of(HeaderNames.EPOCH, Long.toString(next == 0 ? 0 : cluster.epochs()),
                HeaderNames.CHANGE, Integer.toString(next));
        ChangeBatch batch = ChangeBatch.decode(ask("resume", stream, from, "").payload());
        for (WireChange change : ((ChangeBatch.Changes) batch).changes()) {
            assertThat(change.number()).isEqualTo(after + told.size() + 1);
            told.add(switch (change) {
                case WireChange.Set set -> "set " + set.seq() + " " + (set.largeSize() > 0
                        ? StreamModel.large(set.largeSize())
                        : new String(set.value(), StandardCharsets.UTF_8));
                case WireChange.Delete delete -> "delete";
                case WireChange.DeleteAll all -> "deleteAll";
                case WireChange.Destroy destroy -> "destroy";
                case WireChange.Config config -> "config";
            });
        }
    }
}
