// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.protocol.ErrorCode;
import io.natspersist.protocol.HeaderNames;
import io.natspersist.protocol.table.SlotAssignment;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Message;
import io.natspersist.worker.ExpectedStream.Answer;
import io.natspersist.worker.stream.StreamsConfig;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
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
    private static final String ANSWERS = "answers.";
    private static final int BATCH = 250;
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
        assertThat(run.cluster.halts).isEmpty();
        assertThat(run.outcomes.keySet()).as("what came to be").contains("performed", "dropped", "without an answer",
                "NOT_FOUND", "WRONG_LAST_SEQ", "WRONG_KEY_SEQ", "BAD_CHECKSUM", "UPLOAD_INCOMPLETE")
                .containsAll(MALFORMED);
    }

    private static final class Run {
        final OneCluster cluster;
        final RandomRequests requests;
        final Map<String, ExpectedStream> streams = new HashMap<>();
        final Set<String> forgotten = new HashSet<>();
        final Map<String, Integer> outcomes = new TreeMap<>();
        /** By reply subject; everything that came in. */
        final Map<String, Message> answers = new HashMap<>();
        final long maxMessageBytes;
        String worker = "w0";
        int sent;

        private record Sent(FuzzedRequest request, boolean wellFormed, @Nullable Answer expected) {}

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
            List<Sent> batch = new ArrayList<>();
            for (int i = 0; i < BATCH; i++) {
                send(batch);
            }
            long due = batch.stream().filter(this::isDue).count();
            cluster.time.runUntil(() -> answers.size() == due, 10_000);
            settle();
            for (Sent next : batch) {
                try {
                    check(next);
                } catch (AssertionError e) {
                    throw new AssertionError(e.getMessage() + "\nof its batch:\n" + about(next, batch), e);
                }
            }
            answers.clear();
            cluster.notices.clear();
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

        private void send(List<Sent> batch) {
            FuzzedRequest request = requests.next(sent / BATCH, ANSWERS + ++sent, streams::get);
            boolean wellFormed = request.isWellFormed(maxMessageBytes);
            Answer expected = wellFormed && request.mayBeAnswered(OneCluster.SUBJECTS.prefix())
                    ? expected(request)
                    : null;
            batch.add(new Sent(request, wellFormed, expected));
            cluster.client.publish(
                    OneCluster.SUBJECTS.prefix() + ".worker." + worker + "." + request.op() + "." + request.stream(),
                    request.replyTo(), request.headers(), request.payload());
        }

        private Answer expected(FuzzedRequest request) {
            return forgotten.contains(request.stream())
                    ? answer -> {}
                    : streams.computeIfAbsent(request.stream(), s -> new ExpectedStream()).perform(request,
                            cluster.epochs());
        }

        /** What was asked of a request's stream, and what was told of its changes. */
        private String about(Sent one, List<Sent> batch) {
            String stream = one.request.stream();
            List<String> lines = new ArrayList<>();
            batch.stream().filter(s -> s.request.stream().equals(stream))
                    .forEach(s -> lines.add((s.wellFormed ? "" : "malformed ") + s.request));
            cluster.notices.stream().filter(n -> n.subject().endsWith(".changes." + stream))
                    .forEach(n -> lines.add(n.headers().toString()));
            return String.join("\n", lines);
        }

        private boolean isDue(Sent sent) {
            String replyTo = sent.request.replyTo();
            return replyTo != null && replyTo.startsWith(ANSWERS);
        }

        private void check(Sent sent) {
            Message answer = answers.get(sent.request.replyTo());
            String error = answer == null ? null : answer.headers().first(HeaderNames.ERROR);
            try {
                if (!isDue(sent)) {
                    assertThat(answer).isNull();
                    outcomes.merge(sent.request.replyTo() == null ? "without an answer" : "dropped", 1, Integer::sum);
                    return;
                }
                outcomes.merge(error == null ? "performed" : error, 1, Integer::sum);
                if (answer == null) {
                    throw new AssertionError("no answer");
                } else if (error != null) {
                    checkError(ErrorCode.valueOf(error), answer.headers());
                }
                if (sent.wellFormed) {
                    sent.expected.check(answer);
                } else if (!MALFORMED.contains(error)) {
                    throw new AssertionError("malformed, and answered " + error);
                }
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError(sent.request + "\n" + e.getMessage() + ", answered "
                        + (answer == null ? "nothing" : answer.headers() + new String(answer.payload())), e);
            }
        }

        private static void checkError(ErrorCode code, Headers headers) {
            if (!Integer.toString(code.number()).equals(headers.first(HeaderNames.SERVICE_ERROR_CODE))
                    || !Boolean.toString(code.retryable()).equals(headers.first(HeaderNames.RETRYABLE))
                    || !Boolean.toString(code.noSideEffects()).equals(headers.first(HeaderNames.NO_SIDE_EFFECTS))
                    || headers.first(HeaderNames.SERVICE_ERROR) == null) {
                throw new AssertionError("not as documented");
            }
        }

        /** Every stream is read from its first message to its last. */
        void checkAll() {
            streams.forEach((name, expected) -> {
                long next = 1;
                while (next != 0) {
                    Message page = cluster.ask(worker, "getAll", name, Headers.of(HeaderNames.START_SEQ, "" + next),
                            "");
                    next = expected.checkPage(next, page);
                }
                FuzzedRequest info = new FuzzedRequest("info", name, null, Headers.NONE, new byte[0]);
                expected.perform(info, 0).check(cluster.ask(worker, "info", name, Headers.NONE, ""));
            });
        }

        /** Stray streams become many: from now on only the form of what they are answered is looked at. */
        private void forget() {
            forgotten.addAll(streams.keySet());
            forgotten.removeAll(RandomRequests.STREAMS);
            streams.keySet().removeAll(forgotten);
        }

        private void replaceWorker() {
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
        }
    }
}
