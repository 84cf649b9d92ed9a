// SPDX-License-Identifier: Apache-2.0
package io.natspersist.transport.nats;

import io.nats.client.Connection;
import io.nats.client.ConnectionListener;
import io.nats.client.Consumer;
import io.nats.client.ErrorListener;
import io.nats.client.Nats;
import io.nats.client.Options;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How jnats is set up: queues bounded, lost servers noticed within seconds, reconnects without end. */
final class ConnectionSetup {

    static final int QUEUED_MESSAGES = 16_384;
    static final long QUEUE_WAIT_MILLIS = 100;
    static final long RECONNECT_BYTES = 4 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(NatsTransport.class);

    private ConnectionSetup() {}

    static Options options(NatsOptions nats, ConnectionListener listener) {
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
                .writeQueuePushTimeout(Duration.ofMillis(QUEUE_WAIT_MILLIS))
                .clientSideLimitChecks(false)
                .connectionListener(listener)
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
        return builder.build();
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
