// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.protocol.Cause;
import io.natspersist.protocol.ChangeBatch;
import io.natspersist.protocol.ChangeNotice;
import io.natspersist.protocol.ErrorCode;
import io.natspersist.protocol.HeaderNames;
import io.natspersist.protocol.MessagePage;
import io.natspersist.protocol.WireChange;
import io.natspersist.protocol.table.SlotAssignment;
import io.natspersist.simulation.VirtualTime;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Message;
import io.natspersist.worker.ExpectedAnswers.Answer;
import io.natspersist.worker.ExpectedLimits.Span;
import io.natspersist.worker.stream.StreamsConfig;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A million requests, most of them spoilt, through a worker's front door, in virtual time. What is not well-formed is
 * refused with a documented error and changes nothing; what is well-formed is answered as a simple model answers it, also
 * after the worker was killed and another took over. {@code -Dfuzz.seed=N} is another run, {@code -Dfuzz.inputs=N} a
 * longer one.
 */
@Tag("slow")
class FrontDoorFuzzTest {

    private static final List<String> MALFORMED = List.of("BAD_REQUEST", "BAD_NAME", "UNKNOWN_OPERATION", "TOO_LARGE");
    /** What must have become of what is wrong by design, and where it cannot be anything else. */
    private static final Map<String, String> ALWAYS = Map.of("MessagePack cut short", "BAD_REQUEST",
            "bytes after the end of MessagePack", "BAD_REQUEST", "garbage for MessagePack", "BAD_REQUEST",
            "a lying count of items", "BAD_REQUEST", "a lying length within", "BAD_REQUEST", "lists without end",
            "BAD_REQUEST", "another checksum", "BAD_CHECKSUM");
    private static final Map<String, String> ALSO = Map.ofEntries(Map.entry("a missing part", "UPLOAD_INCOMPLETE"),
            Map.entry("a part cut short", "UPLOAD_INCOMPLETE"), Map.entry("a part too many", "UPLOAD_INCOMPLETE"),
            Map.entry("a part that was refused", "UPLOAD_INCOMPLETE"),
            Map.entry("parts with each other's numbers", "UPLOAD_INCOMPLETE"),
            Map.entry("a lying size", "UPLOAD_INCOMPLETE"), Map.entry("a lying count", "UPLOAD_INCOMPLETE"),
            Map.entry("a lying checksum", "UPLOAD_INCOMPLETE"), Map.entry("other bytes of a part", "BAD_REQUEST"),
            Map.entry("parts in another order", "performed"), Map.entry("a part that came twice", "performed"),
            Map.entry("a value in parts", "performed"));
    private static final String ANSWERS = "answers.";
    private static final int BATCH = 500;
    private static final int BETWEEN_KILLS = 60_000;

    @Test
    void noInputGetsMoreThanADocumentedErrorAndWhatIsRefusedChangesNothing() {
        long seed = Long.getLong("fuzz.seed", 1);
        int inputs = Integer.getInteger("fuzz.inputs", 1_000_000);
        System.out.println("fuzz.seed=" + seed);
        long began = System.nanoTime();
        Run run = new Run(seed);
        while (run.sent < inputs) {
            run.batch();
        }
        run.checkAll();
        System.out.printf("%,d inputs in %.1f s: %s%n", run.sent, (System.nanoTime() - began) / 1e9, run.outcomes);
        System.out.println("went by themselves: " + run.byItself);
        run.faults.forEach((fault, outcomes) -> System.out.println(fault + ": " + outcomes));
        ALWAYS.forEach((fault, outcome) -> assertThat(run.faults.get(fault)).as(fault).containsOnlyKeys(outcome));
        ALSO.forEach((fault, outcome) -> assertThat(run.faults.get(fault)).as(fault).containsKey(outcome));
        assertThat(run.byItself).as("what went by itself").containsOnlyKeys(Cause.EVICTED, Cause.EXPIRED);
        assertThat(run.cluster.halts).isEmpty();
        assertThat(run.outcomes.keySet()).as("what came to be").contains("performed", "dropped", "without an answer",
                "NOT_FOUND", "WRONG_LAST_SEQ", "WRONG_KEY_SEQ", "BAD_CHECKSUM", "UPLOAD_INCOMPLETE", "STREAM_FULL",
                "RATE_LIMITED", "NOT_OWNER")
                .containsAll(MALFORMED);
    }

