// SPDX-License-Identifier: Apache-2.0
package io.natspersist.transport.nats;

import io.natspersist.loop.EventLoop;
import io.natspersist.transport.Transport.Reply;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Requests that wait for their answers, all on one inbox: the last token of a reply's subject says which one it answers.
 * Timeouts are found by a sweep every {@value #SWEEP_MILLIS} ms while anything waits.
 */
final class PendingRequests {

    private static final long SWEEP_MILLIS = 20;
    private static final int RADIX = 36;

    /** All replies' subjects begin with this. */
    private final String inbox;
    private final EventLoop loop;
    private final Map<Long, Pending> waiting = new ConcurrentHashMap<>();
    private final AtomicLong numbers = new AtomicLong();
    private final AtomicBoolean sweeping = new AtomicBoolean();

    private record Pending(long due, Consumer<Reply> handler) {}

    PendingRequests(String inbox, EventLoop loop) {
        this.inbox = inbox;
        this.loop = loop;
    }

    /** @return the subject to reply to */
    String add(long timeoutMillis, Consumer<Reply> handler) {
        long number = numbers.incrementAndGet();
        long due = loop.nanos() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        waiting.put(number, new Pending(due, handler));
        sweepLater();
        return inbox + Long.toString(number, RADIX);
    }

    /** A reply came; all but the first are ignored. */
    void complete(Received received) {
        String subject = received.message().subject();
        Pending pending;
        try {
            pending = waiting.remove(Long.parseLong(subject.substring(inbox.length()), RADIX));
        } catch (NumberFormatException e) {
            return; // no reply of ours
        }
        if (pending != null) {
            pending.handler.accept(received.status() == HeaderBlock.NO_RESPONDERS
                    ? new Reply.NoResponders()
                    : new Reply.Answer(received.message()));
        }
    }

    /** Lets go of a request that was not sent. */
    void forget(String replyTo) {
        waiting.remove(Long.parseLong(replyTo.substring(inbox.length()), RADIX));
    }

    /** Nothing will be answered any more. */
    void timeOutAll() {
        timeOut(Long.MAX_VALUE);
    }

    private void sweepLater() {
        if (!sweeping.get() && sweeping.compareAndSet(false, true)) {
            loop.after(SWEEP_MILLIS, this::sweep);
        }
    }

    private void sweep() {
        try {
            timeOut(0);
        } finally {
            sweeping.set(false);
            if (!waiting.isEmpty()) {
                sweepLater();
            }
        }
    }

    private void timeOut(long early) {
        long now = loop.nanos();
        for (Iterator<Map.Entry<Long, Pending>> i = waiting.entrySet().iterator(); i.hasNext();) {
            Map.Entry<Long, Pending> entry = i.next();
            Pending pending = entry.getValue();
            if ((pending.due - now <= early) && waiting.remove(entry.getKey(), pending)) {
                pending.handler.accept(new Reply.TimedOut());
            }
        }
    }
}
