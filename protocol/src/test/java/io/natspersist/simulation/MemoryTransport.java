// SPDX-License-Identifier: Apache-2.0
package io.natspersist.simulation;

import io.natspersist.loop.EventLoop;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Message;
import io.natspersist.transport.Transport;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One node's connection. Two pipes, one to the server and one back, keep their order; each message takes a while. */
final class MemoryTransport implements Transport {

    private final MemoryNetwork network;
    private final VirtualTime time;
    private final VirtualTime.Node node;
    private final int number;
    private final List<Interest> interests = new ArrayList<>();
    private final Map<String, Pending> pending = new LinkedHashMap<>();
    private final List<Consumer<Boolean>> listeners = new ArrayList<>();
    private final Pipe up = new Pipe();
    private final Pipe down = new Pipe();
    /** What has come down and waits for the process to take it. */
    private final Deque<Runnable> inbound = new ArrayDeque<>();
    /** What was published while disconnected. */
    private final Deque<Runnable> kept = new ArrayDeque<>();
    private boolean connected;
    private boolean closed;
    private long inboxes;

    MemoryTransport(MemoryNetwork network, VirtualTime time, VirtualTime.Node node, int number, boolean connected) {
        this.network = network;
        this.time = time;
        this.node = node;
        this.number = number;
        this.connected = connected;
        node.onCrash(this::crashed);
    }