    private static final class Run {
        final OneCluster cluster;
        final RandomRequests requests;
        final Map<String, ExpectedStream> streams = new HashMap<>();
        final Set<String> forgotten = new HashSet<>();
        final Map<String, Integer> outcomes = new TreeMap<>();
        /** By what was wrong by design. */
        final Map<String, Map<String, Integer>> faults = new TreeMap<>();
        final List<Message> told = new ArrayList<>();
        final Map<Cause, Integer> byItself = new EnumMap<>(Cause.class);
        /** By reply subject; everything that came in. */
        final Map<String, Message> answers = new HashMap<>();
        final long maxMessageBytes;
        String worker = "w0";
        int sent;

        /** @param fault what is wrong by design */
        private record Sent(FuzzedRequest request, boolean wellFormed, String fault) {}

        Run(long seed) {
            cluster = new OneCluster(seed);
            cluster.time.limitSteps(Long.MAX_VALUE);
            requests = new RandomRequests(new SplittableRandom(seed));
            maxMessageBytes = cluster.client.maxPayload() - FrontDoor.ANSWER_OVERHEAD;
            cluster.client.subscribe(ANSWERS + "*", null, answer -> {
                if (answers.put(answer.subject(), answer) != null) {
                    throw new AssertionError("a second answer to " + answer.subject());
                }
            });
            start();
            cluster.assign(worker, null);
        }

        private void start() {
            cluster.start(worker, new WorkerConfig(worker, OneCluster.SUBJECTS)
                    .withStreams(StreamsConfig.DEFAULT.withCaps(60, 20, 64 << 10).withTimes(300, 3_000, 10_000)));
        }

        void batch() {
            if (sent > 0 && sent % BETWEEN_KILLS < BATCH) {
                replaceWorker();
                checkAll();
                forget();
            }
            long began = millis();
            List<Sent> batch = new ArrayList<>();
            for (int i = 0; i < BATCH; i++) {
                batch.add(send());
            }
            long due = batch.stream().filter(this::isDue).count();
            cluster.time.runUntil(() -> answers.size() == due, 10_000);
            settle();
            Span span = since(began);
            learn();
            List<Answer> expected = new ArrayList<>();
            for (Sent next : batch) {
                check(next, batch, () -> expected.add(expected(next, span)));
            }
            streams.values().forEach(stream -> stream.catchUp(span));
            for (int i = 0; i < batch.size(); i++) {
                Sent next = batch.get(i);
                Answer answer = expected.get(i);
                check(next, batch, () -> check(next, answer));
            }
            streams.values().forEach(ExpectedStream::timePassed);
            answers.clear();
            told.clear();
        }

        /** Clocks are read in whole milliseconds. */
        private Span since(long began) {
            return new Span(began - 2, millis() + 2);
        }

        private long millis() {
            return VirtualTime.START_MILLIS + cluster.time.millis();
        }

        private void check(Sent one, List<Sent> batch, Runnable check) {
            try {
                check.run();
            } catch (RuntimeException | AssertionError e) {
                Message answer = answers.get(one.request.replyTo());
                throw new AssertionError(one.request + "\n" + e.getMessage() + ", answered "
                        + (answer == null ? "nothing" : answer.headers() + new String(answer.payload()))
                        + "\nof its batch:\n" + about(one, batch), e);
            }
        }

        /** Nothing of what nobody is told about waits for its turn. */
        private void settle() {
            long[] waiting = {-1};
            while (waiting[0] != 0) {
                waiting[0] = -1;
                cluster.time.runFor(20);
                cluster.workers.get(worker).observe(moment -> waiting[0] = moment.waiting());
                cluster.time.runUntil(() -> waiting[0] >= 0, 1_000);
            }
        }

