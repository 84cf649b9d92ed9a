// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.natspersist.protocol.Cause;
import io.natspersist.protocol.ChangeBatch;
import io.natspersist.protocol.ChangeNotice;
import io.natspersist.protocol.Crc32c;
import io.natspersist.protocol.HeaderNames;
import io.natspersist.protocol.Json;
import io.natspersist.protocol.MessagePage;
import io.natspersist.protocol.SetItem;
import io.natspersist.protocol.SetMany;
import io.natspersist.protocol.SetResults;
import io.natspersist.protocol.StreamConfig;
import io.natspersist.protocol.WireChange;
import io.natspersist.protocol.WireMessage;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.simulation.VirtualTime;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Message;
import io.natspersist.transport.Transport.Reply;
import io.natspersist.worker.stream.StreamsConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Test;

/**
 * Random operations on a few streams, with limits and without, large values among others, with workers killed, streams flushed, files and streams closed for want of room, and
 * values pushed out of memory, each answer compared with a simple model's. {@code -Dmodel.seed=N} runs one seed.
 */
class WorkerModelTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int OPERATIONS = 250;

    @TestFactory
    List<DynamicTest> everyAnswerIsTheModels() {
        Long one = Long.getLong("model.seed");
        List<DynamicTest> tests = new ArrayList<>();
        for (long seed = one == null ? 1 : one; seed <= (one == null ? 60 : one); seed++) {
            long s = seed;
            tests.add(DynamicTest.dynamicTest("seed " + seed, () -> new Run(s).run()));
        }
        return tests;
    }

    private static final class Run {
        final SplittableRandom random;
        final OneCluster cluster;
        final Map<String, StreamModel> models = new HashMap<>();
        final List<String> history = new ArrayList<>();
        /** What watchers were told and a model has not come to yet. */
        final Map<String, TreeMap<Long, WireChange>> told = new HashMap<>();
        /** When messages expire, ms since the epoch, by the changes that stored them. */
        final Map<String, Map<Long, Long>> expiries = new HashMap<>();
        final Map<String, Long> overSince = new HashMap<>();
        final Set<String> destroyed = new HashSet<>();
        String worker = "w0";
        int ids;

        Run(long seed) {
            random = new SplittableRandom(seed);
            cluster = new OneCluster(seed);
        }

        void run() {
            startWorker();
            cluster.assign(worker, null);
            try {
                for (int i = 0; i < OPERATIONS; i++) {
                    step();
                }
                for (String stream : new TreeSet<>(models.keySet())) {
                    readAll(stream);
                    info(stream, models.get(stream));
                }
            } catch (AssertionError e) {
                throw new AssertionError(String.join("\n", history) + "\n" + e.getMessage(), e);
            }
            assertThat(cluster.halts).isEmpty();
        }

        private void startWorker() {
            WorkerConfig config = new WorkerConfig(worker, OneCluster.SUBJECTS);
            cluster.start(worker, config.withStreams(
                    StreamsConfig.DEFAULT.withCaps(2, 1, random.nextInt(400, 8_000))
                            .withTimes(random.nextInt(10, 2_000), 300, 3_000)));
        }

        private void step() {
            String stream = "s" + random.nextInt(4);
            StreamModel model = models.computeIfAbsent(stream, s -> new StreamModel());
            switch (random.nextInt(22)) {
                case 0, 1, 2, 3, 4 -> set(stream, model);
                case 5 -> delete(stream, model);
                case 6 -> deleteAll(stream, model);
                case 14 -> destroy(stream, model);
                case 15 -> list();
                case 16, 17, 18 -> setMany(stream, model);
                case 19, 20 -> configure(stream, model);
                case 7 -> get(stream, model);
                case 8 -> readAll(stream);
                case 9 -> keys(stream, model);
                case 10 -> info(stream, model);
                case 11 -> note("time passes", random.nextInt(5_000));
                case 12 -> {
                    history.add("flush " + stream);
                    json(ask("flush", stream, Headers.NONE, ""));
                }
                default -> {
                    if (random.nextInt(3) == 0) {
                        replaceWorker();
                    }
                }
            }
        }

        private void note(String what, long millis) {
            history.add(what + " " + millis + " ms");
            cluster.time.runFor(millis);
        }

        private void replaceWorker() {
            long epoch = cluster.epochs();
            Incarnation dead = cluster.incarnations.get(worker);
            history.add("kill " + dead);
            cluster.crash(worker);
            if (random.nextBoolean()) {
                worker = worker.equals("w0") ? "w1" : "w0";
            }
            startWorker();
            cluster.assign(worker, null, dead);
            Incarnation self = cluster.incarnations.get(worker);
            assertThat(cluster.time.runUntil(() -> cluster.heartbeats.get(worker).adopted().size() == OneCluster.SLOTS,
                    10_000))
                    .isTrue();
            cluster.assign(java.util.Collections.nCopies(OneCluster.SLOTS,
                    new io.natspersist.protocol.table.SlotAssignment(self, cluster.epochs(), null, List.of())));
            models.keySet().forEach(stream -> resume(stream, epoch));
        }

        /** What went by itself just before the worker died may have been told to nobody. */
        private void resume(String stream, long epoch) {
            Headers position = Headers.of(HeaderNames.EPOCH, "" + epoch, HeaderNames.CHANGE,
                    "" + models.get(stream).change);
            Message answer = cluster.ask(worker, "resume", stream, position, "");
            if (ChangeBatch.decode(answer.payload()) instanceof ChangeBatch.Changes missed) {
                missed.changes().forEach(change -> learn(stream, change));
            }
            goesByItself(stream, Long.MAX_VALUE);
        }

        private Message ask(String op, String stream, Headers headers, String payload) {
            return ask(op, stream, headers, payload.getBytes(StandardCharsets.UTF_8));
        }

        private Message ask(String op, String stream, Headers headers, byte[] payload) {
            long asked = now();
            Message answer = ((Reply.Answer) cluster.request(worker, op, stream, headers, payload)).message();
            learn();
            goesByItself(stream, reflected(op, answer));
            StreamModel model = models.get(stream);
            Map<Long, Long> expires = expiries.getOrDefault(stream, Map.of());
            if (op.equals("part")) {
                return answer; // it says nothing of messages, and does not wait for what happens to them
            }
            model.messages.values().forEach(m -> assertThat(expires.getOrDefault(m.change(), Long.MAX_VALUE))
                    .as("when %s of %s expires", m, stream).isGreaterThanOrEqualTo(asked));
            if (model.isOver()) {
                assertThat(asked - overSince.computeIfAbsent(stream, s -> asked)).as("how long %s is over %s", stream,
                        model.config).isLessThanOrEqualTo(1_000);
            } else {
                overSince.remove(stream);
            }
            return answer;
        }

        /** The last change that an answer may reflect. */
        private static long reflected(String op, Message answer) {
            if (answer.headers().first(HeaderNames.ERROR) != null) {
                return Long.MAX_VALUE;
            }
            return switch (op) {
                case "getAll" -> MessagePage.decode(answer.payload()).change();
                case "keys", "info", "config" -> json(answer).get("change").asLong();
                default -> Long.MAX_VALUE;
            };
        }

        private long now() {
            return VirtualTime.START_MILLIS + cluster.time.millis();
        }

        private void learn() {
            for (Message notice : cluster.notices) {
                String stream = notice.subject().substring(notice.subject().lastIndexOf('.') + 1);
                switch (ChangeNotice.decode(notice.headers(), notice.payload())) {
                    case ChangeNotice.Changed c -> learn(stream, c.change());
                    case ChangeNotice.Packed p -> p.changes().forEach(c -> learn(stream, c));
                    case ChangeNotice.Trailing t -> {
                        // nothing new
                    }
                }
            }
            cluster.notices.clear();
        }

        private void learn(String stream, WireChange change) {
            told.computeIfAbsent(stream, s -> new TreeMap<>()).put(change.number(), change);
            if (change instanceof WireChange.Set set && set.expires() != 0) {
                expiries.computeIfAbsent(stream, s -> new HashMap<>()).put(set.number(), set.expires());
            }
        }

        /** What went by itself since, if it is what comes next. */
        private void goesByItself(String stream, long upToChange) {
            StreamModel model = models.get(stream);
            TreeMap<Long, WireChange> next = told.getOrDefault(stream, new TreeMap<>());
            while (model.change < upToChange) {
                switch (next.get(model.change + 1)) {
                    case WireChange.Delete d when d.cause() == Cause.EXPIRED -> {
                        history.add(stream + " expired " + d.seqs());
                        d.seqs().forEach(seq -> assertThat(
                                expiries.get(stream).get(model.messages.get(seq).change())).as("when %d expired", seq)
                                .isLessThanOrEqualTo(now()));
                        assertThat(model.expired(d.seqs())).isTrue();
                    }
                    case WireChange.DeleteAll a when a.cause() == Cause.EVICTED -> {
                        history.add(stream + " evicted up to " + a.upToSeq());
                        assertThat(model.evicted(a.upToSeq())).as("whether that had to go, and no more").isTrue();
                    }
                    case null, default -> {
                        return;
                    }
                }
            }
        }

        private void configure(String stream, StreamModel model) {
            StreamConfig config = random.nextInt(3) == 0
                    ? StreamConfig.NONE
                    : StreamConfig.NONE.withMaxMsgs(sometimes(6)).withMaxBytes(sometimes(120))
                            .withMaxMsgSize(sometimes(40)).withTtl(sometimes(10_000))
                            .withDiscard(random.nextBoolean() ? StreamConfig.Discard.NEW : null);
            history.add("config " + stream + " " + config);
            JsonNode answer = json(ask("config", stream, Headers.NONE, config.json()));
            model.configure(config);
            assertThat(StreamConfig.read(Json.write(answer.get("config")))).isEqualTo(config);
            assertThat(answer.get("change").asLong()).isEqualTo(model.change);
            assertThat(StreamConfig.read(Json.write(json(ask("config", stream, Headers.NONE, "")).get("effective"))))
                    .isEqualTo(config);
        }

        private @Nullable Long sometimes(int most) {
            return random.nextBoolean() ? random.nextLong(1, most + 1) : null;
        }

        private static JsonNode json(Message message) {
            assertThat(message.headers().first(HeaderNames.ERROR)).as("error").isNull();
            try {
                return JSON.readTree(message.payload());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private void set(String stream, StreamModel model) {
            String key = random.nextInt(3) == 0 ? null : "k" + random.nextInt(5);
            long seq = random.nextInt(6) == 0 ? random.nextLong(1, model.lastSeq + 3) : 0;
            long expectLast = random.nextInt(6) == 0 ? Math.max(0, model.lastSeq - random.nextInt(2)) : -1;
            long expectSeq = key != null && random.nextInt(4) == 0 ? (random.nextBoolean() ? model.seqOf(key) : 0) : -1;
            String id = random.nextInt(3) == 0 ? "id" + random.nextInt(Math.max(1, ids - 3), ids + 2) : null;
            ids++;
            String value = "v".repeat(random.nextInt(30)) + ids;
            Headers.Builder headers = Headers.builder().addIfPresent(HeaderNames.KEY, key)
                    .addIfPresent(HeaderNames.MSG_ID, id);
            if (seq > 0) {
                headers.add(HeaderNames.SEQ, seq);
            }
            if (expectLast >= 0) {
                headers.add(HeaderNames.EXPECT_LAST_SEQ, expectLast);
            }
            if (expectSeq >= 0) {
                headers.add(HeaderNames.EXPECT_SEQ, expectSeq);
            }
            if (random.nextInt(6) == 0) {
                headers.add(HeaderNames.TTL, random.nextInt(3) == 0 ? 0 : random.nextLong(1, 5_000));
            }
            history.add("set " + stream + " " + headers.build() + " " + value);
            Message answer = random.nextInt(4) == 0
                    ? setLarge(stream, headers.build(), value)
                    : ask("set", stream, headers.build(), value);
            String error = answer.headers().first(HeaderNames.ERROR);
            String got = error != null
                    ? error
                    : "seq " + json(answer).get("seq").asLong() + (json(answer).has("duplicate") ? " again" : "");
            assertThat(got).isEqualTo(model.set(key, seq, expectLast, expectSeq, id, value));
        }

        /** Sends the value in parts of ten bytes; again where a destroyed stream, whose file is let go of, has taken them with it. */
        private Message setLarge(String stream, Headers headers, String value) {
            for (int times = 1;; times++) {
                Message answer = ask("set", stream, headers.and(upload(stream, "u" + ids, value)), "");
                boolean lost = "UPLOAD_INCOMPLETE".equals(answer.headers().first(HeaderNames.ERROR));
                if (!lost || !destroyed.contains(stream) || times == 5) {
                    return answer;
                }
            }
        }

        private Headers upload(String stream, String upload, String value) {
            history.add(upload + " is " + value);
            int parts = (value.length() + 9) / 10;
            for (int part = parts; part > 0; part--) {
                String data = value.substring(10 * (part - 1), Math.min(value.length(), 10 * part));
                json(ask("part", stream, Headers.of(HeaderNames.UPLOAD, upload, HeaderNames.PART, "" + part,
                        HeaderNames.CRC32C, crc(data)), data));
            }
            return Headers.builder().add(HeaderNames.UPLOAD, upload).add(HeaderNames.PARTS, parts)
                    .add(HeaderNames.SIZE, value.length()).add(HeaderNames.CRC32C, crc(value)).build();
        }

        private static String crc(String text) {
            return HexFormat.of().toHexDigits(Crc32c.of(text.getBytes(StandardCharsets.UTF_8)));
        }

        /** Empty where the message went meanwhile. */
        private Optional<String> parts(String stream, long seq, long change, long size) {
            StringBuilder whole = new StringBuilder();
            for (int part = 1; whole.length() < size; part++) {
                Message answer = ask("getPart", stream, Headers.builder().add(HeaderNames.SEQ, seq)
                        .add(HeaderNames.CHANGE, change).add(HeaderNames.PART, part).build(), "");
                if (!models.get(stream).messages.containsKey(seq)) {
                    return Optional.empty();
                }
                assertThat(answer.headers().first(HeaderNames.ERROR)).as("part %d of %d", part, seq).isNull();
                whole.append(new String(answer.payload(), StandardCharsets.UTF_8));
            }
            return Optional.of(whole.toString());
        }

        private WireMessage withValue(String stream, WireMessage m) {
            return m.largeSize() == 0
                    ? m
                    : new WireMessage(m.seq(), m.time(), m.expires(), m.change(), m.key(), m.msgId(), m.headers(),
                            parts(stream, m.seq(), m.change(), m.largeSize()).orElse("")
                                    .getBytes(StandardCharsets.UTF_8));
        }

        private void delete(String stream, StreamModel model) {
            if (random.nextBoolean()) {
                String key = "k" + random.nextInt(5);
                history.add("delete " + stream + " " + key);
                assertThat(json(ask("delete", stream, Headers.of(HeaderNames.KEY, key), "")).get("deleted").asLong())
                        .isEqualTo(model.deleteKey(key));
            } else {
                List<Long> seqs = random.longs(3, 1, model.lastSeq + 3).distinct().boxed().toList();
                history.add("delete " + stream + " " + seqs);
                String header = String.join(",", seqs.stream().map(String::valueOf).toList());
                assertThat(json(ask("delete", stream, Headers.of(HeaderNames.SEQ, header), "")).get("deleted").asLong())
                        .isEqualTo(model.delete(seqs));
            }
        }

        private void deleteAll(String stream, StreamModel model) {
            long upTo = random.nextInt(3) == 0 ? Long.MAX_VALUE : random.nextLong(model.lastSeq + 2);
            history.add("deleteAll " + stream + " " + upTo);
            assertThat(json(ask("deleteAll", stream, Headers.of(HeaderNames.END_SEQ, "" + upTo), "")).get("deleted")
                    .asLong())
                    .isEqualTo(model.deleteAll(upTo));
        }

        private void destroy(String stream, StreamModel model) {
            history.add("destroy " + stream);
            destroyed.add(stream);
            JsonNode answer = json(ask("destroy", stream, Headers.NONE, ""));
            long count = model.destroy();
            assertThat(answer.get("destroyed").asBoolean()).isEqualTo(count >= 0);
            assertThat(answer.get("deleted").asLong()).isEqualTo(Math.max(0, count));
            assertThat(answer.get("change").asLong()).isEqualTo(model.change);
        }

        private void list() {
            history.add("list");
            List<String> listed = new ArrayList<>();
            String after = null;
            do {
                Headers.Builder headers = Headers.builder().add(HeaderNames.LIMIT, random.nextInt(1, 4))
                        .addIfPresent(HeaderNames.AFTER, after);
                JsonNode page = json(cluster.list(worker, headers.build()));
                page.get("streams").forEach(s -> listed.add(s.get("name").asText()));
                after = page.has("next") ? page.get("next").asText() : null;
            } while (after != null);
            assertThat(listed).isEqualTo(models.entrySet().stream().filter(e -> e.getValue().exists())
                    .map(Map.Entry::getKey).sorted().toList());
        }

        private void get(String stream, StreamModel model) {
            String key = "k" + random.nextInt(5);
            history.add("get " + stream + " " + key);
            Message byKey = ask("get", stream, Headers.of(HeaderNames.KEY, key), "");
            assertThat(seqOf(byKey)).isEqualTo(model.seqOf(key));
            Message last = ask("get", stream, Headers.of(HeaderNames.LAST, "true"), "");
            assertThat(seqOf(last)).isEqualTo(model.messages.isEmpty() ? 0 : model.messages.lastKey());
            if (!model.messages.isEmpty()) {
                String size = last.headers().first(HeaderNames.SIZE);
                Optional<String> value = size == null
                        ? Optional.of(new String(last.payload(), StandardCharsets.UTF_8))
                        : parts(stream, seqOf(last), Long.parseLong(last.headers().first(HeaderNames.CHANGE)),
                                Long.parseLong(size));
                value.ifPresent(v -> assertThat(v).isEqualTo(model.messages.get(seqOf(last)).value()));
            }
        }

        private static long seqOf(Message answer) {
            String seq = answer.headers().first(HeaderNames.SEQ);
            return seq == null ? 0 : Long.parseLong(seq);
        }

        private void setMany(String stream, StreamModel model) {
            boolean atomic = random.nextBoolean();
            List<SetItem> items = new ArrayList<>();
            List<String> keys = new ArrayList<>(List.of("k0", "k1", "k2", "k3", "k4"));
            for (int n = random.nextInt(1, 6); n > 0; n--) {
                ids++;
                String key = random.nextBoolean() ? null : keys.get(random.nextInt(keys.size()));
                keys.remove(atomic ? key : null);
                long seq = !atomic && random.nextInt(6) == 0 ? random.nextLong(1, model.lastSeq + 3) : -1;
                long expectLast = random.nextInt(8) == 0 ? Math.max(0, model.lastSeq - random.nextInt(2)) : -1;
                long expectSeq = key != null && random.nextInt(5) == 0
                        ? random.nextBoolean() ? model.seqOf(key) : 0
                        : -1;
                String id = random.nextInt(3) > 0 ? null : "id" + (random.nextInt(3) > 0 || atomic ? ids : ids - 2);
                items.add(new SetItem(key, seq, expectLast, expectSeq, id, -1, -1, Headers.NONE,
                        ("m".repeat(random.nextInt(30)) + ids).getBytes(StandardCharsets.UTF_8)));
            }
            history.add("setMany " + stream + (atomic ? " atomic " : " ") + items.stream()
                    .map(i -> i.key() + " " + i.seq() + " " + i.expectLastSeq() + " " + i.expectSeq() + " " + i.msgId()
                            + " " + new String(i.value(), StandardCharsets.UTF_8))
                    .toList());
            Message answer = ask("setMany", stream, Headers.of(HeaderNames.ATOMIC, Boolean.toString(atomic)),
                    new SetMany(items).encode());
            String error = answer.headers().first(HeaderNames.ERROR);
            List<String> got = error != null
                    ? List.of(error + " " + answer.headers().first(HeaderNames.ITEM))
                    : SetResults.decode(answer.payload()).results().stream().map(one -> switch (one) {
                        case SetResults.Stored s -> "seq " + s.seq() + (s.duplicate() ? " again" : "");
                        case SetResults.Refused no -> no.code();
                    }).toList();
            assertThat(got).isEqualTo(atomic ? model.setAllOrNone(items) : model.setMany(items));
        }

        private void readAll(String stream) {
            StreamModel model = models.get(stream);
            long from = random.nextLong(1, model.lastSeq + 2);
            long last = random.nextInt(3) == 0 ? random.nextLong(1, 9) : 0;
            boolean newest = random.nextInt(3) == 0;
            history.add("getAll " + stream + " from " + from + ", last " + last + (newest ? ", newest first" : ""));
            List<String> got = new ArrayList<>();
            long change = model.change;
            long left = last;
            Headers.Builder headers = Headers.builder().add(HeaderNames.START_SEQ, from);
            for (long next = -1; next != 0;) {
                headers.add(HeaderNames.LIMIT, 4).add(HeaderNames.ORDER, newest ? "newest" : "oldest");
                if (left > 0) {
                    headers.add(HeaderNames.LAST_N, left);
                }
                MessagePage page = MessagePage.decode(ask("getAll", stream, headers.build(), "").payload());
                got.addAll(StreamModel.read(page.messages().stream().map(m -> withValue(stream, m)).toList()));
                next = page.next();
                left = newest && last > 0 ? left - page.messages().size() : 0;
                headers = Headers.builder().add(HeaderNames.START_SEQ, newest ? from : next);
                if (newest) {
                    headers.add(HeaderNames.END_SEQ, next);
                }
            }
            if (model.change != change) {
                return; // some went by themselves, before the first page or after it
            }
            List<String> expected = model.read(from, Long.MAX_VALUE);
            expected = last == 0
                    ? expected
                    : expected.subList((int) Math.max(0, expected.size() - last), expected.size());
            assertThat(got).isEqualTo(newest ? expected.reversed() : expected);
        }

        private void keys(String stream, StreamModel model) {
            history.add("keys " + stream);
            JsonNode answer = json(ask("keys", stream, Headers.NONE, ""));
            List<String> got = new ArrayList<>();
            answer.get("keys").forEach(k -> got.add(k.get("key").asText() + "=" + k.get("seq").asLong()));
            assertThat(got).isEqualTo(model.keys());
        }

        private void info(String stream, StreamModel model) {
            history.add("info " + stream);
            JsonNode info = json(ask("info", stream, Headers.NONE, ""));
            assertThat(info.get("messages").asLong()).isEqualTo(model.messages.size());
            assertThat(info.get("lastSeq").asLong()).isEqualTo(model.lastSeq);
            assertThat(info.get("change").asLong()).isEqualTo(model.change);
            assertThat(info.get("firstSeq").asLong())
                    .isEqualTo(model.messages.isEmpty() ? 0 : model.messages.firstKey());
            assertThat(info.get("bytes").asLong()).isEqualTo(model.bytes());
        }
    }
}
