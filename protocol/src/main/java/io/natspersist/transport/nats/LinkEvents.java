// SPDX-License-Identifier: Apache-2.0
package io.natspersist.transport.nats;

import io.nats.client.Connection;
import io.nats.client.ConnectionListener;
import java.util.function.BiConsumer;

/** Where a connection's news go; also how the socket that jnats makes finds what bounds it in either direction. */
@SuppressWarnings("deprecation") // its one abstract method is
record LinkEvents(Backlog backlog, Inflow inflow, BiConsumer<Connection, ConnectionListener.Events> listener)
        implements
            ConnectionListener {

    @Override
    public void connectionEvent(Connection connection, Events event) {
        listener.accept(connection, event);
    }
}