        private Sent send() {
            FuzzedRequest request = requests.next(sent / BATCH, ANSWERS + ++sent, streams::get);
            Sent next = new Sent(request, request.isWellFormed(maxMessageBytes), requests.fault());
            if (isPerformed(next) && !request.isOfCatalogs() && !forgotten.contains(request.stream())) {
                streams.computeIfAbsent(request.stream(), s -> new ExpectedStream()).announce(request);
            }
            cluster.client.publish(OneCluster.SUBJECTS.prefix() + ".worker." + worker + "." + request.op()
                    + (request.stream().isEmpty() && request.isOfCatalogs() ? "" : "." + request.stream()),
                    request.replyTo(), request.headers(), request.payload());
            return next;
        }

        private static boolean isPerformed(Sent sent) {
            return sent.wellFormed && sent.request.mayBeAnswered(OneCluster.SUBJECTS.prefix());
        }

        /** What watchers were told. */
        private void learn() {
            for (Message notice : cluster.notices) {
                String name = notice.subject().substring((OneCluster.SUBJECTS.prefix() + ".changes.").length());
                ExpectedStream stream = streams.get(name);
                if (stream == null && !forgotten.contains(name)) {
                    throw new AssertionError("nobody wrote to " + name + ", and told is " + notice.headers());
                } else if (stream != null) {
                    switch (ChangeNotice.decode(notice.headers(), notice.payload())) {
                        case ChangeNotice.Changed c -> {
                            stream.told(c.change());
                            count(c.change());
                        }
                        case ChangeNotice.Packed p -> p.changes().forEach(stream::told);
                        case ChangeNotice.Trailing t -> {
                            // nothing new
                        }
                    }
                }
            }
            told.addAll(cluster.notices);
            cluster.notices.clear();
        }

        private void count(WireChange change) {
            if (change instanceof WireChange.Delete d && d.cause() != Cause.ASKED) {
                byItself.merge(d.cause(), d.seqs().size(), Integer::sum);
            } else if (change instanceof WireChange.DeleteAll a && a.cause() != Cause.ASKED) {
                byItself.merge(a.cause(), 1, Integer::sum);
            }
        }

        private Answer expected(Sent sent, Span span) {
            FuzzedRequest request = sent.request;
            if (!isPerformed(sent) || forgotten.contains(request.stream())) {
                return answer -> {};
            }
            if (request.isOfThePast()) {
                return answer -> ExpectedAnswers.oneOf(Set.of("NO_COLD_TIER")).check(answer);
            }
            return switch (request.op()) {
                case "list" -> answer -> new ExpectedList(streams, forgotten).check(request, answer);
                case "reindex" -> answer -> reindexed(request, answer);
                default -> streams.get(request.stream()).perform(request, answers.get(request.replyTo()), span,
                        cluster.epochs());
            };
        }

        private static void reindexed(FuzzedRequest request, Message answer) {
            if (Long.parseLong(request.stream()) < OneCluster.SLOTS) {
                ExpectedAnswers.fields(Map.of("slot", Long.parseLong(request.stream()), "removed", 0L)).check(answer);
            } else {
                ExpectedAnswers.oneOf(Set.of("NOT_OWNER")).check(answer);
            }
        }

        /** What was asked of a request's stream, and what was told of its changes. */
        private String about(Sent one, List<Sent> batch) {
            String stream = one.request.stream();
            List<String> lines = new ArrayList<>();
            batch.stream().filter(s -> s.request.stream().equals(stream))
                    .forEach(s -> lines.add((s.wellFormed ? "" : "malformed ") + s.request));
            told.stream().filter(n -> n.subject().endsWith(".changes." + stream))
                    .forEach(n -> lines.add(n.headers().toString()));
            return String.join("\n", lines);
        }

        private boolean isDue(Sent sent) {
            String replyTo = sent.request.replyTo();
            return replyTo != null && replyTo.startsWith(ANSWERS);
        }