    /** A subscription as the server knows it. */
    record Interest(MemoryTransport connection, SubjectPattern pattern, @Nullable String queue,
            Consumer<Message> handler) {
        @Override
        public boolean equals(@Nullable Object o) {
            return this == o;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }

    private record Pending(Consumer<Reply> handler, EventLoop.Timer timeout) {}

    @Override
    public Subscription subscribe(String subject, @Nullable String queue, Consumer<Message> handler) {
        Interest interest = new Interest(this, new SubjectPattern(subject), queue, handler);
        interests.add(interest);
        if (connected) {
            up.put(() -> network.add(interest));
        }
        return () -> {
            if (interests.remove(interest) && connected) {
                up.put(() -> network.remove(interest));
            }
        };
    }

    @Override
    public void publish(String subject, @Nullable String replyTo, Headers headers, byte[] payload) {
        send(new Message(subject, replyTo, headers, payload), false);
    }

    @Override
    public void request(String subject, Headers headers, byte[] payload, long timeoutMillis, Consumer<Reply> handler) {
        String inbox = "_INBOX." + number + "." + ++inboxes;
        pending.put(inbox, new Pending(handler, node.schedule(timeoutMillis * 1_000_000, () -> {
            Pending late = pending.remove(inbox);
            if (late != null) {
                late.handler.accept(new Reply.TimedOut());
            }
        })));
        send(new Message(subject, inbox, headers, payload), true);
    }

    @Override
    public long maxPayload() {
        return network.maxPayload();
    }

    @Override
    public boolean connected() {
        return connected;
    }

    @Override
    public void onConnection(Consumer<Boolean> listener) {
        listeners.add(listener);
    }

    @Override
    public void close() {
        if (!closed) {
            up.put(() -> network.forget(this));
            closed = true;
            connected = false;
            interests.clear();
            List<Pending> open = List.copyOf(pending.values());
            pending.clear();
            for (Pending request : open) {
                request.timeout.cancel();
                node.schedule(0, () -> request.handler.accept(new Reply.TimedOut()));
            }
        }
    }

    VirtualTime.Node node() {
        return node;
    }

    int number() {
        return number;
    }

    private void send(Message message, boolean request) {
        if (sizeOf(message) > network.maxPayload()) {
            throw new IllegalArgumentException(
                    "message of " + sizeOf(message) + " bytes, more than " + network.maxPayload());
        }
        if (closed) {
            return;
        }
        if (!connected) {
            if (network.chance(0.5)) {
                kept.add(() -> send(message, request));
            }
            return;
        }
        if (network.loses()) {
            time.trace("%s: lost on the way up: %s", node, message.subject());
            return;
        }
        up.put(() -> arrive(message, request));
        long again = network.duplicateAfter();
        if (again > 0) {
            time.trace("%s: sent twice: %s", node, message.subject());
            network.duplicated(message);
            up.putLater(again, () -> arrive(message, request));
        }
    }

    /** At the server. */
    private void arrive(Message message, boolean request) {
        if (!network.route(this, message) && request) {
            String inbox = message.replyTo();
            toProcess(() -> complete(inbox, new Reply.NoResponders()));
        }
    }

    /** At the server: {@code message} goes down this connection. */
    void deliver(Interest interest, Message message) {
        deliver(message, () -> {
            if (interests.contains(interest)) {
                hand(interest, message);
            }
        });
    }

    private void hand(Interest interest, Message message) {
        try {
            interest.handler.accept(message);
        } catch (RuntimeException e) {
            network.fault(e);
        }
    }

    void deliverReply(Message message) {
        deliver(message, () -> complete(message.subject(), new Reply.Answer(message)));
    }

    private void deliver(Message message, Runnable handing) {
        if (network.loses()) {
            time.trace("%s: lost on the way down: %s", node, message.subject());
            return;
        }
        toProcess(handing);
        long again = network.duplicateAfter();
        if (again > 0) {
            time.trace("%s: delivered twice: %s", node, message.subject());
            network.duplicated(message);
            down.putLater(again, () -> enter(handing));
        }
    }

    private void toProcess(Runnable handing) {
        down.put(() -> enter(handing));
    }

    private void enter(Runnable handing) {
        inbound.add(handing);
        node.schedule(0, () -> inbound.remove().run());
    }

    private void complete(@Nullable String inbox, Reply reply) {
        Pending request = pending.remove(inbox);
        if (request != null) {
            request.timeout.cancel();
            request.handler.accept(reply);
        }
    }

    /** Both ends have noticed that the connection is gone, and all that was under way. */
    void disconnect() {
        if (connected) {
            time.trace("%s: disconnected", node);
            connected = false;
            up.clear();
            down.clear();
            network.removeAll(this);
            enter(() -> listeners.forEach(l -> l.accept(false)));
        }
    }

    void reconnect() {
        if (!connected && !closed && !node.crashed()) {
            time.trace("%s: connected", node);
            connected = true;
            interests.forEach(interest -> up.put(() -> network.add(interest)));
            List<Runnable> resend = List.copyOf(kept);
            kept.clear();
            resend.forEach(Runnable::run);
            enter(() -> listeners.forEach(l -> l.accept(true)));
        }
    }

    /** The server can be reached again: what waited goes on. */
    void drain() {
        up.drain();
        down.drain();
    }

    /** The kernel closes a killed process's connection at once; one of a machine that lost its power is noticed later. */
    private void crashed() {
        closed = true;
        if (network.chance(0.7)) {
            up.put(() -> network.forget(this));
        } else {
            time.schedule(network.between(500, 10_000), () -> network.forget(this));
        }
    }

    private static long sizeOf(Message message) {
        long[] size = {message.payload().length};
        message.headers().forEach((name, value) -> size[0] += name.length() + value.length() + 4);
        return size[0] + (message.headers().isEmpty() ? 0 : 12);
    }

    /** One direction of the connection. What is in it waits while the server cannot be reached. */
    private final class Pipe {
        private final Deque<Runnable> queue = new ArrayDeque<>();
        private long lastAt;
        /** How many of the queue's first have had their time. */
        private int due;
        /** Counts clearings, so that what was under way before is dropped. */
        private int session;

        /** Whatever goes up arrives even if the process dies: the kernel has it. */
        void put(Runnable arrival) {
            queue.add(arrival);
            lastAt = Math.max(lastAt + 1, time.nanos() + network.latency());
            int during = session;
            time.schedule(lastAt - time.nanos(), () -> {
                if (during == session) {
                    due++;
                    drain();
                }
            });
        }

        void putLater(long delayNanos, Runnable arrival) {
            int during = session;
            time.schedule(delayNanos, () -> {
                if (during == session) {
                    put(arrival);
                }
            });
        }

        void drain() {
            while (due > 0 && network.reachable(node.name())) {
                due--;
                queue.remove().run();
            }
        }

        void clear() {
            queue.clear();
            due = 0;
            session++;
        }
    }
}
