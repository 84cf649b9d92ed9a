// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import io.natspersist.protocol.BadMessage;
import io.natspersist.protocol.ChangeNotice;
import io.natspersist.protocol.HeaderNames;
import io.natspersist.protocol.StreamName;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Message;
import io.natspersist.transport.Transport;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One watch: brings its {@link WatchState} the notices, answers and disturbances, and carries its questions to the worker,
 * one at a time. Confined to the loop, but for what {@link Watch} offers to all.
 */
final class StreamWatch implements Watch {

    private final StreamName stream;
    private final ClientConfig config;
    private final Transport transport;
    private final ClientLoop loop;
    private final Discovery discovery;
    private final Requests requests;
    private final Backoff backoff;
    private final WatchListener listener;
    private final WatchState state;
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final Runnable ownersChanged = this::ownersChanged;

    private Transport.@Nullable Subscription subscription;
    private boolean asking;
    private int failures;
    private volatile boolean closed;
    private volatile Position position;
    private volatile WatchStats stats;

    StreamWatch(StreamName stream, WatchFrom from, WatchListener listener, ClientConfig config, Transport transport,
            ClientLoop loop, Discovery discovery, Requests requests, Backoff backoff) {
        this.stream = stream;
        this.config = config;
        this.transport = transport;
        this.loop = loop;
        this.discovery = discovery;
        this.requests = requests;
        this.backoff = backoff;
        this.listener = listener;
        this.state = new WatchState(from, config.watchBuffer(), new UntilClosed());
        this.position = state.position();
        this.stats = state.stats();
    }

    /** First subscribes, so that nothing falls between the first answer and the first notice. */
    void start() {
        if (!closed) {
            subscription = transport.subscribe(config.subjects().changes(stream), null,
                    message -> loop.execute(() -> step(() -> noticed(message))));
            discovery.watch(ownersChanged);
            step(() -> {});
        }
    }

    void reconnected() {
        step(state::disturbed);
    }

    CompletableFuture<Void> ended() {
        return ended;
    }

    @Override
    public CompletableFuture<Void> ready() {
        return ready;
    }

    @Override
    public Position position() {
        return position;
    }

    @Override
    public WatchStats stats() {
        return stats;
    }

    @Override
    public void close() {
        closed = true;
        ready.completeExceptionally(closedFault());
        loop.execute(this::stop);
    }

    /** On the loop. */
    void stop() {
        closed = true;
        if (subscription != null) {
            subscription.close();
            subscription = null;
            discovery.unwatch(ownersChanged);
        }
        ready.completeExceptionally(closedFault());
        ended.complete(null);
    }

    private static PersistException closedFault() {
        return new PersistException(PersistException.CLOSED, 499, false, true, -1, "the watch was closed", null);
    }

    private void end(PersistException why) {
        boolean tell = !closed;
        ready.completeExceptionally(why);
        stop();
        if (tell) {
            listener.onEnd(why);
        }
    }

    private void noticed(Message message) {
        try {
            ChangeNotice notice = ChangeNotice.decode(message.headers(), message.payload());
            if (notice instanceof ChangeNotice.Changed changed) {
                state.noticed(Answers.change(changed.change(), changed.change().epoch()));
            } else if (notice instanceof ChangeNotice.Packed packed) {
                packed.changes().forEach(change -> state.noticed(Answers.change(change, change.epoch())));
            } else if (notice instanceof ChangeNotice.Trailing trailing) {
                state.heardOf(new Position(trailing.epoch(), trailing.change()));
            }
        } catch (BadMessage e) {
            state.disturbed(); // whatever it was to say, the worker will say it again
        }
    }

    private void ownersChanged() {
        step(() -> {
            Owner owner = discovery.owner(stream);
            if (owner != null) {
                state.heardOfOwner(owner.epoch());
            }
        });
    }

    /** Lets the state take in something, then asks what it wants to know next. */
    private void step(Runnable event) {
        if (closed) {
            return;
        }
        try {
            event.run();
        } catch (ListenerFailed e) {
            end(new PersistException(PersistException.LISTENER, 500, false, true, -1,
                    "the listener of " + stream + " threw " + e.getCause(), e.getCause()));
            return;
        }
        position = state.position();
        stats = state.stats();
        Question question = state.question();
        if (closed || asking) {
            return;
        }
        if (question == null) {
            failures = 0;
            ready.complete(null);
        } else {
            ask(question);
        }
    }

    private void ask(Question question) {
        asking = true;
        if (question instanceof Question.WhatDidIMiss missed) {
            Headers headers = Headers.builder().add(HeaderNames.EPOCH, missed.after().epoch())
                    .add(HeaderNames.CHANGE, missed.after().change()).build();
            ask(question, "resume", headers, Answers::missed);
        } else if (question instanceof Question.WhatIsThere page) {
            ask(question, "getAll", Headers.builder().add(HeaderNames.START_SEQ, page.startSeq()).build(),
                    Answers::page);
        } else {
            ask(question, "info", Headers.NONE, Answers::whereWeAre);
        }
    }

    private void ask(Question question, String op, Headers headers, Function<Message, Answer> parse) {
        Call call = new Call(stream, op, headers, new byte[0], Call.Repeat.READ);
        requests.submit(call);
        call.result.whenComplete((message, failed) -> {
            if (closed) {
                return;
            }
            if (message == null) {
                failed(failed instanceof PersistException e
                        ? e
                        : call.fault("INTERNAL", 500, false, String.valueOf(failed)));
                return;
            }
            try {
                Answer answer = parse.apply(message);
                answered(question, answer);
            } catch (BadMessage e) {
                failed(Answers.malformed(call, e));
            }
        });
    }

    private void answered(Question question, Answer answer) {
        step(() -> {
            if (state.answered(question, answer)) {
                failures = 0;
                asking = false;
            } else {
                discovery.doubt(stream);
                askLater();
            }
        });
    }

    private void failed(PersistException why) {
        if (why.retryable()) {
            askLater();
        } else {
            end(why);
        }
    }

    private void askLater() {
        loop.after(backoff.millis(++failures, 0), () -> {
            asking = false;
            step(() -> {});
        });
    }

    /** Keeps the promise that a closed watch tells nothing, and tells a listener's failures from our own. */
    private final class UntilClosed implements WatchListener {

        @Override
        public void onChange(Change change) {
            tell(() -> listener.onChange(change));
        }

        @Override
        public void onReset(Reset reset) {
            tell(() -> listener.onReset(reset));
        }

        @Override
        public void onMessage(StreamMessage message) {
            tell(() -> listener.onMessage(message));
        }

        @Override
        public void onSnapshotEnd(Position at) {
            tell(() -> listener.onSnapshotEnd(at));
        }

        private void tell(Runnable call) {
            if (!closed) {
                try {
                    call.run();
                } catch (RuntimeException e) {
                    throw new ListenerFailed(e);
                }
            }
        }
    }

    private static final class ListenerFailed extends RuntimeException {
        private static final long serialVersionUID = 1;

        ListenerFailed(RuntimeException cause) {
            super(cause);
        }
    }
}
