// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import io.natspersist.protocol.BadMessage;
import io.natspersist.protocol.ErrorCode;
import io.natspersist.protocol.HeaderNames;
import io.natspersist.protocol.ServiceError;
import io.natspersist.protocol.StreamName;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Message;
import io.natspersist.transport.Transport;
import io.natspersist.transport.Transport.Reply;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Carries out calls: finds the worker, sends, and tries again where that is safe, until the call's deadline. At most so many
 * requests are out at once; the others queue in their order. Confined to the loop, but for {@link #submit}.
 */
final class Requests {

    private static final int MAX_REDIRECTS = 3;

    private final ClientConfig config;
    private final Transport transport;
    private final ClientLoop loop;
    private final Discovery discovery;
    private final Backoff backoff;

    private final Set<Call> open = new LinkedHashSet<>();
    private final Deque<Call> queue = new ArrayDeque<>();
    private final Map<StreamName, WriteLane> lanes = new HashMap<>();
    private int inFlight;
    private long ordinals;
    private volatile boolean closed;

    Requests(ClientConfig config, Transport transport, ClientLoop loop, Discovery discovery, Backoff backoff) {
        this.config = config;
        this.transport = transport;
        this.loop = loop;
        this.discovery = discovery;
        this.backoff = backoff;
    }

    /** Begins a call, from any thread; calls of one thread begin in their order. */
    void submit(Call call) {
        long began = loop.nanos();
        loop.executeHere(() -> {
            begin(call, began);
            if (closed) {
                failClosed(call);
            } else if (!call.writes() || lanes.computeIfAbsent(call.stream, s -> new WriteLane()).admit(call)) {
                route(call);
            }
        });
        refuseIfClosed(call);
    }

    /** A closed loop may run nothing any more. */
    private void refuseIfClosed(Call call) {
        if (closed) {
            call.result.completeExceptionally(closedFault(call));
        }
    }

    boolean isClosed() {
        return closed;
    }

    private void begin(Call call, long nanos) {
        call.deadlineNanos = nanos + config.deadlineMillis() * 1_000_000;
        call.ordinal = ordinals++;
        open.add(call);
    }

    /** Who serves a stream; fails at the deadline. May be called from any thread. */
    CompletableFuture<Owner> locate(StreamName stream) {
        Call call = new Call(stream, "locate", Headers.NONE, new byte[0], Call.Repeat.READ);
        CompletableFuture<Owner> located = new CompletableFuture<>();
        call.result.whenComplete((done, failed) -> {
            if (failed != null) {
                located.completeExceptionally(failed);
            }
        });
        loop.execute(() -> {
            begin(call, loop.nanos());
            locate(call, located);
        });
        refuseIfClosed(call);
        return located;
    }

    private void locate(Call call, CompletableFuture<Owner> located) {
        if (closed || expired(call)) {
            return;
        }
        discovery.find(call.stream, found -> {
            if (found != null) {
                open.remove(call);
                located.complete(found);
            } else {
                call.lastProblem = "no worker is known to serve it";
                loop.after(backoff.millis(++call.failures, 0), () -> locate(call, located));
            }
        });
    }

    void close() {
        closed = true;
        queue.clear();
        lanes.clear();
        List.copyOf(open).forEach(this::failClosed);
    }

    private void failClosed(Call call) {
        open.remove(call);
        call.result.completeExceptionally(closedFault(call));
    }

    private static PersistException closedFault(Call call) {
        return call.fault(PersistException.CLOSED, 499, false, "the client was closed");
    }

    private void route(Call call) {
        if (closed || expired(call)) {
            return;
        }
        Owner owner = discovery.owner(call.stream);
        if (owner != null) {
            if (inFlight < config.maxInFlight()) {
                transmit(call, owner);
            } else {
                queue.add(call);
            }
            return;
        }
        discovery.find(call.stream, found -> {
            if (found == null) {
                tryLater(call, 0, "no worker is known to serve it");
            } else {
                route(call);
            }
        });
    }

    private void transmit(Call call, Owner owner) {
        String subject = config.subjects().operation(owner.incarnation().worker(), call.op, call.stream);
        inFlight++;
        try {
            transport.request(subject, call.headers, call.payload, patience(call), reply -> loop.executeHere(() -> {
                inFlight--;
                if (!closed) {
                    answered(call, owner, reply);
                    sendQueued();
                }
            }));
        } catch (IllegalArgumentException tooLarge) {
            inFlight--;
            fail(call, call.fault(ErrorCode.TOO_LARGE.name(), ErrorCode.TOO_LARGE.number(), false,
                    String.valueOf(tooLarge.getMessage())));
        }
    }

    /** How long to wait for an answer: longer the second and third time; to the end where a second try would not be safe. */
    private long patience(Call call) {
        long remaining = Math.max(1, call.remainingMillis(loop.nanos()));
        return call.repeat == Call.Repeat.UNSAFE
                ? remaining
                : Math.min(remaining, config.attemptMillis() << Math.min(call.timeouts, 2));
    }

    private void sendQueued() {
        while (inFlight < config.maxInFlight() && !queue.isEmpty()) {
            route(queue.remove());
        }
    }

    private void answered(Call call, Owner owner, Reply reply) {
        if (reply instanceof Reply.Answer answer) {
            answered(call, owner, answer.message());
        } else if (reply instanceof Reply.NoResponders) {
            discovery.doubt(call.stream);
            tryLater(call, 0, owner.incarnation() + " is not there");
        } else {
            call.timeouts++;
            call.maybeDone = true;
            discovery.doubt(call.stream);
            tryLater(call, 0, owner.incarnation() + " did not answer in time");
        }
    }

    private void answered(Call call, Owner owner, Message message) {
        Optional<ServiceError> error;
        try {
            error = ServiceError.parse(message.headers());
        } catch (BadMessage e) {
            fail(call, Answers.malformed(call, e));
            return;
        }
        if (error.isEmpty()) {
            settle(call, true);
            call.result.complete(message);
        } else {
            failed(call, owner, error.get(), message);
        }
    }

    private void failed(Call call, Owner owner, ServiceError error, Message message) {
        boolean wasMaybeDone = call.maybeDone;
        call.maybeDone |= !error.code().noSideEffects();
        if (error.code() == ErrorCode.NOT_OWNER) {
            redirected(call, owner, error);
        } else if (error.code().retryable() && (error.code().noSideEffects() || call.repeat != Call.Repeat.UNSAFE)) {
            tryLater(call, error.retryAfterMillis(), error.code() + " " + error.text());
        } else {
            String name = message.headers().first(HeaderNames.ERROR);
            boolean unchanged = !call.writes() || (error.code().noSideEffects() && !wasMaybeDone);
            fail(call, new PersistException(name == null ? error.code().name() : name, error.code().number(),
                    error.code().retryable(), unchanged, error.retryAfterMillis() > 0 ? error.retryAfterMillis() : -1,
                    call.op + " " + call.stream + ": " + error.text(), null));
        }
    }

    private void redirected(Call call, Owner owner, ServiceError error) {
        String problem = owner.incarnation() + " is not the owner";
        if (error.owner() != null && error.epoch() > owner.epoch()) {
            discovery.redirected(call.stream, error.owner(), error.epoch());
        } else {
            discovery.doubt(call.stream);
        }
        Owner now = discovery.owner(call.stream);
        if (now != null && now.epoch() > owner.epoch() && ++call.redirects <= MAX_REDIRECTS) {
            again(call, 0, problem);
        } else {
            call.redirects = 0;
            tryLater(call, error.retryAfterMillis(), problem);
        }
    }

    private void tryLater(Call call, long askedMillis, String problem) {
        if (call.maybeDone && call.repeat == Call.Repeat.UNSAFE) {
            call.lastProblem = problem;
            fail(call, call.fault(PersistException.DEADLINE, 504, false, "not repeated, it may have been carried out"));
            return;
        }
        call.failures++;
        long remaining = Math.max(0, call.remainingMillis(loop.nanos()));
        again(call, Math.min(remaining, backoff.millis(call.failures, askedMillis)), problem);
    }

    private void again(Call call, long afterMillis, String problem) {
        call.lastProblem = problem;
        WriteLane lane = lanes.get(call.stream);
        if (call.writes() && lane != null) {
            lane.repeat(call, afterMillis);
            goOn(call.stream, lane);
        } else if (afterMillis == 0) {
            route(call);
        } else {
            loop.after(afterMillis, () -> route(call));
        }
    }

    /** Lets the lane's next writes out when it is their turn. */
    private void goOn(StreamName stream, WriteLane lane) {
        if (lane.isEmpty()) {
            lanes.remove(stream);
            return;
        }
        long delay = lane.schedule();
        if (delay == 0) {
            loop.execute(() -> lane.release().forEach(this::route));
        } else if (delay > 0) {
            loop.after(delay, () -> lane.release().forEach(this::route));
        }
    }

    private boolean expired(Call call) {
        if (call.remainingMillis(loop.nanos()) > 0) {
            return false;
        }
        fail(call, call.fault(PersistException.DEADLINE, 504, true,
                "no success within " + config.deadlineMillis() + " ms"));
        return true;
    }

    private void fail(Call call, PersistException why) {
        settle(call, !why.code().equals(PersistException.DEADLINE));
        call.result.completeExceptionally(why);
    }

    /** A call is over. {@code taken}: its worker has dealt with it, so the stream's next writes can follow. */
    private void settle(Call call, boolean taken) {
        open.remove(call);
        WriteLane lane = call.writes() ? lanes.get(call.stream) : null;
        if (lane != null) {
            lane.done(call, taken);
            goOn(call.stream, lane);
        }
    }
}