        private void check(Sent sent, Answer expected) {
            Message answer = answers.get(sent.request.replyTo());
            if (!isDue(sent)) {
                assertThat(answer).isNull();
                outcomes.merge(sent.request.replyTo() == null ? "without an answer" : "dropped", 1, Integer::sum);
                return;
            } else if (answer == null) {
                throw new AssertionError("no answer");
            }
            String error = answer.headers().first(HeaderNames.ERROR);
            outcomes.merge(error == null ? "performed" : error, 1, Integer::sum);
            if (!sent.fault.isEmpty()) {
                faults.computeIfAbsent(sent.fault, f -> new TreeMap<>()).merge(error == null ? "performed" : error, 1,
                        Integer::sum);
            }
            if (error != null) {
                checkError(ErrorCode.valueOf(error), answer.headers());
            }
            if (sent.wellFormed) {
                expected.check(answer);
            } else if (!MALFORMED.contains(error)) {
                throw new AssertionError("malformed, and answered " + error);
            }
        }

        private static void checkError(ErrorCode code, Headers headers) {
            if (!Integer.toString(code.number()).equals(headers.first(HeaderNames.SERVICE_ERROR_CODE))
                    || !Boolean.toString(code.retryable()).equals(headers.first(HeaderNames.RETRYABLE))
                    || !Boolean.toString(code.noSideEffects()).equals(headers.first(HeaderNames.NO_SIDE_EFFECTS))
                    || headers.first(HeaderNames.SERVICE_ERROR) == null
                    || code == ErrorCode.RATE_LIMITED && headers.first(HeaderNames.RETRY_AFTER) == null) {
                throw new AssertionError("not as documented");
            }
        }

        /** Every stream is read from its first message to its last. */
        void checkAll() {
            streams.forEach((name, expected) -> {
                try {
                    checkOne(name, expected);
                } catch (AssertionError e) {
                    throw new AssertionError(name + ": " + e.getMessage(), e);
                }
            });
        }

        private void checkOne(String name, ExpectedStream expected) {
            FuzzedRequest asked = new FuzzedRequest("info", name, null, Headers.NONE, new byte[0]);
            while (!expected.isUncertain()) {
                long before = expected.change;
                long began = millis();
                List<Message> pages = new ArrayList<>();
                for (long next = 1; next != 0; next = MessagePage.decode(pages.getLast().payload()).next()) {
                    pages.add(cluster.ask(worker, "getAll", name, Headers.of(HeaderNames.START_SEQ, "" + next), ""));
                }
                Message info = cluster.ask(worker, "info", name, Headers.NONE, "");
                settle();
                learn();
                Span span = since(began);
                expected.catchUp(span);
                if (expected.change == before) {
                    long next = 1;
                    for (Message page : pages) {
                        next = new ExpectedReads(expected).checkPage(next, page);
                    }
                    expected.perform(asked, info, span, cluster.epochs()).check(info);
                    return;
                }
            }
        }

        /** Stray streams become many: from now on only the form of what they are answered is looked at. */
        private void forget() {
            forgotten.addAll(streams.keySet());
            forgotten.removeAll(RandomRequests.STREAMS);
            streams.keySet().removeAll(forgotten);
        }

        private void replaceWorker() {
            long before = cluster.epochs();
            var dead = cluster.incarnations.get(worker);
            cluster.crash(worker);
            worker = worker.equals("w0") ? "w1" : "w0";
            start();
            cluster.assign(worker, null, dead);
            assertThat(cluster.time.runUntil(
                    () -> cluster.heartbeats.get(worker).adopted().size() == OneCluster.SLOTS, 20_000)).isTrue();
            cluster.assign(Collections.nCopies(OneCluster.SLOTS,
                    new SlotAssignment(cluster.incarnations.get(worker), cluster.epochs(), null, List.of())));
            cluster.toDelete.add(dead);
            streams.forEach((name, stream) -> resume(name, stream, before));
        }

        /** What went by itself just before the worker died may have been told to nobody. */
        private void resume(String name, ExpectedStream stream, long epoch) {
            stream.workerDied();
            if (stream.hasLimits() && !stream.isUncertain() && stream.change > 0) {
                long began = millis();
                Message answer = cluster.ask(worker, "resume", name, Headers.of(HeaderNames.EPOCH, "" + epoch,
                        HeaderNames.CHANGE, "" + stream.change), "");
                ((ChangeBatch.Changes) ChangeBatch.decode(answer.payload())).changes().forEach(stream::told);
                settle();
                learn();
                stream.catchUp(since(began));
            }
        }
    }
}
