// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.nfs;

import io.natspersist.client.AsyncStream;
import io.natspersist.client.MessageRange;
import io.natspersist.client.SetOptions;
import io.natspersist.client.Stored;
import io.natspersist.client.StreamHandle;
import io.natspersist.client.StreamMessage;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Writes numbered messages to one stream, one after the other, and remembers which were acknowledged, where and when. Safe for
 * use by several threads.
 */
final class NumberedStream {

    /** So that all streams together leave some time to the emulated machines. */
    private static final Executor AFTER_A_BREATH = CompletableFuture.delayedExecutor(40, TimeUnit.MILLISECONDS);
    private static final String PADDING = " ".repeat(180);

    private final StreamHandle stream;
    private final Map<Long, Stored> acknowledged = new HashMap<>();
    private long next = 1;
    private long unanswered;
    private long lastAckNanos;
    private long epoch;
    private boolean writing;
    private CompletableFuture<?> inFlight = CompletableFuture.completedFuture(null);
    /** How far the stream has been read, what was found there, and which numbers that settles. */
    private long readTo;
    private final Set<Long> found = new HashSet<>();
    private long settled;

    NumberedStream(StreamHandle stream) {
        this.stream = stream;
    }

    String name() {
        return stream.name();
    }

    synchronized void write() {
        writing = true;
        writeNext();
    }

    /** Done when no write is under way any more. */
    synchronized CompletableFuture<?> pause() {
        writing = false;
        return inFlight;
    }

    private synchronized void writeNext() {
        if (!writing) {
            return;
        }
        long number = next++;
        AsyncStream to = stream.async();
        inFlight = to.set(SetOptions.NONE.withMsgId(name() + "." + number),
                (number + PADDING).getBytes(StandardCharsets.US_ASCII))
                .handle((stored, failed) -> answered(number, stored, failed));
        inFlight.thenRunAsync(this::writeNext, AFTER_A_BREATH);
    }

    private synchronized boolean answered(long number, @Nullable Stored stored, @Nullable Throwable failed) {
        if (stored == null) {
            System.out.println(name() + " " + number + ": " + failed);
            unanswered++;
            return false;
        }
        acknowledged.put(number, stored);
        lastAckNanos = System.nanoTime();
        epoch = stored.position().epoch();
        return true;
    }

    synchronized int acknowledged() {
        return acknowledged.size();
    }

    /** The epoch of the last acknowledgement. */
    synchronized long epoch() {
        return epoch;
    }

    /** When the last acknowledgement came. */
    synchronized long lastAckNanos() {
        return lastAckNanos;
    }

    /** Reads what was written since the last time; nothing may be under way. */
    synchronized Audit auditNew() {
        Audit audit = audit(readTo + 1, found, settled);
        settled = next - 1;
        unanswered = 0;
        return audit;
    }

    /** Reads everything. */
    synchronized Audit auditAll() {
        return audit(1, new HashSet<>(), 0);
    }

    private Audit audit(long from, Set<Long> seen, long after) {
        long read = 0;
        long duplicated = 0;
        long misplaced = 0;
        long gaps = 0;
        long expected = from;
        for (StreamMessage message : stream.getAll(MessageRange.from(from))) {
            long number = Long.parseLong(message.text().strip());
            read++;
            duplicated += seen.add(number) ? 0 : 1;
            gaps += message.seq() == expected && message.change() == expected ? 0 : 1;
            expected = message.seq() + 1;
            Stored told = acknowledged.get(number);
            misplaced += told == null || (told.seq() == message.seq() && told.position().change() == message.change())
                    ? 0
                    : 1;
        }
        gaps += stream.info().position().change() == expected - 1 ? 0 : 1;
        readTo = expected - 1;
        long due = acknowledged.keySet().stream().filter(number -> number > after).count();
        long lost = acknowledged.keySet().stream().filter(number -> number > after && !seen.contains(number)).count();
        return new Audit(due, unanswered, read, lost, duplicated, misplaced, gaps);
    }

    /**
     * @param acknowledged how many messages must be there
     * @param unanswered writes of which nobody knows whether they were carried out
     * @param read how many are there
     * @param lost acknowledged and not there
     * @param duplicated there twice
     * @param misplaced there, but not where the acknowledgement said
     * @param gaps places where a sequence or change number is not the one after the last
     */
    record Audit(long acknowledged, long unanswered, long read, long lost, long duplicated, long misplaced,
            long gaps) {

        static final Audit NONE = new Audit(0, 0, 0, 0, 0, 0, 0);

        Audit plus(Audit other) {
            return new Audit(acknowledged + other.acknowledged, unanswered + other.unanswered, read + other.read,
                    lost + other.lost, duplicated + other.duplicated, misplaced + other.misplaced, gaps + other.gaps);
        }
    }
}
