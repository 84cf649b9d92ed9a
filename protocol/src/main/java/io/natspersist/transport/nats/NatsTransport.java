// SPDX-License-Identifier: Apache-2.0
package io.natspersist.transport.nats;

import io.nats.client.Connection;
import io.nats.client.ConnectionListener.Events;
import io.nats.client.Dispatcher;
import io.nats.client.NUID;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.natspersist.loop.ThreadEventLoop;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Message;
import io.natspersist.transport.Transport;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A transport on one connection to NATS. All handlers of messages and answers run on one thread, those of timeouts
 * and listeners to the connection on another.
 *
 * <p>Publishing puts the message into a queue that another thread writes to the socket. When more than
 * {@value ConnectionSetup#BACKLOG_BYTES} bytes wait there, the caller waits for at most
 * {@value ConnectionSetup#PATIENCE_MILLIS} ms; then the message is dropped, as NATS may drop any, and so are the next ones,
 * at once, until the server takes something again. While disconnected, {@value ConnectionSetup#RECONNECT_BYTES} bytes are
 * kept for the reconnect and the rest is dropped; before the first connect all is. It reconnects for ever, also when the
 * server refuses its credentials.
 */
public final class NatsTransport implements Transport {

    private static final Logger LOG = LoggerFactory.getLogger(NatsTransport.class);
    private static final long FIRST_CONNECT_MILLIS = 2_000;
    private static final long DEFAULT_MAX_PAYLOAD = 1 << 20;

    private final Options options;
    /** Timeouts, and news of the connection. */
    private final ThreadEventLoop loop;
    private final PendingRequests pending;
    private final Backlog backlog = new Backlog(ConnectionSetup.BACKLOG_BYTES, ConnectionSetup.PATIENCE_MILLIS);
    private final Inflow inflow = new Inflow();
    private final Set<Interest> interests = ConcurrentHashMap.newKeySet();
    private final List<Consumer<Boolean>> listeners = new CopyOnWriteArrayList<>();
    /** Also guards interests against a connect in between. */
    private final Object connecting = new Object();
    private volatile @Nullable Link link;
    private volatile boolean up;
    private volatile boolean closed;
    /** Why the last attempt to connect failed. */
    private volatile @Nullable String failure;
    /** What was wrong with TLS in the last attempt: jnats says no more than that none of the servers could be reached. */
    private volatile @Nullable String insecure;

    /** A connection, and the one thread on which everything that arrives is handled. */
    private record Link(Connection connection, Dispatcher dispatcher) {}

    private NatsTransport(NatsOptions nats) {
        String inbox = nats.inboxPrefix() + "." + NUID.nextGlobal() + ".";
        this.options = ConnectionSetup.options(nats,
                new LinkEvents(backlog, inflow, this::changed, nats.tlsSockets(), this::insecure));
        this.loop = new ThreadEventLoop(nats.name() + "-nats", fault -> LOG.error("a handler failed", fault));
        this.pending = new PendingRequests(inbox, loop);
        interests.add(new Interest(inbox + "*", null, pending::complete));
    }

    /**
     * Connects, now or, while no server can be reached, as soon as one can; never fails for want of a server. Waits for at
     * most two seconds.
     */
    public static NatsTransport connect(NatsOptions options) {
        NatsTransport transport = new NatsTransport(options);
        try {
            transport.startConnecting().join(FIRST_CONNECT_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return transport;
    }

    private Thread startConnecting() {
        Thread thread = new Thread(this::connectWhileOpen, Thread.currentThread().getName() + "-nats-connect");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void connectWhileOpen() {
        boolean connected = false;
        while (!connected && !closed) {
            insecure = null;
            try {
                attach(Nats.connect(options));
                connected = true;
            } catch (IOException e) {
                String tls = insecure;
                failure = tls == null ? withoutSecrets(String.valueOf(e.getMessage())) : tls;
                LOG.debug("cannot connect: {}", failure);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(ThreadLocalRandom.current().nextLong(100, 500)));
            } catch (InterruptedException e) {
                return; // nobody does
            }
        }
    }

    private void attach(Connection connection) {
        Link made = new Link(connection, connection.createDispatcher());
        synchronized (connecting) {
            if (!closed) {
                interests.forEach(interest -> interest.register(made));
                link = made;
                inflow.into(made.dispatcher);
                loop.execute(() -> connected(true));
                return;
            }
        }
        detach(made);
    }

    private void insecure(SSLException fault) {
        insecure = "TLS: " + fault.getMessage();
        if (!up) {
            failure = insecure;
        }
    }

    private void changed(Connection connection, Events event) {
        switch (event) {
            case DISCONNECTED -> {
                backlog.clear();
                loop.execute(() -> connected(false));
            }
            case RESUBSCRIBED -> loop.execute(() -> connected(true));
            case CLOSED -> {
                Link lost = link;
                if (lost != null && connection.equals(lost.connection) && !closed) {
                    loop.execute(() -> connected(false));
                    startConnecting();
                }
            }
            default -> LOG.debug("{}", event);
        }
    }

    /** On the loop. */
    private void connected(boolean now) {
        if (up != now && !closed) {
            up = now;
            failure = null;
            listeners.forEach(listener -> listener.accept(now));
        }
    }

    @Override
    public Subscription subscribe(String subject, @Nullable String queue, Consumer<Message> handler) {
        Interest interest = new Interest(subject, queue, received -> handler.accept(received.message()));
        synchronized (connecting) {
            interests.add(interest);
            Link now = link;
            if (now != null && !closed) {
                interest.register(now);
            }
        }
        return () -> {
            synchronized (connecting) {
                interests.remove(interest);
                interest.cancel();
            }
        };
    }

    @Override
    public void publish(String subject, @Nullable String replyTo, Headers headers, byte[] payload) {
        EncodedHeaders encoded = headers.isEmpty() ? null : new EncodedHeaders(HeaderBlock.encode(headers));
        int headerLength = encoded == null ? 0 : encoded.serializedLength();
        if ((long) headerLength + payload.length > maxPayload()) {
            throw new IllegalArgumentException(
                    "message of " + (headerLength + payload.length) + " bytes, more than " + maxPayload());
        }
        Link now = link;
        if (now == null || closed) {
            return;
        }
        long size = Backlog.sizeOf(subject, replyTo == null ? 0 : replyTo.length(), headerLength, payload.length);
        if (!backlog.add(size)) {
            LOG.debug("dropped a message to {}: the server takes nothing", subject);
            return;
        }
        try {
            now.connection.publish(subject, replyTo, encoded, payload);
        } catch (IllegalStateException e) {
            backlog.remove(size);
            LOG.debug("dropped a message to {}: {}", subject, e.getMessage());
        }
    }

    @Override
    public void request(String subject, Headers headers, byte[] payload, long timeoutMillis, Consumer<Reply> handler) {
        String replyTo = pending.add(timeoutMillis, handler);
        try {
            publish(subject, replyTo, headers, payload);
        } catch (IllegalArgumentException e) {
            pending.forget(replyTo);
            throw e;
        }
        if (closed) {
            pending.timeOutAll();
        }
    }

    @Override
    public long maxPayload() {
        Link now = link;
        long fromServer = now == null ? 0 : now.connection.getMaxPayload();
        return fromServer > 0 ? fromServer : DEFAULT_MAX_PAYLOAD;
    }

    @Override
    public boolean connected() {
        return up;
    }

    @Override
    public void onConnection(Consumer<Boolean> listener) {
        listeners.add(listener);
    }

    /** Why there is no connection, as far as the last attempt told; null while there is one, or none has failed yet. */
    public @Nullable String problem() {
        return up ? null : failure;
    }

    /** URLs may have a user and a password in them. */
    private static String withoutSecrets(String message) {
        return message.replaceAll("//[^/@\\s]*@", "//");
    }

    /** Waits for what was published to be written, at most a second. Requests that wait time out at once. */
    @Override
    public void close() {
        Link last;
        synchronized (connecting) {
            if (closed) {
                return;
            }
            closed = true;
            up = false;
            last = link;
        }
        if (last != null) {
            detach(last);
        }
        loop.close();
        pending.timeOutAll();
    }

    private static void detach(Link link) {
        try {
            if (link.connection.getStatus() == Connection.Status.CONNECTED) {
                link.connection.flush(Duration.ofSeconds(1));
            }
            link.connection.close();
        } catch (TimeoutException e) {
            LOG.debug("closed with messages unsent");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A subscription, whatever connection there is. */
    private static final class Interest {
        private final String subject;
        private final @Nullable String queue;
        private final Consumer<Received> handler;
        private volatile boolean cancelled;
        private io.nats.client.@Nullable Subscription registered;
        private @Nullable Link at;

        Interest(String subject, @Nullable String queue, Consumer<Received> handler) {
            this.subject = subject;
            this.queue = queue;
            this.handler = handler;
        }

        void register(Link link) {
            at = link;
            registered = queue == null
                    ? link.dispatcher.subscribe(subject, this::deliver)
                    : link.dispatcher.subscribe(subject, queue, this::deliver);
        }

        void cancel() {
            cancelled = true;
            if (at != null && registered != null && at.dispatcher.isActive()) {
                at.dispatcher.unsubscribe(registered);
                registered = null;
            }
        }

        private void deliver(io.nats.client.Message raw) {
            if (!cancelled) {
                Received.of(raw)
                        .ifPresentOrElse(handler, () -> LOG.debug("dropped a message with malformed headers"));
            }
        }
    }
}
