// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import io.natspersist.loop.EventLoop;
import io.natspersist.protocol.BadMessage;
import io.natspersist.protocol.ErrorCode;
import io.natspersist.protocol.ServiceError;
import io.natspersist.protocol.StreamName;
import io.natspersist.protocol.Subjects;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.transport.Message;
import io.natspersist.transport.Transport;
import io.natspersist.worker.Answers.Answer;
import io.natspersist.worker.stream.ListRequest;
import io.natspersist.worker.stream.Listed;
import io.natspersist.worker.stream.Operation;
import io.natspersist.worker.stream.Result;
import io.natspersist.worker.stream.Streams;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where requests come in: reads them, turns away what cannot be served here, and sends every answer exactly once. What
 * waits inside is bounded, in number and in bytes: beyond that requests are refused before they cost anything.
 */
final class FrontDoor {

    /** What an answer may take beside the message: subject and protocol headers. */
    static final int ANSWER_OVERHEAD = 2_048;

    /** While no more requests wait than this, one is carried out where it is read: waking a thread takes longer. */
    private static final int FEW = 16;

    private static final ServiceError OVERLOADED = new ServiceError(ErrorCode.OVERLOADED,
            "too many requests are waiting").retryAfter(200);

    private final WorkerConfig config;
    private final Transport transport;
    private final EventLoop loop;
    private final Supplier<@Nullable Serving> serving;
    private final String prefix;
    private final AtomicLong waiting = new AtomicLong();
    private final AtomicLong waitingBytes = new AtomicLong();
    private final AtomicLong arrived = new AtomicLong();
    private final RequestCounts requests = new RequestCounts(Operations.NAMES);

    /** Touched on the transport's thread: writes are refused unread, which costs least, until there is room for some. */
    private boolean full;

    /** A request that was let in, until it is answered. */
    private record Arrival(@Nullable String replyTo, long bytes, RequestCounts.Counts counts, long atNanos) {}

    /** Who serves what here; there is none before the worker is registered. */
    record Serving(Incarnation self, Slots slots, Streams streams) {}

    FrontDoor(WorkerConfig config, Transport transport, EventLoop loop, Supplier<@Nullable Serving> serving) {
        this.config = config;
        this.transport = transport;
        this.loop = loop;
        this.serving = serving;
        String all = config.subjects().operations(config.name());
        this.prefix = all.substring(0, all.length() - 1);
    }

    void open() {
        transport.subscribe(config.subjects().operations(config.name()), null, this::arrive);
    }

    /** How many requests have come in so far. */
    long arrived() {
        return arrived.get();
    }

    RequestCounts requests() {
        return requests;
    }

    /** How many requests wait inside for their answer. */
    long waiting() {
        return waiting.get();
    }

    /** About how many bytes of memory those take. */
    long waitingBytes() {
        return waitingBytes.get();
    }

    /** On the transport's thread. */
    private void arrive(Message request) {
        Subjects subjects = config.subjects();
        String replyTo = request.replyTo();
        if (replyTo != null && !subjects.isSafeReply(replyTo)) {
            return; // an answer there would forge a notice or a heartbeat
        }
        arrived.incrementAndGet();
        String rest = request.subject().substring(prefix.length());
        int dot = rest.indexOf('.');
        String name = dot < 0 ? rest : rest.substring(0, dot);
        RequestCounts.Counts counts = requests.of(name);
        if (ListRequests.OPERATIONS.contains(name)) {
            arriveAtCatalogs(rest, dot, request, counts);
            return;
        }
        if (full && request.payload().length > 0 && waitingBytes.get() > config.maxWaitingBytes() / 16 * 15) {
            refuse(replyTo, counts, OVERLOADED);
            return;
        }
        full = false;
        StreamName stream;
        Operation operation;
        try {
            if (dot < 0) {
                throw new Operations.Unreadable(ErrorCode.BAD_NAME, "the subject names no stream");
            }
            stream = streamName(rest.substring(dot + 1));
            operation = Operations.read(name, request, transport.maxPayload() - ANSWER_OVERHEAD);
        } catch (Operations.Unreadable e) {
            refuse(replyTo, counts, e.error());
            return;
        } catch (BadMessage e) {
            refuse(replyTo, counts, ServiceError.badRequest(e));
            return;
        }
        long bytes = operation.heldBytes();
        if (waiting.get() >= config.maxWaiting() || waitingBytes.get() + bytes > config.maxWaitingBytes()) {
            full = true;
            refuse(replyTo, counts, OVERLOADED);
            return;
        }
        boolean quiet = waiting.incrementAndGet() <= FEW;
        waitingBytes.addAndGet(bytes);
        Arrival arrival = new Arrival(replyTo, bytes, counts, loop.nanos());
        Runnable admission = () -> admit(stream, operation, arrival);
        if (quiet) {
            loop.executeHere(admission);
        } else {
            loop.execute(admission);
        }
    }

