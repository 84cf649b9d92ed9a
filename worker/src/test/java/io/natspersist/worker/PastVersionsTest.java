// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import static io.natspersist.worker.OneCluster.SUBJECTS;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.natspersist.protocol.Crc32c;
import io.natspersist.protocol.HeaderNames;
import io.natspersist.protocol.MessagePage;
import io.natspersist.protocol.StreamName;
import io.natspersist.protocol.WireMessage;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Message;
import io.natspersist.transport.Transport;
import io.natspersist.worker.cold.MemoryColdTier;
import io.natspersist.worker.stream.StreamsConfig;
import io.natspersist.worker.stream.TierCounts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What streams were: the versions that the cold tier keeps, read through the stream's worker. */
class PastVersionsTest {

    private static final long ARCHIVE_AFTER = 3_000;
    private static final long NEVER = 3_600_000_000L;
    private static final String STREAM = "notes";

    private final OneCluster cluster = new OneCluster(1);
    private final MemoryColdTier cold = new MemoryColdTier();

    @BeforeEach
    void oneWorkerServesEverything() {
        cluster.tiered(cold, ARCHIVE_AFTER, NEVER);
        start();
    }

    private void start() {
        cluster.start("w0", new WorkerConfig("w0", SUBJECTS)
                .withStreams(StreamsConfig.DEFAULT.withTimes(500, 1_000, 5_000)));
        cluster.assign("w0", null);
    }

    private Message ask(String op, String payload, String... headers) {
        return cluster.ask("w0", op, STREAM, Headers.of(headers), payload);
    }

    private Message past(long time, String op, String... headers) {
        return ask(op, "", Headers.of(HeaderNames.VERSION, Long.toString(time)).and(Headers.of(headers)));
    }

    private Message ask(String op, String payload, Headers headers) {
        return cluster.ask("w0", op, STREAM, headers, payload);
    }

    private static String text(Message message) {
        return new String(message.payload(), StandardCharsets.UTF_8);
    }

    private static String error(Message message) {
        return String.valueOf(message.headers().first(HeaderNames.ERROR));
    }

    private TierCounts counts() {
        return Objects.requireNonNull(cluster.workers.get("w0").streams()).tierCounts();
    }

    /** What was stored and archived; gives the version's time. */
    private long archived() {
        long before = cold.archives();
        assertThat(cluster.time.runUntil(() -> cold.archives() > before, 20_000)).isTrue();
        cluster.time.runFor(100);
        return times().getFirst();
    }

    private long archived(String key, String value) {
        ask("set", value, HeaderNames.KEY, key);
        return archived();
    }

