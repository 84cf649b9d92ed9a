// SPDX-License-Identifier: Apache-2.0
package io.natspersist.transport.nats;

import io.natspersist.transport.Headers;
import io.natspersist.transport.Message;
import io.natspersist.transport.Transport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A transport on one connection to NATS. */
public final class NatsTransport implements Transport {

    private NatsTransport(NatsOptions options) {}

    /** Connects, now or, while no server can be reached, as soon as one can; never fails for want of a server. */
    public static NatsTransport connect(NatsOptions options) {
        return new NatsTransport(options);
    }

    @Override
    public Subscription subscribe(String subject, @Nullable String queue, Consumer<Message> handler) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void publish(String subject, @Nullable String replyTo, Headers headers, byte[] payload) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void request(String subject, Headers headers, byte[] payload, long timeoutMillis, Consumer<Reply> handler) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long maxPayload() {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean connected() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void onConnection(Consumer<Boolean> listener) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