    /** What concerns many streams at a time. */
    private void arriveAtCatalogs(String rest, int dot, Message request, RequestCounts.Counts counts) {
        String replyTo = request.replyTo();
        String below = dot < 0 ? null : rest.substring(dot + 1);
        boolean lists = rest.startsWith("list");
        ListRequest list;
        int slot;
        try {
            list = lists ? ListRequests.list(below, request) : null;
            slot = lists ? 0 : ListRequests.reindex(below, request);
        } catch (Operations.Unreadable e) {
            refuse(replyTo, counts, e.error());
            return;
        } catch (BadMessage e) {
            refuse(replyTo, counts, ServiceError.badRequest(e));
            return;
        }
        if (waiting.get() >= config.maxWaiting()) {
            refuse(replyTo, counts, OVERLOADED);
            return;
        }
        waiting.incrementAndGet();
        Arrival arrival = new Arrival(replyTo, 0, counts, loop.nanos());
        loop.execute(() -> {
            Serving here = serving.get();
            if (here == null) {
                leave(arrival, Answers.of(
                        new ServiceError(ErrorCode.UNAVAILABLE, "this worker is not registered yet").retryAfter(200)));
            } else if (list != null) {
                here.streams.list(list, listed -> leave(arrival, ListAnswers.of(listed)));
            } else {
                here.streams.reindex(slot,
                        done -> leave(arrival, done == null
                                ? Answers.of(Answers.notOwner(null, 0))
                                : ListAnswers.of(slot, done)),
                        why -> leave(arrival, ListAnswers.of(new Listed.Refused(why))));
            }
        });
    }

    private void refuse(@Nullable String replyTo, RequestCounts.Counts counts, ServiceError error) {
        counts.refused(error);
        send(replyTo, Answers.of(error));
    }

    private static StreamName streamName(String name) {
        try {
            return new StreamName(name);
        } catch (IllegalArgumentException e) {
            throw new Operations.Unreadable(ErrorCode.BAD_NAME, String.valueOf(e.getMessage()));
        }
    }

    private void admit(StreamName stream, Operation operation, Arrival arrival) {
        Serving here = serving.get();
        if (here == null) {
            leave(arrival, Answers.of(
                    new ServiceError(ErrorCode.UNAVAILABLE, "this worker is not registered yet").retryAfter(200)));
            return;
        }
        switch (here.slots.route(stream)) {
            case Slots.Route.Here r -> here.streams.submit(r.slot(), stream, operation,
                    result -> leave(arrival, answer(here, stream, r.slot(), result)));
            case Slots.Route.Moving r -> leave(arrival, Answers.of(
                    new ServiceError(ErrorCode.SLOT_MOVING, "slot " + r.slot() + " is changing hands" + r.why())
                            .retryAfter(100)));
            case Slots.Route.Elsewhere r -> leave(arrival, Answers.of(Answers.notOwner(r.owner(), r.epoch())));
            case Slots.Route.Unknown r -> leave(arrival, Answers.of(
                    new ServiceError(ErrorCode.UNAVAILABLE, "this worker has no assignment table yet")
                            .retryAfter(200)));
        }
    }

    private static Answer answer(Serving here, StreamName stream, int slot, Result result) {
        if (result instanceof Result.Refused refused && refused.code() == ErrorCode.NOT_OWNER
                && here.slots.route(stream) instanceof Slots.Route.Elsewhere elsewhere) {
            return Answers.of(Answers.notOwner(elsewhere.owner(), elsewhere.epoch()));
        }
        return Answers.of(result, stream, slot, here.self);
    }

    private void leave(Arrival arrival, Answer answer) {
        waiting.decrementAndGet();
        waitingBytes.addAndGet(-arrival.bytes);
        send(arrival.replyTo, answer);
        arrival.counts.answered(answer.error(), loop.nanos() - arrival.atNanos);
    }

    private void send(@Nullable String replyTo, Answer answer) {
        if (replyTo != null) {
            transport.publish(replyTo, null, answer.headers(), answer.payload());
        }
    }
}