    private List<JsonNode> versions() {
        try {
            JsonNode answer = new ObjectMapper().readTree(ask("versions", "").payload());
            return StreamSupport.stream(answer.required("versions").spliterator(), false).toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private List<Long> times() {
        return versions().stream().map(version -> version.required("time").asLong()).toList();
    }

    private List<String> messages(Message page) {
        assertThat(error(page)).isEqualTo("null");
        return MessagePage.decode(page.payload()).messages().stream()
                .map(m -> m.seq() + " " + m.key() + "=" + new String(m.value(), StandardCharsets.UTF_8)).toList();
    }

    @Test
    void theVersionsThatAreKeptAreToldTheNewestFirst() {
        assertThat(versions()).isEmpty();
        long first = archived("a", "1");
        ask("set", "2", HeaderNames.KEY, "b");
        long second = archived("a", "3");

        assertThat(first).isLessThan(second);
        assertThat(times()).containsExactly(second, first);
        assertThat(versions()).extracting(v -> v.required("change").asLong()).containsExactly(3L, 1L);
        assertThat(versions()).extracting(v -> v.required("epoch").asLong()).containsExactly(1L, 1L);
        assertThat(versions()).allSatisfy(v -> assertThat(v.required("bytes").asLong()).isPositive());
    }

    @Test
    void whatAStreamWasIsReadAsTheStreamIs() {
        ask("set", "1", HeaderNames.KEY, "a");
        ask("set", "2", HeaderNames.KEY, "b", HeaderNames.MSG_ID, "two");
        long then = archived("c", "3");
        String wasInfo = text(ask("info", ""));
        String wasAll = HexFormat.of().formatHex(ask("getAll", "").payload());
        ask("delete", "", HeaderNames.KEY, "b");
        ask("set", "4", HeaderNames.KEY, "a");
        archived();

        assertThat(messages(past(then, "getAll"))).containsExactly("1 a=1", "2 b=2", "3 c=3");
        assertThat(HexFormat.of().formatHex(past(then, "getAll").payload())).isEqualTo(wasAll);
        assertThat(messages(past(then, "getAll", HeaderNames.LAST_N, "2", HeaderNames.ORDER, "newest")))
                .containsExactly("3 c=3", "2 b=2");
        assertThat(MessagePage.decode(past(then, "getAll", HeaderNames.LIMIT, "2").payload()).next()).isEqualTo(3);
        assertThat(text(past(then, "get", HeaderNames.KEY, "a"))).isEqualTo("1");
        assertThat(text(past(then, "get", HeaderNames.SEQ, "2"))).isEqualTo("2");
        assertThat(text(past(then, "get", HeaderNames.LAST, "true"))).isEqualTo("3");
        assertThat(text(past(then, "get", HeaderNames.START_TIME, "0"))).isEqualTo("1");
        assertThat(text(past(then, "get", HeaderNames.OF_MSG_ID, "two"))).isEqualTo("2");
        assertThat(error(past(then, "get", HeaderNames.SEQ, "4"))).isEqualTo("NOT_FOUND");
        assertThat(text(past(then, "keys", HeaderNames.LIMIT, "2"))).contains("\"a\"", "\"b\"", "\"next\":\"b\"");
        assertThat(text(past(then, "info"))).isEqualTo(wasInfo);
        assertThat(messages(ask("getAll", ""))).containsExactly("3 c=3", "4 a=4");
        assertThat(cold.restores(new StreamName(STREAM))).as("once for all of these").isEqualTo(1);
    }

    @Test
    void aLargeValueIsReadPartByPart() {
        ask("part", "hello ", part("u", 1, "hello "));
        ask("part", "world", part("u", 2, "world"));
        ask("set", "", HeaderNames.UPLOAD, "u", HeaderNames.PARTS, "2", HeaderNames.SIZE, "11", HeaderNames.CRC32C,
                crc("hello world"));
        long then = archived();
        ask("deleteAll", "");
        archived();

        Message found = past(then, "get", HeaderNames.SEQ, "1");
        WireMessage listed = MessagePage.decode(past(then, "getAll").payload()).messages().getFirst();

        assertThat(found.headers().first(HeaderNames.PARTS)).isEqualTo("2");
        assertThat(found.headers().first(HeaderNames.CRC32C)).isEqualTo(crc("hello world"));
        assertThat(listed.largeSize()).isEqualTo(11);
        assertThat(text(past(then, "getPart", HeaderNames.SEQ, "1", HeaderNames.CHANGE, "1", HeaderNames.PART, "2")))
                .isEqualTo("world");
        assertThat(error(past(then, "getPart", HeaderNames.SEQ, "1", HeaderNames.CHANGE, "1", HeaderNames.PART, "3")))
                .isEqualTo("NOT_FOUND");
        assertThat(error(ask("get", "", HeaderNames.SEQ, "1"))).isEqualTo("NOT_FOUND");
    }

    private static Headers part(String upload, int number, String data) {
        return Headers.of(HeaderNames.UPLOAD, upload, HeaderNames.PART, Integer.toString(number), HeaderNames.CRC32C,
                crc(data));
    }

    private static String crc(String data) {
        return HexFormat.of().toHexDigits(Crc32c.of(data.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void aStreamThatIsColdStaysSo() {
        cluster.tiered(cold, ARCHIVE_AFTER, 20_000);
        cluster.crash("w0");
        start();
        long then = archived("a", "1");
        assertThat(cluster.time.runUntil(() -> cluster.files.streams().isEmpty(), 120_000)).isTrue();

        assertThat(times()).containsExactly(then);
        assertThat(messages(past(then, "getAll"))).containsExactly("1 a=1");
        assertThat(cluster.files.streams()).isEmpty();
        assertThat(counts().restored()).isZero();
    }

    @Test
    void aThousandReadersBringAVersionOnce() {
        long then = archived("a", "1");
        List<String> answers = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            cluster.client.request(SUBJECTS.operation("w0", "get", new StreamName(STREAM)),
                    Headers.of(HeaderNames.VERSION, Long.toString(then), HeaderNames.LAST, "true"), new byte[0], 10_000,
                    reply -> answers.add(text(((Transport.Reply.Answer) reply).message())));
        }
        cluster.time.runUntil(() -> answers.size() == 1_000, 20_000);

        assertThat(answers).hasSize(1_000).containsOnly("1");
        assertThat(cold.restores(new StreamName(STREAM))).isEqualTo(1);
        assertThat(cluster.files.scratchFiles()).isEqualTo(1);
    }

    @Test
    void aDamagedVersionIsNeverToldAndAnOlderOneIs() {
        long sound = archived("a", "1");
        long damaged = archived("a", "2");
        cold.damage(new StreamName(STREAM));

        assertThat(error(past(damaged, "getAll"))).isEqualTo("VERSION_DAMAGED");
        assertThat(error(past(damaged, "info"))).isEqualTo("VERSION_DAMAGED");
        assertThat(messages(past(sound, "getAll"))).containsExactly("1 a=1");
        assertThat(cluster.files.scratchFiles()).isEqualTo(1);
    }

    @Test
    void aVersionThatIsNotKeptIsNotFound() {
        long then = archived("a", "1");

        Message refused = past(then + 1, "getAll");

        assertThat(error(refused)).isEqualTo("NOT_FOUND");
        assertThat(refused.headers().first(HeaderNames.SERVICE_ERROR)).contains("is kept of notes");
    }

    @Test
    void whileTheTierIsAwayThatIsSaidAndTheStreamItselfGoesOn() {
        long then = archived("a", "1");
        cold.away(true);

        assertThat(error(past(then, "getAll"))).isEqualTo("COLD_UNAVAILABLE");
        assertThat(error(ask("versions", ""))).isEqualTo("COLD_UNAVAILABLE");
        assertThat(text(ask("get", "", HeaderNames.LAST, "true"))).isEqualTo("1");
        cold.away(false);
        assertThat(messages(past(then, "getAll"))).containsExactly("1 a=1");
    }

    @Test
    void nobodyWaitsLongForAVersionThatGoesOnComing() {
        long then = archived("a", "1");
        cold.onStep((node, operation, stream) -> {
            if (operation.equals("before download")) {
                cluster.time.runFor(12_000);
            }
        });
        List<Message> answers = new ArrayList<>();
        List<Long> waited = new ArrayList<>();
        long begun = cluster.time.millis();
        cluster.client.request(SUBJECTS.operation("w0", "getAll", new StreamName(STREAM)),
                Headers.of(HeaderNames.VERSION, Long.toString(then)), new byte[0], 10_000, reply -> {
                    answers.add(((Transport.Reply.Answer) reply).message());
                    waited.add(cluster.time.millis() - begun);
                });
        cluster.time.runUntil(() -> !answers.isEmpty(), 20_000);

        assertThat(error(answers.getFirst())).isEqualTo("COLD_UNAVAILABLE");
        assertThat(answers.getFirst().headers().first(HeaderNames.RETRY_AFTER)).isNotNull();
        assertThat(waited.getFirst()).isBetween(5_000L, 6_000L);
        assertThat(messages(past(then, "getAll"))).containsExactly("1 a=1");
        assertThat(cold.restores(new StreamName(STREAM))).isEqualTo(1);
    }

    @Test
    void whatNobodyReadsAnyMoreIsGoneAfterAMinute() {
        long then = archived("a", "1");
        past(then, "getAll");
        cluster.time.runFor(50_000);
        past(then, "getAll");
        cluster.time.runFor(50_000);
        assertThat(cluster.files.scratchFiles()).isEqualTo(1);
        assertThat(counts().versions()).isEqualTo(1);

        cluster.time.runFor(20_000);

        assertThat(counts().versions()).isZero();
        assertThat(cluster.files.scratchFiles()).isZero();
        assertThat(messages(past(then, "getAll"))).containsExactly("1 a=1");
        assertThat(cold.restores(new StreamName(STREAM))).isEqualTo(2);
    }

    @Test
    void onlySoManyAreThereAtATime() {
        List<Long> times = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            times.add(archived("a", Integer.toString(i)));
        }
        times.subList(0, 4).forEach(time -> assertThat(error(past(time, "info"))).isEqualTo("null"));

        Message refused = past(times.get(4), "getAll");

        assertThat(error(refused)).isEqualTo("OVERLOADED");
        assertThat(refused.headers().first(HeaderNames.RETRY_AFTER)).isNotNull();
        cluster.time.runFor(6_000);
        assertThat(messages(past(times.get(4), "getAll"))).containsExactly("5 a=4");
        cluster.time.runFor(1_000);
        assertThat(cluster.files.scratchFiles()).isEqualTo(4);
    }

    @Test
    void theyTakeNoMoreThanAGibibyteUnlessOneAloneDoes() {
        cold.claim(600L << 20);
        long first = archived("a", "1");
        long second = archived("a", "2");
        cold.claim(3L << 30);
        long large = archived("a", "3");

        assertThat(messages(past(first, "getAll"))).containsExactly("1 a=1");
        assertThat(error(past(second, "getAll"))).isEqualTo("OVERLOADED");
        assertThat(error(past(large, "getAll"))).isEqualTo("OVERLOADED");
        cluster.time.runFor(6_000);
        assertThat(messages(past(large, "getAll"))).containsExactly("3 a=3");
        assertThat(cluster.files.scratchFiles()).isEqualTo(1);
        assertThat(error(past(first, "getAll"))).isEqualTo("OVERLOADED");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void everyVersionIsWhatTheStreamWasAtItsLastChange(long seed) {
        Random random = new Random(seed);
        Map<Long, String> was = new HashMap<>();
        for (int step = 0; step < 200; step++) {
            String key = "k" + random.nextInt(6);
            switch (random.nextInt(10)) {
                case 0 -> ask("deleteAll", "", HeaderNames.END_SEQ, Integer.toString(1 + random.nextInt(step + 1)));
                case 1, 2 -> ask("delete", "", HeaderNames.KEY, key);
                case 3 -> ask("set", "value " + step);
                default -> ask("set", "value " + step, HeaderNames.KEY, key);
            }
            was.put(change(ask("info", "")), contents(ask("getAll", "")));
            cluster.time.runFor(random.nextInt(2_000));
            if (step % 70 == 69) {
                cluster.crash("w0");
                Incarnation dead = cluster.incarnations.get("w0");
                cluster.start("w0");
                cluster.assign("w0", null, dead);
            }
        }
        cluster.time.runFor(10_000);

        List<JsonNode> versions = versions();
        assertThat(versions.size()).isGreaterThan(20);
        for (JsonNode version : versions) {
            long time = version.required("time").asLong();
            assertThat(contents(past(time, "getAll"))).isEqualTo(was.get(version.required("change").asLong()));
            assertThat(change(past(time, "info"))).isEqualTo(version.required("change").asLong());
            cluster.time.runFor(6_000); // so that there is room for the next
        }
    }

    private static long change(Message info) {
        try {
            return new ObjectMapper().readTree(info.payload()).required("change").asLong();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String contents(Message page) {
        assertThat(error(page)).isEqualTo("null");
        return MessagePage.decode(page.payload()).messages().stream()
                .map(m -> m.seq() + " " + m.change() + " " + m.time()
                        + " " + m.key() + "=" + new String(m.value(), StandardCharsets.UTF_8))
                .toList().toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"set", "delete", "flush", "resume", "versions"})
    void nothingButReadsConcernsAVersion(String op) {
        assertThat(error(ask(op, "", HeaderNames.VERSION, "1"))).isEqualTo("BAD_REQUEST");
    }

    @Test
    void aVersionsTimeIsANumber() {
        assertThat(error(ask("info", "", HeaderNames.VERSION, "yesterday"))).isEqualTo("BAD_REQUEST");
    }

    @Test
    void withoutAColdTierTheAnswerSaysWhatToSet() {
        cluster.tiered(null, 0, 0);
        cluster.crash("w0");
        start();

        for (Message refused : List.of(ask("versions", ""), past(1, "getAll"))) {
            assertThat(error(refused)).isEqualTo("NO_COLD_TIER");
            assertThat(refused.headers().first(HeaderNames.SERVICE_ERROR)).contains("--s3", "tiering");
        }
    }
}
