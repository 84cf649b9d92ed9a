// SPDX-License-Identifier: Apache-2.0
package io.natspersist.transport.nats;

import io.nats.client.Connection;
import io.nats.client.ConnectionListener;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Where a connection's news go; also how the socket that jnats makes finds what bounds it in either direction, and how to be secure.
 *
 * @param tls null: no TLS, or as jnats has it
 * @param insecure told why TLS did not come about
 */
@SuppressWarnings("deprecation") // its one abstract method is
record LinkEvents(Backlog backlog, Inflow inflow, BiConsumer<Connection, ConnectionListener.Events> listener,
        @Nullable TlsSockets tls, Consumer<SSLException> insecure)
        implements
            ConnectionListener {

    @Override
    public void connectionEvent(Connection connection, Events event) {
        listener.accept(connection, event);
    }
}
