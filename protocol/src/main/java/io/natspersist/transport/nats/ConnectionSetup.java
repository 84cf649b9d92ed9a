// SPDX-License-Identifier: Apache-2.0
package io.natspersist.transport.nats;

import io.nats.client.Connection;
import io.nats.client.Consumer;
import io.nats.client.ErrorListener;
import io.nats.client.Nats;
import io.nats.client.Options;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How jnats is set up: queues bounded, lost servers noticed within seconds, reconnects without end. */
final class ConnectionSetup {

    static final long BACKLOG_BYTES = 32 << 20;
    static final long PATIENCE_MILLIS = 100;
    /**
     * How long a message waits for jnats's queue, which others are putting theirs into and which has room. Longer than this process may be
     * stopped for a collection of its garbage: what waits so long is dropped.
     */
    private static final long QUEUE_PATIENCE_MILLIS = 2_000;
    static final long RECONNECT_BYTES = 4 << 20;

    /** Not reached before {@link #BACKLOG_BYTES} by messages of 128 bytes and more. */
    static final int QUEUED_MESSAGES = 262_144;

    private static final Logger LOG = LoggerFactory.getLogger(NatsTransport.class);

    private ConnectionSetup() {}

    static Options options(NatsOptions nats, LinkEvents events) {
        Options.Builder builder = Options.builder()
                .server(nats.servers())
                .connectionName(nats.name())
                .dataPortType(ShieldedPort.class.getName())
                .connectionTimeout(Duration.ofSeconds(2))
                .socketWriteTimeout(Duration.ofSeconds(10))
                .pingInterval(Duration.ofSeconds(3))
                .maxPingsOut(2)
                .maxReconnects(-1)
                .reconnectWait(Duration.ofMillis(100))
                .reconnectJitter(Duration.ofMillis(400))
                .reconnectJitterTls(Duration.ofMillis(400))
                .reconnectBufferSize(RECONNECT_BYTES)
                .maxMessagesInOutgoingQueue(QUEUED_MESSAGES)
                .writeQueuePushTimeout(Duration.ofMillis(QUEUE_PATIENCE_MILLIS))
                .clientSideLimitChecks(false)
                .connectionListener(events)
                .errorListener(new Log());
        if (nats.credentials() != null) {
            builder.authHandler(Nats.credentials(nats.credentials().toString()));
        }
        if (nats.user() != null) {
            builder.userInfo(nats.user(), nats.password() == null ? "" : nats.password());
        }
        if (nats.token() != null) {
            builder.token(nats.token().toCharArray());
        }
        if (events.tls() != null) {
            builder.sslContext(byDefault()) // so that jnats insists on TLS; ShieldedPort does it
                    .hostnameResolveMode(Options.HostnameResolveMode.HappyEyeballs); // the name goes as far as the port
        }
        return builder.build();
    }

    private static SSLContext byDefault() {
        try {
            return SSLContext.getDefault();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has TLS", e);
        }
    }

    private static final class Log implements ErrorListener {

        @Override
        public void errorOccurred(Connection connection, String error) {
            LOG.warn("the NATS server says: {}", error);
        }

        @Override
        public void exceptionOccurred(Connection connection, Exception problem) {
            LOG.debug("connection", problem);
        }

        @Override
        public void slowConsumerDetected(Connection connection, Consumer consumer) {
            LOG.warn("messages arrive faster than they are handled: some are dropped");
        }
    }
}
