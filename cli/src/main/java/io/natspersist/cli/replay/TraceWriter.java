// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.replay;

import io.natspersist.client.AsyncStream;
import io.natspersist.client.PersistException;
import io.natspersist.client.SetOptions;
import io.natspersist.client.Stored;
import io.natspersist.protocol.ErrorCode;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Sends values to an empty stream, many at a time, so that value n becomes the message with seq n whatever happens to
 * workers. Each set expects the seq before its own, so none can overtake another; and each has its own message id, so it can
 * be sent again without harm. When one is refused because an earlier one was lost, everything from the lost one on is sent
 * again.
 */
public final class TraceWriter {

    public static final int WINDOW = 1_000;

    private static final int MOST_REWINDS_WITHOUT_PROGRESS = 20;

    private final AsyncStream stream;
    private final String id;
    private final List<byte[]> values;
    private final int window;

    private final Deque<CompletableFuture<Stored>> inFlight = new ArrayDeque<>();
    private int sent;
    private volatile int acknowledged;
    private int rewinds;
    private int rewindsWithoutProgress;
    private long lastProgressNanos;
    private long longestWaitNanos;

    /**
     * @param id begins the message ids; different for each writer
     * @param window how many sets may wait for their answer
     */
    public TraceWriter(AsyncStream stream, String id, List<byte[]> values, int window) {
        this.stream = stream;
        this.id = id;
        this.values = List.copyOf(values);
        this.window = window;
    }

    /** The values that tell a trace: one per transaction. */
    public static List<byte[]> values(EditTrace trace) {
        return trace.transactions().stream().map(each -> PatchCodec.write(each.patches())).toList();
    }

    /** Sends each value when it is due (nanoseconds from now), and returns when all are acknowledged. */
    public void run(long[] due) throws InterruptedException {
        long start = System.nanoTime();
        lastProgressNanos = start;
        while (acknowledged < values.size()) {
            long now = System.nanoTime() - start;
            while (sent < values.size() && inFlight.size() < window && due[sent] <= now) {
                send();
            }
            boolean more = sent < values.size() && inFlight.size() < window;
            awaitOldest(more ? due[sent] - now : Long.MAX_VALUE);
        }
    }

    /** How many are acknowledged. From any thread. */
    public int acknowledged() {
        return acknowledged;
    }

    /** How often sets were sent again because an earlier one had been lost. */
    int rewinds() {
        return rewinds;
    }

    /** The longest time without an acknowledgement while one was waited for. */
    public long longestWaitMillis() {
        return TimeUnit.NANOSECONDS.toMillis(longestWaitNanos);
    }

    private void send() {
        if (inFlight.isEmpty()) {
            lastProgressNanos = System.nanoTime();
        }
        SetOptions options = SetOptions.NONE.withExpectLastSeq(sent).withMsgId(id + "." + (sent + 1));
        inFlight.add(stream.set(options, values.get(sent)));
        sent++;
    }

    private void awaitOldest(long atMostNanos) throws InterruptedException {
        CompletableFuture<Stored> oldest = inFlight.peek();
        if (oldest == null) {
            TimeUnit.NANOSECONDS.sleep(atMostNanos);
            return;
        }
        try {
            stored(oldest.get(atMostNanos, TimeUnit.NANOSECONDS));
        } catch (TimeoutException e) {
            // the next one is due
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof PersistException refused) || !refused.is(ErrorCode.WRONG_LAST_SEQ)) {
                throw new CompletionException(e.getCause());
            }
            rewind(refused);
        }
    }

    private void stored(Stored result) {
        int number = acknowledged + 1;
        if (result.seq() != number) {
            throw new IllegalStateException("value " + number + " was stored as seq " + result.seq());
        }
        inFlight.remove();
        acknowledged = number;
        rewindsWithoutProgress = 0;
        long now = System.nanoTime();
        longestWaitNanos = Math.max(longestWaitNanos, now - lastProgressNanos);
        lastProgressNanos = now;
    }

    /** Waits until all that are out have been answered, and goes back to the oldest that is not acknowledged. */
    private void rewind(PersistException refused) throws InterruptedException {
        if (++rewindsWithoutProgress > MOST_REWINDS_WITHOUT_PROGRESS) {
            throw refused;
        }
        rewinds++;
        CompletableFuture<?>[] all = inFlight.toArray(CompletableFuture<?>[]::new);
        try {
            CompletableFuture.allOf(all).get();
        } catch (ExecutionException e) {
            // each of them is sent again
        }
        inFlight.clear();
        sent = acknowledged;
    }
}
